/** Asks the endpoint, and reads what it answers. */

import { parseNTriples, type Term, type Triple } from "../rdf/term";

export type Row = Readonly<Record<string, Term>>;

/** An answer by the form of its query. */
export type Answer =
  | { readonly kind: "table"; readonly columns: readonly string[]; readonly rows: readonly Row[]; readonly raw: string }
  | { readonly kind: "boolean"; readonly value: boolean; readonly raw: string }
  | { readonly kind: "triples"; readonly triples: readonly Triple[]; readonly raw: string };

/** What the server says when it can't answer (RFC 9457). */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    detail: string,
    readonly line?: number,
    readonly column?: number,
  ) {
    super(detail);
  }
}

const ACCEPT = "application/sparql-results+json, application/n-triples";
const LONGEST_ADDRESS = 6000; // characters; a longer query is sent in a body

/** The answer to a query; throws Problem, or the reason why nothing was answered. */
export async function ask(query: string, more: URLSearchParams, signal?: AbortSignal): Promise<Answer> {
  const parameters = new URLSearchParams(more);
  parameters.set("query", query);
  const encoded = parameters.toString();
  const init: RequestInit = { headers: { Accept: ACCEPT }, ...(signal ? { signal } : {}) };
  const response =
    encoded.length < LONGEST_ADDRESS
      ? await fetch(`/sparql?${encoded}`, init)
      : await fetch("/sparql", { ...init, method: "POST", body: parameters });
  const body = await response.text();
  if (!response.ok) throw readProblem(response.status, body);
  return readAnswer(response.headers.get("Content-Type") ?? "", body);
}

/** An answer in SPARQL JSON or N-Triples. */
export function readAnswer(contentType: string, body: string): Answer {
  if (contentType.startsWith("application/n-triples")) {
    return { kind: "triples", triples: parseNTriples(body), raw: body };
  }
  const parsed = JSON.parse(body) as {
    boolean?: boolean;
    head: { vars?: string[] };
    results?: { bindings: Row[] };
  };
  if (typeof parsed.boolean === "boolean") return { kind: "boolean", value: parsed.boolean, raw: body };
  return { kind: "table", columns: parsed.head.vars ?? [], rows: parsed.results?.bindings ?? [], raw: body };
}

/** A problem out of problem+json; whatever else came is told by its status. */
export function readProblem(status: number, body: string): Problem {
  try {
    const { title, detail, line, column } = JSON.parse(body) as Record<string, unknown>;
    return new Problem(
      status,
      String(title ?? status),
      String(detail ?? ""),
      typeof line === "number" ? line : undefined,
      typeof column === "number" ? column : undefined,
    );
  } catch {
    return new Problem(status, String(status), "the server gave no reason");
  }
}

/** The columns of a table of triples. */
export const TRIPLE_COLUMNS = ["subject", "predicate", "object"] as const;

/** Any answer as columns and rows; null for a boolean. */
export function asTable(answer: Answer): { columns: readonly string[]; rows: readonly Row[] } | null {
  if (answer.kind === "table") return answer;
  if (answer.kind === "boolean") return null;
  return {
    columns: TRIPLE_COLUMNS,
    rows: answer.triples.map(({ subject, predicate, object }) => ({ subject, predicate, object })),
  };
}
