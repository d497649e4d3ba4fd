"""The graph around a thing: bounded, by property, and whole as a table without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import NamedNode, Quad

from tests.server.conftest import BASE, Publish
from tests.server.live import Server, running
from tests.server.test_pages import HTML, show

DEF = "https://w3id.org/chuncheng/def/"
MANY = 60


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory, publish: Publish) -> Iterator[Server]:
    """A district that sixty parks are located in, and one city that it is within."""
    graph, district = NamedNode(f"{BASE}graph/g"), NamedNode(f"{BASE}id/area/530111")
    quads = [
        Quad(NamedNode(f"{BASE}id/park/p{n}"), NamedNode(f"{DEF}locatedIn"), district, graph)
        for n in range(MANY)
    ]
    quads.append(Quad(district, NamedNode(f"{DEF}within"), NamedNode(f"{BASE}id/area/530100"), graph))
    folder: Path = tmp_path_factory.mktemp("crowded")
    publish(folder, quads)
    with running(folder) as server:
        yield server


def around(client: Server, focus: str, **more: str) -> dict[str, list[dict[str, object]]]:
    parameters = "".join(f"&{name}={quote(value, safe='')}" for name, value in more.items())
    response = client.get(f"/graph.json?focus={quote(focus)}{parameters}")
    assert response.status_code == 200
    found: dict[str, list[dict[str, object]]] = response.json
    return found


def test_a_thing_comes_with_links_both_ways_and_what_they_are_called(client: Server) -> None:
    found = around(client, "area/530111")
    assert found["focus"] == "area/530111"
    links = {(e["source"], e["property"], e["target"]) for e in found["edges"]}
    assert ("area/530111", f"{DEF}within", "area/530100") in links
    assert ("park/liuhua-aaaaaa", f"{DEF}locatedIn", "area/530111") in links
    park = next(node for node in found["nodes"] if node["id"] == "park/liuhua-aaaaaa")
    assert (park["label"], park["path"]) == ("榴花物流园", "/doc/park/liuhua-aaaaaa")
    assert all("type" not in str(edge["property"]) for edge in found["edges"])


def test_neighbours_come_with_the_links_among_them(client: Server) -> None:
    links = {(e["source"], e["target"]) for e in around(client, "area/530111")["edges"]}
    assert ("commitment/c1", "park/liuhua-aaaaaa") in links


def test_a_crowd_is_told_by_its_number_and_comes_in_parts(crowded: Server) -> None:
    first = around(crowded, "area/530111")
    relation = next(r for r in first["relations"] if r["property"] == f"{DEF}locatedIn")
    assert (relation["count"], relation["sent"], relation["direction"]) == (MANY, 24, "in")
    seen = {node["id"] for node in first["nodes"]}
    while relation["sent"] != relation["count"]:
        more = around(
            crowded,
            "area/530111",
            relation=str(relation["property"]),
            direction="in",
            offset=str(relation["sent"]),
        )
        assert more["relations"][0]["sent"] > relation["sent"]  # type: ignore[operator]
        relation = more["relations"][0]
        seen |= {node["id"] for node in more["nodes"]}
    assert {f"park/p{n}" for n in range(MANY)} <= seen


def test_a_rare_property_is_not_crowded_out(crowded: Server) -> None:
    assert "area/530100" in {node["id"] for node in around(crowded, "area/530111")["nodes"]}


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ("", 404),
        ("focus=area/none", 404),
        ("focus=" + quote("http://no iri"), 400),
        ("focus=area/530111&relation=" + quote("<x>"), 400),
        ("focus=area/530111&relation=x:p&direction=up", 400),
        ("focus=area/530111&relation=x:p&offset=-1", 400),
        ("focus=area/530111&relation=x:p&offset=²", 400),
    ],
)
def test_what_cannot_be_shown_is_refused_with_a_reason(client: Server, parameters: str, status: int) -> None:
    response = client.get("/graph.json?" + quote(parameters, safe="&=%/:"))
    assert response.status_code == status
    assert response.mimetype == "application/problem+json"
    assert response.json["detail"]


def test_a_relation_that_a_thing_lacks_has_no_links(client: Server) -> None:
    found = around(client, "area/530111", relation=f"{DEF}fulfils", direction="out")
    assert (found["edges"], found["relations"][0]["count"]) == ([], 0)


def test_the_page_is_a_whole_table_without_scripts(client: Server) -> None:
    page = show(client, "/graph?focus=area/530111")
    assert {"table", "tbody"} <= set(page.tags)
    assert "榴花物流园" in page.text
    assert "/graph?focus=area%2F530100" in page.links or "/graph?focus=area/530100" in page.links


def test_the_page_without_a_thing_offers_some_to_begin_with(client: Server) -> None:
    page = show(client, "/graph")
    assert "榴花物流园" in page.text
    assert [link for link in page.links if link.startswith("/graph?focus=park")]


def test_a_hostile_label_stays_text(client: Server) -> None:
    assert around(client, f"{BASE}id/organization/hostile-cccccc")["focus"] == "organization/hostile-cccccc"
    page = client.get("/graph?focus=organization/hostile-cccccc", headers=HTML).text
    assert "<script>alert" not in page


def test_the_same_snapshot_gives_the_same_page_by_its_tag(client: Server) -> None:
    first = client.get("/graph?focus=area/530111", headers=HTML)
    again = client.get("/graph?focus=area/530111", headers={**HTML, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    other = client.get("/graph?focus=area/530100", headers=HTML)
    assert other.headers["ETag"] != first.headers["ETag"]


def test_each_link_comes_once(client: Server) -> None:
    found = around(client, "park/liuhua-aaaaaa")
    links = [(e["source"], e["property"], e["target"]) for e in found["edges"]]
    assert len(links) == len(set(links))
