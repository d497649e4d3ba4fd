/** A graph on the screen: drawn by sigma.js in WebGL, moved through by mouse, touch or keyboard. */

import Sigma from "sigma";

import { download, element } from "../result/dom";
import { Layout } from "./layout";
import { type EdgeAttributes, emptyNetwork, grow, neighbourTowards, type NetworkEdge, type NetworkNode, type NodeAttributes } from "./model";
import { drawSvg } from "./svg";

export interface NetworkViewOptions {
  readonly title: string;
  /** Told when another node is selected, by whatever means. */
  readonly onSelect?: (node: string) => void;
  /** Asked to bring a node's neighbours. */
  readonly onExpand?: (node: string) => void;
}

const ARROWS: Readonly<Record<string, { x: number; y: number }>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};
const MANY_EDGES = 1500;
const MOST_EDGE_LABELS = 16; // around one node, before they hide each other
// Okabe and Ito's colours, told apart with any colour vision, darkened or lightened to 3:1 on the page's ground.
const PALETTES = {
  light: ["#0072b2", "#b54800", "#00795a", "#a2457f", "#7a6a00", "#2b7ba6", "#4d4d4d", "#8a3ffc"],
  dark: ["#56b4e9", "#e69f00", "#2dbd94", "#cc79a7", "#f0e442", "#8ab4f8", "#bdbdbd", "#c9a6ff"],
};

export class NetworkView {
  readonly network = emptyNetwork();
  private readonly sigma: Sigma<NodeAttributes, EdgeAttributes>;
  private readonly layout: Layout;
  private readonly kinds: string[] = [];
  private readonly hidden = new Set<string>();
  private readonly colours = new Map<string, string>();
  private readonly scheme = matchMedia("(prefers-color-scheme: dark)");
  private readonly calm = matchMedia("(prefers-reduced-motion: reduce)");
  private selected: string | null = null;
  private hovered: string | null = null;
  private root: string | null = null;

  constructor(
    private readonly container: HTMLElement,
    private readonly options: NetworkViewOptions,
  ) {
    this.sigma = new Sigma<NodeAttributes, EdgeAttributes>(this.network, container, {
      allowInvalidContainer: true,
      defaultEdgeType: "arrow",
      renderEdgeLabels: true,
      labelDensity: 0.6,
      labelGridCellSize: 90,
      labelRenderedSizeThreshold: 5,
      labelFont: "system-ui, sans-serif",
      edgeLabelFont: "system-ui, sans-serif",
      zIndex: true,
      defaultDrawNodeHover: (context, data, settings) => this.drawHover(context, data, settings.labelSize, settings.labelFont),
      nodeReducer: (node, data) => this.drawNode(node, data),
      edgeReducer: (edge, data) => this.drawEdge(edge, data),
    });
    this.layout = new Layout(this.network, () => this.calm.matches);
    this.sigma.on("clickNode", ({ node }) => {
      this.select(node);
      this.options.onExpand?.(node);
    });
    this.sigma.on("enterNode", ({ node }) => this.hover(node));
    this.sigma.on("leaveNode", () => this.hover(null));
    container.tabIndex = 0;
    container.addEventListener("keydown", (event) => this.key(event));
    this.scheme.addEventListener("change", () => this.colour());
    this.colour();
  }

  /** Adds nodes and edges, around the node that brought them, and lays everything out anew. */
  add(nodes: readonly NetworkNode[], edges: readonly NetworkEdge[], names: Readonly<Record<string, string>>, around?: string): void {
    const fresh = grow(this.network, nodes, edges, names, around);
    for (const node of fresh) {
      const { kind } = this.network.getNodeAttributes(node);
      if (!this.kinds.includes(kind)) this.kinds.push(kind);
    }
    this.root ??= nodes[0]?.id ?? null;
    // Where there is much to draw and no graphics card, moving stays smooth without the lines.
    this.sigma.setSetting("hideEdgesOnMove", this.network.size > MANY_EDGES);
    if (fresh.length || edges.length) this.layout.start(this.root);
    if (this.selected === null && this.root) this.select(this.root);
    this.sigma.refresh();
  }

  /** Shows or hides the links of a property; a thing without any link left is hidden, too. */
  show(property: string, shown: boolean): void {
    if (shown) this.hidden.delete(property);
    else this.hidden.add(property);
    this.sigma.refresh();
  }

  /** The kinds of things in the picture, with the colour of each. */
  legend(): { kind: string; color: string }[] {
    return this.kinds.map((kind) => ({ kind, color: this.colorOf(kind) }));
  }

  select(node: string): void {
    if (!this.network.hasNode(node)) return;
    this.selected = node;
    this.options.onSelect?.(node);
    this.sigma.refresh();
  }

  zoom(factor: number): void {
    const camera = this.sigma.getCamera();
    camera.setState({ ratio: camera.ratio * factor });
  }

  /** The whole picture back in the frame. */
  fit(): void {
    this.sigma.getCamera().setState({ x: 0.5, y: 0.5, ratio: 1, angle: 0 });
  }

  savePng(name: string): void {
    this.sigma.refresh();
    const { width, height } = this.sigma.getDimensions();
    const scale = window.devicePixelRatio || 1;
    const canvas = element("canvas", { width: Math.round(width * scale), height: Math.round(height * scale) });
    const context = canvas.getContext("2d");
    if (!context) return;
    context.fillStyle = this.variable("--paper", "#fff");
    context.fillRect(0, 0, canvas.width, canvas.height);
    const layers = this.sigma.getCanvases();
    // WebGL forgets its picture after it is shown: it is drawn and read within one task.
    this.sigma.refresh();
    for (const layer of ["edges", "nodes", "edgeLabels", "labels", "hovers", "hoverNodes"]) {
      const drawn = layers[layer];
      if (drawn) context.drawImage(drawn, 0, 0, canvas.width, canvas.height);
    }
    canvas.toBlob((blob) => blob && download(name, blob), "image/png");
  }

