/** The SPARQL page: the form's text area becomes an editor, and answers are shown without loading the page anew. */

import "./network.css";
import "./sparql.css";

import { createEditor, type QueryEditor } from "./query/editor";
import { snippet, type Tool } from "./query/snippets";
import { labelQuery, readLabels, readVocabulary, withLabels } from "./query/vocabulary";
import type { Prefixes } from "./rdf/term";
import { type Answer, ask, asTable, Problem } from "./result/answer";
import { element } from "./result/dom";
import { showView, type ViewName, type ViewSurroundings, viewsOf } from "./result/views";
import { say } from "./language";

const VIEW_NAMES: Readonly<Record<ViewName, string>> = {
  table: say("表格", "Table"),
  chart: say("图表", "Chart"),
  map: say("地图", "Map"),
  graph: say("关系图", "Graph"),
  raw: say("原文", "Raw"),
};
const TOOLS: readonly (readonly [Tool, string])[] = [
  ["curl", "curl"],
  ["python", "Python"],
  ["r", "R"],
];

class SparqlPage {
  private readonly editor: QueryEditor;
  private readonly around: ViewSurroundings;
  private readonly status = element("p", { role: "status", class: "query-status" });
  private readonly output = element("section", { "aria-label": say("回答", "Answer"), class: "answer" });
  private running: AbortController | null = null;
  private view: ViewName | null;

