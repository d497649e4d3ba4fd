/** What a reader can do with a graph besides moving through it, and what its colours mean. */

import { element, svg } from "../result/dom";
import type { NetworkView } from "./view";
import { say } from "../language";

/** Buttons to zoom, to fit and to keep the picture. */
export function toolbar(view: NetworkView): HTMLElement {
  const button = (label: string, act: () => void, name?: string) => {
    const made = element("button", { type: "button", "aria-label": name }, label);
    made.addEventListener("click", act);
    return made;
  };
  return element(
    "p",
    { class: "choices", role: "toolbar", "aria-label": say("图的操作", "Graph tools") },
    button("+", () => view.zoom(1 / 1.5), say("放大", "Zoom in")),
    button("−", () => view.zoom(1.5), say("缩小", "Zoom out")),
    button(say("全图", "Fit"), () => view.fit()),
    button("PNG", () => view.savePng("graph.png")),
    button("SVG", () => view.saveSvg("graph.svg")),
  );
}

/** The kinds of things in the picture, each with its colour. */
export function legendOf(view: NetworkView): HTMLElement {
  const entries = view.legend().map(({ kind, color }) => {
    const dot = svg("svg", { viewBox: "0 0 12 12", class: "dot", "aria-hidden": "true" }, svg("circle", { cx: 6, cy: 6, r: 5, fill: color }));
    return element("li", {}, dot, " ", element("bdi", {}, kind || say("其他", "other")));
  });
  return element("ul", { class: "legend", "aria-label": say("图例", "Legend") }, ...entries);
}
