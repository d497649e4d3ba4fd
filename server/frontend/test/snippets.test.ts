import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

import { snippet } from "../src/query/snippets";

const ENDPOINT = "http://127.0.0.1:9/sparql";
const AWKWARD = `SELECT * { ?s ?p "it's \\"so\\" 100% $HOME \`date\` \\n" . # 承诺\n ?a ?b '''"""''' }`;

it("quotes any query for the shell", () => {
  const command = snippet("curl", ENDPOINT, AWKWARD).replace(/^curl/, "printf '%s\\n'");
  const words = execFileSync("sh", ["-c", command], { encoding: "utf8" });
  expect(words).toContain(`query=${AWKWARD}`);
  expect(words).toContain(ENDPOINT);
});

it("quotes any query for Python", () => {
  const program = snippet("python", ENDPOINT, AWKWARD).split("request = ")[0] + "print(query, end='')";
  expect(execFileSync("python3", ["-c", program], { encoding: "utf8" })).toBe(AWKWARD);
});

it("quotes backslashes and quotation marks for R", () => {
  expect(snippet("r", ENDPOINT, 'ASK { ?s ?p "a\\nb" }')).toContain(String.raw`query <- "ASK { ?s ?p \"a\\nb\" }"`);
});
