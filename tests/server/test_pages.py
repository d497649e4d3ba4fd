"""What people see: each kind of page, the form, and labels that try to break out."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest
from pyoxigraph import Literal, NamedNode

from server.pages import panels
from server.pages.panels import Panel, panel_query, read_kind
from server.pages.rows import Row
from server.pages.statement import in_sentence
from server.pages.statements import quantity, readable_number
from tests.server.live import Server

HTML = {"Accept": "text/html"}
PANELS = Path(panels.__file__).with_name("panels")
QUOTE = "榴花物流园总收入不低于120亿元"
HOSTILE = "<script>alert('标签')</script>"


class Elements(HTMLParser):
    """Tags, links and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.attributes: set[str] = set()
        self.scripts: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)
        if tag == "script":
            # What has a type of data is no script, and isn't run.
            told = dict(attrs)
            data = told.get("type") if told.get("type") == "application/ld+json" else None
            self.scripts.append(told.get("src") or data or "inline")
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]

    def handle_data(self, data: str) -> None:
        self.text += data


def show(client: Server, path: str, status: int = 200) -> Elements:
    response = client.get(path, headers=HTML)
    assert response.status_code == status
    assert response.mimetype == "text/html"
    return Elements(response.text)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/", ["春城账本", "昆明承诺了什么", "榴花物流园明年收入要过百亿", "不低于 120亿元", QUOTE]),
        ("/doc/area/530111", ["官渡区", "Guandu District", QUOTE, "不低于 120亿元", "榴花物流园", "530111"]),
        ("/doc/park/liuhua-aaaaaa", ["榴花物流园", QUOTE, "131.5亿元", "官渡区", "1 次"]),
        ("/doc/article/a1", ["会上说了三件事。", "张一", "2024-01-22", "明年" + QUOTE]),
        (
            "/doc/commitment/c1",
            ["榴花工信局", "不低于 120亿元", "2025", "去年的目标是" + QUOTE + "。", "131.5亿元"],
        ),
        ("/doc/outcome/o1", ["兑现了承诺", "物流总收入 120亿元 2025", "榴花物流园去年实际总收入131.5亿元"]),
        ("/doc/def/Commitment", ["承诺", "Commitment", "说要做到的事"]),
        ("/doc/def/", ["本体", "承诺", "说要做到的事", "ObjectProperty"]),
        ("/sparql", ["SPARQL", "提问"]),
        ("/en/", ["Chuncheng Ledger", "What Kunming promised", "at least 12 billion", QUOTE]),
        ("/en/doc/area/530111", ["Guandu District", "官渡区", QUOTE, "at least 12 billion", "Promises"]),
        ("/en/doc/outcome/o1", ["fulfils the promise", "131.5亿元", "The words that say so"]),
        ("/en/sparql", ["Ask", "Examples"]),
        ("/timeline?year=2024", ["2024-01-22", "榴花物流园明年收入要过百亿"]),
        ("/cite/commitment/c1", ["[DB/OL]", "@misc{chuncheng-commitment-c1,", "[N/OL]", QUOTE]),
        ("/en/cite/article/a1", ["Cite", "Where it was printed", "榴花物流园明年收入要过百亿[N/OL]"]),
    ],
)
def test_a_page_shows_its_thing_and_the_words_that_say_so(
    client: Server, path: str, words: list[str]
) -> None:
    text = show(client, path).text
    assert [word for word in words if word not in text] == []


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/doc/organization/hostile-cccccc",
        "/doc/article/a2",
        "/doc/commitment/c1",
        "/doc/area/530111",
        "/doc/def/",
        "/en/doc/organization/hostile-cccccc",
        "/cite/organization/hostile-cccccc",
        "/timeline?year=%3Cscript%3E",
        "/sparql?" + urlencode({"query": "SELECT * { ?s ?p ?o } ORDER BY ?o"}),
        "/sparql?"
        + urlencode({"query": f"SELECT ('{HOSTILE}' AS ?x) {{}} # </textarea>".replace("'标签'", "1")}),
        "/sparql?" + urlencode({"query": "</textarea><script>alert(1)</script>"}),
    ],
)
def test_a_page_needs_no_script_no_other_host_and_lets_no_label_out(client: Server, path: str) -> None:
    response = client.get(path, headers=HTML)
    page = Elements(response.text)
    assert not {"img", "b", "iframe", "style"} & set(page.tags)
    assert all(
        script.startswith("/static/dist/assets/") or script == "application/ld+json"
        for script in page.scripts
    )
    assert not {name for name in page.attributes if name.startswith("on")} | ({"style"} & page.attributes)
    assert not [link for link in page.links if link.lower().startswith(("javascript:", "data:", "//"))]
    assert response.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_label_full_of_markup_is_shown_as_it_is(client: Server) -> None:
    page = show(client, "/doc/organization/hostile-cccccc")
    assert HOSTILE in page.text
    assert "javascript:alert(1)" in page.text or "alert(1)" in page.text


