"""The endpoint against its peers on the same data in one run: requests a second, as ratios.

    python bench/endpoint.py --data DIR [--harness DIR] [--peers native memory virtuoso] [--write FILE]

Two sets of questions. Ours: the competency questions in `queries/`, points and an export (`bench/queries`), on the snapshot published in DIR.
The harness's, where its folder is given or stands in `../shared/bench/perf`: its own data of a million quads and its own client. All servers
run on loopback and are asked in turns, once with texts that never repeat and once with texts that do (our caches as they are by
default); then a deadline is measured. The peers are native Oxigraph on disk (the baseline) and in memory, and Virtuoso.
Ratios of one run count, nothing else. Fails where our answers differ from native Oxigraph's, never on time.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import math
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.goals import Goal, figure
from bench.load import load, request
from bench.servers import (
    ROOT,
    chuncheng,
    load_into_virtuoso,
    oxigraph,
    oxigraph_read_only,
    run,
    virtuoso,
)
from bench.whole import write_merge, write_whole
from graph.snapshot import Snapshot, open_current

TITLE = "Endpoint: requests a second against native Oxigraph and Virtuoso"
PEERS = ("native", "memory", "virtuoso")
HARNESS = ROOT.parent / "shared/bench/perf"
# Ten thousand million rows to count: time without memory, whatever the data.
HEAVY = "SELECT (COUNT(*) AS ?n) {{ {} }}".format(
    " ".join(f"VALUES ?{name} {{ {' '.join(map(str, range(100)))} }}" for name in "abcde")
)
#: To native Oxigraph and to Virtuoso, each where no text repeats and where texts do; None where there is no goal.
GOALS: dict[str, dict[str, tuple[float | None, float | None]]] = {
    "point": {"native": (0.9, 3), "virtuoso": (3, 5)},
    "join": {"native": (3, None), "virtuoso": (0.95, None)},
    "analytic": {"native": (3, None), "virtuoso": (0.8, 1)},
    "quick question": {"native": (0.9, 3), "virtuoso": (3, 5)},
    "question": {"native": (3, None), "virtuoso": (0.8, 1)},
    "export": {"native": (2.5, None), "virtuoso": (10, None)},
}
_AT_EIGHT = {("join", "virtuoso")}  # goals that hold for eight clients alone
_MODES = ("cold", "repeated")
_NAMES = {"native": "native Oxigraph on disk", "memory": "native Oxigraph in memory", "virtuoso": "Virtuoso"}
_LATE = 50.0  # milliseconds after its deadline, at most
_HARNESS_EXPORT = "a5"
_QUERIES = Path(__file__).with_name("queries")
_FILLS = 60  # texts of a template under load
_CHECKED = 6  # of them, whose answers are compared
_PATIENCE = 30  # seconds for an answer
_CLIENTS = {"point": (1, 8), "quick question": (1, 8)}
_SLOW = 1.0  # seconds of native Oxigraph: a question that takes it more is asked by one client in one round
_QUICK = 0.005  # seconds of native Oxigraph: a question that takes it less is measured by the goals of points
_OTHER_CLIENTS = (1, 4)
#: The questions ask for years that the sample pages tell of; those of a generated newspaper end before.
_YEARS = {"2024": "2022", "2023": "2021"}
_JSON = "application/sparql-results+json"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server answers queries."""

    port: int
    path: str

    @property
    def url(self) -> str:
        """For a client."""
        return f"http://127.0.0.1:{self.port}{self.path}"

    def target(self, query: str) -> str:
        """The path with the query, to ask for."""
        return f"{self.path}?query={quote(query, safe='')}"


@dataclass(frozen=True, slots=True)
class Question:
    """A query: its kind, how its answers are compared, and the texts that it is asked in."""

    name: str
    kind: str
    rows_matter: bool
    texts: tuple[str, ...]
    slow: bool = False  #: asked by one client in one round


