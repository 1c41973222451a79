// What the schema of scenarios says of a place in one: resolved by the way to it, over what there is so far.
//
// Own lines, for the libraries that complete from a schema bring a validator and a Markdown renderer with them, which weigh more
// than the editor may; validated is here by the engine.

export class Schema {
  constructor(root) {
    this.root = root;
  }

  // All schemas that say something of the value there.
  at(way, instance) {
    let here = this.#expanded(this.root, instance);
    let value = instance;
    for (const step of way) {
      value = value?.[step];
      here = here.flatMap((schema) => this.#step(schema, step)).flatMap((schema) => this.#expanded(schema, value));
    }
    return here;
  }

  // The fields that an object may have there: names with what is said of each.
  fields(way, instance) {
    const found = new Map();
    for (const { properties = {} } of this.at(way, instance)) {
      for (const [name, schema] of Object.entries(properties)) {
        if (!found.has(name)) found.set(name, words(this.#expanded(schema, undefined)));
      }
    }
    return found;
  }

  // What is said of the value there.
  words(way, instance) {
    return words(this.at(way, instance));
  }

  // What a value can begin with there.
  begins(way, instance) {
    const types = this.at(way, instance).flatMap(({ type = [] }) => type);
    return types.includes("object") ? "{}" : types.includes("array") ? "[]" : undefined;
  }

  #step({ properties, additionalProperties, items, prefixItems }, step) {
    if (typeof step === "number") return [prefixItems?.[step] ?? items].filter((each) => typeof each === "object");
    return [properties?.[step] ?? additionalProperties].filter((each) => typeof each === "object");
  }

  // A schema with those that hold wherever it does, as far as can be seen from the value.
  #expanded(schema, value, depth = 0) {
    if (typeof schema !== "object" || depth > 16) return [];
    const more = (each) => this.#expanded(each, value, depth + 1);
    const found = [schema];
    if (schema.$ref) found.push(...more(this.#named(schema.$ref)));
    for (const list of [schema.allOf, schema.anyOf, schema.oneOf]) for (const each of list ?? []) found.push(...more(each));
    if (schema.if) found.push(...more(holds(schema.if, value) ? schema.then : schema.else));
    return found;
  }

  #named(reference) {
    return reference.replace(/^#\/?/, "").split("/").filter(Boolean).reduce((value, step) => value?.[decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~")], this.root);
  }
}

// Whether a condition holds: one of words in fields, which is all that a scenario's has.
function holds(condition, value) {
  const { properties = {}, required = [] } = condition;
  if (required.some((name) => value?.[name] === undefined)) return false;
  return Object.entries(properties).every(([name, { const: word, enum: words }]) => {
    const given = value?.[name];
    return given === undefined || (word === undefined ? words === undefined || words.includes(given) : given === word);
  });
}

// What several schemas say of one value.
function words(schemas) {
  const options = new Map();
  for (const schema of schemas) {
    for (const word of schema.enum ?? []) options.has(word) || options.set(word, "");
    if (schema.const !== undefined) options.set(schema.const, schema.description ?? "");
  }
  const first = (key) => schemas.find((schema) => schema[key] !== undefined)?.[key];
  const [least, most] = [first("minimum"), first("maximum")];
  const limits = least === undefined ? (most === undefined ? "" : `at most ${most}`) : most === undefined ? `at least ${least}` : `${least} to ${most}`;
  return { description: first("description") ?? "", initial: first("default"), limits, options };
}
