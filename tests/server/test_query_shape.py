"""What a query is made of: its triple patterns, the calls of SERVICE, and what the guard says of it."""

from __future__ import annotations

import contextlib
import time

import pytest

from server.guard import _most_patterns, check
from server.problem import Problem
from server.query_shape import read_shape
from server.settings import Limits

LIMITS = Limits()


@pytest.mark.parametrize(
    ("query", "patterns"),
    [
        ("ASK {}", 0),
        ("SELECT * { ?s ?p ?o }", 1),
        ("SELECT * WHERE { ?s ?p ?o . ?o ?q 'x'@en . }", 2),
        ("SELECT * { ?s a <a:b> ; <a:c> 1, 2.5, true ; <a:d> 'x'^^<a:t> ; . }", 5),
        ("PREFIX a: <a:> SELECT ?x (SUM(?y) AS ?z) { ?x a:b ?y FILTER(?y > 3 && a:f(?x, 1, 2)) } GROUP BY ?x ?y HAVING(?z > 1)", 1),
        ("SELECT * { ?s <a:a>/<a:b>/<a:c> ?o }", 3),
        ("SELECT * { ?s (<a:a>|<a:b>)*/^<a:c>+ ?o }", 3),
        ("SELECT * { ?s !(<a:a>|^<a:b>) ?o }", 2),
        ("SELECT * { ?s <a:l> (1 2 ?x) }", 7),
        ("SELECT * { (1 2) <a:l> ?x }", 5),
        ("SELECT * { ?s <a:l> (1 (2 3) ()) }", 11),
        ("SELECT * { [ <a:a> 1 ; <a:b> [ <a:c> 2 ] ] <a:d> 3 }", 4),
        ("SELECT * { [ <a:a> 1 ] . ?s ?p ?o }", 2),
        ("SELECT * { << ?s ?p ?o >> <a:q> 1 }", 3),
        ("SELECT * { ?s ?p ?o {| <a:q> 1 ; <a:r> 2 |} . ?a ?b ?c }", 4),
        ("SELECT * { VALUES ?x { 1 2 3 <a:a> UNDEF } VALUES (?y ?z) { (1 2) (3 4) } ?x ?p ?y }", 1),
        ("SELECT * { ?s ?p ?o FILTER(?o IN (1, 2, 3, 4)) FILTER NOT EXISTS { ?s <a:b> 1 . ?s <a:c> 2 } }", 3),
        ("SELECT * { BIND(IF(?a, CONCAT('a', 'b', 'c'), 1) AS ?b) OPTIONAL { ?s ?p ?o } MINUS { ?s ?q ?r } }", 2),
        ("SELECT * { { ?a ?b ?c } UNION { ?d ?e ?f } GRAPH ?g { ?h ?i ?j } GRAPH <a:g> { ?k ?l ?m } }", 4),
        ("SELECT * { { SELECT ?a (COUNT(*) AS ?n) { ?a ?b ?c } GROUP BY ?a ORDER BY DESC(?n) ?a LIMIT 3 } ?a ?x ?y }", 2),
        ("CONSTRUCT { ?s <a:a> ?o , ?p } WHERE { ?s ?p ?o }", 3),
        ("DESCRIBE <a:b> ?x { ?x ?p ?o } ORDER BY ?x LIMIT 1", 1),
        ("SELECT * FROM <a:g> { ?s ?p '. ; , ?a ?b ?c' } # ?s ?p ?o . ?s ?p ?o", 1),
        ("SELECT * { FILTER EXISTS { ?s ?p ?o FILTER regex(?o, 'a, b') } ?s ?p ?o }", 2),
    ],
)  # fmt: skip
def test_triple_patterns_are_counted(query: str, patterns: int) -> None:
    assert read_shape(query).patterns == patterns
    assert _most_patterns(query.encode()) + 1 >= patterns


MANY = [
    " . ".join(f"?s{i} ?p{i} ?o{i}" for i in range(300)),
    "?s <a:b> " + ",".join(str(i) for i in range(300)),
    "?s " + " ; ".join(f"<a:p{i}> ?o{i}" for i in range(300)),
    "?s <a:b> (" + " ".join(str(i) for i in range(150)) + ")",
    "?s <a:b> (" + '"a"1' * 75 + ")",
    "?s <a:b> (" + "[]1" * 75 + ")",
    "?s <a:b> (" + "+1-.5" * 75 + ")",
    "?s <a:b> (" + "()" * 150 + ")",
    "?s <a:b> (" + "(1)" * 75 + ")",
    "?s <a:b> (" + "?x?y" * 75 + ")",
    "?s " + "/".join(["<a:b>"] * 300) + " ?o",
    "?s " + "|".join(["<a:b>"] * 300) + " ?o",
    "".join("{ ?s ?p ?o } " for _ in range(300)),
    "?s?p?o." * 300,
]


