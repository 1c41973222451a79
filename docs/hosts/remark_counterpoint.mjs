// Live diagrams for sites that read Markdown by remark (Docusaurus, Astro and Starlight): docs/embedding.md says the rest.
import { execFileSync } from "node:child_process";

// ```counterpoint order-emails {seed=7 at=1.2s}
function draw({ meta, value, position }, file) {
  const [, name, options = ""] = /^([^{]*)(?:\{(.*)\})?\s*$/.exec(meta ?? "") ?? [meta, meta];
  const pairs = [...options.matchAll(/(\w+)=(?:"([^"]*)"|(\S*))/g)];
  const words = pairs.map(([, key, quoted, plain]) => `--${key}=${quoted ?? plain}`);
  const command = ["run", name.trim() || "-", "--format", "html", ...words];
  try {
    const stdio = ["pipe", "pipe", "pipe"];
    return execFileSync("counterpoint", command, { input: value, encoding: "utf8", maxBuffer: 2 ** 26, stdio }).trim();
  } catch ({ message, stderr }) {
    // Astro tells the error, goes on, and would end as if all was well.
    process.once("exit", () => (process.exitCode = 1));
    throw new Error(`${file.path}:${position.start.line}: ${stderr || message}`);
  }
}

const walk = (node, file) =>
  node.children?.forEach((child, place) => {
    const ours = child.type === "code" && child.lang === "counterpoint";
    if (ours) node.children[place] = { type: "html", value: draw(child, file) };
    else walk(child, file);
  });

export default () => walk;
