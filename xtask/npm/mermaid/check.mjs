// Reads every diagram in a folder with Mermaid's own parser, and names those that it refuses.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, folder] = process.argv.slice(2);
const load = async (file) => (await import(pathToFileURL(join(modules, file)).href)).default;
const mermaid = await load("mermaid/dist/mermaid.core.mjs");
// The parser asks the browser two things, which Node is not: whether a box's first word is a colour, and for the markup
// in a text made harmless. What is refused or taken does not hang on the second.
globalThis.window ??= { CSS: { supports: (_, colour) => ["transparent", "red", "aqua"].includes(colour) } };
const purifier = await load("dompurify/dist/purify.es.mjs");
purifier.addHook ??= () => {};
purifier.sanitize ??= (text) => text;
let refused = 0;
const names = readdirSync(folder).sort();
for (const name of names) {
  try {
    await mermaid.parse(readFileSync(join(folder, name), "utf8"));
  } catch (error) {
    refused += 1;
    console.log(`${name}: ${String(error.message).split("\n").slice(0, 4).join("\n  ")}`);
  }
}
console.log(`  ${names.length} diagrams, ${refused} refused by Mermaid's parser`);
process.exit(refused === 0 && names.length > 0 ? 0 : 1);
