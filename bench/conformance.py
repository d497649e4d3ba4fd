"""The W3C SPARQL suites against our endpoint and, where there is one, against native Oxigraph: who passes what.

    python bench/conformance.py [--harness DIR] [--tests DIR] [--oxigraph FILE] [--write docs/conformance.md]

DIR of `--harness` holds `run.py`, which sends the suites over HTTP and judges the replies; DIR of `--tests` holds the suites
(sparql10, sparql11, sparql12 of w3c/rdf-tests). Prints the report, or writes it. Exit code 1 if we fail what Oxigraph
passes, or, without Oxigraph, what isn't known of the engine.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
HARNESS = ROOT.parent / "shared" / "bench" / "w3c"
TESTS = ROOT.parent / "shared" / "w3c-tests" / "sparql"
SECONDS = 900  # for one server and all suites
#: Shell commands; the harness fills in {data}, {dir} and {port}.
OUR_START = (
    "chuncheng build --rdf {data} --default-graph own --out {dir}/data"
    " && exec chuncheng serve --data {dir}/data --bind 127.0.0.1:{port}"
)
OXIGRAPH_START = (
    "oxigraph load --location {dir}/store --file {data}"
    " && exec oxigraph serve-read-only --location {dir}/store --bind 127.0.0.1:{port}"
)
#: What the engine is known to do otherwise than the suites want, and the tests that show it.
CAUSES: dict[str, frozenset[str]] = {
    "Numbers are stored by their value: `01` comes back as `1`, and is the same term": frozenset(
        {
            "sparql10/open-world#open-eq-01",
            "sparql10/expr-builtin#dawg-str-1",
            "sparql10/expr-builtin#dawg-str-2",
            "sparql10/expr-builtin#sameTerm-simple",
            "sparql10/expr-builtin#sameTerm-eq",
            "sparql10/expr-builtin#sameTerm-not-eq",
            "sparql10/expr-equals#eq-graph-1",
            "sparql10/expr-equals#eq-graph-2",
            "sparql10/distinct#distinct-1",
            "sparql10/distinct#distinct-9",
            "sparql11/csv-tsv-res#tsv03",
            "sparql12/grouping#group01",
        }
    ),
    "Dates are compared as XSD 1.1 does, where the test expects XSD 1.0": frozenset(
        {"sparql10/open-world#date-2"}
    ),
    "The variable of `GRAPH ?g` inside its own group": frozenset(
        {
            "sparql10/graph#graph-variable-scope",
            "sparql10/graph#graph-optional",
            "sparql11/aggregates#agg-empty-group-count-graph",
            "sparql11/bindings#graph",
            "sparql11/negation#graph-minus",
        }
    ),
    "Paths of length zero from or to a constant that is in no triple": frozenset(
        {
            "sparql11/property-path#zero_or_more_set_start",
            "sparql11/property-path#zero_or_more_set_end",
            "sparql11/property-path#zero_or_one_set_start",
            "sparql11/property-path#zero_or_one_set_end",
        }
    ),
    '`BNODE("a")` gives the same node in all solutions': frozenset({"sparql11/functions#bnode01"}),
    "`GROUP_CONCAT` of language-tagged strings": frozenset(
        {"sparql11/aggregates#agg-groupconcat-04", "sparql11/aggregates#agg-groupconcat-06"}
    ),
    "Legal, but the parser refuses it": frozenset(
        {"sparql10/expr-builtin#case-insensitive-booleans", "sparql12/grouping#select-variable-reuse"}
    ),
    "Not legal, but the parser takes it": frozenset(
        {
            "sparql10/syntax-sparql3#syn-bad-26",
            "sparql12/syntax#nested-aggregate-functions",
            "sparql12/syntax-triple-terms-negative#tripleterm-subject-03",
            "sparql12/syntax-triple-terms-negative#tripleterm-subject-06",
        }
    ),
}
ENGINE_FAILURES = frozenset().union(*CAUSES.values())
_OWN_PROTOCOL = "HTTP (checks of the harness's own)"
_UNEXPLAINED = "Not explained yet"
_SUITES = {
    "query sparql10 evaluation": "SPARQL 1.0 evaluation",
    "query sparql10 syntax": "SPARQL 1.0 syntax",
    "query sparql11 evaluation": "SPARQL 1.1 evaluation",
    "query sparql11 syntax": "SPARQL 1.1 syntax",
    "query sparql12 evaluation": "SPARQL 1.2 evaluation",
    "query sparql12 syntax": "SPARQL 1.2 syntax",
    "protocol sparql11": "SPARQL 1.1 Protocol and Service Description",
    "format sparql11": "SPARQL 1.1 results in CSV, TSV and JSON",
    "own protocol checks": "HTTP, own checks of the harness",
    "own format checks": "result formats, own checks of the harness",
}


class HarnessError(Exception):
    """The harness gave no report; says what it printed last."""


@dataclass(frozen=True)
class Report:
    """What the harness found of one server: counts by suite, tests skipped by reason, failures by test."""

    totals: Mapping[str, Mapping[str, int]]
    skips: Mapping[str, int]
    failures: Mapping[str, str]
    tests: frozenset[str]

    @property
    def passed(self) -> int:
        """Tests passed in all suites."""
        return sum(counts.get("pass", 0) for counts in self.totals.values())

    @property
    def run(self) -> int:
        """Tests run in all suites."""
        return self.passed + sum(counts.get("fail", 0) for counts in self.totals.values())


def our_environment() -> dict[str, str]:
    """The environment for our commands: those of this checkout, no settings but a budget without end."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("CHUNCHENG_")}
    own["PATH"] = os.pathsep.join(
        [str(ROOT / ".venv" / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
    )
    return own | {"CHUNCHENG_CLIENT_BUDGET": "0", "CHUNCHENG_LOG": "off"}


def run_harness(
    harness: Path, tests: Path, options: Sequence[str], environment: Mapping[str, str] | None = None
) -> Report:
    """Run the suites with these options of the harness; raises HarnessError."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        file = Path(folder) / "report.json"
        command = [
            sys.executable,
            str(harness / "run.py"),
            "--tests",
            str(tests),
            "--json",
            str(file),
            *options,
        ]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
        )
        if not file.is_file():
            raise HarnessError(
                f"{harness.name}/run.py ended with status {done.returncode}: {done.stderr[-2000:]}"
            )
        return read_report(json.loads(file.read_text("utf-8")))


def read_report(found: Mapping[str, Any]) -> Report:
    """The harness's JSON."""
    names = {id(test): _name(test) for test in found["tests"]}
    return Report(
        found["totals"],
        found["skips"],
        {names[id(test)]: test["reason"] for test in found["tests"] if test["state"] == "fail"},
        frozenset(names[id(test)] for test in found["tests"] if test["state"] != "skip"),
    )


def _name(test: Mapping[str, str]) -> str:
    return f"{test['suite']}: {test['id']}" if test["suite"].startswith("own ") else test["id"]


def worse(ours: Report, native: Report | None) -> list[str]:
    """What we fail although the engine can do it."""
    if native is None:
        return sorted(ours.failures.keys() - ENGINE_FAILURES)
    return sorted((ours.failures.keys() - native.failures.keys()) & native.tests)


def write_report(ours: Report, native: Report | None, versions: Mapping[str, str], tests: Path) -> str:
    """The report as Markdown."""
    lines = [
        "# Conformance",
        "",
        "Written by `bench/conformance.py`; change that, not this.",
        "",
        *_summary(ours, native),
        "",
        *_table(ours, native),
        "",
        *_failures(ours, native),
    ]
    if native is not None:
        lines += ["", *_failures_of_native(ours, native)]
    lines += [
        "",
        "## What is skipped",
        *(f"- {count} × {_readable_skip(reason)}" for reason, count in _by_count(ours.skips)),
        "",
        "## What counts",
        "A test of evaluation passes if the answer is right in every format there is for it: JSON, XML, CSV and TSV, or Turtle,",
        "N-Triples and RDF/XML. Rows are compared up to the names of blank nodes, numbers by value within a datatype. A legal query",
        "has to get 200, an illegal one 400 and nothing else.",
        "",
        "All data of the suites is loaded once, each file as a named graph; each test names its dataset by `default-graph-uri` and",
        "`named-graph-uri`. Our snapshot is built with `--default-graph own`, and clients have no budget of time; all other",
        "settings are the defaults.",
        "",
        "## Versions",
        *(f"- {name} {number}" for name, number in versions.items()),
        f"- {len(ours.tests):,} tests and checks run, {sum(ours.skips.values()):,} skipped; {datetime.now(UTC):%Y-%m-%d}",
        "",
        "## How to repeat",
        "The harness and the suites stand beside the project, in `../shared` if nothing else is said.",
        "",
        "    python bench/conformance.py --harness DIR --tests DIR --oxigraph FILE --write docs/conformance.md",
        "",
        f"Without `--oxigraph`, and none in `PATH`, only our own column is filled. `{tests.name}/` is the folder with `sparql10`,",
        "`sparql11` and `sparql12` of [w3c/rdf-tests](https://github.com/w3c/rdf-tests).",
    ]
    return "\n".join(lines) + "\n"


def _summary(ours: Report, native: Report | None) -> list[str]:
    if native is None:
        return [f"**{ours.passed:,} of {ours.run:,}** tests and checks pass over HTTP."]
    behind, ahead = worse(ours, native), sorted(native.failures.keys() - ours.failures.keys())
    shared = ours.failures.keys() & native.failures.keys()
    said = [
        f"**{ours.passed:,} of {ours.run:,}** tests and checks pass over HTTP; of native Oxigraph, which is the same engine with a",
        f"server of its own, {native.passed:,} of {native.run:,}. {len(shared)} failures are the engine's: both have them.",
    ]
    if behind:
        said.append(f"**{len(behind)} that native passes fail here:** {', '.join(behind)}.")
    else:
        said.append(f"Nothing that native passes fails here; {len(ahead)} that native fails pass.")
    return said


def _table(ours: Report, native: Report | None) -> list[str]:
    head = ["suite", "Chuncheng Ledger"] + (["native Oxigraph"] if native else [])
    lines = [f"| {' | '.join(head)} |", "|---" + "|---:" * (len(head) - 1) + "|"]
    known = [name for name in _SUITES if name in ours.totals]
    for name in [*known, *sorted(ours.totals.keys() - _SUITES.keys())]:
        cells = [_SUITES.get(name, name), _share(ours.totals[name])]
        if native:
            cells.append(_share(native.totals.get(name, {})))
        lines.append(f"| {' | '.join(cells)} |")
    cells = ["**all**", f"**{ours.passed}/{ours.run}**"]
    if native:
        cells.append(f"**{native.passed}/{native.run}**")
    return [*lines, f"| {' | '.join(cells)} |"]


def _share(counts: Mapping[str, int]) -> str:
    passed = counts.get("pass", 0)
    run = passed + counts.get("fail", 0)
    return f"{passed}/{run}" if run else "–"


def _failures(ours: Report, native: Report | None) -> list[str]:
    lines = [f"## Our {len(ours.failures)} failures, by cause"]
    for cause, tests in _group(ours.failures):
        lines += ["", f"### {cause} ({len(tests)})"]
        lines += [
            "| test | here |" + (" native |" if native else ""),
            "|---|---|" + ("---|" if native else ""),
        ]
        for test in tests:
            line = f"| {_short(test)} | {_readable(ours.failures[test])} |"
            if native:
                line += f" {_readable(native.failures[test]) if test in native.failures else '**passes**'} |"
            lines.append(line)
    return lines


def _failures_of_native(ours: Report, native: Report) -> list[str]:
    only = sorted(native.failures.keys() - ours.failures.keys())
    if not only:
        return []
    lines = [f"## What only native Oxigraph fails ({len(only)})", "| test | native |", "|---|---|"]
    return lines + [f"| {_short(test)} | {_readable(native.failures[test])} |" for test in only]


def _group(failures: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Causes and their tests, the most frequent first, what nobody has explained at the top."""
    groups: dict[str, list[str]] = {}
    for test in sorted(failures):
        cause = next((cause for cause, tests in CAUSES.items() if test in tests), None)
        if cause is None:
            cause = _OWN_PROTOCOL if test.startswith("own ") else _UNEXPLAINED
        groups.setdefault(cause, []).append(test)
    return sorted(groups.items(), key=lambda group: (group[0] != _UNEXPLAINED, -len(group[1]), group[0]))


def _short(test: str) -> str:
    return re.sub(r"^own \w+: ", "", test).replace("|", "\\|")


def _readable(reason: str) -> str:
    """The first format's complaint in a few words, without what depends on the machine."""
    reason = re.sub(r"^(json|xml|csv|tsv|turtle|ntriples|rdfxml): ", "", reason.split("; ")[0])
    known = (
        (r"rows differ \((\d+) expected, (\d+) got\)", r"\2 rows instead of \1"),
        (r"expected (True|False), got (True|False)", r"\2 instead of \1"),
        (r"expected HTTP (\d+), got (\d+).*", r"\2 instead of \1"),
        (r"expected (\d+), got HTTP (\d+).*", r"\2 instead of \1"),
        (r"HTTP (\d+).*", r"\1"),
        (r"the query ended the server.*", "**the server ended**"),
    )
    for pattern, short in known:
        match = re.match(pattern, reason, re.DOTALL)
        if match:
            found = match.expand(short).lower()
            same = re.fullmatch(r"(\d+) rows instead of \1", found)
            return f"{same[1]} rows, with other values" if same else found
    return reason[:80].replace("|", "\\|").replace("\n", " ")


def _readable_skip(reason: str) -> str:
    return {
        "SPARQL Update": "SPARQL Update: the endpoint is read-only",
        "entailment regimes": "entailment regimes: what follows is inferred at build, none is offered by the endpoint",
        "Graph Store Protocol (writes)": "Graph Store Protocol: the suite's tests write",
        "federation (SERVICE): a server may rightly refuse outward calls": "federation: SERVICE is off unless endpoints are named",
    }.get(reason, reason)


def _by_count(skips: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(skips.items(), key=lambda skip: (-skip[1], skip[0]))


def find_versions(oxigraph: str | None) -> dict[str, str]:
    """Names and versions of what took part."""
    found = {"chuncheng": version("chuncheng"), "pyoxigraph": version("pyoxigraph")}
    if oxigraph:
        said = subprocess.run([oxigraph, "--version"], capture_output=True, text=True, check=True).stdout
        found["native Oxigraph"] = f"{said.split()[-1]} (`oxigraph serve-read-only`)"
    return found | {"Python": platform.python_version()}


def main() -> int:
    """Run the suites; the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--harness", type=Path, default=HARNESS, help="folder of the harness's run.py")
    parser.add_argument("--tests", type=Path, default=TESTS, help="folder of the W3C suites")
    parser.add_argument(
        "--oxigraph", default=shutil.which("oxigraph"), help="the binary (the one in PATH, if any)"
    )
    parser.add_argument("--write", type=Path, metavar="FILE", help="Markdown file to write")
    options = parser.parse_args()
    ours = run_harness(
        options.harness,
        options.tests,
        ["--start", OUR_START, "--endpoint", "http://127.0.0.1:{port}/sparql"],
        our_environment(),
    )
    native = None
    if options.oxigraph:
        folder = str(Path(options.oxigraph).resolve().parent)
        native = run_harness(
            options.harness,
            options.tests,
            ["--start", OXIGRAPH_START, "--endpoint", "http://127.0.0.1:{port}/query"],
            os.environ | {"PATH": os.pathsep.join([folder, os.environ["PATH"]])},
        )
    report = write_report(ours, native, find_versions(options.oxigraph), options.tests)
    if options.write:
        options.write.write_text(report, "utf-8")
    else:
        print(report, end="")
    behind = worse(ours, native)
    for test in behind:
        print(f"fails: {test}: {ours.failures[test][:300]}", file=sys.stderr)
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main())