@dataclass(frozen=True, slots=True)
class Options:
    """How the endpoint is measured."""

    oxigraph: str
    virtuoso: str | None
    harness: Path | None
    peers: tuple[str, ...] = PEERS
    seconds: float = 1.0  #: of load for each question, number of clients and server
    rounds: int = 2
    most_clients: int = 8


def main() -> None:
    """Measure, and print or write the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="data folder with a snapshot")
    parser.add_argument("--harness", type=Path, default=HARNESS)
    parser.add_argument("--oxigraph", default=str(Path(sys.executable).with_name("oxigraph")))
    parser.add_argument("--virtuoso", default=shutil.which("virtuoso-t"), help="path of virtuoso-t")
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    harness = given.harness if (given.harness / "run.py").exists() else None
    options = Options(
        given.oxigraph, given.virtuoso, harness, tuple(given.peers), given.seconds, given.rounds
    )
    report = "\n".join(tell(measure(given.data, options)))
    if given.write:
        given.write.write_text(report, encoding="utf-8")
    else:
        print(report)


def measure(data: Path, options: Options) -> dict[str, Any]:
    """Both sets of questions; raises AssertionError where our answers are wrong."""
    with tempfile.TemporaryDirectory() as folder:
        own, late = _measure_ours(data, options, Path(folder))
        sets = [own]
        if options.harness:
            sets.append(_measure_harness(options.harness, options, Path(folder)))
    return {"sets": sets, "late": late, "seconds": options.seconds, "rounds": options.rounds}


# Our own questions


def _measure_ours(data: Path, options: Options, folder: Path) -> tuple[dict[str, Any], list[float]]:
    """On a snapshot, and how late queries past their deadline are answered there.

    The peers hold what its store holds: the named graphs, and the merge of them as default graph. Virtuoso's default graph is all that it
    holds, each triple once for each graph, so it holds the merge alone.
    """
    snapshot = open_current(data)
    whole, merge = folder / "whole.nq", folder / "merge.nt"
    write_whole(snapshot, whole)
    questions = list(_questions(snapshot))
    with contextlib.ExitStack() as stack:
        servers = {}
        if "native" in options.peers:
            store = folder / "native"
            run(options.oxigraph, "load", "-l", store, "-f", whole)
            run(options.oxigraph, "optimize", "-l", store)
            port = stack.enter_context(oxigraph_read_only(options.oxigraph, store))
            servers["native"] = Address(port, "/query")
        servers["ours"] = Address(stack.enter_context(chuncheng(data)), "/sparql")
        if "memory" in options.peers:
            port = stack.enter_context(oxigraph(options.oxigraph))
            _post(port, whole)
            servers["memory"] = Address(port, "/query")
        if "virtuoso" in options.peers and options.virtuoso:
            write_merge(snapshot, merge)
            web, sql = stack.enter_context(virtuoso(options.virtuoso, folder / "virtuoso", folder))
            load_into_virtuoso(sql, merge, f"{snapshot.base}graph/merge")
            servers["virtuoso"] = Address(web, "/sparql")
        problems = list(_compare(servers, questions))
        wrong = [each for each in problems if each["server"] == "ours" and "differ" in each["problem"]]
        assert not wrong, f"our answers differ from native Oxigraph's: {wrong}"
        questions = [_by_time(question, servers["native"]) for question in questions]
        mute = {(each["server"], each["query"]) for each in problems if "differ" not in each["problem"]}
        cells = {
            mode: [
                _load(servers, question, clients, options, mode, mute)
                for question in questions
                if ("native", question.name) not in mute
                for clients in _CLIENTS.get(question.kind, _OTHER_CLIENTS)
                if clients <= (1 if question.slow else options.most_clients)
            ]
            for mode in _MODES
        }
        late = _deadline(servers["ours"].port, 10 if options.rounds > 1 else 1)
    measured = {
        "title": "Our competency questions",
        "about": f"{int(snapshot.manifest['counts']['quads']):,} quads of a newspaper of {int(snapshot.manifest['counts']['articles']):,} articles, "
        f"{int(snapshot.manifest['store']['quads']):,} with the default graph",
        "problems": problems,
        **cells,
    }
    return measured, late


def _questions(snapshot: Snapshot) -> Iterator[Question]:
    """Those of this folder, filled with things of the snapshot, and the competency questions."""
    store, choose = snapshot.open_store(), random.Random(1)
    values = {}
    for path in sorted(_QUERIES.glob("values-*.rq")):
        rows: Any = store.query(path.read_text("utf-8"))
        values[path.stem.partition("-")[2]] = [row[0].value for row in rows]
    for path in sorted(_QUERIES.glob("[!v]*.rq")):
        text = path.read_text("utf-8")
        names = [name for name in values if f"{{{name}}}" in text]
        fills = [{name: choose.choice(values[name]) for name in names} for _ in range(_FILLS if names else 1)]
        texts = tuple(_filled(text, fill) for fill in fills)
        yield Question(path.stem, path.stem.partition("-")[0], "# compare: count" not in text, texts)
    for path in sorted((ROOT / "queries").glob("*.rq")):
        text = path.read_text("utf-8")
        for year, other in _YEARS.items():
            text = text.replace(year, other)
        yield Question(path.stem, "question", True, (text,))


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _post(port: int, quads: Path) -> None:
    with quads.open("rb") as file:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1800)
        connection.request("POST", "/store", file, {"Content-Type": "application/n-quads"})
        assert connection.getresponse().status in (200, 201, 204)


def _compare(servers: dict[str, Address], questions: Sequence[Question]) -> Iterator[dict[str, str]]:
    """Where a server's answers differ from the first one's, or where it gives none: one of each for a question."""
    for question in questions:
        expected: dict[str, Any] = {}
        for name, address in servers.items():
            for text in question.texts[:_CHECKED]:
                try:
                    found = _rows(address, text)
                except (OSError, ValueError, http.client.HTTPException) as error:
                    yield {"server": name, "query": question.name, "problem": f"no answer: {error}"}
                    break
                wanted = expected.setdefault(text, found)
                if len(found) != len(wanted):
                    problem = f"the answers differ: {len(found)} rows, not {len(wanted)}"
                    yield {"server": name, "query": question.name, "problem": problem}
                    break
                if question.rows_matter and found != wanted:
                    odd = next(own for own, other in zip(found, wanted, strict=True) if own != other)
                    problem = f"the answers differ: a row {odd[:160]}"
                    yield {"server": name, "query": question.name, "problem": problem}
                    break


def _by_time(question: Question, baseline: Address) -> Question:
    """A competency question under the kind that goes with its costs."""
    if question.kind != "question":
        return question
    taken = []
    for _ in range(3):
        began = time.perf_counter()
        with contextlib.suppress(OSError, ValueError, http.client.HTTPException):
            _rows(baseline, question.texts[0])
        taken.append(time.perf_counter() - began)
        if taken[0] > _QUICK * 20:
            break
    seconds = statistics.median(taken)
    return replace(question, kind="quick question" if seconds < _QUICK else "question", slow=seconds > _SLOW)


def _rows(address: Address, query: str) -> list[str]:
    """The rows of an answer in an order and a spelling that all servers share; raises ValueError where there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", address.port, timeout=_PATIENCE + 5)
    try:
        connection.request("GET", address.target(query), headers={"Accept": _JSON})
        response = connection.getresponse()
        body = response.read()
    finally:
        connection.close()
    if response.status != 200:
        raise ValueError(f"{response.status} {body[:120].decode('utf-8', 'replace').strip()}")
    shuffled = "GROUP_CONCAT" in query  # its parts come in any order
    return sorted(
        "\t".join(f"{name}={_spelt(term, shuffled=shuffled)}" for name, term in sorted(row.items()))
        for row in json.loads(body)["results"]["bindings"]
    )


