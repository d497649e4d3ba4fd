import { describe, expect, it } from "vitest";

import { contextAt } from "../src/query/context";

const CCL = "PREFIX ccl: <https://w3id.org/chuncheng/def/>\n";
const DEF = "https://w3id.org/chuncheng/def/";

/** The context at the `|` of a query. */
function at(query: string) {
  return contextAt(query.replace("|", ""), query.indexOf("|"));
}

describe("the place at the cursor", () => {
  it.each([
    ["|", "outline"],
    ["SEL|", "outline"],
    ["SELECT * { |", "subject"],
    ["SELECT * { ?s |", "predicate"],
    ["SELECT * { ?s ?p |", "object"],
    ["SELECT * { ?s a |", "class"],
    ["SELECT * { ?s a ccl:Com|", "class"],
    ["SELECT * { ?s a ccl:Park ; |", "predicate"],
    ["SELECT * { ?s ccl:within ?o , |", "object"],
    ["SELECT * { ?s ccl:within ?o . |", "subject"],
    ["SELECT * { ?s ccl:within/|", "predicate"],
    ["SELECT * { ?s ccl:within+ |", "object"],
    ["SELECT * { ?s (ccl:within|ccl:partOf) |".replace("within|", "within/"), "object"],
    ["SELECT * { ?s ccl:unit [ |", "predicate"],
    ["SELECT * { FILTER(|", "expression"],
    ["SELECT * { FILTER(?a > 1) |", "subject"],
    ["SELECT * { GRAPH ?g { ?s |", "predicate"],
    ["SELECT * { OPTIONAL { ?s a ccl:Park } |", "subject"],
    ["SELECT * { VALUES ?s { 1 } |", "subject"],
    ["SELECT (COUNT(|", "expression"],
    ["SELECT * { ?s ?p ?o } ORDER |", "outline"],
    ["PREFIX |", "prefix"],
  ])("of %s is %s", (query, place) => {
    expect(at(query)?.place).toBe(place);
  });

  it.each(["SELECT * { ?s ?p 'a|", "SELECT * { ?s <http://x|", "# SELECT |", "SELECT * { ?s ?p \"x\"@e|"])(
    "of %s is none",
    (query) => {
      expect(at(query + (query.includes("<") ? ">" : ""))).toBeNull();
    },
  );
});

it("knows the classes of the subject, wherever the query says so", () => {
  expect(at(`${CCL}SELECT * { ?c a ccl:Commitment ; |`)?.subjectClasses).toEqual([`${DEF}Commitment`]);
  expect(at(`${CCL}SELECT * { ?c | . ?c a ccl:Commitment , ccl:Claim }`)?.subjectClasses).toEqual([
    `${DEF}Commitment`,
    `${DEF}Claim`,
  ]);
  expect(at(`${CCL}SELECT * { ?c a ccl:Commitment . ?d |`)?.subjectClasses).toEqual([]);
  expect(at(`${CCL}SELECT * { ?s ?p [ a ccl:Park ; | ] }`)?.subjectClasses).toEqual([`${DEF}Park`]);
});

it("says nothing of the class behind a path, which leads to another thing", () => {
  expect(at(`${CCL}SELECT * { ?c a ccl:Commitment ; ccl:unit/|`)?.subjectClasses).toEqual([]);
});

it("knows variables, declared prefixes, and what is typed", () => {
  const context = at(`${CCL}SELECT ?a { ?a ccl:unit ?b . ?c ccl:va|`);
  expect(context?.variables).toEqual(["a", "b", "c"]);
  expect(context?.prefixes).toEqual({ ccl: DEF });
  expect(context?.typed).toBe("ccl:va");
});

it("ends on any text, however long", () => {
  const hostile = "{[(<\"'?#:;.,/|^".repeat(2000);
  const began = performance.now();
  contextAt(hostile, hostile.length);
  expect(performance.now() - began).toBeLessThan(2000);
});
