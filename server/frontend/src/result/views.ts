/** The ways to see an answer: table, chart, map, graph, and as it came. */

import { type ChartChoice, type ChartKind, chooseChart, drawChart, numericColumns, pointsOf } from "../figure/chart";
import { findPoints } from "../figure/coordinates";
import { drawPoints } from "../figure/points";
import { linkOf, type Prefixes, shortName, type Term } from "../rdf/term";
import { type Answer, asTable, type Row } from "./answer";
import { element } from "./dom";
import { type Direction, sortRows } from "./order";
import { say } from "../language";

export type ViewName = "table" | "chart" | "map" | "graph" | "raw";

export interface ViewSurroundings {
  readonly base: string;
  readonly prefixes: Prefixes;
  /** Labels of IRIs that a view shows, as far as there are any. */
  readonly labels: (iris: readonly string[]) => Promise<ReadonlyMap<string, readonly string[]>>;
}

const ROWS_A_PAGE = 200;
const RAW_SHOWN = 200_000; // characters; a download has the whole

/** The views that an answer has something for. */
export function viewsOf(answer: Answer): ViewName[] {
  if (answer.kind === "boolean") return ["raw"];
  const table = asTable(answer);
  if (!table || table.rows.length === 0) return ["table", "raw"];
  const views: ViewName[] = ["table"];
  if (numericColumns(table.columns, table.rows).length) views.push("chart");
  if (findPoints(table.columns, table.rows.slice(0, 1000)).length) views.push("map");
  if (answer.kind === "triples") views.push("graph");
  return [...views, "raw"];
}

/** Fills an element with a view of the answer. */
export async function showView(name: ViewName, answer: Answer, into: HTMLElement, around: ViewSurroundings): Promise<void> {
  const table = asTable(answer);
  into.replaceChildren();
  if (name === "raw" || !table) {
    const cut = answer.raw.length > RAW_SHOWN;
    into.append(element("pre", { tabindex: 0, class: "raw" }, answer.raw.slice(0, RAW_SHOWN) + (cut ? "…" : "")));
  } else if (name === "table") {
    into.append(new TableView(table.columns, table.rows, around).element);
  } else if (name === "chart") {
    into.append(chartView(table.columns, table.rows));
  } else if (name === "map") {
    into.append(drawPoints(findPoints(table.columns, table.rows)));
  } else if (answer.kind === "triples") {
    const { showTriples } = await import("../network/triples");
    showTriples(answer.triples, into, around);
  }
}

class TableView {
  readonly element = element("div");
  private rows: readonly Row[];
  private sorted: { column: string; direction: Direction } | null = null;
  private page = 0;

  constructor(
    private readonly columns: readonly string[],
    private readonly all: readonly Row[],
    private readonly around: ViewSurroundings,
  ) {
    this.rows = all;
    this.draw();
  }

  private draw(focusOn?: string): void {
    const shown = this.rows.slice(this.page * ROWS_A_PAGE, (this.page + 1) * ROWS_A_PAGE);
    const head = element("tr", {}, ...this.columns.map((column) => this.heading(column)));
    const body = shown.map((row) => element("tr", {}, ...this.columns.map((column) => element("td", {}, this.cell(row[column])))));
    const table = element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
    const region = element("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": say("回答", "Answer") }, table);
    this.element.replaceChildren(region, ...this.pager());
    if (focusOn) this.element.querySelector<HTMLElement>(`[data-column="${CSS.escape(focusOn)}"]`)?.focus();
    void this.label(table, shown);
  }

  private heading(column: string): HTMLElement {
    const direction = this.sorted?.column === column ? this.sorted.direction : null;
    const sign = direction === "ascending" ? " ▲" : direction === "descending" ? " ▼" : "";
    const button = element("button", { type: "button", class: "sort", "data-column": column }, element("bdi", {}, column), sign);
    button.addEventListener("click", () => this.sort(column));
    return element("th", { scope: "col", "aria-sort": direction }, button);
  }

  private sort(column: string): void {
    const again = this.sorted?.column === column && this.sorted.direction === "ascending";
    this.sorted = { column, direction: again ? "descending" : "ascending" };
    this.rows = sortRows(this.all, column, this.sorted.direction);
    this.page = 0;
    this.draw(column);
  }

  private cell(term: Term | undefined): Node | null {
    if (!term) return null;
    if (term.type === "literal") return element("bdi", { class: "literal", lang: term.language, title: term.datatype }, term.value);
    if (term.type === "bnode") return element("code", {}, `_:${term.value}`);
    const link = linkOf(term.value, this.around.base, this.around.prefixes);
    const name = element("bdi", {}, shortName(term.value, this.around.prefixes));
    return link === null ? name : element("a", { href: link, title: term.value, "data-iri": term.value }, name);
  }

  private pager(): HTMLElement[] {
    const pages = Math.ceil(this.rows.length / ROWS_A_PAGE);
    if (pages < 2) return [];
    const turn = (label: string, by: number) => {
      const button = element("button", { type: "button", disabled: this.page + by < 0 || this.page + by >= pages }, label);
      button.addEventListener("click", () => {
        this.page += by;
        this.draw();
      });
      return button;
    };
    return [element("p", { class: "pager" }, turn(say("← 上页", "← Previous"), -1), ` ${this.page + 1} / ${pages} `, turn(say("下页 →", "Next →"), 1))];
  }

  private async label(table: HTMLElement, rows: readonly Row[]): Promise<void> {
    const iris = new Set(rows.flatMap((row) => Object.values(row)).filter((term) => term.type === "uri").map((term) => term.value));
    const labels = await this.around.labels([...iris]);
    for (const link of table.querySelectorAll<HTMLElement>("a[data-iri]")) {
      const label = labels.get(link.dataset["iri"] ?? "")?.[0];
      if (label) link.replaceChildren(element("bdi", {}, label));
    }
  }
}

function chartView(columns: readonly string[], rows: readonly Row[]): HTMLElement {
  const first = chooseChart(columns, rows);
  if (!first) return element("p", {}, say("没有数值列", "No column of numbers"));
  let choice: ChartChoice = first;
  const figure = element("div", { class: "scroll" });
  const draw = () => figure.replaceChildren(drawChart(pointsOf(rows, choice), choice));
  const select = (label: string, values: readonly string[], value: string, set: (value: string) => void) => {
    const options = values.map((each) => element("option", { value: each, selected: each === value }, each));
    const made = element("select", {}, ...options);
    made.addEventListener("change", () => {
      set(made.value);
      draw();
    });
    return element("label", {}, `${label} `, made);
  };
  draw();
  return element(
    "div",
    {},
    element(
      "p",
      { class: "choices" },
      select(say("图", "Chart"), ["bar", "line"], choice.kind, (kind) => (choice = { ...choice, kind: kind as ChartKind })),
      select(say("类别", "Category"), columns, choice.category, (category) => (choice = { ...choice, category })),
      select(say("数值", "Value"), numericColumns(columns, rows), choice.value, (value) => (choice = { ...choice, value })),
    ),
    figure,
  );
}
