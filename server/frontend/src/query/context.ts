/** What may stand where the cursor is: read from the tokens of the query around it. */

import { RDF_TYPE } from "../rdf/term";
import { type Token, tokenize } from "./tokens";

/** The place in the grammar: within a triple pattern, an expression, or the query's outline. */
export type Place = "subject" | "predicate" | "object" | "class" | "expression" | "outline" | "prefix";

export interface QueryContext {
  readonly place: Place;
  /** Where the word at the cursor begins, and what of it is typed. */
  readonly from: number;
  readonly typed: string;
  /** IRIs of the classes that the query gives to the subject at the cursor. */
  readonly subjectClasses: readonly string[];
  /** Names of the variables that the query has, in order, but the one being typed. */
  readonly variables: readonly string[];
  /** Declared prefixes with their namespaces. */
  readonly prefixes: Readonly<Record<string, string>>;
}

interface Frame {
  readonly kind: "outline" | "group" | "data" | "paren" | "blank";
  place: Place | "pathEnd" | "end";
  subject: string;
  predicate: string;
  path: boolean;
}

const EXPRESSION_WORDS = new Set(["FILTER", "BIND", "HAVING"]);
const NAMED_WORDS = new Set(["GRAPH", "SERVICE"]);
const TERMS = new Set(["iri", "string", "variable", "name", "blank", "number"]);
const CLASS_PREDICATES = new Set([RDF_TYPE, "http://www.w3.org/2000/01/rdf-schema#subClassOf"]);

/** The context at an offset of a query, null where nothing can be completed: in a comment, a string or an IRI. */
export function contextAt(query: string, offset: number): QueryContext | null {
  const tokens = tokenize(query);
  const touched = tokens.find((token) => token.from < offset && offset <= token.to);
  if (touched && !isCompletable(touched, offset)) return null;
  const typing = touched && touched.kind !== "sign" ? touched : undefined;
  const walk = new Walk(tokens.filter((token) => token.kind !== "comment"), typing?.from ?? offset);
  const { place, subject } = walk.atCursor;
  return {
    place,
    from: typing?.from ?? offset,
    typed: typing ? query.slice(typing.from, offset) : "",
    subjectClasses: [...(walk.classes.get(subject) ?? [])],
    variables: [...new Set(tokens.filter((t) => t.kind === "variable" && t !== typing).map((t) => t.text.slice(1)))],
    prefixes: walk.prefixes,
  };
}

