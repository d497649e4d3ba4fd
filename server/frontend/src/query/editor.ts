/**
 * The query editor: CodeMirror 6 in a shadow root. There its styles are constructed sheets, which a strict
 * Content-Security-Policy allows; in the document itself they would be inline style elements, which it doesn't.
 */

import { autocompletion, closeBrackets, closeBracketsKeymap, type Completion, completionKeymap, type CompletionContext, type CompletionResult } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { sparql } from "@codemirror/legacy-modes/mode/sparql";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

import type { Prefixes } from "../rdf/term";
import { contextAt } from "./context";
import { declaration, suggest, type Suggestion } from "./suggest";
import { EMPTY_VOCABULARY, type Vocabulary } from "./vocabulary";

/** A place that the server names in a problem: both from 1, the column in code points. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface QueryEditor {
  text: string;
  vocabulary: Vocabulary;
  /** Marks the place of an error and puts the cursor there, or takes the mark away. */
  mark(position: Position | null): void;
  focus(): void;
}

export interface EditorOptions {
  readonly host: HTMLElement;
  readonly text: string;
  readonly label: string;
  readonly prefixes: Prefixes;
  readonly onChange: (text: string) => void;
  readonly onRun: () => void;
}

const setMark = StateEffect.define<{ from: number; to: number } | null>();
const errorMark = Decoration.mark({ class: "cm-query-error", attributes: { "aria-invalid": "true" } });
const errorLine = Decoration.line({ class: "cm-error-line" });

const markField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let kept = transaction.docChanged ? Decoration.none : marks;
    for (const effect of transaction.effects) {
      if (!effect.is(setMark)) continue;
      if (effect.value === null) {
        kept = Decoration.none;
      } else {
        const { from, to } = effect.value;
        const line = transaction.state.doc.lineAt(from);
        kept = Decoration.set([errorLine.range(line.from), ...(to > from ? [errorMark.range(from, to)] : [])]);
      }
    }
    return kept;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// Colours are those of the page: custom properties reach into a shadow root, and change with its light or dark scheme.
const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--panel)", border: "1px solid var(--line)", borderRadius: ".375rem" },
  "&.cm-focused": { outline: "3px solid var(--link)", outlineOffset: "2px" },
  ".cm-scroller": { fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace", lineHeight: "1.5", maxHeight: "60vh", minHeight: "12rem" },
  ".cm-content": { caretColor: "var(--ink)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { color: "var(--soft)", backgroundColor: "var(--panel)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine": { backgroundColor: "transparent" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--mark)" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--mark)", outline: "1px solid var(--soft)" },
  ".cm-error-line": { boxShadow: "inset .25rem 0 0 var(--error)" },
  ".cm-query-error": { textDecoration: "underline wavy var(--error)", textDecorationSkipInk: "none" },
  ".cm-tooltip": { color: "var(--ink)", backgroundColor: "var(--paper)", border: "1px solid var(--line)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxHeight: "16rem" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--paper)", backgroundColor: "var(--link)" },
  ".cm-completionDetail": { fontStyle: "normal", opacity: "1", marginLeft: "1em" },
});

const highlighting = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--link)", fontWeight: "600" },
  { tag: [tags.variableName, tags.special(tags.variableName), tags.standard(tags.variableName)], color: "var(--promise)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--result)" },
  { tag: [tags.atom, tags.propertyName], color: "var(--ink)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
]);

// A browser that replaces highlighted text by what is typed keeps its look by an inline style, which the policy refuses:
// the editor does it itself.
const replaceSelected = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data } = event;
    if (event.inputType !== "insertText" || !data || event.isComposing || view.state.selection.main.empty) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

/** An editor in the host element. */
export function createEditor(options: EditorOptions): QueryEditor {
  const root = options.host.attachShadow({ mode: "open" });
  const parent = document.createElement("div");
  root.append(parent);
  let vocabulary = EMPTY_VOCABULARY;

  const complete = (at: CompletionContext): CompletionResult | null => {
    const query = at.state.doc.toString();
    const context = contextAt(query, at.pos);
    if (context === null || (!at.explicit && context.typed === "" && !/[\s?$]$/.test(query.slice(0, at.pos)))) return null;
    if (!at.explicit && context.typed === "" && context.place !== "predicate" && context.place !== "class") return null;
    const found = suggest(context, vocabulary, options.prefixes);
    return found.length ? { from: context.from, filter: false, options: found.map(offer) } : null;
  };

  const view = new EditorView({
    root,
    parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        highlightActiveLine(),
        StreamLanguage.define(sparql),
        syntaxHighlighting(highlighting),
        theme,
        markField,
        autocompletion({ override: [complete], icons: false, maxRenderedOptions: 60 }),
        // The tabulator leaves the editor, as everywhere else on the page.
        keymap.of([
          { key: "Mod-Enter", run: () => (options.onRun(), true) },
          ...closeBracketsKeymap,
          ...completionKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        EditorView.lineWrapping,
        replaceSelected,
        EditorView.contentAttributes.of({
          "aria-label": options.label,
          autocapitalize: "off",
          autocorrect: "off",
          spellcheck: "false",
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.onChange(update.state.doc.toString());
        }),
      ],
    }),
  });

  return {
    get text() {
      return view.state.doc.toString();
    },
    set text(text: string) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    set vocabulary(known: Vocabulary) {
      vocabulary = known;
    },
    get vocabulary() {
      return vocabulary;
    },
    mark(position) {
      if (position === null) {
        view.dispatch({ effects: setMark.of(null) });
        return;
      }
      const range = rangeOf(view.state.doc.toString(), position);
      view.dispatch({ effects: setMark.of(range), selection: { anchor: range.from }, scrollIntoView: true });
    },
    focus: () => view.focus(),
  };
}

/** The word at a position, in UTF-16 code units; at the end of a text, what stands last. */
export function rangeOf(text: string, { line, column }: Position): { from: number; to: number } {
  const lines = text.split("\n");
  const index = Math.min(Math.max(line, 1), lines.length) - 1;
  const start = lines.slice(0, index).reduce((sum, each) => sum + each.length + 1, 0);
  const own = lines[index] ?? "";
  const before = [...own].slice(0, Math.max(column, 1) - 1).join("").length;
  const from = start + before;
  const word = /^(?:[?$]?[\p{L}\p{N}_:.-]+|[^\s])/u.exec(text.slice(from));
  if (word) return { from, to: from + word[0].length };
  const last = /\S+\s*$/u.exec(text.slice(0, from));
  return last ? { from: last.index, to: last.index + last[0].trimEnd().length } : { from, to: from };
}

function offer({ kind, text, detail, declare }: Suggestion): Completion {
  const completion: Completion = { label: text, detail, type: kind };
  if (!declare) return completion;
  return {
    ...completion,
    apply(view, _, from, to) {
      const { at, insert } = declaration(view.state.doc.toString(), declare.prefix, declare.namespace);
      const changes = view.state.changes([
        { from: at, insert },
        { from, to, insert: text },
      ]);
      view.dispatch({
        changes,
        selection: { anchor: changes.mapPos(to, 1) },
        userEvent: "input.complete",
      });
    },
  };
}
