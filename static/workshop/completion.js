// Completion and hovers of the editor, by the schema.
import { hoverTooltip } from "@codemirror/view";
import { getLocation } from "jsonc-parser";
import { made } from "../made.js";
import { whole } from "./edits.js";

const told = ({ description, limits, initial }) =>
  [description, limits, initial === undefined ? "" : `default ${JSON.stringify(initial)}`].filter(Boolean).join(" · ");

// What is typed of it is compared with the label, and begins with a quote where that does.
const labelled = (value) => ({ label: JSON.stringify(value), displayLabel: String(value) });

// `schema` gives the schema, once it is there.
export const completing = (schema) => (context) => {
  const known = schema();
  if (!known) return null;
  const text = context.state.doc.toString();
  const location = getLocation(text, context.pos);
  const word = context.matchBefore(/"?[\w-]*/);
  if (!word || (word.from === word.to && !context.explicit)) return null;
  const is_closed = text[context.pos] === '"' && word.text.startsWith('"');
  const quoted = (value) => JSON.stringify(value).slice(0, is_closed ? -1 : undefined);
  const instance = whole(text);
  if (location.isAtPropertyKey) {
    const way = location.path.slice(0, -1);
    const there = way.reduce((value, step) => value?.[step], instance) ?? {};
    const is_valued = /^"?\s*:/.test(text.slice(context.pos));
    const options = [...known.fields(way, instance)].filter(([name]) => !(name in there) || word.text.includes(name)).map(([name, words]) => {
      const begin = known.begins([...way, name], instance) ?? "";
      return { ...labelled(name), type: "property", detail: words.limits, info: told(words), apply: is_valued ? quoted(name) : `${JSON.stringify(name)}: ${begin}` };
    });
    // What is closed already is replaced with its end.
    return { from: word.from, to: is_closed && !is_valued ? context.pos + 1 : context.pos, options, validFor: /^"?[\w-]*$/ };
  }
  const { options, initial } = known.words(location.path, instance);
  const values = [...options].map(([value, info]) => ({ ...labelled(value), type: "enum", info, apply: quoted(value) }));
  if (initial !== undefined && !options.has(initial)) values.push({ ...labelled(initial), detail: "default", type: "constant", apply: typeof initial === "string" ? quoted(initial) : JSON.stringify(initial) });
  return values.length > 0 ? { from: word.from, options: values, validFor: /^"?[\w-]*$/ } : null;
};

export const hovering = (schema) =>
  hoverTooltip((view, pos) => {
    const known = schema();
    if (!known) return null;
    const text = view.state.doc.toString();
    const { path, previousNode } = getLocation(text, pos);
    const said = path.length > 0 && told(known.words(path, whole(text)));
    if (!said || !previousNode) return null;
    const { offset, length } = previousNode;
    return { pos: offset, end: offset + length, above: true, create: () => ({ dom: made("div", { className: "workshop-hover" }, said) }) };
  });
