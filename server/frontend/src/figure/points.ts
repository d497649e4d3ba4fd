/** A map of points without tiles: places in their true relation, with a graticule to tell distances by. */

import { scaleLinear } from "d3-scale";

import { svg } from "../result/dom";
import type { GeoPoint } from "./coordinates";
import { say } from "../language";

const WIDTH = 800;
const MARGIN = 40;
const MOST_LABELS = 80;

/** Points as SVG, equirectangular around their middle; a point's title tells its label and coordinates. */
export function drawPoints(points: readonly GeoPoint[]): SVGSVGElement {
  const longitudes = extent(points.map((point) => point.longitude));
  const latitudes = extent(points.map((point) => point.latitude));
  const squeeze = Math.cos((((latitudes[0] + latitudes[1]) / 2) * Math.PI) / 180);
  const scale = (WIDTH - 2 * MARGIN) / Math.max((longitudes[1] - longitudes[0]) * squeeze, latitudes[1] - latitudes[0]);
  const height = Math.max((latitudes[1] - latitudes[0]) * scale, 100) + 2 * MARGIN;
  const x = scaleLinear(longitudes, [MARGIN, MARGIN + (longitudes[1] - longitudes[0]) * squeeze * scale]);
  const y = scaleLinear(latitudes, [height - MARGIN, MARGIN]);
  const map = svg("svg", { viewBox: `0 0 ${WIDTH} ${Math.ceil(height)}`, role: "img", class: "map", "aria-label": say("地图", "Map") });
  for (const tick of x.ticks(5)) {
    map.append(
      svg("line", { x1: x(tick), x2: x(tick), y1: MARGIN / 2, y2: height - MARGIN / 2, class: "grid" }),
      svg("text", { x: x(tick), y: height - 6, "text-anchor": "middle" }, `${tick}°`),
    );
  }
  for (const tick of y.ticks(5)) {
    map.append(
      svg("line", { x1: MARGIN / 2, x2: WIDTH - MARGIN / 2, y1: y(tick), y2: y(tick), class: "grid" }),
      svg("text", { x: 2, y: y(tick) + 4 }, `${tick}°`),
    );
  }
  points.forEach((point, index) => {
    const title = svg("title", {}, `${point.label} (${point.latitude}, ${point.longitude})`);
    map.append(svg("circle", { cx: x(point.longitude), cy: y(point.latitude), r: 5, class: "point" }, title));
    if (index >= MOST_LABELS) return;
    map.append(svg("text", { x: x(point.longitude) + 8, y: y(point.latitude) + 4 }, [...point.label].slice(0, 20).join("")));
  });
  return map;
}

/** Least and greatest, never the same, so that one point has ground around it. */
function extent(values: readonly number[]): [number, number] {
  const [least, greatest] = [Math.min(...values), Math.max(...values)];
  const room = Math.max((greatest - least) * 0.05, 0.01);
  return [least - room, greatest + room];
}
