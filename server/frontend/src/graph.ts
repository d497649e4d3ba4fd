/** The graph page: the server's table of a thing's links becomes a picture beside it, and grows when asked. */

import "./network.css";

import type { Neighbourhood, NetworkRelation } from "./network/model";
import { legendOf, toolbar } from "./network/toolbar";
import { NetworkView } from "./network/view";
import { element } from "./result/dom";
import { say } from "./language";

class GraphPage {
  private readonly view: NetworkView;
  private readonly status = element("p", { role: "status", "aria-live": "polite" });
  private readonly relations = element("fieldset", { class: "choices" });
  private readonly legend = element("div");
  private readonly rows: HTMLTableSectionElement;
  private readonly listed = new Set<string>();
  private readonly properties = new Map<string, string>();
  private readonly expanded = new Set<string>();
  private readonly hidden = new Set<string>();

  constructor(
    section: HTMLElement,
    table: HTMLTableElement,
    focus: string,
  ) {
    this.rows = table.tBodies[0] ?? table.createTBody();
    const container = element("div", { class: "network", role: "application", "aria-label": section.dataset["label"], "aria-describedby": "graph-keys" });
    section.append(container);
    this.view = new NetworkView(container, {
      title: document.title,
      onSelect: (node) => this.tellSelected(node),
      onExpand: (node) => void this.expand(node),
    });
    container.before(toolbar(this.view), this.relations);
    container.after(
      this.status,
      this.legend,
      element("p", { id: "graph-keys", class: "hint" }, say(
          "方向键在相邻节点间移动，回车展开，Home 回到中心，+ − 缩放。点一下节点也展开。",
          "Arrow keys move between neighbours, Enter expands, Home returns, + and − zoom. A click on a node expands it, too.",
        )),
    );
    table.addEventListener("click", (event) => this.click(event));
    void this.expand(focus);
  }

  private async expand(path: string, relation?: NetworkRelation): Promise<void> {
    const key = relation ? `${path} ${relation.direction} ${relation.property} ${relation.sent}` : path;
    if (this.expanded.has(key)) return;
    this.expanded.add(key);
    const parameters = new URLSearchParams({ focus: path });
    if (relation) {
      parameters.set("relation", relation.property);
      parameters.set("direction", relation.direction);
      parameters.set("offset", String(relation.sent));
    }
    const day = new URLSearchParams(location.search).get("asof");
    if (day) parameters.set("asof", day);
    this.status.textContent = say("正在展开…", "Expanding…");
    const response = await fetch(`/graph.json?${parameters}`, { headers: { Accept: "application/json" } });
    if (!response.ok) {
      this.expanded.delete(key);
      this.status.textContent = `${say("没有回答", "No answer")} (${response.status})`;
      return;
    }
    const found = (await response.json()) as Neighbourhood;
    const before = this.view.network.order;
    if (before === 0) this.rows.replaceChildren(); // the server's rows come again, with more to do
    this.view.add(found.nodes, found.edges, found.names, found.focus);
    for (const [property, name] of Object.entries(found.names)) this.properties.set(property, name);
    this.list(found);
    this.filter();
    this.legend.replaceChildren(legendOf(this.view));
    this.status.textContent = say(
      `新增 ${this.view.network.order - before} 个节点，共 ${this.view.network.order} 个节点、${this.view.network.size} 条关系`,
      `${this.view.network.order - before} nodes added; ${this.view.network.order} nodes, ${this.view.network.size} links in all`,
    );
  }

  /** Rows of the table for links that it doesn't show yet, and a button for what is left of a relation. */
  private list(found: Neighbourhood): void {
    const { network } = this.view;
    for (const { source, property, target } of found.edges) {
      const key = `${source} ${property} ${target}`;
      if (this.listed.has(key)) continue;
      this.listed.add(key);
      this.rows.append(
        element(
          "tr",
          { "data-property": property },
          element("td", {}, this.link(source)),
          element("td", {}, element("bdi", {}, network.getEdgeAttribute(key, "label"))),
          element("td", {}, this.link(target)),
        ),
      );
    }
    for (const relation of found.relations) {
      if (relation.sent >= relation.count) continue;
      const button = element("button", { type: "button" }, say(`还有 ${relation.count - relation.sent} 个`, `${relation.count - relation.sent} more`));
      const row = element("tr", { "data-property": relation.property }, element("td", {}, this.link(found.focus)), element("td", {}, element("bdi", {}, relation.label), relation.direction === "in" ? " ←" : " →"), element("td", {}, button));
      button.addEventListener("click", () => {
        row.remove();
        void this.expand(found.focus, relation);
      });
      this.rows.append(row);
    }
  }

  private link(node: string): Node {
    const { label, path } = this.view.network.getNodeAttributes(node);
    const select = element("button", { type: "button", class: "locate", "data-node": node, "aria-label": `${say("在图中找到", "Find in the picture")}: ${label}` }, "◎");
    const name = element("bdi", {}, label);
    return element("span", {}, path ? element("a", { href: path }, name) : name, " ", select);
  }

  private click(event: MouseEvent): void {
    const node = (event.target as Element).closest<HTMLElement>("[data-node]")?.dataset["node"];
    if (node) this.view.select(node);
  }

  /** One box a property; what is unticked leaves the picture and the table. */
  private filter(): void {
    const boxes = [...this.properties].map(([property, name]) => {
      const box = element("input", { type: "checkbox", checked: !this.hidden.has(property) });
      box.addEventListener("change", () => {
        if (box.checked) this.hidden.delete(property);
        else this.hidden.add(property);
        this.view.show(property, box.checked);
        for (const row of this.rows.rows) if (row.dataset["property"] === property) row.hidden = !box.checked;
      });
      return element("label", {}, box, " ", element("bdi", {}, name));
    });
    this.relations.replaceChildren(element("legend", {}, say("关系", "Relations")), ...boxes);
    for (const row of this.rows.rows) row.hidden = this.hidden.has(row.dataset["property"] ?? "");
  }

  private tellSelected(node: string): void {
    const { label, kind, path } = this.view.network.getNodeAttributes(node);
    const degree = this.view.network.degree(node);
    this.status.replaceChildren(
      path ? element("a", { href: path }, element("bdi", {}, label)) : element("bdi", {}, label),
      ` ${kind} · ${say(`${degree} 条关系`, `${degree} links`)}`,
    );
  }
}

const section = document.querySelector<HTMLElement>("[data-graph]");
const table = document.querySelector<HTMLTableElement>("table[data-links]");
const focus = section?.dataset["graph"];
if (section && table && focus) new GraphPage(section, table, focus);
