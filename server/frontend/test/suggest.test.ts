import { expect, it } from "vitest";

import { contextAt } from "../src/query/context";
import { declaration, fittingProperties, suggest } from "../src/query/suggest";
import { readLabels, readVocabulary, withLabels } from "../src/query/vocabulary";

const DEF = "https://w3id.org/chuncheng/def/";
const KNOWN = { ccl: DEF, rdfs: "http://www.w3.org/2000/01/rdf-schema#" };
const VOID = "http://rdfs.org/ns/void#";
const INTEGER = "^^<http://www.w3.org/2001/XMLSchema#integer>";

function partition(id: string, kind: "class" | "property", iri: string, uses: number, owner: string): string {
  const figure = kind === "class" ? "entities" : "triples";
  return [
    `<${owner}> <${VOID}${kind}Partition> <${id}> .`,
    `<${id}> <${VOID}${kind}> <${iri}> .`,
    `<${id}> <${VOID}${figure}> "${uses}"${INTEGER} .`,
  ].join("\n");
}

const VOCABULARY = readVocabulary(
  [
    partition("x:c1", "class", `${DEF}Park`, 3, "x:d"),
    partition("x:c2", "class", `${DEF}Commitment`, 90, "x:d"),
    partition("x:c1p1", "property", `${DEF}within`, 3, "x:c1"),
    partition("x:c2p1", "property", `${DEF}value`, 80, "x:c2"),
    partition("x:c2p2", "property", `${DEF}year`, 90, "x:c2"),
    partition("x:p1", "property", `${DEF}within`, 500, "x:d"),
    partition("x:p2", "property", `${DEF}value`, 80, "x:d"),
    partition("x:p3", "property", `${DEF}year`, 90, "x:d"),
    partition("x:p4", "property", "http://other.example/p-q.r", 1, "x:d"),
  ].join("\n"),
);

function offered(query: string): string[] {
  const context = contextAt(query.replace("|", ""), query.indexOf("|"));
  return context ? suggest(context, VOCABULARY, KNOWN).map((each) => each.text) : [];
}

it("offers the classes that the data has, the most used first", () => {
  expect(offered("SELECT * { ?s a |").slice(0, 2)).toEqual(["ccl:Commitment", "ccl:Park"]);
});

it("offers only the properties that things of the subject's class have", () => {
  const query = `PREFIX ccl: <${DEF}> SELECT * { ?s a ccl:Commitment ; |`;
  expect(offered(query).slice(0, 3)).toEqual(["ccl:year", "ccl:value", "a"]);
});

it("offers all properties where the class is unknown, one without a prefix as a whole IRI", () => {
  expect(offered("SELECT * { ?s |").slice(0, 4)).toEqual(["ccl:within", "ccl:year", "ccl:value", "<http://other.example/p-q.r>"]);
});

it("says how often the class has the property, not how often all have it", () => {
  const query = `PREFIX ccl: <${DEF}> SELECT * { ?s a ccl:Park ; `;
  const context = contextAt(query, query.length);
  expect(context && fittingProperties(context, VOCABULARY)).toEqual([{ iri: `${DEF}within`, uses: 3, labels: [] }]);
});

it("finds a term by its Chinese label", () => {
  const labels = readLabels([
    { thing: { type: "uri", value: `${DEF}Commitment` }, label: { type: "literal", value: "Commitment", language: "en" } },
    { thing: { type: "uri", value: `${DEF}Commitment` }, label: { type: "literal", value: "承诺", language: "zh" } },
  ]);
  const query = "SELECT * { ?s a 承";
  const context = contextAt(query, query.length);
  const [first] = context ? suggest(context, withLabels(VOCABULARY, labels), KNOWN) : [];
  expect(first?.text).toBe("ccl:Commitment");
  expect(first?.detail).toBe("承诺 · Commitment · 90");
  expect(first?.declare).toEqual({ prefix: "ccl", namespace: DEF });
});

it("needs no declaration of a prefix that the query has, under whatever name", () => {
  const query = `PREFIX our: <${DEF}> SELECT * { ?s a Pa`;
  const context = contextAt(query, query.length);
  expect(context && suggest(context, VOCABULARY, KNOWN)).toEqual([{ kind: "class", text: "our:Park", detail: "3" }]);
});

it("declares a prefix behind the others, else before everything", () => {
  const line = "PREFIX ccl: <https://w3id.org/chuncheng/def/>\n";
  expect(declaration("SELECT * {}", "ccl", DEF)).toEqual({ at: 0, insert: line });
  const declared = "# a question\nPREFIX a: <x:a>\nPREFIX b: <x:b>\nSELECT * {}";
  const { at, insert } = declaration(declared, "ccl", DEF);
  expect(declared.slice(0, at).endsWith("<x:b>\n")).toBe(true);
  expect(insert).toBe(line);
});

it("offers variables and functions within an expression", () => {
  expect(offered("SELECT * { ?street ?p ?o FILTER(?st|")).toEqual(["?street"]);
  expect(offered("SELECT * { ?s ?p ?o FILTER(STRST|")).toEqual(["STRSTARTS()"]);
});
