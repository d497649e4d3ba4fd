/** Asks the layout worker for places, and takes them in as they come. */

import type { Network } from "./model";

/** Node and edge indices are those of `places`; `fixed` stays where it is. */
export interface LayoutRequest {
  readonly version: number;
  readonly places: readonly (readonly [number, number])[];
  readonly sizes: readonly number[];
  readonly edges: readonly (readonly [number, number])[];
  readonly fixed: number;
  readonly iterations: number;
}

export interface LayoutStep {
  readonly version: number;
  readonly places: Float64Array;
  readonly last: boolean;
}

/** Moves the nodes of a network to better places, step by step; a new call replaces the one that runs. */
export class Layout {
  private worker: Worker | null = null;
  private version = 0;

  constructor(
    private readonly network: Network,
    /** Whether the reader wants nothing to move by itself: then only the last step is shown. */
    private readonly isCalm: () => boolean,
  ) {}

  start(fixed: string | null): void {
    this.stop();
    const nodes = this.network.nodes();
    const index = new Map(nodes.map((node, at) => [node, at]));
    const version = ++this.version;
    const worker = new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
    this.worker = worker;
    worker.onmessage = ({ data }: MessageEvent<LayoutStep>) => {
      if (data.version !== version) return;
      if (data.last || !this.isCalm()) this.place(index, data.places);
      if (data.last) this.stop();
    };
    const request: LayoutRequest = {
      version,
      places: nodes.map((node) => [this.network.getNodeAttribute(node, "x"), this.network.getNodeAttribute(node, "y")]),
      sizes: nodes.map((node) => this.network.getNodeAttribute(node, "size")),
      edges: this.network.mapEdges((_, __, source, target) => [index.get(source) ?? 0, index.get(target) ?? 0]),
      fixed: fixed === null ? -1 : (index.get(fixed) ?? -1),
      iterations: nodes.length > 2000 ? 150 : 300,
    };
    worker.postMessage(request);
  }

  private place(index: ReadonlyMap<string, number>, places: Float64Array): void {
    // One event for all nodes: thousands of them would hold up the page.
    this.network.updateEachNodeAttributes(
      (node, attributes) => {
        const at = index.get(node);
        return at === undefined ? attributes : { ...attributes, x: places[at * 2] ?? 0, y: places[at * 2 + 1] ?? 0 };
      },
      { attributes: ["x", "y"] },
    );
  }

  stop(): void {
    this.worker?.terminate();
    this.worker = null;
  }
}
