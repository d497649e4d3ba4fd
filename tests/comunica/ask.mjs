// Answers a query by Comunica: `node ask.mjs TYPE URL` with the query on standard input; a line of JSON for each solution.
import { QueryEngine } from '@comunica/query-sparql';

const [, , type, value] = process.argv;
let query = '';
for await (const part of process.stdin) query += part;
const engine = new QueryEngine();
const source = type === 'auto' ? value : { type, value };
const bindings = await engine.queryBindings(query, { sources: [source] });
for await (const row of bindings) {
  console.log(JSON.stringify(Object.fromEntries([...row].map(([name, term]) => [name.value, term.value]))));
}
