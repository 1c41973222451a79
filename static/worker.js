// Runs the engine in a worker, so that the page stays alive however long a run takes.
//
// boot.js starts this as a module worker whose name is that of the engine's files without their endings, for those
// carry a hash: `engine-1f2e` stands for `engine-1f2e.js` and `engine-1f2e_bg.wasm`, beside this file.
//
// Between the page and the engine:
// - The page may post messages from the moment it has the worker. None is lost: until the engine runs, they wait here.
// - The engine's `main` sets `self.onmessage`. After it, every message is given to that, each once and in order, those
//   that waited first.
// - What the engine posts are its own messages, as they are. An object with the one field `up` is posted here when the
//   engine runs. An object with the one field `failed`, a sentence, means that no answer will come any more: the engine
//   could not start, or has broken down. The engine's panic hook calls `self.counterpointFailed(message)` for it. A trap
//   calls no hook: it is an error of the worker, which the page hears.

const waiting = [];
const wait = (event) => waiting.push(event);
// At once, for a browser delivers messages as soon as this script has run, whatever it still waits for.
self.onmessage = wait;

let failed = false;
let part;

// Tells when the part that knows systems is there.
self.counterpointSystems = (tell) => void part(tell).catch(give_up);

// The first reason is the one that helps.
self.counterpointFailed = (message) => {
  if (failed) return;
  failed = true;
  self.postMessage({ failed: String(message) });
};

async function fetched(name) {
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${name}`);
  return response;
}

const give_up = (error) => self.counterpointFailed(error instanceof Error ? error.message : error);

async function start() {
  const engine = await import(`./${self.name}.js`);
  const [module_or_path, scenarios] = await Promise.all([
    fetched(`${self.name}_bg.wasm`),
    fetched(`${self.name}_scenarios.json`).then((files) => files.text()),
  ]);
  const app = await engine.default({ module_or_path });
  engine.bring(scenarios);
  // The engine has a part that is fetched when it asks for it: it knows sides that are systems.
  part = async (tell) => {
    const module = await WebAssembly.compile(await (await fetched(`${self.name}_systems.wasm`)).arrayBuffer());
    await WebAssembly.instantiate(module, { app });
    tell();
  };
  self.postMessage({ up: true });
  // No message can come in between: the engine's `main` has just run, in this same turn.
  if (self.onmessage !== wait) {
    for (const event of waiting.splice(0)) self.onmessage(event);
  }
}

start().catch(give_up);
