// What the workshop looks like: a panel beside the page, its tools, the place of the editor, and what is said.
import { made } from "../made.js";
import { button } from "../taking.js";
import sheet_text from "./workshop.css";

const sheet = new CSSStyleSheet();
sheet.replaceSync(sheet_text);

export const tool = (name, pressed, more = {}) =>
  made("button", { type: "button", className: "button", onclick: pressed, ...more }, name);

// The panel with its parts. `does` has a function for each tool.
export function panel(does) {
  if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet);
  const state = made("p", { className: "workshop-state", role: "status" });
  const close = tool("Close", does.close, { className: "button button-quiet", ariaLabel: "Close the workshop" });
  const start = made("section", { className: "workshop-start", id: "workshop-start", hidden: true, ariaLabel: "Another scenario" });
  const another = tool("New or open", () => open_start(start.hidden), { ariaExpanded: "false" });
  another.setAttribute("aria-controls", start.id);
  const open_start = (is_open) => {
    if (is_open) does.list();
    start.hidden = !is_open;
    another.ariaExpanded = String(is_open);
    if (is_open) start.querySelector("button").focus();
  };
  const save = button("Save as file", "", does.save);
  const undo = tool("Undo", does.undo);
  const redo = tool("Redo", does.redo);
  const views = Object.entries({ text: "Text", form: "Form" }).map(([view, name]) => tool(name, () => does.turn(view), { ariaPressed: String(view === "text") }));
  const view = made("span", { className: "workshop-view", role: "group", ariaLabel: "View" }, ...views);
  // In a tab of its own, so that what is read there can be written here.
  const settings = made("a", { className: "workshop-settings", href: "settings.html", target: "_blank" }, "Settings");
  const tools = made("div", { className: "workshop-tools", role: "group", ariaLabel: "The scenario" }, another, save, undo, redo, settings, view);
  const notices = made("div", { className: "workshop-notices" });
  const place = made("div", { className: "workshop-editor" });
  const problems = made("section", { className: "workshop-problems", ariaLabel: "Problems", hidden: true });
  const bar = made("header", { className: "workshop-bar" }, made("h2", { id: "workshop-title" }, "Workshop"), state, close);
  const form = made("div", { className: "workshop-form", hidden: true, role: "group", ariaLabel: "The scenario as a form" });
  const turn = (shown) => {
    place.hidden = shown !== "text";
    form.hidden = shown !== "form";
    views.forEach((each, at) => (each.ariaPressed = String((at === 1) === (shown === "form"))));
  };
  const body = made("div", { className: "workshop-body" }, place, form);
  const element = made("aside", { className: "workshop", "aria-labelledby": "workshop-title" }, bar, tools, start, notices, body, problems);
  document.body.append(element);
  return { element, place, form, turn, start, notices, undo, redo, open_start, say: saying(state), list: listing(problems) };
}

// Says how things stand, once for each time that they change.
const saying = (place) => (text, kind = "") => {
  if (place.textContent !== text) place.textContent = text;
  place.dataset.kind = kind;
};

// A problem in each line, which leads there.
const listing = (place) => (problems, go) => {
  place.hidden = problems.length === 0;
  const lines = problems.map((problem) => {
    const { path, sentence, line } = problem;
    const where = made("span", {}, `Line ${line}`);
    const what = made("span", {}, path ? made("b", {}, path) : "", path ? `: ${sentence}` : sentence);
    return made("li", {}, made("button", { type: "button", onclick: () => go(problem) }, where, what));
  });
  place.replaceChildren(made("ol", {}, ...lines));
};

// One thing that a person should know, with what can be done about it.
export function notice(text, ...tools) {
  return made("div", { className: "notice", role: "status" }, made("p", {}, text), ...tools);
}
