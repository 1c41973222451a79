// The scenario as a form: every field, with its default in view; what strikes when, what is said when, how it opens, and what
// the page offers.
//
// It is drawn anew from the text and from what that comes to, and each change is an edit of the text. What is being typed in a
// field stays there meanwhile.
import { made } from "../made.js";
import { faults } from "./faults.js";
import { fields } from "./fields.js";
import { tool } from "./panel.js";

// A field with its name. `taken` is given what was put in.
export function field(key, label, control, taken, hint = "") {
  control.dataset.key = key;
  control.onchange = () => taken(control.type === "checkbox" ? control.checked : control.value);
  const note = hint && made("small", { id: `hint-${key}` }, hint);
  if (note) control.setAttribute("aria-describedby", note.id);
  return made("label", { className: "form-field" }, made("span", {}, label), control, note);
}

export const text_field = (key, label, value, taken, hint) =>
  field(key, label, made("input", { type: "text", value: value ?? "", autocomplete: "off", spellcheck: false }), taken, hint);

export function choice_field(key, label, options, value, taken, hint) {
  const each = options.map(([word, name]) => made("option", { value: word, selected: word === value }, name));
  return field(key, label, made("select", {}, ...each), taken, hint);
}

export const remover = (name, pressed) => tool("Delete", pressed, { ariaLabel: `Delete ${name}`, className: "button button-quiet" });

// A moment in the words of a scenario.
export const span_of = (micros) => (micros % 1000 === 0 ? `${micros / 1000}ms` : `${micros}us`);

// What is put into a field of what stands there; what is left empty goes.
export const setting = (work, way) => (key, read = (value) => value) => (value) => work.set([...way, key], value === "" ? undefined : read(value));

// A part of the form that can be opened.
export const fold = (key, title, ...inside) => made("details", { className: "form-part" }, made("summary", { id: `part-${key}` }, title), ...inside);

// The form in its place. `work` is the workshop: its text, what that comes to (`told`), its edits, the playhead.
export class Form {
  constructor(place, work) {
    Object.assign(this, { place, work, opened: new Set(["part-changes"]) });
    place.addEventListener("toggle", ({ target }) => {
      const id = target.firstElementChild.id;
      if (target.open) this.opened.add(id);
      else this.opened.delete(id);
    }, true);
  }

  show() {
    const { work, place } = this;
    if (!work.told) return place.replaceChildren(made("p", { className: "workshop-hint" }, "The form shows a scenario that can be run. What is wrong with this one is said below, and can be mended in the text."));
    const is_in = place.contains(document.activeElement) ? document.activeElement : undefined;
    const typed = is_in && { key: is_in.dataset.key, value: is_in.value, is_new: is_in.value !== is_in.defaultValue && is_in.type === "text" };
    const scrolled = place.scrollTop;
    const { values } = work.told;
    const others = Object.keys(values).filter((key) => !OF_THEIR_OWN.includes(key) && !(key in NAMES));
    const part = (key) => fields(work, values[key], [key]);
    place.replaceChildren(
      fold("head", "The scenario", made("div", { className: "form-fields" }, ...others.sort(as_read).map(part).filter(Boolean))),
      ...Object.entries(NAMES).map(([key, name]) => fold(key, name, part(key))),
      fold("changes", "Faults", ...faults(work)),
      fold("notes", "Captions", ...captions(work)),
      fold("view", "How it opens", ...opening(work)),
      fold("controls", "What the page offers to change", ...offered(work)),
    );
    for (const problem of work.problems) this.mark(problem, values);
    for (const part of place.querySelectorAll("details")) part.open = this.opened.has(part.firstElementChild.id);
    place.scrollTop = scrolled;
    const again = is_in && place.querySelector(typed.key ? `[data-key="${CSS.escape(typed.key)}"]` : `[id="${is_in.id}"]`);
    if (!again) return;
    again.focus();
    if (typed.is_new) again.value = typed.value;
  }

  // Opens a part, and goes to what can be put in there first.
  open(way) {
    const part = this.place.querySelector(`#${CSS.escape(`part-${way.join("-")}`)}`)?.parentElement;
    if (!part) return;
    part.open = true;
    (part.querySelector("[data-key]") ?? part.firstElementChild).focus();
  }

  // Says at a field what is wrong with it.
  mark({ path, sentence }, values) {
    const key = key_of(path, values, this.work.value([]));
    const found = this.place.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!found) return;
    const id = `problem-${found.dataset.key}`;
    found.setAttribute("aria-invalid", "true");
    found.setAttribute("aria-describedby", id);
    found.after(made("small", { id, className: "problem" }, sentence));
  }
}

