/** Sorts rows as people expect: numbers by size, text by the language's own order, nothing last. */

import { numberOf } from "../rdf/term";
import type { Row } from "./answer";

const collator = new Intl.Collator("zh-Hans", { numeric: true });

export type Direction = "ascending" | "descending";

/** The rows ordered by a column; equals stay as they were. */
export function sortRows(rows: readonly Row[], column: string, direction: Direction): Row[] {
  const sign = direction === "ascending" ? 1 : -1;
  return [...rows].sort((a, b) => {
    const [left, right] = [a[column], b[column]];
    if (!left || !right) return left ? -1 : right ? 1 : 0;
    const [first, second] = [numberOf(left), numberOf(right)];
    if (first !== null && second !== null) return sign * (first - second);
    if (first !== null || second !== null) return first !== null ? -sign : sign;
    return sign * collator.compare(left.value, right.value);
  });
}