@pytest.mark.parametrize("pattern", MANY, ids=range(len(MANY)))
@pytest.mark.parametrize(
    "form", ["SELECT * { %s }", "CONSTRUCT { %s } WHERE { ?s ?p ?o }", "ASK { OPTIONAL { %s } }"]
)
def test_too_many_patterns_are_refused_before_the_parser(pattern: str, form: str) -> None:
    with pytest.raises(Problem) as caught:
        check(form % pattern, LIMITS)
    assert caught.value.status == 413
    assert caught.value.fields["limit"] == 200


HARMLESS = [
    "SELECT * { ?s ?p ?o VALUES ?x { " + " ".join(f"<a:{i}>" for i in range(1000)) + " } }",
    "SELECT * { ?s ?p ?o VALUES (?x ?y) { " + " ".join(f"({i} {i})" for i in range(1000)) + " } }",
    "SELECT * { ?s ?p ?o FILTER(?o IN (" + ", ".join(str(i) for i in range(1000)) + ")) }",
    "SELECT * { ?s ?p ?o FILTER(" + " || ".join(f"?o = {i}.5" for i in range(500)) + ") }",
    "SELECT * { ?s ?p ?o BIND(CONCAT(" + ", ".join(f"'{i}'" for i in range(1000)) + ") AS ?x) }",
    "SELECT * { " + " . ".join(f"?s{i} ?p ?o" for i in range(200)) + " }",
    "SELECT * { ?s ?p '" + " . ; , " * 1000 + "' }",
]


@pytest.mark.parametrize("query", HARMLESS, ids=range(len(HARMLESS)))
def test_long_lists_that_are_no_patterns_pass(query: str) -> None:
    check(query, LIMITS)