// The key of the field at that path, in which an item of a list is named by its id or its number: by what the text comes to, or
// as it is written where it comes to nothing yet.
function key_of(path, told, written) {
  const key = [];
  for (const step of path.split(".")) {
    const place_in = (list) => list?.findIndex?.((item, at) => item?.id === step || String(at) === step) ?? -1;
    const place = [told, written].some(Array.isArray) ? [told, written].map(place_in).find((at) => at >= 0) : step;
    key.push(place);
    [told, written] = [told?.[place], written?.[place]];
  }
  return key.join("-");
}

const OF_THEIR_OWN = ["version", "changes", "notes", "view", "controls", "library"];
const NAMES = { workload: "The work", network: "The network", sides: "The two sides" };
const HEAD = ["title", "look_for", "name"];
const as_read = (one, other) => (HEAD.indexOf(one) + 4) % 4 - (HEAD.indexOf(other) + 4) % 4;

function captions(work) {
  const notes = work.value(["notes"]) ?? [];
  const sides = [["", "Both sides"], ...work.told.sides.map(({ side }) => [side, `Only ${side}`])];
  const rows = notes.map((note, at) => {
    const set = setting(work, ["notes", at]);
    return made(
      "div",
      { className: "form-row" },
      text_field(`notes-${at}-text`, "Says", note.text, set("text")),
      text_field(`notes-${at}-when`, "At the event", note.when, set("when"), "as outage begins, job 2 answered"),
      text_field(`notes-${at}-at`, note.when ? "So long after it" : "At", note.at, set("at")),
      choice_field(`notes-${at}-side`, "On", sides, note.side ?? "", set("side")),
      remover(`caption ${at + 1}`, () => work.remove(["notes"], at)),
    );
  });
  const add = tool("Add a caption at the playhead", () => {
    work.add(["notes"], { at: span_of(work.playhead()), text: "What happens here" }, `notes-${notes.length}-text`);
  });
  return [...rows, add];
}

function opening(work) {
  const view = work.value(["view"]) ?? {};
  const set = setting(work, ["view"]);
  const here = tool("Open at the playhead", () => {
    const { when, ...others } = view;
    work.set(["view"], { ...others, at: span_of(work.playhead()) });
  });
  return [
    made(
      "div",
      { className: "form-row" },
      text_field("view-at", view.when ? "So long after the event" : "At the moment", view.at, set("at"), "the end, without one"),
      text_field("view-when", "At the event", view.when, set("when"), "as outage ends"),
      text_field("view-from", "Shown from", view.from, set("from")),
      text_field("view-to", "to", view.to, set("to")),
      text_field("view-job", "Lit is job", view.job, set("job", as_number)),
    ),
    here,
  ];
}

// A number where one was typed; anything else stays, so that it is said what is wrong with it.
export const as_number = (text) => (text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text);

function offered(work) {
  const controls = work.value(["controls"]) ?? [];
  const rows = controls.map((control, at) => {
    const set = setting(work, ["controls", at]);
    const ends = control.values ? [] : [
      text_field(`controls-${at}-min`, "From", control.min, set("min", as_number)),
      text_field(`controls-${at}-max`, "to", control.max, set("max", as_number)),
    ];
    return made(
      "div",
      { className: "form-row" },
      text_field(`controls-${at}-label`, control.path, control.label, set("label")),
      ...ends,
      remover(`the parameter ${control.label}`, () => work.remove(["controls"], at)),
    );
  });
  const known = controls.map(({ path }) => path);
  const paths = parameters(work.told.values).filter(([path]) => !known.includes(path));
  const select = made("select", { ariaLabel: "Another parameter" }, ...paths.map(([path]) => made("option", {}, path)));
  const add = tool("Offer it", () => {
    const [path, value] = paths.find(([each]) => each === select.value);
    const label = path.split(".").at(-1).replaceAll("_", " ");
    const [min, max] = ends_about(value);
    work.add(["controls"], { path, label: label[0].toUpperCase() + label.slice(1), min, max }, `controls-${controls.length}-label`);
  });
  return [...rows, made("div", { className: "workshop-row" }, select, add)];
}

const SPAN = /^(\d+(?:\.\d+)?)(us|ms|s|min|h|d)$/;

// All numbers and times of a scenario by their paths, in which an item of a list is named by its id.
function parameters(values) {
  const found = [];
  const walk = (value, path) => {
    if (typeof value === "number" || SPAN.test(value)) found.push([path.join("."), value]);
    else if (value && typeof value === "object") {
      for (const [key, inner] of Object.entries(value)) {
        if (path.length > 0 || !["version", "view", "controls", "notes", "library"].includes(key)) walk(inner, [...path, inner?.id ?? key]);
      }
    }
  };
  walk(values, []);
  return found;
}

function ends_about(value) {
  if (typeof value === "number") return value < 1 ? [0, 1] : [value > 9 ? Math.round(value / 10) : 1, Math.max(10, value * 4)];
  const [, number, unit] = SPAN.exec(value);
  return number === "0" ? [value, `1${unit === "us" ? "ms" : "s"}`] : [`0${unit}`, `${Number(number) * 4}${unit}`];
}
