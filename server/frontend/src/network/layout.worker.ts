/** Lays a graph out by ForceAtlas2 beside the page, so that thousands of nodes don't hold up what a reader does. */

import { DirectedGraph } from "graphology";
import forceAtlas2 from "graphology-layout-forceatlas2";

import type { LayoutRequest, LayoutStep } from "./layout";

const STEPS = 10; // iterations between two pictures

self.onmessage = ({ data }: MessageEvent<LayoutRequest>) => {
  const graph = new DirectedGraph();
  data.places.forEach(([x, y], index) => graph.addNode(index, { x, y, size: data.sizes[index], fixed: data.fixed === index }));
  for (const [source, target] of data.edges) {
    if (source !== target && !graph.hasEdge(source, target)) graph.addEdge(source, target);
  }
  const settings = { ...forceAtlas2.inferSettings(graph), adjustSizes: graph.order < 500 };
  for (let done = 0; done < data.iterations; done += STEPS) {
    forceAtlas2.assign(graph, { iterations: STEPS, settings });
    const places = new Float64Array(graph.order * 2);
    graph.forEachNode((node, { x, y }) => {
      places[Number(node) * 2] = x;
      places[Number(node) * 2 + 1] = y;
    });
    const step: LayoutStep = { version: data.version, places, last: done + STEPS >= data.iterations };
    self.postMessage(step, { transfer: [places.buffer] });
  }
};
