"""The command line as a user meets it: real processes, their output, their exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from graph.table import display_width, render_table

PAGE = """昆明新报

口袋公园进社区

本报讯(记者 林小雨) 昆明市2024年将新建口袋公园30个以上。2023年昆明市新增停车位1.2万个。
"""
CCL = "https://w3id.org/chuncheng/def/"


def run(
    *arguments: str | Path, stdin: str | None = None, cwd: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "chuncheng", *map(str, arguments)],
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        cwd=cwd,
        env=os.environ | {"PYTHONUTF8": "1"} | environment,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a snapshot of four quads in two graphs."""
    folder = tmp_path_factory.mktemp("cli")
    file = folder / "little.trig"
    file.write_text(
        f"@prefix ccl: <{CCL}> . @prefix id: <https://w3id.org/chuncheng/id/> ."
        ' <x:g1> { <x:a> ccl:value 1 ; <x:p> "春城"@zh } <x:g2> { <x:a> ccl:value 1 . <x:b> <x:p> <https://w3id.org/chuncheng/id/area/1> }',
        encoding="utf-8",
    )
    result = run("build", "--rdf", file, "--out", folder / "data")
    assert (result.returncode, result.stderr.count("error")) == (0, 0)
    return folder / "data"


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text(PAGE, encoding="utf-8")
    return path


@pytest.mark.parametrize("command", [(), ("extract",), ("build",), ("serve",), ("query",), ("snapshots",)])
def test_help_teaches_by_examples(command: tuple[str, ...]) -> None:
    result = run(*command, "--help")
    assert result.returncode == 0
    assert "Usage:" in result.stdout
    if command != ("snapshots",):
        assert f"\n  chuncheng {' '.join(command)}" in result.stdout, "an example to copy"


def test_version_is_that_of_the_package() -> None:
    assert run("--version").stdout.startswith("chuncheng ")


