import { expect, it } from "vitest";

import { parseNTriples } from "../src/rdf/term";
import { emptyNetwork, fromTriples, grow, neighbourTowards, readable } from "../src/network/model";
import { drawSvg } from "../src/network/svg";

const node = (id: string) => ({ id, label: id, kind: "area", path: `/doc/${id}` });
const edge = (source: string, target: string) => ({ source, target, property: "x:p" });

it("grows without moving or doubling what is there", () => {
  const network = emptyNetwork();
  expect(grow(network, [node("a"), node("b")], [edge("a", "b")], { "x:p": "位于" })).toEqual(["a", "b"]);
  const before = network.getNodeAttribute("b", "x");
  expect(grow(network, [node("b"), node("c")], [edge("a", "b"), edge("b", "c"), edge("c", "gone")], {}, "b")).toEqual(["c"]);
  expect([network.order, network.size]).toEqual([3, 2]);
  expect(network.getNodeAttribute("b", "x")).toBe(before);
});

it("gives no two nodes one place, so that the layout can part them", () => {
  const network = emptyNetwork();
  grow(network, Array.from({ length: 500 }, (_, index) => node(`n${index}`)), [], {});
  const places = new Set(network.mapNodes((_, { x, y }) => `${x} ${y}`));
  expect(places.size).toBe(500);
});

it("goes to the neighbour that lies in the arrow's direction", () => {
  const network = emptyNetwork();
  grow(network, ["m", "left", "right", "far"].map(node), [edge("m", "left"), edge("m", "right"), edge("m", "far")], {});
  const places: Record<string, { x: number; y: number }> = {
    m: { x: 0, y: 0 },
    left: { x: -5, y: 1 },
    right: { x: 5, y: -1 },
    far: { x: 50, y: 0 },
  };
  const towards = (x: number, y: number) => neighbourTowards(network, "m", { x, y }, (id) => places[id] ?? { x: 0, y: 0 });
  expect(towards(1, 0)).toBe("right");
  expect(towards(-1, 0)).toBe("left");
  expect(neighbourTowards(network, "m", { x: 1, y: 0 }, (id) => places[id] ?? { x: 0, y: 0 }, (id) => id !== "right")).toBe("far");
  expect(neighbourTowards(network, "left", { x: -1, y: 0 }, (id) => places[id] ?? { x: 0, y: 0 })).toBeNull();
});

it("takes names from labels and draws no literal as a node", () => {
  const { nodes, edges } = fromTriples(
    parseNTriples(
      '<x:a> <http://www.w3.org/2000/01/rdf-schema#label> "甲"@zh .\n<x:a> <http://www.w3.org/2000/01/rdf-schema#label> "A"@en .\n<x:a> <x:p> <x:b> .\n<x:a> <x:v> "1" .',
    ),
    {},
    () => null,
  );
  expect(nodes.map((each) => each.label)).toEqual(["甲", "x:b"]);
  expect(edges).toEqual([{ source: "<x:a>", target: "<x:b>", property: "x:p" }]);
});

it("shows a hostile label as short plain text", () => {
  expect(readable("\u202Eabc\u0000\ndef")).toBe("abc def");
  expect([...readable("长".repeat(10_000))]).toHaveLength(40);
});

it("exports SVG in which no label is markup", () => {
  const drawn = drawSvg({
    width: 100,
    height: 50,
    title: "<t>",
    background: "#fff",
    ink: "#000",
    line: "#777",
    nodes: [
      { x: 1, y: 2, size: 3, label: `<script>alert("1")</script>&\u0000\ud800`, color: '"/><x' },
      { x: 9, y: 9, size: 3, label: "b", color: "#000" },
    ],
    edges: [
      { from: 0, to: 1, label: "位于" },
      { from: 0, to: 7, label: "nowhere" },
    ],
  });
  expect(drawn).not.toMatch(/<script|<x|<t>|\u0000/);
  expect(drawn).toContain("&#60;script&#62;");
  expect(drawn.match(/<line /g)).toHaveLength(1);
  expect(drawn.match(/<circle /g)).toHaveLength(2);
});
