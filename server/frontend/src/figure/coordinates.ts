/** Finds the points that an answer has: WKT literals, or columns of latitude and longitude. */

import { numberOf } from "../rdf/term";
import type { Row } from "../result/answer";

/** Degrees, WGS 84. */
export interface GeoPoint {
  readonly longitude: number;
  readonly latitude: number;
  readonly label: string;
}

const WKT = "http://www.opengis.net/ont/geosparql#wktLiteral";
const POINT = /^\s*(?:<[^>]*>\s*)?POINT\s*(?:Z\s*)?\(\s*(-?[\d.]+)\s+(-?[\d.]+)/i;

/** The points of the rows, labelled by their first text. */
export function findPoints(columns: readonly string[], rows: readonly Row[]): GeoPoint[] {
  const latitude = columns.find((column) => /^lat(itude)?$/i.test(column));
  const longitude = columns.find((column) => /^(lon|lng|long|longitude)$/i.test(column));
  return rows.flatMap((row) => {
    const text = columns.map((column) => row[column]).find((term) => term?.type === "literal" && term.datatype !== WKT && numberOf(term) === null);
    const label = text?.value ?? columns.map((column) => row[column]).find((term) => term?.type === "uri")?.value ?? "";
    for (const column of columns) {
      const term = row[column];
      const found = term?.datatype === WKT ? POINT.exec(term.value) : null;
      if (found) return keep(Number(found[1]), Number(found[2]), label);
    }
    if (!latitude || !longitude) return [];
    const [y, x] = [numberOf(row[latitude]), numberOf(row[longitude])];
    return x === null || y === null ? [] : keep(x, y, label);
  });
}

function keep(longitude: number, latitude: number, label: string): GeoPoint[] {
  return Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90 ? [{ longitude, latitude, label }] : [];
}
