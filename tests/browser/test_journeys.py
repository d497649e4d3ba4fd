"""What people do here: walk from the home page to the words that say so, in both languages, with and without scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from pyoxigraph import Literal

from graph.build import build
from loaders.pipeline import extract_files
from loaders.read import Publication
from ontology.identifiers import DEFAULT_BASE
from ontology.terms import PREFIXES
from tests.browser.conftest import Visit
from tests.server.live import Server, running

WAYS = [
    pytest.param(
        {"java_script_enabled": scripts, "locale": locale},
        id=f"{locale}-{'scripts' if scripts else 'no-scripts'}",
    )
    for scripts in (True, False)
    for locale in ("zh-CN", "en-GB")
]
PAGES = [
    "/", "/ledger", "/ledger?view=table&status=exceeded", "/doc/area/530114", "/doc/def/", "/doc/def/Commitment", "/timeline",
    "/timeline?focus=area/530100", "/map", "/sparql", "/sparql?query=ASK%7B%7D", "/graph", "/graph?focus=area/530100",
    "/cite/area/530100", "/nothing-here",
]  # fmt: skip
CLASSES = [
    "AdministrativeArea", "Park", "FunctionalZone", "Project", "Person", "Organization", "Programme", "Event", "Indicator", "Theme",
    "Honour", "Post", "Commitment", "Outcome", "ImpliedTarget", "Article", "Reconciliation",
]  # fmt: skip
KEPT = re.compile("超额兑现|exceeded")


def at_rest(visit: Visit) -> None:
    assert visit.foreign == []
    # A page that isn't there is told to the console by the browser itself.
    assert [said for said in visit.complaints if "404" not in said] == []


@pytest.mark.parametrize("way", WAYS)
def test_from_the_headline_to_the_very_words(visit_as: Callable[..., Visit], way: dict[str, Any]) -> None:
    visit = visit_as(**way)
    page = visit.open("/")
    page.get_by_role("link", name=KEPT).click()
    page.wait_for_url("**/ledger?status=exceeded")
    page.locator(
        "ul.cards > li .claim a[href*='/doc/commitment/'], ul.cards > li .claim a[href*='/doc/implied-target/']"
    ).first.click()
    page.wait_for_url("**/doc/**")
    evidence = page.locator("a[href*='#span-']").first
    anchor = (evidence.get_attribute("href") or "").split("#")[1]
    quote = page.locator("blockquote mark, blockquote bdi").first.inner_text()
    evidence.click()
    page.wait_for_url(f"**/doc/article/*#{anchor}")
    target = page.locator(f"[id='{anchor}']")
    assert target.is_visible()
    assert target.evaluate(
        "e => { const r = e.getBoundingClientRect(); return r.top >= 0 && r.top < innerHeight }"
    )
    words = re.sub(r"\d+$|\s", "", target.inner_text())
    assert words[:4] in re.sub(r"\s", "", quote) or re.sub(r"\s", "", quote)[:4] in words
    at_rest(visit)


@pytest.mark.parametrize("way", WAYS)
def test_a_ledger_is_filtered_turned_over_and_kept_as_an_address(
    visit_as: Callable[..., Visit], way: dict[str, Any]
) -> None:
    visit = visit_as(**way)
    page = visit.open("/ledger")
    whole = int(page.locator("p[role=status] strong").inner_text())
    page.locator("ul.facets a[href*='year=2023']").click()
    page.wait_for_url("**year=2023")
    some = int(page.locator("p[role=status] strong").inner_text())
    assert 0 < some < whole
    page.get_by_role("link", name=re.compile("看表格|As a table")).click()
    page.wait_for_url("**view=table**")
    assert page.locator("table tbody tr").count() == min(some, 50)
    page.get_by_role("link", name=re.compile("去掉|Remove")).first.click()
    assert int(page.locator("p[role=status] strong").inner_text()) == whole
    at_rest(visit)


@pytest.mark.parametrize("way", WAYS)
def test_the_other_language_is_one_step_away_and_stays(
    visit_as: Callable[..., Visit], way: dict[str, Any]
) -> None:
    visit = visit_as(**way)
    page = visit.open("/doc/area/530100")
    spoken = page.locator("html").get_attribute("lang")
    page.locator("header .language a").click()
    page.wait_for_load_state()
    other = page.locator("html").get_attribute("lang")
    assert {spoken, other} == {"zh-Hans", "en"}
    page.locator("main a[href*='/doc/']").first.click()
    page.wait_for_load_state()
    assert page.locator("html").get_attribute("lang") == other
    at_rest(visit)


@pytest.mark.parametrize("way", WAYS)
def test_a_panel_opens_its_query_and_a_thing_is_cited(
    visit_as: Callable[..., Visit], way: dict[str, Any]
) -> None:
    visit = visit_as(**way)
    page = visit.open("/doc/area/530100")
    page.locator(".panel-links a").first.click()
    page.wait_for_url("**/sparql?query=**")
    page.locator("table td").first.wait_for()
    page = visit.open("/doc/area/530100")
    page.get_by_role("link", name=re.compile("^(引用|Cite this)$")).click()
    page.wait_for_url("**/cite/area/530100")
    assert "@misc{chuncheng-area-530100" in page.locator("main").inner_text()
    at_rest(visit)


@pytest.mark.parametrize("way", WAYS)
def test_a_place_is_found_on_the_map_and_followed_in_time_and_links(
    visit_as: Callable[..., Visit], way: dict[str, Any]
) -> None:
    visit = visit_as(**way)
    page = visit.open("/")
    page.get_by_role("link", name=re.compile("^(地图|Map)$")).click()
    page.locator("main table a[href$='/doc/area/530100']").first.click()
    page.wait_for_url("**/doc/area/530100")
    assert page.locator("figure.map circle.here").count() == 1
    page.get_by_role("link", name=re.compile("^(时间线|Timeline)$")).last.click()
    page.wait_for_url("**/timeline?focus=**")
    assert page.locator("figure.timeline rect").count() > 5
    page = visit.open("/doc/area/530100")
    page.get_by_role("link", name=re.compile("^(关系图|Graph view)$")).last.click()
    page.wait_for_url("**/graph?focus=**")
    page.locator("table[data-links] a").first.wait_for()
    assert page.locator("table[data-links] tbody tr").count() > 20
    at_rest(visit)


@pytest.fixture(scope="module")
def kinds(sample_server: Server) -> dict[str, str]:
    """A page of every class that has one made for it: the thing that most is linked to."""
    query = (
        "PREFIX ccl: <https://w3id.org/chuncheng/def/> "
        "SELECT ?class ?thing (COUNT(*) AS ?n) {{ VALUES ?class {{ {} }} ?thing a ?class OPTIONAL {{ ?other ?by ?thing }} }} "
        "GROUP BY ?class ?thing ORDER BY DESC(?n) ?thing"
    ).format(" ".join(f"ccl:{name}" for name in CLASSES))
    found: dict[str, str] = {}
    for row in sample_server.ask(query).json["results"]["bindings"]:
        path = "/doc/" + row["thing"]["value"].split("/id/")[1]
        found.setdefault(row["class"]["value"].rsplit("/", 1)[1], path)
    assert set(found) == set(CLASSES)
    return found


def sound(visit: Visit, path: str) -> None:
    """A page that anybody can use: in light and dark, on a small phone, and nothing went wrong."""
    page = visit.open(path)
    assert visit.violations() == []
    page.emulate_media(color_scheme="dark")
    assert visit.violations("color-contrast") == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    at_rest(visit)


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_accessible_in_light_and_dark_and_fit_a_small_phone(
    visit_as: Callable[..., Visit], path: str
) -> None:
    sound(visit_as(locale="en-GB" if len(path) % 2 else "zh-CN"), path)


@pytest.mark.parametrize("kind", CLASSES)
def test_pages_of_things_are_accessible_in_light_and_dark_and_fit_a_small_phone(
    visit_as: Callable[..., Visit], kinds: dict[str, str], kind: str
) -> None:
    sound(visit_as(locale="en-GB" if len(kind) % 2 else "zh-CN"), kinds[kind])


@pytest.mark.parametrize("kind", CLASSES)
def test_a_page_without_scripts_says_the_same(
    visit_as: Callable[..., Visit], kinds: dict[str, str], kind: str
) -> None:
    words = []
    for scripts in (True, False):
        visit = visit_as(java_script_enabled=scripts)
        words.append(visit.open(kinds[kind]).locator("main").inner_text())
        at_rest(visit)
    assert words[0] == words[1] != ""


def test_a_page_is_printed_without_what_paper_has_no_use_for(visit: Visit, kinds: dict[str, str]) -> None:
    page = visit.open(kinds["Commitment"])
    page.emulate_media(media="print")
    assert page.locator("header nav, .downloads, .walk").first.is_hidden()
    assert page.locator("blockquote.evidence mark").first.is_visible()


LABELS = {
    "markup": "<b onclick=alert(1)>粗</b><script>document.title='broken'</script>",
    "override": "abc\u202egnirts\u202d",
    "long": "长" * 10_000,
    "empty": "",
    "control": "a\u0007b",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A graph whose labels, headlines and quotes do what they can, beside a small article so that there is a ledger."""
    folder = tmp_path_factory.mktemp("hostile")
    lines = []
    for name, text in LABELS.items():
        written = str(Literal(text, language="zh"))
        for subject, property_, value in hostile_triples(name):
            lines.append(f"{iri(subject)} {expand(property_)} {value or written} .")
    lines.append(f'{iri("park/all")} {expand("rdfs:label")} "全部"@zh .')
    Path(folder, "hostile.nt").write_text("\n".join(lines) + "\n", "utf-8")
    Path(folder, "article.md").write_text(
        "# 榴花新区2024年目标\n\n昆明市2024年将新建口袋公园30个。\n", "utf-8"
    )
    articles = extract_files([folder / "article.md"], Publication(published="2024-01-22"))
    build(folder / "data", articles, [folder / "hostile.nt"], base=DEFAULT_BASE)
    with running(folder / "data") as server:
        yield server


