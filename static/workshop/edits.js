// Edits of a scenario's text by the way to a field: keys, and numbers of items.
//
// An edit changes nothing else of the text, and what it puts in is laid out as the rest is.
import { applyEdits, findNodeAtLocation, getNodeValue, modify, parse, parseTree } from "jsonc-parser";
import { laid_out } from "./layout.js";

// The text with another value there; without one, the field goes.
export function with_value(text, way, value) {
  if (way.length === 0) return `${laid_out(value)}\n`;
  if (value === undefined) return applyEdits(text, modify(text, way, undefined, {}));
  const tree = parseTree(text, [], { allowTrailingComma: true });
  const node = findNodeAtLocation(tree, way);
  if (node) return replaced(text, node, laid_at(text, node.offset, value));
  const [inside, key] = [way.slice(0, -1), way.at(-1)];
  const parent = inside.length === 0 ? tree : findNodeAtLocation(tree, inside);
  const around = typeof key === "number" ? [value] : { [key]: value };
  if (!parent) return with_value(text, inside, around);
  const last = parent.children.at(-1);
  if (!last) return replaced(text, parent, laid_at(text, parent.offset, around));
  const indent = begin_of_line(text, last.offset);
  if (indent.trim() !== "") {
    const value_of = getNodeValue(parent);
    return replaced(text, parent, laid_at(text, parent.offset, Array.isArray(value_of) ? [...value_of, value] : { ...value_of, ...around }));
  }
  const name = typeof key === "number" ? "" : `${JSON.stringify(key)}: `;
  const end = last.offset + last.length;
  return `${text.slice(0, end)},\n${indent}${name}${laid_out(value, indent, name.length)}${text.slice(end)}`;
}

const begin_of_line = (text, at) => text.slice(text.lastIndexOf("\n", at - 1) + 1, at);
const replaced = (text, { offset, length }, inside) => text.slice(0, offset) + inside + text.slice(offset + length);

// As it looks where something else stands in a line before it.
function laid_at(text, at, value) {
  const line = begin_of_line(text, at);
  const [indent] = /^\s*/.exec(line);
  return laid_out(value, indent, line.length - indent.length);
}

// The text with one more item in a list, which need not be there yet.
export function with_item(text, way, item) {
  const list = value_at(text, way);
  if (!Array.isArray(list)) return with_value(text, way, [item]);
  return with_value(text, [...way, list.length], item);
}

// The text without an item; without its list, if that would be empty.
export function without_item(text, way, place) {
  const list = value_at(text, way) ?? [];
  return with_value(text, way, list.length > 1 ? list.filter((_, at) => at !== place) : undefined);
}

export const value_at = (text, way) => way.reduce((value, step) => value?.[step], whole(text));

// All of it, as far as it can be read.
export const whole = (text) => parse(text, [], { allowTrailingComma: true });

// What of one text has to be replaced to make the other of it: one stretch.
export function difference(before, after) {
  let start = 0;
  const shorter = Math.min(before.length, after.length);
  while (start < shorter && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < shorter - start && before.at(-1 - end) === after.at(-1 - end)) end += 1;
  return { offset: start, length: before.length - end - start, content: after.slice(start, after.length - end) };
}

// What has to be changed of one scenario to make the other of it: ways to fields, each with a value, or with none where it goes.
export function differences(from, to, way = []) {
  const is_in = (value) => value !== null && typeof value === "object";
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  // With the protocol everything changes.
  const is_other = !is_in(from) || !is_in(to) || Array.isArray(from) !== Array.isArray(to) || from.protocol !== to.protocol;
  if (is_other || (Array.isArray(to) && from.length !== to.length)) return [[way, to]];
  const gone = Object.keys(from).filter((key) => !(key in to)).map((key) => [[...way, key], undefined]);
  const keys = Object.keys(to).map((key) => (Array.isArray(to) ? Number(key) : key));
  return [...gone, ...keys.flatMap((key) => differences(from[key], to[key], [...way, key]))];
}
