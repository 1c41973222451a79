// The text of a scenario, in CodeMirror.
//
// It stands in a shadow root: there CodeMirror's styles are sheets made by script, which the strictest content policy allows;
// in the document itself they would be an element that the policy refuses.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyField, historyKeymap, redo, redoDepth, undo, undoDepth } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--cp-sync)" },
  { tag: tags.string, color: "var(--cp-async)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--cp-warn)" },
  { tag: [tags.brace, tags.squareBracket, tags.separator], color: "var(--cp-mute)" },
]);

const look = EditorView.theme({
  "&": { height: "100%", color: "var(--cp-ink)", fontSize: "max(12px, 0.9286rem)" },
  "&.cm-focused": { outline: "2px solid var(--cp-sync)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: 'ui-monospace, "SF Mono", "DejaVu Sans Mono", monospace', lineHeight: "1.5" },
  ".cm-content": { caretColor: "var(--cp-ink)", padding: "0.5rem 0" },
  ".cm-gutters": { color: "var(--cp-mute)", background: "var(--cp-bg)", border: "0" },
  ".cm-activeLine": { background: "var(--tint)" },
  ".cm-activeLineGutter": { color: "var(--cp-ink)", background: "var(--tint)" },
  "&.cm-focused .cm-matchingBracket, .cm-selectionMatch": { background: "var(--cp-rule)" },
  // Marks without pictures, for which a content policy might have no place.
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--cp-wrong) 1px" },
  ".cm-lintPoint-error::after": { borderBottomColor: "var(--cp-wrong)" },
  ".cm-gutter-lint": { width: "1rem" },
  ".cm-lint-marker": { width: "0.6rem", height: "0.6rem" },
  ".cm-lint-marker-error": { content: "normal", borderRadius: "50%", background: "var(--cp-wrong)" },
  ".cm-tooltip": {
    maxWidth: "34rem",
    color: "var(--cp-ink)",
    background: "var(--cp-card)",
    border: "1px solid var(--edge)",
    borderRadius: "0.4286rem",
    fontFamily: "inherit",
  },
  ".workshop-hover": { padding: "0.2857rem 0.5714rem" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--cp-wrong)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--cp-bg)", background: "var(--cp-ink)" },
  ".cm-completionDetail": { color: "inherit" },
  ".cm-completionMatchedText": { fontWeight: "650", textDecoration: "none" },
  ".cm-panels": { color: "var(--cp-ink)", background: "var(--cp-bg)", borderColor: "var(--cp-rule)" },
  ".cm-textfield, .cm-button": {
    minHeight: "1.8571rem",
    color: "inherit",
    background: "var(--cp-card)",
    border: "1px solid var(--edge)",
    borderRadius: "0.2857rem",
    fontSize: "inherit",
  },
  ".cm-panel.cm-search [name=close]": { minWidth: "24px", minHeight: "24px", color: "inherit" },
  ".cm-panel.cm-search label": { display: "inline-flex", alignItems: "center", minHeight: "24px" },
});

// Typing over a selection is an edit of the text. Left to the browser, Chromium keeps the look of what goes in an inline style,
// which the page's policy refuses, with a complaint for each.
function typed_over(event, view) {
  const { from, to, empty } = view.state.selection.main;
  const { inputType, data } = event;
  if (empty || inputType !== "insertText" || !data || view.composing) return false;
  event.preventDefault();
  const insert = () => view.state.update(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
  const is_handled = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, from, to, data, insert));
  if (!is_handled) view.dispatch(insert());
  return true;
}

// `changed` is called when the text is another. `complete` says how it can go on, and `extensions` are more of the editor.
export function editor(place, { changed, complete, extensions }) {
  const root = place.attachShadow({ mode: "open" });
  const base = [
    lineNumbers(),
    lintGutter(),
    history(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    autocompletion({ override: [complete] }),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    highlightSelectionMatches(),
    search({ top: true }),
    json(),
    syntaxHighlighting(colours),
    EditorView.lineWrapping,
    // Tab is not taken: by it people leave the editor.
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...completionKeymap, ...lintKeymap]),
    EditorView.contentAttributes.of({ "aria-label": "The scenario as JSON", tabindex: "0" }),
    EditorView.domEventHandlers({
      // The page takes files that are dropped (static/background.js), wherever that is.
      drop: (event) => event.dataTransfer.files.length > 0,
      beforeinput: typed_over,
    }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) changed();
    }),
    look,
    extensions,
  ];
  const state = (text) => EditorState.create({ doc: text, extensions: base });
  const view = new EditorView({ state: state(""), parent: root, root });
  return {
    view,
    text: () => view.state.doc.toString(),
    // Another text, with a history of its own.
    open: (text) => view.setState(state(text)),
    // What was there before the page was loaded anew, with its history; whether that was so.
    reopen(text, saved) {
      try {
        const before = EditorState.fromJSON(saved, { extensions: base }, { history: historyField });
        if (before.doc.toString() !== text) return false;
        view.setState(before);
        return true;
      } catch {
        return false;
      }
    },
    saved: () => view.state.toJSON({ history: historyField }),
    // One edit, as one that can be undone.
    edit({ offset, length, content }) {
      view.dispatch({ changes: { from: offset, to: offset + length, insert: content }, userEvent: "input" });
    },
    show(problems) {
      const most = view.state.doc.length;
      const diagnostics = problems.map(({ from, to, path, sentence }) => ({
        from: Math.min(from, most),
        to: Math.min(Math.max(to, from), most),
        severity: "error",
        message: path ? `${path}: ${sentence}` : sentence,
      }));
      view.dispatch(setDiagnostics(view.state, diagnostics));
    },
    go(from, to) {
      const most = view.state.doc.length;
      const selection = { anchor: Math.min(from, most), head: Math.min(to, most) };
      view.dispatch({ selection, effects: EditorView.scrollIntoView(selection.anchor, { y: "center" }) });
      view.focus();
    },
    undo: () => undo(view),
    redo: () => redo(view),
    depths: () => [undoDepth(view.state), redoDepth(view.state)],
    focus: () => view.focus(),
    end: () => view.destroy(),
  };
}