@pytest.mark.parametrize(
    "path", ["/", "/doc/area/530111", "/doc/park/liuhua-aaaaaa", "/doc/commitment/c1", "/sparql"]
)
def test_every_link_of_a_page_that_stays_here_leads_somewhere(client: Server, path: str) -> None:
    links = {link for link in show(client, path).links if link.startswith("/")}
    assert links
    broken = [link for link in links if client.get(link).status_code not in (200, 404)]
    assert broken == []
    unknown = [link for link in links if client.get(link).status_code == 404]
    # Terms that this small ledger uses without describing them have a document all the same: they are used.
    assert [link for link in unknown if not link.startswith("/doc/def/")] == []


@pytest.mark.parametrize(
    ("path", "wanted", "tag"),
    [
        ("/doc/area/530111", None, "zh-Hans"),
        ("/doc/area/530111", "en-GB,en;q=0.8", "en"),
        ("/doc/area/530111", "fr, zh-CN;q=0.5", "zh-Hans"),
        ("/doc/area/530111", "zh;q=0.3, en;q=0.9", "en"),
        ("/zh/doc/area/530111", "en", "zh-Hans"),
        ("/en/doc/area/530111", "zh", "en"),
        ("/en/nothing", "zh", "en"),
    ],
)
def test_the_url_else_the_browser_chooses_the_language(
    client: Server, path: str, wanted: str | None, tag: str
) -> None:
    response = client.get(path, headers={**HTML, **({"Accept-Language": wanted} if wanted else {})})
    assert response.headers["Content-Language"] == tag
    assert f'<html lang="{tag}">' in response.text
    assert "Accept-Language" in response.headers["Vary"]


def test_pages_of_one_language_lead_to_pages_of_that_language(client: Server) -> None:
    links = show(client, "/en/doc/commitment/c1").links
    assert "/en/doc/area/530111" in links
    assert "/zh/doc/commitment/c1" in links
    assert "/doc/commitment/c1.ttl" in links


def test_the_languages_of_a_page_have_validators_of_their_own(client: Server) -> None:
    tags = {client.get(f"/{each}/doc/area/530111", headers=HTML).headers["ETag"] for each in ("zh", "en")}
    assert len(tags) == 2


def test_evidence_leads_to_its_highlighted_words(client: Server) -> None:
    links = [link for link in show(client, "/doc/commitment/c1").links if "#span-" in link]
    assert links
    for link in links:
        path, anchor = link.split("#")
        assert re.search(
            f'<mark class="(commitment|outcome)" id="{anchor}"', client.get(path, headers=HTML).text
        )


def test_a_panel_links_to_its_query_and_to_its_table(client: Server) -> None:
    links = show(client, "/doc/area/530111").links
    queries = [link for link in links if link.startswith("/sparql?query=")]
    tables = [link for link in links if link.startswith("/sparql.csv?query=")]
    assert len(queries) == len(tables) >= 2
    for link in tables:
        text = client.get(link).text
        assert QUOTE in text or {"thing", "place"} & set(text.splitlines()[0].split(","))


@pytest.mark.parametrize("name", [file.stem for file in sorted(PANELS.glob("*.rq"))])
def test_links_and_their_words_are_columns_of_a_panel(name: str) -> None:
    kind = read_kind(name)
    head = panel_query(kind, NamedNode("x:thing")).partition("WHERE")[0]
    columns = set(re.findall(r"\?(\w+)", head))
    assert {*kind.linked, *kind.linked.values()} <= columns


def test_what_is_shown_in_other_words_needs_no_name() -> None:
    one, other, agent = NamedNode("x:1"), NamedNode("x:2"), NamedNode("x:agent")
    rows: list[Row] = [{"statement": one, "value": Literal(3), "agent": agent}, {"statement": other}]
    shown = set(Panel(read_kind("series"), "", (), rows).named)
    assert {other, agent} <= shown
    assert one not in shown


def test_a_citation_can_be_had_as_bibtex(client: Server) -> None:
    answer = client.get("/cite/commitment/c1.bib")
    assert answer.mimetype == "application/x-bibtex"
    assert answer.text.startswith("@misc{chuncheng-commitment-c1,")
    assert QUOTE in answer.text
    assert answer.text.count("{") == answer.text.count("}")
    assert client.get("/cite/commitment/nothing").status_code == 404


