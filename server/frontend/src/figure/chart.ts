/** A bar or line chart of two columns of an answer, as SVG in the page's own colours. */

import { scaleBand, scaleLinear } from "d3-scale";

import { numberOf } from "../rdf/term";
import { svg } from "../result/dom";
import type { Row } from "../result/answer";
import { sortRows } from "../result/order";

export type ChartKind = "bar" | "line";

export interface ChartChoice {
  readonly kind: ChartKind;
  readonly category: string;
  readonly value: string;
}

export interface Point {
  readonly category: string;
  readonly value: number;
}

const MOST_POINTS = 200;
const [WIDTH, HEIGHT] = [800, 400];
const MARGIN = { top: 10, right: 10, bottom: 90, left: 80 };

/** Columns whose every value, where there is one, is a number. */
export function numericColumns(columns: readonly string[], rows: readonly Row[]): string[] {
  return columns.filter(
    (column) => rows.some((row) => row[column]) && rows.every((row) => !row[column] || numberOf(row[column]) !== null),
  );
}

/** What to show first: years as a line, anything else as bars; null where no column holds numbers. */
export function chooseChart(columns: readonly string[], rows: readonly Row[]): ChartChoice | null {
  const numeric = numericColumns(columns, rows);
  const year = columns.find((column) => /year|period|年/i.test(column));
  const value = numeric.find((column) => column !== year);
  if (value === undefined) return null;
  const literal = columns.find((column) => !numeric.includes(column) && rows[0]?.[column]?.type === "literal");
  const category = year ?? literal ?? columns.find((column) => column !== value) ?? value;
  return { kind: year !== undefined ? "line" : "bar", category, value };
}

/** The points of a chart, at most 200: bars in the rows' order, a line in that of its categories. */
export function pointsOf(rows: readonly Row[], { kind, category, value }: ChartChoice): Point[] {
  const ordered = kind === "line" ? sortRows(rows, category, "ascending") : rows;
  return ordered
    .flatMap((row) => {
      const number = numberOf(row[value]);
      return number === null ? [] : [{ category: row[category]?.value ?? "", value: number }];
    })
    .slice(0, MOST_POINTS);
}

/** The chart with its title, for readers that hear it; the table of the same rows is its alternative. */
export function drawChart(points: readonly Point[], { kind, category, value }: ChartChoice): SVGSVGElement {
  const x = scaleBand<number>()
    .domain(points.map((_, index) => index))
    .range([MARGIN.left, WIDTH - MARGIN.right])
    .padding(0.2);
  const values = points.map((point) => point.value);
  const y = scaleLinear()
    .domain([Math.min(0, ...values), Math.max(0, ...values)])
    .nice()
    .range([HEIGHT - MARGIN.bottom, MARGIN.top]);
  const format = new Intl.NumberFormat("zh-Hans", { notation: "compact", maximumFractionDigits: 2 });
  const exact = new Intl.NumberFormat("zh-Hans", { maximumFractionDigits: 6 });
  const title = `${value} / ${category}`;
  const chart = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "chart", "aria-label": title });
  for (const tick of y.ticks(5)) {
    chart.append(
      svg("line", { x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: y(tick), y2: y(tick), class: "grid" }),
      svg("text", { x: MARGIN.left - 6, y: y(tick) + 4, "text-anchor": "end" }, format.format(tick)),
    );
  }
  const middle = (index: number) => (x(index) ?? 0) + x.bandwidth() / 2;
  if (kind === "line") {
    const line = points.map((point, index) => `${index ? "L" : "M"}${middle(index)} ${y(point.value)}`).join("");
    chart.append(svg("path", { d: line, class: "line" }));
  }
  const every = Math.ceil(points.length / 24);
  points.forEach((point, index) => {
    const title = svg("title", {}, `${point.category}: ${exact.format(point.value)}`);
    chart.append(
      kind === "line"
        ? svg("circle", { cx: middle(index), cy: y(point.value), r: 4, class: "point" }, title)
        : svg(
            "rect",
            {
              x: x(index) ?? 0,
              y: Math.min(y(0), y(point.value)),
              width: x.bandwidth(),
              height: Math.abs(y(0) - y(point.value)),
              class: "bar",
            },
            title,
          ),
    );
    if (index % every) return;
    const at = `translate(${middle(index)} ${HEIGHT - MARGIN.bottom + 12}) rotate(-35)`;
    chart.append(svg("text", { transform: at, "text-anchor": "end" }, shorten(point.category)));
  });
  return chart;
}

function shorten(label: string): string {
  const characters = [...label];
  return characters.length > 12 ? `${characters.slice(0, 11).join("")}…` : label;
}
