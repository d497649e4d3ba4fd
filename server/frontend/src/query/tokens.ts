/** Cuts a SPARQL query into tokens (SPARQL 1.1, section 19.8), forgiving: a query that is being typed isn't finished. */

export type TokenKind = "comment" | "iri" | "string" | "variable" | "name" | "blank" | "tag" | "number" | "word" | "sign";

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Offsets in UTF-16 code units, end exclusive. */
  readonly from: number;
  readonly to: number;
}

const TOKEN = new RegExp(
  [
    String.raw`(?<comment>#[^\n\r]*)`,
    String.raw`(?<iri><[^<>"{}|^\x60\\\s]*>)`,
    String.raw`(?<string>"""(?:"{0,2}(?:[^"\\]|\\[^]))*(?:"""|$)|'''(?:'{0,2}(?:[^'\\]|\\[^]))*(?:'''|$)|"(?:[^"\\\n\r]|\\.)*(?:"|$|(?=[\n\r]))|'(?:[^'\\\n\r]|\\.)*(?:'|$|(?=[\n\r])))`,
    String.raw`(?<variable>[?$][\p{L}\p{N}_]+)`,
    String.raw`(?<blank>_:[\p{L}\p{N}_.-]*)`,
    String.raw`(?<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)`,
    String.raw`(?<name>(?:\p{L}[\p{L}\p{N}_.-]*)?:(?:(?:[\p{L}\p{N}_:%\\-]|\.(?=[\p{L}\p{N}_:%\\-]))*))`,
    String.raw`(?<number>(?:\p{Nd}+(?:\.\p{Nd}*)?|\.\p{Nd}+)(?:[eE][+-]?\p{Nd}+)?)`,
    String.raw`(?<word>[\p{L}_][\p{L}\p{N}_]*)`,
    String.raw`(?<sign>\S)`,
  ].join("|"),
  "gu",
);

/** The tokens of a text in order, white space left out. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  for (const found of text.matchAll(TOKEN)) {
    const kind = Object.entries(found.groups ?? {}).find(([, value]) => value !== undefined)?.[0] as TokenKind;
    tokens.push({ kind, text: found[0], from: found.index, to: found.index + found[0].length });
  }
  return tokens;
}