@pytest.mark.parametrize("suffix", ["ttl", "nt", "nq", "trig", "rdf", "jsonld"])
def test_a_page_links_to_its_data(client: Server, suffix: str) -> None:
    assert f"/doc/commitment/c1.{suffix}" in show(client, "/doc/commitment/c1").links


def test_the_form_shows_a_table_with_links_and_downloads(client: Server) -> None:
    query = "SELECT ?area ?name { ?area a <https://w3id.org/chuncheng/def/District> ; <http://www.w3.org/2000/01/rdf-schema#label> ?name }"
    page = show(client, "/sparql?" + urlencode({"query": query}))
    assert "table" in page.tags
    assert "/doc/area/530111" in page.links
    assert "2 行" in page.text
    csv = next(link for link in page.links if link.endswith("format=csv"))
    assert client.get(csv).mimetype == "text/csv"


@pytest.mark.parametrize(("query", "shown"), [("ASK {}", "是"), ("ASK { FILTER(false) }", "否")])
def test_the_form_answers_yes_or_no(client: Server, query: str, shown: str) -> None:
    assert shown in show(client, "/sparql?" + urlencode({"query": query})).text


def test_the_form_shows_a_graph_as_a_table(client: Server) -> None:
    query = "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c . FILTER(?c = <https://w3id.org/chuncheng/def/District>) }"
    page = show(client, "/sparql?" + urlencode({"query": query}))
    assert "1 行" in page.text
    assert any(link.endswith("format=ttl") for link in page.links)


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("SELECT * {\n ?s ?p", 400, "第 2 行"),
        ("SELECT * { SERVICE <http://127.0.0.1/> {} }", 403, "SERVICE"),
        ("SELECT * " + "{" * 99, 413, "64"),
    ],
)
def test_the_form_keeps_a_question_that_cannot_be_answered_and_says_why(
    client: Server, query: str, status: int, words: str
) -> None:
    page = show(client, "/sparql?" + urlencode({"query": query}), status)
    assert words in page.text
    assert query.splitlines()[0] in page.text


@pytest.mark.parametrize(
    ("digits", "printed"),
    [
        ("350000000000", "3500亿"),
        ("12000000000.0", "120亿"),
        ("13150000000", "131.5亿"),
        ("2000000000000", "2万亿"),
        ("63600", "6.36万"),
        ("10000", "1万"),
        ("9999", "9999"),
        ("5.50", "5.5"),
        ("0", "0"),
        ("-12000", "-1.2万"),
        ("123456789", "123,456,789"),
        ("1E+3", "1000"),
        ("不详", "不详"),
    ],
)
def test_a_number_is_printed_as_papers_print_it(digits: str, printed: str) -> None:
    assert readable_number(digits) == printed


@pytest.mark.parametrize(
    ("digits", "printed"), [("350000000000", "350 billion"), ("900000", "900,000"), ("9000000", "9 million")]
)
def test_a_number_is_printed_in_english(digits: str, printed: str) -> None:
    assert readable_number(digits, "en") == printed


def test_a_quantity_says_aspect_bound_number_and_unit() -> None:
    ccl = "https://w3id.org/chuncheng/def/"
    row: Row = {
        "value": Literal("5.5"),
        "bound": NamedNode(ccl + "atLeast"),
        "aspect": NamedNode(ccl + "growth"),
    }
    assert quantity(row, "%") == "增长 不低于 5.5%"
    assert quantity({}, "%") == ""


@pytest.mark.parametrize(
    ("body", "quote", "before", "after"),
    [
        ("头一句。张一说要修路,明年完工。末一句。", "要修路", "张一说", ",明年完工。"),
        ("要修路。再说。", "要修路", "", "。"),
        ("前文\n要修路", "要修路", "", ""),
        ("先说。要修路。再说。", "要修路。", "", ""),
        ("与引文不符的正文", "要修路", "", ""),
    ],
)
def test_a_quote_is_shown_within_its_sentence(body: str, quote: str, before: str, after: str) -> None:
    start = max(body.find(quote), 0)
    row: Row = {
        "quote": Literal(quote),
        "body": Literal(body),
        "start": Literal(start),
        "end": Literal(start + len(quote)),
    }
    context = in_sentence(row)
    assert (context.before, context.quote, context.after) == (before, quote, after)


def test_every_example_of_the_form_can_be_asked(client: Server) -> None:
    examples = [link for link in show(client, "/sparql").links if link.startswith("/sparql?query=")]
    if not examples:
        pytest.skip("no example queries beside this installation")
    for link in examples:
        assert "行" in show(client, link).text
