// Makes what is taken from the page, in a worker of its own: the engine with the parts of it that make files
// and know systems.
//
// taking.js starts it, named as worker.js is, by the engine's files without their endings. It asks for one thing at a
// time, { call, with }, and is answered { made } or { failed }, a sentence. evidence.js starts it by the name of another module,
// which is whole and is brought all that it needs with each question.

const asked = [];
const wait = (event) => asked.push(event);
self.onmessage = wait;

async function fetched(name) {
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${name}`);
  return response;
}

const reason = (error) => (error instanceof Error ? error.message : String(error));

async function start() {
  const more = self.name.startsWith("engine") ? ["scenarios.json", "systems.wasm", "files.wasm"] : [];
  const files = ["bg.wasm", ...more].map((file) => fetched(`${self.name}_${file}`));
  const [engine, module_or_path, scenarios, ...parts] = await Promise.all([import(`./${self.name}.js`), ...files]);
  const app = await engine.default({ module_or_path });
  // The engine's `main` has just run and listens for the page's own letters. Here it is only called, and what is asked while
  // its parts are compiled waits.
  self.onmessage = wait;
  if (scenarios) engine.bring(await scenarios.text());
  for (const part of parts) {
    const module = await WebAssembly.compile(await part.arrayBuffer());
    await WebAssembly.instantiate(module, { app });
  }
  const answer = ({ data }) => {
    try {
      self.postMessage({ made: engine[data.call](...data.with) });
    } catch (error) {
      self.postMessage({ failed: reason(error) });
    }
  };
  self.onmessage = answer;
  asked.forEach(answer);
}

start().catch((error) => {
  const failed = reason(error);
  self.onmessage = () => self.postMessage({ failed });
  asked.forEach(self.onmessage);
});
