// The fields of any part of a scenario, one after the other, with their defaults: as the engine writes the scenario out.
import { made } from "../made.js";
import { as_number, choice_field, field, fold, remover, text_field } from "./form.js";
import { tool } from "./panel.js";

const said = (key) => key.replaceAll("_", " ");
const named = (item, at) => item?.name ?? item?.id ?? Object.entries(item ?? {}).find(([, value]) => typeof value === "string")?.join(" ") ?? `${at + 1}`;

// A label for a single value, an element with all that is in it for an object or a list; nothing for what has nothing in it.
export function fields(work, value, way) {
  const key = way.join("-");
  const label = said(String(way.at(-1)));
  const words = work.words(way);
  const set = (given) => work.set(way, given);
  if (Array.isArray(value)) return list(work, value, way);
  if (value !== null && typeof value === "object") {
    const inside = Object.entries(value).map(([name, inner]) => [name, fields(work, inner, [...way, name])]).filter(([, made]) => made);
    const parts = inside.map(([name, element]) => (element.matches("label") ? element : part([...way, name], said(name), element)));
    return parts.length > 0 && made("div", { className: "form-fields" }, ...parts);
  }
  // What is not there, and would have fields of its own. A party is of one kind, and does not become another.
  const least = value === null && work.least(way);
  if (least) return way.at(-3) !== "parties" && made("div", { className: "workshop-row" }, tool("Add", () => work.set(way, least), { ariaLabel: `Add ${label}` }));
  if (words.options) return choice_field(key, label, words.options.map((word) => [word, word]), value, set, words.hint);
  if (typeof value === "boolean") return field(key, label, made("input", { type: "checkbox", checked: value }), set, words.hint);
  const read = typeof value === "string" ? (text) => text : (text) => (text === "" ? undefined : as_number(text));
  return text_field(key, label, value, (text) => set(read(text)), words.hint);
}

const part = (way, title, ...inside) => fold(way.join("-"), title, ...inside);

// Items, each of which can go, and one more: like the last, or of a kind. Nothing for a list in which only plain values can be
// and none is.
function list(work, told, way) {
  // What cannot be run yet comes to nothing, and is shown as it is written.
  const written = work.value(way);
  const items = [...told, ...(Array.isArray(written) ? written.slice(told.length) : [])];
  const kinds = work.kinds(way);
  const label = said(String(way.at(-1)));
  if (kinds.length === 0 && items.every((item) => item === null || typeof item !== "object")) {
    if (items.length === 0) return undefined;
    const read = (text) => text.split(",").map((each) => each.trim()).filter(Boolean).map((each) => (typeof items[0] === "number" ? as_number(each) : each));
    return text_field(way.join("-"), label, items.join(", "), (text) => work.set(way, read(text)), "with commas between");
  }
  const is_fixed = way.join() === "sides";
  const parts = items.map((item, at) => {
    const inside = fields(work, item, [...way, at]) || made("p", {}, "nothing to set");
    const gone = is_fixed ? [] : [remover(named(item, at), () => work.remove(way, at))];
    return part([...way, at], named(item, at), inside, ...gone);
  });
  return made("div", { className: "form-fields" }, ...parts, ...(is_fixed ? [] : [adding(work, items, way, kinds, label)]));
}

// What adds an item.
function adding(work, items, way, kinds, label) {
  const add = (item) => work.add_part(way, item.id === undefined ? item : { ...item, id: another(item.id || label.replaceAll(" ", "-"), items) }, items.length);
  const last = work.value(way)?.at(-1) ?? items.at(-1);
  const like = last === undefined ? [] : [tool("One more like the last", () => add(last))];
  if (kinds.length === 0) return made("div", { className: "workshop-row" }, ...like);
  const options = kinds.map(([name], at) => made("option", { value: at }, said(name)));
  const select = kinds.length > 1 && made("select", { ariaLabel: `What to add to ${label}` }, ...options);
  const one = tool("Add", () => add(kinds[select ? select.value : 0][1]), select ? {} : { ariaLabel: `Add to ${label}` });
  return made("div", { className: "workshop-row" }, ...(select ? [select] : []), one, ...like);
}

// An id that none of them has.
function another(id, items) {
  const is_had = (each) => items.some((item) => item.id === each);
  if (!is_had(id)) return id;
  let number = 2;
  while (is_had(`${id}-${number}`)) number += 1;
  return `${id}-${number}`;
}