function isCompletable(token: Token, offset: number): boolean {
  switch (token.kind) {
    case "comment":
      return false;
    case "string":
    case "iri":
      return offset === token.to && token.text.length > 1 && /["'>]$/.test(token.text);
    case "tag":
    case "number":
    case "blank":
      return false;
    default:
      return true;
  }
}

/** One walk over the tokens: the place of each, the prefixes, the classes of subjects, and the state at the cursor. */
class Walk {
  readonly prefixes: Record<string, string> = {};
  readonly classes = new Map<string, Set<string>>();
  atCursor: { place: Place; subject: string } = { place: "outline", subject: "" };
  private readonly stack: Frame[] = [frame("outline", "outline")];
  private blanks = 0;
  private named = false;
  private data = false;
  private declaring: string | null = null;

  constructor(tokens: readonly Token[], cursor: number) {
    let noted = false;
    for (const token of tokens) {
      if (!noted && token.from >= cursor) {
        this.note();
        noted = true;
      }
      this.step(token);
    }
    if (!noted) this.note();
  }

  private get top(): Frame {
    return this.stack[this.stack.length - 1] as Frame;
  }

  private note(): void {
    const { kind, place, subject, predicate, path } = this.top;
    this.atCursor = { place: this.told(kind, place, predicate), subject: path && place === "predicate" ? "" : subject };
  }

  private told(kind: Frame["kind"], place: Frame["place"], predicate: string): Place {
    if (this.declaring !== null) return "prefix";
    if (kind === "paren") return "expression";
    if (place === "pathEnd" || place === "object") return CLASS_PREDICATES.has(predicate) ? "class" : "object";
    return place === "end" ? "outline" : place;
  }

  private step(token: Token): void {
    if (this.declaring !== null) {
      this.declare(token);
    } else if (token.kind === "word") {
      this.word(token.text.toUpperCase(), token.text);
    } else if (token.kind === "sign") {
      this.sign(token.text);
    } else if (TERMS.has(token.kind)) {
      this.term(this.resolve(token));
    }
  }

  private declare(token: Token): void {
    if (token.kind === "name") {
      this.declaring = token.text.slice(0, token.text.indexOf(":"));
    } else {
      if (token.kind === "iri" && this.declaring !== null) this.prefixes[this.declaring] = token.text.slice(1, -1);
      this.declaring = null;
    }
  }

  private word(word: string, text: string): void {
    const top = this.top;
    if (word === "PREFIX" && this.stack.length === 1) {
      this.declaring = "";
    } else if (text === "a" && (top.place === "predicate" || (top.place === "subject" && top.kind === "blank"))) {
      this.term(RDF_TYPE);
    } else if (word === "TRUE" || word === "FALSE") {
      this.term(word);
    } else if (EXPRESSION_WORDS.has(word)) {
      top.place = "expression";
    } else if (NAMED_WORDS.has(word)) {
      this.named = true;
      top.place = "subject";
    } else if (word === "VALUES") {
      this.data = true;
      top.place = "subject";
    } else if (top.kind === "group" && ["OPTIONAL", "MINUS", "UNION", "SELECT"].includes(word)) {
      top.place = word === "SELECT" ? "outline" : "subject";
    }
  }

  private sign(sign: string): void {
    const top = this.top;
    switch (sign) {
      case "{":
        this.stack.push(this.data ? frame("data", "expression") : frame("group", "subject"));
        this.data = this.named = false;
        break;
      case "(":
        this.stack.push(frame("paren", "expression"));
        break;
      case "[":
        this.stack.push({ ...frame("blank", "predicate"), subject: `_:[${this.blanks++}` });
        break;
      case "}":
        this.close();
        if (this.stack.length > 1) this.top.place = "subject";
        break;
      case ")":
        this.close();
        if (this.top.place === "expression" && this.top.kind === "group") this.top.place = "subject";
        else if (this.top.place === "subject" && !this.data) this.term("");
        else if (this.top.place === "object" || this.top.place === "pathEnd") this.term("");
        else if (this.top.place === "predicate") this.top.place = "pathEnd";
        break;
      case "]":
        this.close();
        this.term(top.subject);
        break;
      case ".":
        if (top.kind === "group") top.place = "subject";
        break;
      case ";":
        if (top.kind !== "paren") Object.assign(top, { place: "predicate", path: false });
        break;
      case ",":
        if (top.kind !== "paren") top.place = "object";
        break;
      case "/":
      case "|":
        if (top.place === "pathEnd") Object.assign(top, { place: "predicate", path: true });
        break;
      case "^":
        if (top.place === "predicate") top.path = true;
        break;
    }
  }

  private close(): void {
    if (this.stack.length > 1) this.stack.pop();
  }

  private term(term: string): void {
    const top = this.top;
    if (this.named || this.data || top.kind === "data" || top.kind === "paren") {
      this.named = false;
      return;
    }
    switch (top.place) {
      case "subject":
        Object.assign(top, { subject: term, place: "predicate", path: false });
        break;
      case "predicate":
        Object.assign(top, { predicate: term, place: "pathEnd" });
        break;
      case "pathEnd":
      case "object":
        if (top.predicate === RDF_TYPE && !top.path) {
          const known = this.classes.get(top.subject) ?? new Set();
          this.classes.set(top.subject, known.add(term));
        }
        top.place = "end";
        break;
    }
  }

  /** The IRI of a name, any other token as it is written. */
  private resolve(token: Token): string {
    if (token.kind === "iri") return token.text.slice(1, -1);
    if (token.kind !== "name") return token.text;
    const colon = token.text.indexOf(":");
    const namespace = this.prefixes[token.text.slice(0, colon)];
    return namespace === undefined ? token.text : namespace + token.text.slice(colon + 1);
  }
}

function frame(kind: Frame["kind"], place: Frame["place"]): Frame {
  return { kind, place, subject: "", predicate: "", path: false };
}