def _spelt(term: dict[str, str], *, shuffled: bool) -> str:
    value = term["value"]
    kind = term.get("datatype", "").rpartition("#")[2]
    if kind in ("integer", "decimal", "double", "float"):
        return f"{float(value):.6g}"
    if kind == "boolean":
        return {"1": "true", "0": "false"}.get(value, value)
    return "".join(sorted(value)) if shuffled else value


def _load(
    servers: dict[str, Address],
    question: Question,
    clients: int,
    options: Options,
    mode: str,
    mute: set[tuple[str, str]],
) -> dict[str, Any]:
    """A question under load, the servers in turns that rotate, so that none always comes after the same one."""
    asked = [name for name in servers if (name, question.name) not in mute]
    targets = {
        name: [request(servers[name].target(text), _JSON) for text in question.texts] for name in asked
    }
    rates: dict[str, list[float]] = {name: [] for name in asked}
    medians: dict[str, list[float]] = {name: [] for name in asked}
    rounds = 1 if question.slow else options.rounds
    for turn in range(rounds):
        first = turn % len(asked)
        for name in asked[first:] + asked[:first]:
            salt = f"{turn}c{clients}n" if mode == "cold" else ""
            found = load(servers[name].port, targets[name], clients, options.seconds / rounds, salt=salt)
            assert name != "ours" or not found.errors, (
                f"{question.name}: {found.errors} requests of {len(found.taken)} failed"
            )
            rates[name].append(found.rate)
            medians[name].append(statistics.median(found.taken))
    figures = {
        name: {
            "rps": statistics.median(rates[name]),
            "p50": statistics.median(medians[name]),
            "ratio": statistics.median(
                own / max(base, 1e-3) for own, base in zip(rates[name], rates[asked[0]], strict=True)
            ),
        }
        for name in asked
    }
    return {"query": question.name, "kind": question.kind, "clients": clients, "servers": figures}


