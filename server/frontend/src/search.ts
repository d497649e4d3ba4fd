/**
 * Suggestions under the search boxes as one types: the combobox pattern of the ARIA authoring practices
 * (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/). Without this script the form is whole.
 */

import { say } from "./language";

interface Suggestion {
  label: string;
  href: string;
  class_label: string | null;
  why: string;
}

const PAUSE_MS = 120;
const LANGUAGE = /^\/(zh|en)(?=\/)/.exec(location.pathname)?.[0] ?? "";
let boxes = 0;

class Suggestions {
  private readonly list = document.createElement("ul");
  private readonly status = document.createElement("p");
  private shown: Suggestion[] = [];
  private active = -1;
  private timer = 0;
  private asked: AbortController | null = null;

  constructor(
    private readonly input: HTMLInputElement,
    private readonly address: string,
  ) {
    boxes += 1;
    this.list.id = `suggestions-${boxes}`;
    this.list.className = "suggestions";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", input.labels?.[0]?.textContent ?? "");
    this.status.className = "unseen";
    this.status.setAttribute("role", "status");
    input.after(this.list, this.status);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", this.list.id);
    input.setAttribute("aria-expanded", "false");
    input.addEventListener("input", () => this.askSoon());
    input.addEventListener("keydown", (event) => this.press(event));
    input.addEventListener("blur", () => this.close());
    // Before the input loses its focus, which would take the list away under the pointer.
    this.list.addEventListener("pointerdown", (event) => this.choose(event));
  }

  private askSoon(): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), PAUSE_MS);
  }

  private async ask(): Promise<void> {
    this.asked?.abort();
    const words = this.input.value.trim();
    if (!words) return this.close();
    const asked = (this.asked = new AbortController());
    try {
      const day = new FormData(this.input.form ?? undefined).get("asof");
      const parameters = new URLSearchParams({ q: words, ...(typeof day === "string" ? { asof: day } : {}) });
      const answer = await fetch(`${LANGUAGE}${this.address}?${parameters}`, {
        headers: { Accept: "application/json" },
        signal: asked.signal,
      });
      if (!answer.ok) return this.close();
      this.show((await answer.json()) as Suggestion[]);
    } catch {
      if (!asked.signal.aborted) this.close(); // the form still works
    }
  }

  private show(found: Suggestion[]): void {
    if (document.activeElement !== this.input) return;
    this.shown = found;
    this.active = -1;
    this.list.replaceChildren(
      ...found.map((suggestion, position) => {
        const item = document.createElement("li");
        item.id = `${this.list.id}-${position}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        const label = document.createElement("bdi");
        label.textContent = suggestion.label;
        const kind = document.createElement("span");
        kind.className = "count";
        kind.textContent = suggestion.class_label ? ` ${suggestion.class_label}` : "";
        const why = document.createElement("bdi");
        why.className = "count";
        why.textContent = suggestion.why ? ` · ${suggestion.why}` : "";
        item.append(label, kind, why);
        return item;
      }),
    );
    this.list.hidden = found.length === 0;
    this.status.textContent = `${found.length} ${say("条建议", found.length === 1 ? "suggestion" : "suggestions")}`;
    this.input.setAttribute("aria-expanded", String(found.length > 0));
    this.input.removeAttribute("aria-activedescendant");
  }

  private press(event: KeyboardEvent): void {
    if (event.isComposing) return; // an input method is still making its characters
    if (this.list.hidden) return; // Escape empties the box then, as everywhere
    if (event.key === "Escape") this.close();
    else if (event.key === "ArrowDown") this.activate((this.active + 1) % this.shown.length);
    else if (event.key === "ArrowUp") this.activate(this.active <= 0 ? this.shown.length - 1 : this.active - 1);
    else if (event.key === "Enter" && this.active >= 0) this.follow(this.active);
    else return;
    event.preventDefault();
  }

  private activate(position: number): void {
    for (const [index, item] of [...this.list.children].entries()) {
      item.setAttribute("aria-selected", String(index === position));
    }
    this.active = position;
    this.list.children[position]?.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", `${this.list.id}-${position}`);
  }

  private choose(event: PointerEvent): void {
    const item = event.target instanceof Element ? event.target.closest("li") : null;
    const position = item ? [...this.list.children].indexOf(item) : -1;
    if (position >= 0) {
      event.preventDefault();
      this.follow(position);
    }
  }

  private follow(position: number): void {
    const target = this.shown[position];
    if (target?.href.startsWith("/")) location.assign(target.href);
  }

  private close(): void {
    this.asked?.abort();
    clearTimeout(this.timer);
    this.list.hidden = true;
    this.status.textContent = "";
    this.active = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}

for (const input of document.querySelectorAll<HTMLInputElement>("input[data-suggest]")) {
  new Suggestions(input, input.dataset.suggest ?? "");
}
