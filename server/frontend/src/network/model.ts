/** The graph that is shown: things and the links between them, from an answer of the server or from triples. */

import Graph from "graphology";

import { keyOf, type Prefixes, RDF_TYPE, shortName, type Term, type Triple } from "../rdf/term";

/** A thing as `/graph.json` tells of it; `path` is that of its page, null for a thing that isn't ours. */
export interface NetworkNode {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  readonly path: string | null;
}

export interface NetworkEdge {
  readonly source: string;
  readonly target: string;
  readonly property: string;
}

/** Links of a thing by one property in one direction: how many there are, and how many were sent. */
export interface NetworkRelation {
  readonly property: string;
  readonly label: string;
  readonly direction: "out" | "in";
  readonly count: number;
  readonly sent: number;
}

/** The body of `/graph.json`. */
export interface Neighbourhood {
  readonly focus: string;
  readonly nodes: readonly NetworkNode[];
  readonly edges: readonly NetworkEdge[];
  readonly relations: readonly NetworkRelation[];
  readonly names: Readonly<Record<string, string>>;
}

export interface NodeAttributes {
  x: number;
  y: number;
  size: number;
  label: string;
  kind: string;
  path: string | null;
}

export interface EdgeAttributes {
  property: string;
  label: string;
  size: number;
}

export type Network = Graph<NodeAttributes, EdgeAttributes>;

const LONGEST_LABEL = 40;
const SMALLEST = 4;
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5));

export function emptyNetwork(): Network {
  return new Graph<NodeAttributes, EdgeAttributes>({ type: "directed", multi: true });
}

/**
 * Adds what isn't there yet. New things are laid around the one that brought them, so that the picture a reader has in
 * mind stays; equal input gives equal places. Returns the ids of new nodes.
 */
export function grow(
  network: Network,
  nodes: readonly NetworkNode[],
  edges: readonly NetworkEdge[],
  names: Readonly<Record<string, string>>,
  around?: string,
): string[] {
  const centre = around && network.hasNode(around) ? network.getNodeAttributes(around) : { x: 0, y: 0 };
  const fresh: string[] = [];
  for (const node of nodes) {
    if (network.hasNode(node.id)) continue;
    const rank = fresh.length + 1;
    const [distance, angle] = [Math.sqrt(rank), rank * GOLDEN_ANGLE];
    const first = network.order === 0;
    network.addNode(node.id, {
      x: centre.x + (first ? 0 : distance * Math.cos(angle)),
      y: centre.y + (first ? 0 : distance * Math.sin(angle)),
      size: SMALLEST,
      label: readable(node.label),
      kind: node.kind,
      path: node.path,
    });
    fresh.push(node.id);
  }
  for (const { source, target, property } of edges) {
    const key = `${source} ${property} ${target}`;
    if (!network.hasNode(source) || !network.hasNode(target) || network.hasEdge(key)) continue;
    network.addEdgeWithKey(key, source, target, {
      property,
      label: readable(names[property] ?? property),
      size: 1,
    });
  }
  network.forEachNode((node) => network.setNodeAttribute(node, "size", sizeOf(network.degree(node))));
  return fresh;
}

/** What triples say as a graph: literals are no nodes, labels among them become names. */
export function fromTriples(
  triples: readonly Triple[],
  prefixes: Prefixes,
  pathOf: (iri: string) => string | null,
): { nodes: NetworkNode[]; edges: NetworkEdge[]; names: Record<string, string> } {
  const labels = new Map<string, string>();
  const kinds = new Map<string, string>();
  const things = new Map<string, Term>();
  const edges: NetworkEdge[] = [];
  const names: Record<string, string> = {};
  for (const { subject, predicate, object } of triples) {
    const source = keyOf(subject);
    if (object.type === "literal") {
      if (/[#/](?:label|prefLabel|headline|name|title)$/.test(predicate.value)) {
        if (!labels.has(source) || !object.language?.startsWith("en")) labels.set(source, object.value);
        things.set(source, subject);
      }
      continue;
    }
    things.set(source, subject);
    if (predicate.value === RDF_TYPE) {
      kinds.set(source, shortName(object.value, prefixes));
      continue;
    }
    things.set(keyOf(object), object);
    names[predicate.value] = shortName(predicate.value, prefixes);
    edges.push({ source, target: keyOf(object), property: predicate.value });
  }
  const nodes = [...things].map(([id, term]) => ({
    id,
    label: labels.get(id) ?? (term.type === "uri" ? shortName(term.value, prefixes) : id),
    kind: kinds.get(id) ?? "",
    path: term.type === "uri" ? pathOf(term.value) : null,
  }));
  return { nodes, edges, names };
}

/** The neighbour of a node that lies best in a direction, null where none does; angles as on the screen, y downwards. */
export function neighbourTowards(
  network: Network,
  from: string,
  direction: { readonly x: number; readonly y: number },
  placeOf: (node: string) => { readonly x: number; readonly y: number },
  isShown: (node: string) => boolean = () => true,
): string | null {
  const here = placeOf(from);
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const node of network.neighbors(from)) {
    if (node === from || !isShown(node)) continue;
    const place = placeOf(node);
    const [dx, dy] = [place.x - here.x, place.y - here.y];
    const along = dx * direction.x + dy * direction.y;
    if (along <= 0) continue;
    // Far off the wanted direction counts twice as much as far away.
    const cost = along + 2 * Math.abs(dx * direction.y - dy * direction.x);
    if (cost < least) [best, least] = [node, cost];
  }
  return best;
}

/** A label for a canvas: short, on one line, without signs that turn the writing direction around. */
export function readable(label: string): string {
  const plain = label.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]+/g, " ").trim();
  const characters = [...plain];
  return characters.length > LONGEST_LABEL ? `${characters.slice(0, LONGEST_LABEL - 1).join("")}…` : plain;
}

function sizeOf(degree: number): number {
  return SMALLEST + 2 * Math.log2(1 + degree);
}