# The harness's questions


def _measure_harness(harness: Path, options: Options, folder: Path) -> dict[str, Any]:
    """On a million quads of the harness, by its own client; no triple of them is in two graphs, so unions are merges."""
    folder = folder / "harness"
    folder.mkdir()
    quads, data, store = folder / "kg.nq", folder / "data", folder / "native"
    run(sys.executable, harness / "gen.py", "--articles", "1m", "--out", quads)
    run(sys.executable, "-m", "chuncheng", "build", "--rdf", quads, "--out", data)
    run(options.oxigraph, "load", "-l", store, "-f", quads)
    run(options.oxigraph, "optimize", "-l", store)
    union = "--union-default-graph"
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(oxigraph_read_only(options.oxigraph, store, union))
        servers = {"native": Address(port, "/query")}
        servers["ours"] = Address(stack.enter_context(chuncheng(data)), "/sparql")
        if "memory" in options.peers:
            port = stack.enter_context(oxigraph(options.oxigraph, union))
            _post(port, quads)
            servers["memory"] = Address(port, "/query")
        if "virtuoso" in options.peers and options.virtuoso:
            web, sql = stack.enter_context(virtuoso(options.virtuoso, folder / "virtuoso", folder))
            load_into_virtuoso(sql, quads, "http://example.org/none")
            servers["virtuoso"] = Address(web, "/sparql")
        runs = {
            mode: _run_harness(harness, servers, quads, options, *(["--cold"] if mode == "cold" else []))
            for mode in _MODES
        }
    return {
        "title": "The harness's questions",
        "about": f"{runs['cold']['data'].get('quads', 0):,} quads of its own",
        "problems": runs["cold"]["problems"],
        **{mode: [_cell(cell) for cell in found["cells"]] for mode, found in runs.items()},
    }


