/** RDF terms as SPARQL 1.1 JSON results carry them, and how pages show and link them. */

export interface Term {
  readonly type: "uri" | "literal" | "bnode";
  readonly value: string;
  readonly language?: string;
  readonly datatype?: string;
}

export interface Triple {
  readonly subject: Term;
  readonly predicate: Term;
  readonly object: Term;
}

export type Prefixes = Readonly<Record<string, string>>;

export const RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMERIC = new Set(
  ["integer", "decimal", "double", "float", "int", "long", "short", "nonNegativeInteger", "positiveInteger"].map(
    (name) => XSD + name,
  ),
);

/** The number that a literal of a numeric datatype stands for, else null. */
export function numberOf(term: Term | undefined): number | null {
  if (term?.type !== "literal" || !term.datatype || !NUMERIC.has(term.datatype)) return null;
  const value = Number(term.value);
  return Number.isFinite(value) ? value : null;
}

/** An IRI as `prefix:local` where a prefix is known and the rest is a plain local name, else null. */
export function prefixedName(iri: string, prefixes: Prefixes): string | null {
  let best: [string, string] | null = null;
  for (const [prefix, namespace] of Object.entries(prefixes)) {
    if (iri.startsWith(namespace) && (!best || namespace.length > best[1].length)) best = [prefix, namespace];
  }
  if (!best) return null;
  const local = iri.slice(best[1].length);
  return /^[\p{L}\p{N}_](?:[\p{L}\p{N}_-]*)$/u.test(local) ? `${best[0]}:${local}` : null;
}

/** What to call an IRI for want of a label. */
export function shortName(iri: string, prefixes: Prefixes): string {
  return prefixedName(iri, prefixes) ?? (iri.replace(/[/#]+$/, "").split(/[/#]/).pop() || iri);
}

/**
 * Where a page may link for an IRI: our own document about it, else the web, null for any other scheme. The same rule
 * as the server's (`server/links.py`).
 */
export function linkOf(iri: string, base: string, prefixes: Prefixes): string | null {
  const definitions = prefixes["ccl"];
  if (definitions && iri.startsWith(definitions)) return `/doc/def/${encodePath(iri.slice(definitions.length))}`;
  if (iri.startsWith(`${base}id/`)) return `/doc/${encodePath(iri.slice(base.length + 3))}`;
  return /^https?:\/\//.test(iri) ? iri : null;
}

function encodePath(path: string): string {
  return encodeURIComponent(path.toWellFormed()).replace(/%(2F|3A|40|21|24|26|27|28|29|2A|2B|2C|3B|3D)/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** A term as N-Triples writes it: its identity within an answer. */
export function keyOf(term: Term): string {
  if (term.type === "uri") return `<${term.value}>`;
  if (term.type === "bnode") return `_:${term.value}`;
  const tag = term.language ? `@${term.language}` : term.datatype ? `^^<${term.datatype}>` : "";
  return JSON.stringify(term.value) + tag;
}

const TERM = String.raw`<([^>]*)>|_:(\S+)|"((?:[^"\\]|\\.)*)"(?:@([A-Za-z0-9-]+)|\^\^<([^>]*)>)?`;
const LINE = new RegExp(String.raw`^\s*(?:${TERM})\s+<([^>]*)>\s+(?:${TERM})\s*\.\s*$`);

/** The triples of an N-Triples document (https://www.w3.org/TR/n-triples/); lines that are none are left out. */
export function parseNTriples(text: string): Triple[] {
  const triples: Triple[] = [];
  for (const line of text.split("\n")) {
    const found = LINE.exec(line);
    if (!found) continue;
    triples.push({
      subject: readTerm(found, 1),
      predicate: { type: "uri", value: unescape(found[6] ?? "") },
      object: readTerm(found, 7),
    });
  }
  return triples;
}

function readTerm(found: RegExpExecArray, at: number): Term {
  const [iri, blank, literal, language, datatype] = found.slice(at, at + 5);
  if (iri !== undefined) return { type: "uri", value: unescape(iri) };
  if (blank !== undefined) return { type: "bnode", value: blank };
  return {
    type: "literal",
    value: unescape(literal ?? ""),
    ...(language ? { language } : {}),
    ...(datatype ? { datatype: unescape(datatype) } : {}),
  };
}

const CONTROL: Readonly<Record<string, string>> = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };

function unescape(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_, four, eight, sign: string) => {
    if (sign) return CONTROL[sign] ?? sign;
    const code = Number.parseInt((four ?? eight) as string, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd";
  });
}
