import { describe, expect, it } from "vitest";

import { chooseChart, pointsOf } from "../src/figure/chart";
import { findPoints } from "../src/figure/coordinates";
import { rangeOf } from "../src/query/editor";
import { linkOf, parseNTriples, prefixedName, type Term } from "../src/rdf/term";
import { readAnswer, readProblem } from "../src/result/answer";
import { sortRows } from "../src/result/order";
import { viewsOf } from "../src/result/views";

const XSD = "http://www.w3.org/2001/XMLSchema#";
const number = (value: string): Term => ({ type: "literal", value, datatype: `${XSD}decimal` });
const text = (value: string): Term => ({ type: "literal", value });
const BASE = "https://ledger.example/";
const PREFIXES = { ccl: "https://w3id.org/chuncheng/def/" };

it("sorts numbers by size, text in its order, and nothing last", () => {
  const rows = [{ v: number("10") }, {}, { v: number("9") }, { v: text("安") }];
  expect(sortRows(rows, "v", "ascending").map((row) => row.v?.value)).toEqual(["9", "10", "安", undefined]);
  expect(sortRows(rows, "v", "descending").map((row) => row.v?.value)).toEqual(["安", "10", "9", undefined]);
});

it("links as the server does, and never to a script", () => {
  expect(linkOf(`${BASE}id/park/liuhua-a`, BASE, PREFIXES)).toBe("/doc/park/liuhua-a");
  expect(linkOf(`${PREFIXES.ccl}Commitment`, BASE, PREFIXES)).toBe("/doc/def/Commitment");
  expect(linkOf(`${BASE}id/a b?c#d/春`, BASE, PREFIXES)).toBe("/doc/a%20b%3Fc%23d/%E6%98%A5");
  expect(linkOf("javascript:alert(1)", BASE, PREFIXES)).toBeNull();
  expect(linkOf("data:text/html,x", BASE, PREFIXES)).toBeNull();
});

it("shortens only what is a plain local name", () => {
  expect(prefixedName("https://w3id.org/chuncheng/def/value", PREFIXES)).toBe("ccl:value");
  expect(prefixedName("https://w3id.org/chuncheng/def/a/b", PREFIXES)).toBeNull();
});

it("reads N-Triples with their escapes, and leaves out what is none", () => {
  const [only, ...more] = parseNTriples('<x:s> <x:p> "a\\"b\\u627F\\n"@zh-CN .\nnonsense\n# comment');
  expect(more).toEqual([]);
  expect(only?.object).toEqual({ type: "literal", value: 'a"b承\n', language: "zh-CN" });
});

it("draws years as a line in their order, other categories as bars as they come", () => {
  const rows = [
    { year: number("2024"), name: text("b"), n: number("2") },
    { year: number("2023"), name: text("a"), n: number("1") },
  ];
  const choice = chooseChart(["year", "n"], rows);
  expect(choice).toEqual({ kind: "line", category: "year", value: "n" });
  expect(choice && pointsOf(rows, choice).map((point) => point.category)).toEqual(["2023", "2024"]);
  const bars = chooseChart(["name", "n"], rows);
  expect(bars && pointsOf(rows, bars).map((point) => point.category)).toEqual(["b", "a"]);
  expect(chooseChart(["name"], rows)).toBeNull();
});

it("finds points in WKT and in columns, and none beyond the globe", () => {
  const wkt: Term = { type: "literal", value: "POINT(102.7 25.04)", datatype: "http://www.opengis.net/ont/geosparql#wktLiteral" };
  expect(findPoints(["p", "where"], [{ p: text("昆明"), where: wkt }])).toEqual([{ longitude: 102.7, latitude: 25.04, label: "昆明" }]);
  expect(findPoints(["lat", "long"], [{ lat: number("25"), long: number("500") }])).toEqual([]);
});

describe("an answer", () => {
  it("offers the views that it has something for", () => {
    const table = (bindings: unknown[]) =>
      readAnswer("application/sparql-results+json", JSON.stringify({ head: { vars: ["n"] }, results: { bindings } }));
    expect(viewsOf(table([]))).toEqual(["table", "raw"]);
    expect(viewsOf(table([{ n: number("1") }]))).toEqual(["table", "chart", "raw"]);
    expect(viewsOf(readAnswer("application/n-triples", "<x:a> <x:b> <x:c> ."))).toEqual(["table", "graph", "raw"]);
  });

  it("that is a problem tells where, or at least its status", () => {
    const problem = readProblem(400, '{"title":"Bad Request","detail":"no","line":2,"column":5}');
    expect([problem.line, problem.column, problem.message]).toEqual([2, 5, "no"]);
    expect(readProblem(502, "<html>").status).toBe(502);
  });
});

it("marks the word at a place that is told in code points", () => {
  const query = "SELECT *\n{ ?s ?p '𠮷' WRONG }";
  const { from, to } = rangeOf(query, { line: 2, column: 13 });
  expect(query.slice(from, to)).toBe("WRONG");
  expect(rangeOf("ASK {", { line: 9, column: 99 })).toEqual({ from: 4, to: 5 });
});
