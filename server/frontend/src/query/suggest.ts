/** Chooses what to offer at the cursor: classes and properties that the data has, variables, keywords, prefixes. */

import { prefixedName, type Prefixes } from "../rdf/term";
import type { QueryContext } from "./context";
import type { Vocabulary, VocabularyTerm } from "./vocabulary";

export interface Suggestion {
  readonly kind: "class" | "property" | "variable" | "keyword" | "function" | "prefix";
  /** What is shown and, but for a prefix that has to be declared, written. */
  readonly text: string;
  /** Labels and how often it is used, for people. */
  readonly detail: string;
  /** The prefix that the query has to declare for it. */
  readonly declare?: { readonly prefix: string; readonly namespace: string };
}

const MOST = 60;
const OUTLINE = [
  "PREFIX", "SELECT", "SELECT DISTINCT", "CONSTRUCT", "ASK", "DESCRIBE", "FROM", "FROM NAMED", "WHERE",
  "GROUP BY", "HAVING", "ORDER BY", "LIMIT", "OFFSET", "VALUES",
];
const PATTERNS = ["OPTIONAL", "FILTER", "FILTER NOT EXISTS", "UNION", "MINUS", "GRAPH", "BIND", "VALUES", "SERVICE", "SELECT"];
const FUNCTIONS = [
  "ABS", "AVG", "BOUND", "CEIL", "COALESCE", "CONCAT", "CONTAINS", "COUNT", "DATATYPE", "DAY", "FLOOR", "GROUP_CONCAT",
  "IF", "IRI", "ISBLANK", "ISIRI", "ISLITERAL", "ISNUMERIC", "LANG", "LANGMATCHES", "LCASE", "MAX", "MIN", "MONTH",
  "NOW", "REGEX", "REPLACE", "ROUND", "SAMPLE", "STR", "STRAFTER", "STRBEFORE", "STRDT", "STRENDS", "STRLANG",
  "STRLEN", "STRSTARTS", "SUBSTR", "SUM", "UCASE", "YEAR",
];

/** What fits, best first; `known` are the prefixes that may be declared for it. */
export function suggest(context: QueryContext, vocabulary: Vocabulary, known: Prefixes): Suggestion[] {
  const { place, typed } = context;
  const found: Suggestion[] = [];
  const variables = () => context.variables.map((name) => plain("variable", `?${name}`));
  const words = (list: readonly string[]) => list.map((word) => plain("keyword", word));
  switch (place) {
    case "prefix":
      return rank(
        Object.entries(known).map(([prefix, namespace]) => ({
          kind: "prefix",
          text: `${prefix}: <${namespace}>`,
          detail: "",
        })),
        typed,
      );
    case "class":
      found.push(...named("class", vocabulary.classes, context, known), ...variables());
      break;
    case "predicate":
      found.push(...named("property", fittingProperties(context, vocabulary), context, known), plain("keyword", "a"));
      found.push(...variables());
      break;
    case "subject":
      found.push(...variables(), ...words(PATTERNS));
      break;
    case "object":
      found.push(...variables());
      break;
    case "expression":
      found.push(...variables(), ...FUNCTIONS.map((name) => plain("function", `${name}()`)));
      break;
    case "outline":
      found.push(...words(OUTLINE), ...variables());
      break;
  }
  return rank(found, typed);
}

/**
 * The properties that things of the subject's classes have, by how often; where the query names no class of it that
 * the data knows, all properties. A subject of several classes has the properties of each.
 */
export function fittingProperties(context: QueryContext, vocabulary: Vocabulary): VocabularyTerm[] {
  const uses = new Map<string, number>();
  for (const cls of context.subjectClasses) {
    for (const [property, count] of vocabulary.propertiesOf.get(cls) ?? []) {
      uses.set(property, Math.max(count, uses.get(property) ?? 0));
    }
  }
  if (uses.size === 0) return [...vocabulary.properties];
  return vocabulary.properties
    .filter((property) => uses.has(property.iri))
    .map((property) => ({ ...property, uses: uses.get(property.iri) ?? 0 }))
    .sort((a, b) => b.uses - a.uses || (a.iri < b.iri ? -1 : 1));
}

/** The line that declares a prefix, and where it goes: behind the last declaration, else before everything. */
export function declaration(query: string, prefix: string, namespace: string): { at: number; insert: string } {
  const declared = [...query.matchAll(/^[ \t]*PREFIX\s+\S*\s*<[^>]*>[ \t]*\r?\n?/gim)].pop();
  const line = `PREFIX ${prefix}: <${namespace}>\n`;
  if (!declared) return { at: 0, insert: line };
  const end = declared.index + declared[0].length;
  return { at: end, insert: declared[0].endsWith("\n") ? line : `\n${line.trimEnd()}` };
}

/** A query with the declarations that it lacks for names of known prefixes. */
export function withPrefixes(query: string, context: Pick<QueryContext, "prefixes">, used: Iterable<string>, known: Prefixes): string {
  let text = query;
  for (const prefix of new Set(used)) {
    const namespace = known[prefix];
    if (namespace === undefined || prefix in context.prefixes) continue;
    const { at, insert } = declaration(text, prefix, namespace);
    text = text.slice(0, at) + insert + text.slice(at);
  }
  return text;
}

function named(
  kind: "class" | "property",
  terms: readonly VocabularyTerm[],
  context: QueryContext,
  known: Prefixes,
): Suggestion[] {
  return terms.map((term) => {
    const detail = [...term.labels, String(term.uses)].join(" · ");
    const short = prefixedName(term.iri, context.prefixes);
    if (short !== null) return { kind, text: short, detail };
    const declared = prefixedName(term.iri, known);
    if (declared === null) return { kind, text: `<${term.iri}>`, detail };
    const prefix = declared.slice(0, declared.indexOf(":"));
    return { kind, text: declared, detail, declare: { prefix, namespace: known[prefix] ?? "" } };
  });
}

function plain(kind: Suggestion["kind"], text: string): Suggestion {
  return { kind, text, detail: "" };
}

/** Those that match what is typed: at the beginning of the whole or the local name first, then of a label, then anywhere. */
function rank(suggestions: readonly Suggestion[], typed: string): Suggestion[] {
  const wanted = typed.toLowerCase();
  if (!wanted) return suggestions.slice(0, MOST);
  const grade = ({ text, detail }: Suggestion): number => {
    const name = text.toLowerCase();
    const local = name.slice(name.indexOf(":") + 1);
    if (name.startsWith(wanted) || local.startsWith(wanted)) return 0;
    if (detail.toLowerCase().split(" · ").some((label) => label.startsWith(wanted))) return 1;
    return local.includes(wanted) || detail.toLowerCase().includes(wanted) ? 2 : 3;
  };
  return suggestions
    .map((suggestion, order) => ({ suggestion, order, grade: grade(suggestion) }))
    .filter((graded) => graded.grade < 3 && graded.suggestion.text !== typed)
    .sort((a, b) => a.grade - b.grade || a.order - b.order)
    .slice(0, MOST)
    .map((graded) => graded.suggestion);
}
