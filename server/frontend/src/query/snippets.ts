/** The same request in other tools' words: a command or program that sends the query to the endpoint. */

export type Tool = "curl" | "python" | "r";

/** Text that asks an endpoint's query when it is run; any query survives its quoting. */
export function snippet(tool: Tool, endpoint: string, query: string): string {
  const text = query.trimEnd();
  switch (tool) {
    case "curl":
      return [
        `curl --silent --show-error ${shellQuote(endpoint)} \\`,
        "  --header 'Accept: application/sparql-results+json' \\",
        `  --data-urlencode ${shellQuote(`query=${text}`)}`,
        "",
      ].join("\n");
    case "python":
      return [
        "import json",
        "from urllib.parse import urlencode",
        "from urllib.request import Request, urlopen",
        "",
        `query = ${pythonString(text)}`,
        `request = Request(${pythonString(endpoint)}, urlencode({"query": query}).encode(),`,
        '                  {"Accept": "application/sparql-results+json"})',
        "with urlopen(request) as response:",
        "    answer = json.load(response)",
        'for row in answer["results"]["bindings"]:',
        '    print({name: term["value"] for name, term in row.items()})',
        "",
      ].join("\n");
    case "r":
      return [
        "library(httr2)",
        "",
        `query <- ${rString(text)}`,
        `answer <- request(${rString(endpoint)}) |>`,
        '  req_headers(Accept = "text/csv") |>',
        "  req_body_form(query = query) |>",
        "  req_perform() |>",
        "  resp_body_string()",
        "table <- read.csv(text = answer)",
        "print(table)",
        "",
      ].join("\n");
  }
}

function shellQuote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function pythonString(text: string): string {
  const escaped = text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\r", "\\r");
  return text.includes("\n") ? `"""${escaped}"""` : `"${escaped}"`;
}

function rString(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\r", "\\r")}"`;
}