  constructor(
    private readonly form: HTMLFormElement,
    area: HTMLTextAreaElement,
  ) {
    const prefixes = JSON.parse(form.dataset["prefixes"] ?? "{}") as Prefixes;
    this.around = { base: form.dataset["base"] ?? "", prefixes, labels: findLabels };
    this.view = new URLSearchParams(location.search).get("view") as ViewName | null;
    const host = element("div", { class: "editor" });
    area.before(host);
    area.hidden = true;
    area.required = false; // what can't be seen can't be pointed at by the browser's own check
    this.editor = createEditor({
      host,
      text: area.value,
      label: "SPARQL",
      prefixes,
      onChange: (text) => (area.value = text),
      onRun: () => void this.run(true),
    });
    form.querySelector(`label[for="${area.id}"]`)?.addEventListener("click", () => this.editor.focus());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.run(true);
    });
    form.append(this.tools(), this.status);
    form.after(this.output);
    addEventListener("popstate", () => this.restore());
    for (const link of document.querySelectorAll<HTMLAnchorElement>(".examples a")) {
      link.addEventListener("click", (event) => this.follow(event, link));
    }
    void this.learn();
    this.takeOver();
  }

  /** What the server wrote of this answer gives way to the views of it. */
  private takeOver(): void {
    const problem = document.querySelector<HTMLElement>("[data-problem]");
    if (problem) {
      const { line, column } = problem.dataset;
      if (line && column) this.editor.mark({ line: Number(line), column: Number(column) });
    } else if (document.querySelector("[data-answer]")) {
      void this.run(false);
    }
  }

  private async run(remember: boolean): Promise<void> {
    const query = this.editor.text;
    if (!query.trim()) return;
    this.running?.abort();
    const running = (this.running = new AbortController());
    this.editor.mark(null);
    this.status.textContent = say("正在查询…", "Asking…");
    if (remember) history.pushState(null, "", this.address(query));
    const began = performance.now();
    try {
      const answer = await ask(query, this.dataset(), running.signal);
      this.clear();
      const rows = asTable(answer)?.rows.length;
      const took = Math.round(performance.now() - began);
      this.status.textContent =
        answer.kind === "boolean" ? `${answer.value ? say("是", "yes") : say("否", "no")} · ${took} ms` : `${rows} ${say("行", "rows")} · ${took} ms`;
      await this.show(answer);
    } catch (error) {
      if (running.signal.aborted) return;
      this.clear();
      this.tell(error);
    } finally {
      if (this.running === running) this.running = null;
    }
  }

  private clear(): void {
    for (const written of document.querySelectorAll("[data-answer], [data-problem]")) written.remove();
    this.output.replaceChildren();
  }

  private tell(error: unknown): void {
    this.status.textContent = "";
    const problem = error instanceof Problem ? error : new Problem(0, say("没有回答", "No answer"), String(error));
    const { line, column } = problem;
    const at = line && column ? say(` 第 ${line} 行第 ${column} 列`, ` line ${line}, column ${column}`) : "";
    this.output.append(
      element("div", { class: "problem", role: "alert" }, element("h2", {}, problem.title), element("p", {}, element("bdi", {}, problem.message), at)),
    );
    if (line && column) {
      this.editor.mark({ line, column });
      this.editor.focus();
    }
  }

  private async show(answer: Answer): Promise<void> {
    const names = viewsOf(answer);
    const panel = element("div", { class: "view" });
    const choose = async (name: ViewName, remember: boolean) => {
      this.view = name;
      for (const button of tabs.querySelectorAll("button")) {
        button.setAttribute("aria-pressed", String(button.dataset["view"] === name));
      }
      if (remember) history.replaceState(null, "", this.address(this.editor.text));
      await showView(name, answer, panel, this.around);
    };
    const tabs = element(
      "p",
      { class: "choices", role: "group", "aria-label": say("显示为", "Show as") },
      ...names.map((name) => {
        const button = element("button", { type: "button", "data-view": name }, VIEW_NAMES[name]);
        button.addEventListener("click", () => void choose(name, true));
        return button;
      }),
    );
    this.output.replaceChildren(tabs, panel, this.downloads(answer));
    const wanted = this.view !== null && names.includes(this.view) ? this.view : names[0];
    if (wanted) await choose(wanted, false);
  }

  private downloads(answer: Answer): HTMLElement {
    const formats = answer.kind === "triples" ? ["ttl", "nt", "rdf", "jsonld"] : ["csv", "tsv", "json", "xml"];
    const links = formats.map((format) => {
      const parameters = this.parameters(this.editor.text);
      parameters.set("format", format);
      return element("a", { href: `/sparql?${parameters}` }, format);
    });
    return element("p", { class: "downloads" }, say("下载：", "Download: "), ...links.flatMap((link) => [link, " "]));
  }

  /** The address is the state: whoever has it sees the same. */
  private address(query: string): string {
    const parameters = this.parameters(query);
    if (this.view) parameters.set("view", this.view);
    return `/sparql?${parameters}`;
  }

  private parameters(query: string): URLSearchParams {
    const parameters = this.dataset();
    parameters.set("query", query);
    return parameters;
  }

  /** The graphs that the address or the form names for the query. */
  private dataset(): URLSearchParams {
    const parameters = new URLSearchParams();
    for (const input of this.form.querySelectorAll<HTMLInputElement>("input[type=hidden]")) {
      parameters.append(input.name, input.value);
    }
    return parameters;
  }

  private restore(): void {
    const parameters = new URLSearchParams(location.search);
    const query = parameters.get("query");
    this.view = parameters.get("view") as ViewName | null;
    if (query === null) return;
    this.editor.text = query;
    void this.run(false);
  }

  private follow(event: MouseEvent, link: HTMLAnchorElement): void {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    const query = new URL(link.href).searchParams.get("query");
    if (query === null) return;
    event.preventDefault();
    this.view = null;
    this.editor.text = query;
    this.editor.focus();
    void this.run(true);
  }

  private tools(): HTMLElement {
    const text = element("pre", { tabindex: 0, class: "raw", hidden: true });
    const show = (content: string) => {
      text.hidden = false;
      text.textContent = content;
      void navigator.clipboard?.writeText(content).then(
        () => (this.status.textContent = say("已复制", "Copied")),
        () => (this.status.textContent = ""),
      );
    };
    const button = (label: string, content: () => string) => {
      const made = element("button", { type: "button" }, label);
      made.addEventListener("click", () => show(content()));
      return made;
    };
    const endpoint = new URL("/sparql", location.href).href;
    return element(
      "div",
      { class: "query-tools" },
      element(
        "p",
        { class: "choices", role: "group", "aria-label": say("复制为", "Copy as") },
        button(say("分享链接", "Share link"), () => new URL(this.address(this.editor.text), location.href).href),
        ...TOOLS.map(([tool, label]) => button(label, () => snippet(tool, endpoint, this.editor.text))),
      ),
      text,
    );
  }

  /** Asks the data what it has, so that the editor can offer it. */
  private async learn(): Promise<void> {
    const response = await fetch("/.well-known/void", { headers: { Accept: "application/n-triples" } });
    if (!response.ok) return;
    const vocabulary = readVocabulary(await response.text());
    this.editor.vocabulary = vocabulary;
    const terms = [...vocabulary.classes, ...vocabulary.properties].map((term) => term.iri);
    this.editor.vocabulary = withLabels(vocabulary, await findLabels(terms));
  }
}

/** Labels of things, by the endpoint itself; none where it can't say. */
async function findLabels(iris: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
  if (iris.length === 0) return new Map();
  try {
    const answer = await ask(labelQuery(iris.slice(0, 400)), new URLSearchParams());
    return readLabels(asTable(answer)?.rows ?? []);
  } catch {
    return new Map();
  }
}

const form = document.querySelector<HTMLFormElement>("form[data-sparql]");
const area = form?.querySelector<HTMLTextAreaElement>("textarea[name=query]");
if (form && area) new SparqlPage(form, area);