  saveSvg(name: string): void {
    download(name, new Blob([this.toSvg()], { type: "image/svg+xml" }));
  }

  toSvg(): string {
    const { width, height } = this.sigma.getDimensions();
    const nodes = this.network.nodes().filter((node) => this.isShown(node));
    const index = new Map(nodes.map((node, at) => [node, at]));
    return drawSvg({
      width,
      height,
      title: this.options.title,
      background: this.variable("--paper", "#fff"),
      ink: this.variable("--ink", "#222"),
      line: this.variable("--soft", "#777"),
      nodes: nodes.map((node) => {
        const { label, size, kind } = this.network.getNodeAttributes(node);
        return { ...this.placeOf(node), size: this.sigma.scaleSize(size), label, color: this.colorOf(kind) };
      }),
      edges: this.network
        .filterEdges((edge) => !this.hidden.has(this.network.getEdgeAttribute(edge, "property")))
        .flatMap((edge) => {
          const [source, target] = this.network.extremities(edge);
          const [from, to] = [index.get(source), index.get(target)];
          const label = this.network.getEdgeAttribute(edge, "label");
          return from === undefined || to === undefined ? [] : [{ from, to, label }];
        }),
    });
  }

  close(): void {
    this.layout.stop();
    this.sigma.kill();
  }

  private key(event: KeyboardEvent): void {
    const arrow = ARROWS[event.key];
    if (arrow && this.selected) {
      const next = neighbourTowards(this.network, this.selected, arrow, (node) => this.placeOf(node), (node) => this.isShown(node));
      if (next) this.select(next);
    } else if (event.key === "Enter" && this.selected) {
      this.options.onExpand?.(this.selected);
    } else if (event.key === "Home" && this.root) {
      this.select(this.root);
      this.fit();
    } else if (event.key === "+" || event.key === "=") {
      this.zoom(1 / 1.5);
    } else if (event.key === "-") {
      this.zoom(1.5);
    } else {
      return;
    }
    event.preventDefault();
  }

  private hover(node: string | null): void {
    this.hovered = node;
    this.container.classList.toggle("over-node", node !== null);
    this.sigma.refresh({ skipIndexation: true });
  }

  private isShown(node: string): boolean {
    if (node === this.root || this.hidden.size === 0) return true;
    return this.network.someEdge(node, (_, { property }) => !this.hidden.has(property));
  }

  private isNear(node: string): boolean {
    const centre = this.hovered ?? this.selected;
    return centre === null || node === centre || this.network.areNeighbors(node, centre);
  }

  private drawNode(node: string, data: NodeAttributes) {
    const chosen = node === this.selected;
    return {
      ...data,
      color: this.colorOf(data.kind),
      hidden: !this.isShown(node),
      highlighted: chosen || node === this.hovered,
      forceLabel: chosen || (this.network.order < 60 && this.isNear(node)),
      zIndex: chosen ? 2 : this.isNear(node) ? 1 : 0,
    };
  }

  /** The selected or hovered node: a ring, and its label on the page's own ground. */
  private drawHover(
    context: CanvasRenderingContext2D,
    { x, y, size, label }: { x: number; y: number; size: number; label: string | null },
    fontSize: number,
    font: string,
  ): void {
    context.lineWidth = 3;
    context.strokeStyle = this.variable("--ink", "#222");
    context.beginPath();
    context.arc(x, y, size + 3, 0, 2 * Math.PI);
    context.stroke();
    if (!label) return;
    context.font = `${fontSize}px ${font}`;
    context.fillStyle = this.variable("--paper", "#fff");
    context.fillRect(x + size + 1, y - fontSize, context.measureText(label).width + 13, fontSize * 1.7);
    context.fillStyle = this.variable("--ink", "#222");
    context.fillText(label, x + size + 10, y + fontSize / 3);
  }

  private drawEdge(edge: string, data: EdgeAttributes) {
    const centre = this.hovered ?? this.selected;
    const near = centre !== null && this.network.hasExtremity(edge, centre);
    return {
      ...data,
      hidden: this.hidden.has(data.property),
      color: this.variable(near ? "--soft" : "--line", near ? "#777" : "#ccc"),
      label: near && centre !== null && this.network.degree(centre) <= MOST_EDGE_LABELS ? data.label : "",
      size: near ? 2 : 1,
    };
  }

  private placeOf(node: string): { x: number; y: number } {
    return this.sigma.graphToViewport(this.network.getNodeAttributes(node));
  }

  private colorOf(kind: string): string {
    const palette = this.scheme.matches ? PALETTES.dark : PALETTES.light;
    return palette[Math.max(this.kinds.indexOf(kind), 0) % palette.length] ?? "#777777";
  }

  private colour(): void {
    this.colours.clear();
    this.sigma.setSetting("labelColor", { color: this.variable("--ink", "#222") });
    this.sigma.setSetting("edgeLabelColor", { color: this.variable("--soft", "#777") });
    this.sigma.refresh();
  }

  private variable(name: string, fallback: string): string {
    const known = this.colours.get(name);
    if (known) return known;
    const found = getComputedStyle(this.container).getPropertyValue(name).trim() || fallback;
    this.colours.set(name, found);
    return found;
  }
}
