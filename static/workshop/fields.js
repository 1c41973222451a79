// The fields of any part of a scenario, one after the other, with their defaults: as the engine writes the scenario out.
import { made } from "../taking.js";
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
  if (Array.isArray(value)) return value.length > 0 && list(work, value, way);
  if (value !== null && typeof value === "object") {
    const inside = Object.entries(value).map(([name, inner]) => [name, inner, fields(work, inner, [...way, name])]).filter(([, , made]) => made);
    const parts = inside.map(([name, inner, element]) => (element.matches("label") ? element : part([...way, name], said(name), element)));
    return parts.length > 0 && made("div", { className: "form-fields" }, ...parts);
  }
  if (words.options) return choice_field(key, label, words.options.map((word) => [word, word]), value, set, words.hint);
  if (typeof value === "boolean") return field(key, label, made("input", { type: "checkbox", checked: value }), set, words.hint);
  const read = typeof value === "string" ? (text) => text : (text) => (text === "" ? undefined : as_number(text));
  return text_field(key, label, value, (text) => set(read(text)), words.hint);
}

const part = (way, title, ...inside) => fold(way.join("-"), title, ...inside);

// Items, each of which can go, and one more like the last.
function list(work, items, way) {
  const is_plain = items.every((item) => item === null || typeof item !== "object");
  if (is_plain) {
    const read = (text) => text.split(",").map((each) => each.trim()).filter(Boolean).map((each) => (typeof items[0] === "number" ? as_number(each) : each));
    return text_field(way.join("-"), said(String(way.at(-1))), items.join(", "), (text) => work.set(way, read(text)), "with commas between");
  }
  const is_fixed = way.join() === "sides";
  const parts = items.map((item, at) => {
    const inside = fields(work, item, [...way, at]) || made("p", {}, "nothing to set");
    const gone = is_fixed ? [] : [remover(named(item, at), () => work.remove(way, at))];
    return part([...way, at], named(item, at), inside, ...gone);
  });
  const again = tool("One more like the last", () => {
    const last = work.value(way)?.at(-1) ?? items.at(-1);
    work.add(way, last.id === undefined ? last : { ...last, id: another(last.id, items) });
  });
  return made("div", { className: "form-fields" }, ...parts, ...(is_fixed ? [] : [again]));
}

// An id that none of them has.
function another(id, items) {
  let number = 2;
  while (items.some((item) => item.id === `${id}-${number}`)) number += 1;
  return `${id}-${number}`;
}
