/** The graph of a CONSTRUCT's answer. */

import { linkOf, type Triple } from "../rdf/term";
import { element } from "../result/dom";
import type { ViewSurroundings } from "../result/views";
import { fromTriples } from "./model";
import { legendOf, toolbar } from "./toolbar";
import { NetworkView } from "./view";
import { say } from "../language";

const MOST_NODES = 5000;

/** Shows triples as a graph; the table of the same triples is its alternative. */
export function showTriples(triples: readonly Triple[], into: HTMLElement, { base, prefixes }: ViewSurroundings): void {
  const { nodes, edges, names } = fromTriples(triples, prefixes, (iri) => linkOf(iri, base, prefixes));
  const container = element("div", { class: "network", role: "application", "aria-label": say("图", "Graph") });
  const status = element("p", { role: "status" });
  into.append(container);
  const view = new NetworkView(container, {
    title: "SPARQL",
    onSelect: (id) => {
      const { label, path, kind } = view.network.getNodeAttributes(id);
      status.replaceChildren(path ? element("a", { href: path }, label) : label, kind ? ` (${kind})` : "");
    },
  });
  view.add(nodes.slice(0, MOST_NODES), edges, names);
  into.prepend(toolbar(view));
  into.append(legendOf(view), status);
}