def _run_harness(
    harness: Path, servers: dict[str, Address], quads: Path, options: Options, *more: str
) -> dict[str, Any]:
    out = quads.with_name("result.json")
    command = [
        *(sys.executable, harness / "run.py"),
        *(part for name, address in servers.items() for part in ("--server", f"{name}={address.url}")),
        *("--data", quads, "--seconds", 2 * options.seconds, "--rounds", options.rounds),
        *("--clients", "1,8;analytic=1,4", "--json", out, *more),
    ]  # fmt: skip
    # Its status tells of any server's differences.
    subprocess.run([str(part) for part in command], check=False)
    measured: dict[str, Any] = json.loads(out.read_text("utf-8"))
    wrong = [problem for problem in measured["problems"] if problem["server"] == "ours"]
    assert not wrong, f"our answers differ from native Oxigraph's: {wrong}"
    return measured


def _cell(cell: dict[str, Any]) -> dict[str, Any]:
    kind = "export" if cell["query"].startswith(_HARNESS_EXPORT) else cell["kind"]
    servers = {
        name: {key: figures[key] for key in ("rps", "p50", "ratio")}
        for name, figures in cell["servers"].items()
    }
    return {"query": cell["query"], "kind": kind, "clients": cell["clients"], "servers": servers}


def _deadline(port: int, times: int) -> list[float]:
    """How late, in milliseconds, a query past its deadline of a second is answered."""
    late = []
    for turn in range(times):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        began = time.perf_counter()
        connection.request("GET", f"/sparql?timeout=1&query={quote(f'{HEAVY} # {turn}')}")
        status = connection.getresponse().status
        assert status == 504, f"a query past its deadline was answered with {status}"
        late.append((time.perf_counter() - began - 1) * 1000)
        connection.close()
    return late


# The report


def ratios(cells: Sequence[dict[str, Any]]) -> dict[tuple[str, int], dict[str, float]]:
    """By kind and clients: our requests a second as a ratio to each peer's, geometric mean of the questions that both answer."""
    found: dict[tuple[str, int], dict[str, list[float]]] = {}
    for cell in cells:
        row = found.setdefault((cell["kind"], cell["clients"]), {})
        servers = cell["servers"]
        for peer in PEERS:
            # A peer that gave no answer in its time is no yardstick; ours that gave none is the worst there is.
            if peer in servers and "ours" in servers and servers[peer]["rps"]:
                ratio = servers["ours"]["ratio"] / servers[peer]["ratio"]
                row.setdefault(peer, []).append(max(ratio, 1e-9))
    return {
        key: {peer: statistics.geometric_mean(each) for peer, each in row.items()}
        for key, row in found.items()
    }


def goals(found: dict[str, Any]) -> list[Goal]:
    """Each kind's ratio to each peer, with the number of clients where it is lowest."""
    reached = []
    for own in found["sets"]:
        for mode, measured in enumerate(_MODES):
            by_kind = ratios(own[measured])
            for kind, of_peers in GOALS.items():
                for peer, both in of_peers.items():
                    goal = both[mode]
                    at = {
                        clients: row[peer]
                        for (each, clients), row in by_kind.items()
                        if each == kind and peer in row and (clients == 8 or (kind, peer) not in _AT_EIGHT)
                    }
                    if goal is None or not at:
                        continue
                    clients = min(at, key=lambda clients: at[clients])
                    what = f"{own['title']}: {kind}, {measured}, {clients} client{'s'[: clients > 1]}, to {_NAMES[peer]}"
                    reached.append(Goal(what, at[clients], goal, at_least=True))
    if found["late"]:
        reached.append(
            Goal("a query past its deadline: error late by, at worst", max(found["late"]), _LATE, unit="ms")
        )
    return reached