@pytest.mark.parametrize(
    "query",
    [
        "INSERT DATA { <a:a> <a:a> <a:a> }",
        "PREFIX a: <b:> # INSERT\nDELETE WHERE { ?s ?p ?o }",
        "BASE <a:b> CLEAR ALL",
        "load <http://127.0.0.1/>",
        "\\u0049NSERT DATA { <a:a> <a:a> <a:a> }",
        "WITH <a:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)
def test_an_update_is_told_how_data_is_changed_here(query: str) -> None:
    with pytest.raises(Problem, match="chuncheng build") as caught:
        check(query, LIMITS)
    assert caught.value.status == 400


def test_words_of_updates_are_no_updates_elsewhere() -> None:
    check("SELECT ?insert { ?load <a:delete> 'CLEAR ALL' } # DROP", LIMITS)


@pytest.mark.parametrize("sign", ["\0", "\ud800"])
def test_what_is_no_character_is_named_with_its_place(sign: str) -> None:
    with pytest.raises(Problem) as caught:
        check(f"ASK {{}}\n # {sign}", LIMITS)
    assert (caught.value.status, caught.value.fields) == (400, {"line": 2, "column": 4})


@pytest.mark.parametrize(
    ("query", "names_graphs", "volatile"),
    [
        ("SELECT * { ?s ?p ?o }", False, False),
        ("SELECT*{GRAPH?g{?s?p?o}}", True, False),
        ("SELECT * FROM<a:b>{?s ?p ?o}", True, False),
        ("# graphs named so, from 2023\nSELECT ?s { ?s ?p ?o } # from\n", False, False),
        ("SELECT ?from ?graph { ?from ?p $graph }", False, False),
        ("SELECT * { ?s ?p 'a # b' GRAPH ?g { ?s ?p ?o } }", True, False),
        ("SELECT * { ?s ?p '''\n# ''' GRAPH ?g { ?s ?p ?o } }", True, False),
        ("SELECT * { ?s <a:b#c> ?o GRAPH ?g { ?s ?p ?o } }", True, False),
        ("SELECT * { ?s <a:b\\u0023 ?o>\\u000AGRAPH ?g { ?s ?p ?o } }", True, False),
        ("# a comment\rSELECT * { GRAPH ?g { ?s ?p ?o } }", True, False),
        ("# a graph # of one from there\nASK { ?s ?p ?o }", False, False),
        ("#\r #\r\nASK { GRAPH ?g { ?s ?p ?o } }", True, False),
        ("# a comment\\u000ASELECT * { GRAPH ?g { ?s ?p ?o } }", True, False),
        ("SELECT (\\u0052AND() AS ?x) {}", False, True),
        ("SELECT (now() AS ?x) {}", False, True),
        ("SELECT (BNODE() AS ?x) {}", False, True),
        ("SELECT (STRUUID() AS ?x) {}", False, True),
        ("SELECT (1-RAND # a number\n () AS ?x) {}", False, True),
        ("SELECT (?a-NOW() AS ?x) { ?s ?p ?a }", False, True),
        ("ASK { FILTERNOW() }", False, True),
        ("SELECT * { ?s ?p ?now FILTER(?unknown) } # known now", False, False),
        ("PREFIX now: <a:b> SELECT * { ?brand now:rand (?uuid) }", False, False),
        ("CONSTRUCT { _:a ?p ?o } WHERE { ?s ?p ?o }", False, True),
        ("CONSTRUCT { [] ?p ?o } WHERE { ?s ?p ?o }", False, True),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", False, False),
    ],
)
def test_what_a_query_touches_is_known(query: str, names_graphs: bool, volatile: bool) -> None:
    checked = check(query, LIMITS)
    assert (checked.names_graphs, checked.volatile) == (names_graphs, volatile)


# SERVICE where endpoints are allowed


@pytest.mark.parametrize(
    ("query", "iri", "silent"),
    [
        ("SELECT * { SERVICE <https://a.example/sparql> { ?s ?p ?o } }", "https://a.example/sparql", False),
        ("PREFIX x: <https://a.example/> ASK { ?a ?b ?c . service silent x:sparql {?s ?p ?o} }", "https://a.example/sparql", True),
        ("BASE <https://a.example/b/> ASK { OPTIONAL { SERVICE <../sparql> { { ?s ?p ?o } UNION {} } } }", "https://a.example/sparql", False),
    ],
)  # fmt: skip
def test_calls_are_found_with_their_endpoint_and_group(query: str, iri: str, silent: bool) -> None:
    (call,) = check(query, LIMITS, services=True).services
    assert (call.iri, call.silent) == (iri, silent)
    assert query[call.start : call.end].upper().startswith("SERVICE")
    assert query[call.start : call.end].endswith(call.group)
    assert call.group.startswith("{")
    assert call.group.count("{") == call.group.count("}")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE ?x { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://a.example/> { SERVICE <https://b.example/> { ?s ?p ?o } } }",
        "SELECT * { SERVICE x:y { ?s ?p ?o } }",
        "SELECT * { SERVICE <https://a.example/> { ?s ?p ?o } \\u0053ERVICE <http://b.example/> {} }",
        "SELECT * { SERVICE <https://a.example/>",
        "SELECT * { FILTER(?a <2)#>\n SERVICE <http://b.example/> {} }",
        "SELECT * { ?s ?p trueSERVICE<http://b.example/>{} }",
    ],
)
def test_a_call_that_cannot_be_made_out_is_refused(query: str) -> None:
    try:
        checked = check(query, LIMITS, services=True)
    except Problem as problem:
        assert problem.status == 403
    else:
        assert [call.iri for call in checked.services] == ["http://b.example/"]


def test_without_the_setting_every_call_is_refused() -> None:
    with pytest.raises(Problem) as caught:
        check("SELECT * { SERVICE <https://a.example/sparql> { ?s ?p ?o } }", LIMITS)
    assert caught.value.status == 403


HOSTILE = [
    "{}" * 15_000,
    "?s?p?o." * 4500,
    "(" * 64 + " " * 30_000,
    "<a>" * 10_000,
    "'" * 32_000,
    '"""' + '"' * 32_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_text_keeps_the_guard_busy_out_of_proportion_to_its_length(text: str) -> None:
    def seconds(query: str) -> float:
        began = time.process_time()
        with contextlib.suppress(Problem):
            check("SELECT * {" + query, LIMITS)
        return time.process_time() - began

    quarter = min(seconds(text[: len(text) // 4]) for _ in range(3))
    assert min(seconds(text) for _ in range(3)) < 8 * quarter + 0.01