def iri(path: str) -> str:
    return f"<{DEFAULT_BASE}id/{path}>"


def expand(term: str) -> str:
    prefix, _, local = term.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


def hostile_triples(name: str) -> list[tuple[str, str, str]]:
    """Subject, property and value of everything that bears the label of that name; an empty value stands for the label."""
    day = '"2024-12-31"^^<http://www.w3.org/2001/XMLSchema#date>'
    claims = [
        triple
        for claim, of_class in (("commitment", "ccl:Commitment"), ("outcome", "ccl:Outcome"))
        for triple in (
            (f"{claim}/{name}", "rdf:type", expand(of_class)),
            (f"{claim}/{name}", "rdfs:label", ""),
            (f"{claim}/{name}", "ccl:indicator", iri(f"indicator/{name}")),
            (f"{claim}/{name}", "ccl:agent", iri(f"organization/{name}")),
            (f"{claim}/{name}", "ccl:concerns", iri(f"park/{name}")),
            (f"{claim}/{name}", "ccl:place", iri("area/530114")),
            (f"{claim}/{name}", "ccl:value", '"7"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
            (f"{claim}/{name}", "ccl:unit", iri(f"unit/{name}")),
            (f"{claim}/{name}", "ccl:period", '"2024"'),
            (f"{claim}/{name}", "ccl:periodEnd", day),
            (f"{claim}/{name}", "ccl:deadline", day),
            (f"{claim}/{name}", "ccl:evidence", iri(f"span/{name}")),
            (f"{claim}/{name}", "ccl:article", iri(f"article/{name}")),
        )
    ]
    return [
        *claims,
        (f"outcome/{name}", "ccl:fulfils", iri(f"commitment/{name}")),
        (f"span/{name}", "rdf:type", expand("ccl:EvidenceSpan")),
        (f"span/{name}", "ccl:quote", ""),
        (f"span/{name}", "oa:hasSource", iri(f"article/{name}")),
        (f"span/{name}", "ccl:mentions", iri(f"park/{name}")),
        (f"article/{name}", "rdf:type", expand("ccl:Article")),
        (f"article/{name}", "ccl:headline", ""),
        (f"article/{name}", "ccl:published", day),
        (f"park/{name}", "rdf:type", expand("ccl:Park")),
        (f"park/{name}", "rdfs:label", ""),
        (f"park/{name}", "ccl:locatedIn", iri("park/all")),
        (f"park/{name}", "ccl:locatedIn", iri("area/530114")),
        (f"indicator/{name}", "rdf:type", expand("ccl:Indicator")),
        (f"indicator/{name}", "rdfs:label", ""),
        (f"organization/{name}", "rdf:type", expand("ccl:Organization")),
        (f"organization/{name}", "rdfs:label", ""),
        (f"unit/{name}", "rdfs:label", ""),
        ("area/530114", "rdfs:label", ""),
    ]


HARMLESS = [
    *(f"/doc/{kind}/{name}" for name in LABELS for kind in ("park", "commitment", "outcome", "indicator", "organization", "article")),
    *(f"/{page}/commitment/{name}" for name in LABELS for page in ("cite", "doc")),
    *(f"/{page}?focus=park/{name}" for name in LABELS for page in ("graph", "timeline")),
    "/", "/doc/park/all", "/doc/area/530114", "/map", "/timeline?year=2024", "/ledger", "/ledger?view=table", "/graph",
    "/graph?focus=park/all", "/timeline?focus=area/530114",
    "/sparql?query=SELECT%20%2A%20%7B%3Fs%20%3Chttp%3A%2F%2Fwww.w3.org%2F2000%2F01%2Frdf-schema%23label%3E%20%3Fl%20FILTER%28STRLEN%28%3Fl%29%3E400%29%7D",
]  # fmt: skip


def test_any_label_is_shown_harmlessly(visit_as: Callable[..., Visit], hostile: Server) -> None:
    visit = visit_as(viewport={"width": 360, "height": 640})
    visit.server = hostile
    page = visit.page
    for path in HARMLESS:
        response = page.goto(f"http://127.0.0.1:{hostile.port}{path}", wait_until="load")
        assert response.status == 200, path
        if path.startswith("/graph?"):
            page.locator(".network canvas").first.wait_for()
        assert page.title().strip(" ·")
        assert page.title() != "broken", path
        assert page.locator("main script, main b[onclick]").count() == 0, path
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
        # Nothing turns the text around it: what may hold an override stands in an element of its own.
        loose = page.evaluate(
            """() => { const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            while (walk.nextNode()) if (/[\u202a-\u202e\u2066-\u2069]/.test(walk.currentNode.data)
                && !walk.currentNode.parentElement.closest('bdi, pre, script, textarea')) found.push(walk.currentNode.data);
            return found; }"""
        )
        assert loose == [], path
        heading = page.locator("h1").first.inner_text().strip()
        assert heading
        assert len(heading) < 1000
    assert visit.complaints == []


@pytest.mark.parametrize("name", LABELS)
def test_any_label_is_harmless_in_data(hostile: Server, name: str) -> None:
    label = LABELS[name]
    document = hostile.get(f"/doc/park/{name}.jsonld").json
    assert label in json.dumps(document, ensure_ascii=False) or json.dumps(label)[1:-1] in json.dumps(
        document
    )
    page = hostile.get(f"/doc/park/{name}", headers={"Accept": "text/html"}).text
    assert "<script>document" not in page
    assert "<b onclick" not in page
    bibtex = hostile.get(f"/cite/park/{name}.bib").text
    assert bibtex.count("{") == bibtex.count("}")
    assert hostile.get("/ledger.json").json["total"] >= 1
    feed = ElementTree.fromstring(hostile.get("/ledger.atom").data)
    assert feed.findall("{http://www.w3.org/2005/Atom}entry")