@pytest.mark.parametrize(
    "arguments",
    [
        ("build",),
        ("build", "no-such-page.txt"),
        ("extract",),
        ("extract", "no-such-page.txt"),
        ("serve", "--bind", "8000"),
        ("serve", "--bind", "localhost:port"),
        ("query", "no-such-query.rq"),
        ("query", "ASK {}", "--format", "word"),
        ("snapshots", "prune", "--keep", "-1"),
        ("no-such-command",),
    ],
)
def test_what_is_typed_wrong_ends_with_exit_code_2_and_usage(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = run(*arguments, cwd=tmp_path)
    assert result.returncode == 2
    assert "Usage:" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("query", "ASK {}"),
        ("serve",),
        ("snapshots", "verify"),
        ("snapshots", "rollback"),
        ("snapshots", "dump"),
    ],
)
def test_without_a_snapshot_the_error_says_how_to_make_one(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = run(*arguments, "--data", tmp_path / "none")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.startswith("error: ")
    assert "chuncheng build" in result.stderr
    assert "Traceback" not in result.stderr


def test_extract_prints_one_json_object_a_line_in_utf_8_whatever_the_locale(page: Path) -> None:
    result = run(
        "extract",
        page,
        "--published",
        "2024-01-22",
        "--publisher",
        "昆明新报",
        PYTHONIOENCODING="gb18030",
    )
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.returncode == 0
    article = rows[0]
    assert (article["type"], article["published"], article["publisher"]) == (
        "article",
        "2024-01-22",
        "昆明新报",
    )
    for row in rows[1:]:
        assert article["body"][row["start"] : row["end"]] == row["quote"]
    assert {row["type"] for row in rows} >= {"article", "entity", "statement"}


def test_extract_as_a_table_shows_the_promise(page: Path) -> None:
    result = run("extract", page, "--format", "table")
    assert "promise" in result.stdout
    assert "口袋公园" in result.stdout


def test_a_file_that_cant_be_read_is_named_and_the_rest_goes_on(tmp_path: Path, page: Path) -> None:
    broken = tmp_path / "broken.txt"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    result = run("extract", broken, page)
    assert result.returncode == 0
    assert "broken.txt" in result.stderr
    assert "口袋公园" in result.stdout
    strict = run("extract", broken, page, "--strict")
    assert (strict.returncode, strict.stdout) == (1, "")
    assert "broken.txt" in strict.stderr
    alone = run("extract", broken)
    assert alone.returncode == 1
    assert "Traceback" not in alone.stderr


def test_a_page_becomes_a_snapshot_that_answers(tmp_path: Path, page: Path) -> None:
    out = tmp_path / "data"
    built = run("build", page, "--out", out)
    assert built.returncode == 0, built.stderr
    assert "published" in built.stdout
    assert "1 article, " in built.stderr, "progress as plain lines, since this is no terminal"
    assert "\r" not in built.stderr
    assert re.search(r"processor seconds of reading, in all processes: extraction .*, SHACL \d", built.stderr)
    again = run("build", page, "--out", out)
    assert "SHACL" not in again.stderr, "the article was kept"
    assert again.stdout.startswith("nothing has changed, so this stays published: ")
    assert built.stdout.split()[1] in again.stdout
    question = (
        "SELECT ?value ?quote { ?c a ccl:Commitment ; ccl:value ?value ; ccl:evidence/ccl:quote ?quote }"
    )
    rows = run("query", question, "--format", "csv", CHUNCHENG_DATA=str(out)).stdout.splitlines()
    assert rows[0] == "value,quote"
    assert rows[1].startswith("30,")
    assert "新建口袋公园30个以上" in rows[1]


def test_a_build_tells_of_a_decision_on_what_isnt_there(tmp_path: Path, page: Path) -> None:
    decisions = tmp_path / "matches.toml"
    decisions.write_text(
        '[[match]]\naction = "accept"\ntarget = "commitment/none"\noutcomes = ["outcome/none"]\n'
        'author = "林小雨"\ndate = 2024-03-01\nreason = "同一件事。"\n',
        encoding="utf-8",
    )
    for _ in range(2):  # also where nothing has changed
        built = run("build", page, "--out", tmp_path / "data", "--corrections", decisions)
        assert built.returncode == 0, built.stderr
        assert "[[match]] commitment/none ← outcome/none: no such promise and result" in built.stderr


def test_a_snapshot_of_quotes_only_holds_no_text_of_an_article(tmp_path: Path, page: Path) -> None:
    whole, quotes = tmp_path / "whole", tmp_path / "quotes"
    run("build", str(page), "--out", str(whole))
    run("build", str(page), "--out", str(quotes), "--quotes-only")
    kept = run(
        "query", "SELECT ?text { ?article schema:articleBody ?text }", "--data", str(whole), "--format", "csv"
    )
    left = run(
        "query",
        "SELECT ?text { ?article schema:articleBody ?text }",
        "--data",
        str(quotes),
        "--format",
        "csv",
    )
    assert len(kept.stdout.splitlines()) > 1
    assert len(left.stdout.splitlines()) == 1
    words = "SELECT (COUNT(?quote) AS ?n) { ?span ccl:quote ?quote }"
    both = [run("query", words, "--data", str(data), "--format", "csv").stdout for data in (whole, quotes)]
    assert both[0] == both[1]
    context = run("query", "ASK { ?s oa:prefix ?words }", "--data", str(quotes), "--format", "json")
    assert "false" in context.stdout


def test_with_strict_a_file_that_cant_be_read_keeps_everything_from_being_published(
    tmp_path: Path, page: Path
) -> None:
    broken = tmp_path / "broken.txt"
    broken.write_bytes(b"")
    result = run("build", page, broken, "--strict", "--out", tmp_path / "data")
    assert result.returncode == 1
    assert not (tmp_path / "data" / "current").exists()


@pytest.mark.parametrize("below", ["", "/data"])
def test_what_can_be_no_data_folder_is_named(tmp_path: Path, page: Path, below: str) -> None:
    taken = tmp_path / "taken"
    taken.touch()
    result = run("build", page, "--out", f"{taken}{below}")
    assert result.returncode == 1
    assert result.stderr.startswith(f"error: {taken}{below}: this can't be the data folder")
    assert "Traceback" not in result.stderr


def test_broken_rdf_is_an_error_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "broken.ttl"
    file.write_text("<x:a> <x:p>\n  nonsense .\n", encoding="utf-8")
    result = run("build", "--rdf", file, "--out", tmp_path / "data")
    assert result.returncode == 1
    assert "broken.ttl, line 2, column 3" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_table_shows_short_iris_that_the_next_query_takes(data: Path) -> None:
    table = run("query", "SELECT ?p ?o { <x:b> ?p ?o }", "--data", data).stdout
    assert "<id/area/1>" in table
    again = run("query", "SELECT ?s { ?s <x:p> <id/area/1> }", "--data", data).stdout
    assert "<x:b>" in again
    assert "ccl:value" in run("query", "SELECT ?p { <x:a> ?p 1 }", "--data", data).stdout


def test_our_prefixes_need_no_declaration_and_a_query_may_declare_its_own(data: Path) -> None:
    assert run("query", "ASK { <x:a> ccl:value 1 }", "--data", data).stdout == "yes\n"
    own = "PREFIX ccl: <x:other/> ASK { <x:a> ccl:value 1 }"
    assert run("query", own, "--data", data).stdout == "no\n"


@pytest.mark.parametrize("way", ["typed", "file", "standard input"])
def test_a_query_may_be_typed_or_stand_in_a_file_or_come_in(data: Path, tmp_path: Path, way: str) -> None:
    text = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    file = tmp_path / "count.rq"
    file.write_text(text, encoding="utf-8")
    argument = {"typed": text, "file": str(file), "standard input": "-"}[way]
    result = run("query", argument, "--data", data, "--format", "csv", stdin=text)
    assert result.stdout.split() == ["n", "3"], "the triple of both graphs counts once"


@pytest.mark.parametrize(
    ("format", "starts"),
    [
        ("json", '{"head"'),
        ("csv", "o\n"),
        ("tsv", "?o\n"),
        ("xml", "<?xml"),
        ("table", "?o"),
    ],
)
def test_a_select_is_written_in_every_table_format(data: Path, format: str, starts: str) -> None:
    result = run("query", "SELECT ?o { <x:a> <x:p> ?o }", "--data", data, "--format", format)
    assert result.returncode == 0
    assert result.stdout.replace("\r", "").startswith(starts)
    assert "春城" in result.stdout


@pytest.mark.parametrize(
    ("format", "holds"),
    [
        ("turtle", '<x:a> <x:p> "春城"@zh'),
        ("ntriples", '<x:a> <x:p> "春城"@zh .'),
        ("nquads", '<x:a> <x:p> "春城"@zh .'),
        ("trig", '<x:a> <x:p> "春城"@zh'),
        ("rdfxml", "<rdf:RDF"),
        ("jsonld", '"@value":"春城"'),
        ("table", "春城"),
    ],
)
def test_a_construct_is_written_in_every_graph_format(data: Path, format: str, holds: str) -> None:
    query = (
        "CONSTRUCT { <x:a> <x:p> ?o } { <x:a> <x:p> ?o }"
        if format != "rdfxml"
        else "CONSTRUCT { <x:a> ccl:value ?o } { <x:a> ccl:value ?o }"
    )
    result = run("query", query, "--data", data, "--format", format)
    assert result.returncode == 0
    assert holds in result.stdout


def test_a_format_of_the_other_kind_is_refused_by_name(data: Path) -> None:
    result = run("query", "ASK {}", "--data", data, "--format", "turtle")
    assert result.returncode == 1
    assert "table, json, csv, tsv, xml" in result.stderr
    result = run("query", "DESCRIBE <x:a>", "--data", data, "--format", "csv")
    assert result.returncode == 1
    assert "turtle" in result.stderr


def test_a_syntax_error_has_line_and_column_and_exit_code_1(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "broken.rq"
    file.write_text("SELECT * {\n  ?s ?p ?o ?x }\n", encoding="utf-8")
    result = run("query", file, "--data", data)
    assert (result.returncode, result.stdout) == (1, "")
    assert "broken.rq, line 2, column" in result.stderr
    assert len(result.stderr) < 600


def test_a_reader_that_stops_early_sees_no_traceback(tmp_path: Path) -> None:
    file = tmp_path / "many.nt"
    file.write_text("".join(f"<x:s> <x:p> <x:o{i}> .\n" for i in range(20_000)), encoding="utf-8")
    assert run("build", "--rdf", file, "--out", tmp_path / "data").returncode == 0
    command = [sys.executable, "-m", "chuncheng", "snapshots", "dump", "--data", str(tmp_path / "data")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.read(10)
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


def test_snapshots_are_listed_verified_dumped_rolled_back_and_pruned(tmp_path: Path) -> None:
    out = tmp_path / "data"
    ids = []
    for name in ("one", "two"):
        file = tmp_path / f"{name}.nt"
        file.write_text(f"<x:{name}> <x:p> <x:b> .\n", encoding="utf-8")
        ids.append(run("build", "--rdf", file, "--out", out).stdout.split()[1])
    listed = run("snapshots", "list", "--data", out).stdout
    assert all(identifier in listed for identifier in ids)
    assert f"*  {ids[1]}" in listed
    assert run("snapshots", "rollback", ids[0][:8], "--data", out).stdout.startswith(ids[0])
    assert "<x:one>" in run("snapshots", "dump", "--data", out).stdout
    assert "<x:two>" in run("snapshots", "dump", ids[1], "--data", out).stdout
    target = tmp_path / "dump.trig"
    assert run("snapshots", "dump", "--format", "trig", "--output", target, "--data", out).returncode == 0
    assert "<x:one> <x:p> <x:b>" in target.read_text(encoding="utf-8")
    assert run("snapshots", "prune", "--keep", "0", "--data", out).stdout == f"removed {ids[1]}\n"
    assert run("snapshots", "verify", "--data", out).stdout == f"{ids[0]} is sound\n"
    dump = out / "snapshots" / ids[0] / "data.nq.zst"
    dump.write_bytes(dump.read_bytes()[:-1] + b"?")
    broken = run("snapshots", "verify", "--all", "--data", out)
    assert (broken.returncode, broken.stdout) == (1, "")
    assert "damaged" in broken.stderr


def test_columns_line_up_also_with_chinese_characters() -> None:
    lines = list(render_table(["name", "n"], [["昆明市", "1"], ["Kunming", "2"], ["e\u0301", "3"]]))
    assert {display_width(line) for line in lines if line[-1].isdigit()} == {len("Kunming") + 3}


def test_control_characters_of_data_never_reach_the_terminal() -> None:
    text = "\n".join(render_table(["a"], [["red \x1b[31m\r\u202eevil\nline"]]))
    assert "\x1b" not in text
    assert "\r" not in text
    assert "\u202e" not in text
    assert len(text.splitlines()) == 3


def test_a_long_cell_is_cut_at_its_width() -> None:
    *_, row = render_table(["a"], [["春" * 100]], cell_width=20)
    assert row.endswith("…")
    assert display_width(row) <= 20
