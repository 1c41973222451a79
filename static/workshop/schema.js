// What the schema of scenarios says of a place in one: resolved by the way to it, over what there is so far.
//
// Own lines, for the libraries that complete from a schema bring a validator and a Markdown renderer with them, which weigh more
// than the editor may; validated is here by the engine.

const PARTY = "#/$defs/Party";

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

  // What an item of the list there can be: what each kind is called, and the least that has to be written of it. Of a list of
  // plain values, nothing.
  kinds(way, instance) {
    const { items } = this.at(way, instance).find((schema) => schema.items) ?? {};
    if (!items) return [];
    const item = this.#resolved(items);
    // A step says by its first word what it is.
    const forms = (item.anyOf ?? []).map((form) => this.#resolved(form)).filter(({ required }) => required);
    if (forms.length > 0) return forms.map((form) => [form.required[0], this.#least(form)]);
    if (!item.properties) return [];
    const least = this.#least(item);
    // A party, by which of the objects that it may have it has.
    const parts = items.$ref === PARTY ? Object.entries(item.properties).filter(([, { anyOf }]) => anyOf?.[0].$ref) : [];
    return parts.length > 0 ? parts.map(([name, { anyOf }]) => [name, { ...least, id: name, [name]: this.#least(anyOf[0]) }]) : [["", least]];
  }

  // The least of an object that can stand there, if one can.
  least(way, instance) {
    const object = this.at(way, instance).find(({ type }) => type === "object");
    return object && this.#least(object);
  }

  // The least that can stand there: of an object, the fields that it must have.
  #least(schema) {
    const { type, enum: words, anyOf, required = [], properties, items, minItems = 0, minimum = 0, pattern } = this.#resolved(schema);
    if (words) return words[0];
    if (anyOf && !properties) return this.#least(anyOf[0]);
    if (type === "object") return Object.fromEntries(required.map((name) => [name, this.#least(properties[name])]));
    if (type === "array") return Array.from({ length: minItems }, () => this.#least(items));
    if (type === "boolean") return false;
    if (type === "string") return pattern?.includes("|ms|") ? "100ms" : "";
    return minimum;
  }

  #resolved(schema) {
    return schema.$ref ? this.#named(schema.$ref) : schema;
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
