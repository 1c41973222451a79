// A scenario as a text for people: what fits into a line stands in one, and what does not has a line for each of its fields.
//
// The files in `scenarios/` look so.

const WIDTH = 76;

export function laid_out(value, indent = "", before = 0) {
  const short = in_a_line(value);
  if (indent && indent.length + before + short.length <= WIDTH) return short;
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return value.length ? `[\n${value.map((item) => inner + laid_out(item, inner)).join(",\n")}\n${indent}]` : "[]";
  }
  if (value === null || typeof value !== "object") return short;
  const fields = Object.entries(value).map(([key, field]) => {
    const name = `${JSON.stringify(key)}: `;
    return inner + name + laid_out(field, inner, name.length);
  });
  return fields.length ? `{\n${fields.join(",\n")}\n${indent}}` : "{}";
}

function in_a_line(value) {
  if (Array.isArray(value)) return `[${value.map(in_a_line).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const fields = Object.entries(value).map(([key, field]) => `${JSON.stringify(key)}: ${in_a_line(field)}`);
  return fields.length ? `{ ${fields.join(", ")} }` : "{}";
}