def tell(found: dict[str, Any]) -> list[str]:
    """The section as lines of Markdown."""
    lines = [
        "Requests a second of `chuncheng serve` (killable workers, default settings, metering off) as a ratio to its peers' in one run, "
        f"all servers asked in turns; {found['rounds']} rounds, {found['seconds']:g} s for each question, number of clients and server, "
        "the client on the same cores. Cold: every text is unique, no cache hits. Repeated: texts come again, most answers from a cache. "
        f"Quick questions are those that native Oxigraph on disk answers within {_QUICK * 1000:.0f} ms; their goals are those of points. "
        f"A question that takes it over {_SLOW:g} s is asked by one client in one round. "
        "In memory native Oxigraph has no deadline and no limits; it stands here in fairness. A ratio below its goal is marked ✗.",
    ]
    for own in found["sets"]:
        lines += ["", f"### {own['title']}", "", f"On {own['about']}.", "", *_table(own), "", *_each(own)]
        told = [f"`{p['query']}` at {p['server']}: {p['problem']}" for p in own["problems"]]
        lines += ["", "Where others answer otherwise, or not: " + "; ".join(told) + "."] if told else []
        lines += ["", "Our answers agreed with native Oxigraph's."]
    if found["late"]:
        lines += [
            "",
            f"Deadline: of {len(found['late'])} queries past a deadline of 1 s, the error came {statistics.median(found['late']):.0f} ms late in the median, "
            f"{max(found['late']):.0f} ms at worst (goal: {_LATE:.0f} ms).",
        ]
    return [
        *lines,
        "",
        "What gap there is at points and quick questions is the price of safety: what native Oxigraph answers in a tenth of a millisecond crosses a tokenizer "
        "here, and Python in a process that can be ended. A question that comes again costs no query at all.",
    ]


def charts(found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Rows of the charts by their names."""
    rows = [
        {
            "set": own["title"],
            "kind": f"{kind}, {clients}",
            "peer": _NAMES[peer],
            "texts": mode,
            "ratio": ratio,
        }
        for own in found["sets"]
        for mode in _MODES
        for (kind, clients), row in ratios(own[mode]).items()
        for peer, ratio in row.items()
    ]
    return {"endpoint": rows}


def _table(own: dict[str, Any]) -> list[str]:
    by_mode = [ratios(own[mode]) for mode in _MODES]
    peers = [peer for peer in PEERS if any(peer in row for row in by_mode[0].values())]
    heads = [f"{_NAMES[peer]}: {mode}" for peer in peers for mode in _MODES]
    lines = [f"| kind | clients | {' | '.join(heads)} |", f"|---|---:|{'---:|' * len(heads)}"]
    for kind, clients in by_mode[0]:
        cells = []
        for peer in peers:
            for mode, rows in enumerate(by_mode):
                ratio = rows.get((kind, clients), {}).get(peer, math.nan)
                goal = GOALS[kind].get(peer, (None, None))[mode]
                applies = goal is not None and (clients == 8 or (kind, peer) not in _AT_EIGHT)
                mark = " ✗" if applies and goal is not None and ratio < goal else ""
                cells.append("–" if math.isnan(ratio) else f"{figure(ratio)}{mark}")
        lines.append(f"| {kind} | {clients} | {' | '.join(cells)} |")
    return lines


def _each(own: dict[str, Any]) -> list[str]:
    """Every question's own figures, folded away."""
    peers = [peer for peer in PEERS if any(peer in cell["servers"] for cell in own["cold"])]
    lines = [
        "<details><summary>Each question</summary>",
        "",
        f"| question | clients | {' | '.join(f'{_NAMES[peer]}, /s' for peer in peers)} | ours cold, /s | median, ms | ours repeated, /s |",
        f"|---|---:|{'---:|' * (len(peers) + 3)}",
    ]
    for one, other in zip(own["cold"], own["repeated"], strict=True):
        servers = one["servers"]
        rates = [_rate(servers.get(peer)) for peer in peers]
        median = f"{servers['ours']['p50'] * 1000:.2f}" if "ours" in servers else "–"
        ours = [_rate(servers.get("ours")), median, _rate(other["servers"].get("ours"))]
        lines.append(f"| {one['query']} | {one['clients']} | {' | '.join(rates + ours)} |")
    return [*lines, "", "</details>"]


def _rate(figures: dict[str, float] | None) -> str:
    return "–" if figures is None else figure(figures["rps"])


if __name__ == "__main__":
    main()
