// Holds our scripts to ESLint's recommended rules: names that are nowhere, that are there twice, or that nobody uses.
import { createRequire } from "node:module";
import { join } from "node:path";

const [modules, root] = process.argv.slice(2);
const require = createRequire(join(modules, "here.js"));
const { ESLint } = require("eslint");
const { browser, node, worker } = require("globals");

const recommended = require("@eslint/js").configs.recommended;
const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: [
    recommended,
    { languageOptions: { globals: { ...browser, ...worker }, sourceType: "module" } },
    { files: ["xtask/**"], languageOptions: { globals: node } },
    // What is taken out of an object so that the rest is left is not used, and need not be.
    { rules: { "no-unused-vars": ["error", { ignoreRestSiblings: true }] } },
  ],
});
const results = await eslint.lintFiles(["static/**/*.js", "xtask/npm/**/*.mjs"]);
const formatter = await eslint.loadFormatter("stylish");
console.log((await formatter.format(results)).trim());
const wrong = results.reduce((sum, { errorCount, warningCount }) => sum + errorCount + warningCount, 0);
console.log(`  ${results.length} scripts, ${wrong} complaints`);
process.exit(wrong === 0 && results.length > 0 ? 0 : 1);
