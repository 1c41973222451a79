// Makes what is taken from the page, in a worker of its own: the engine with the parts of it that make files
// and know systems.
//
// taking.js starts it, named as worker.js is, by the engine's files without their endings. It asks for one thing at a
// time, { call, with }, and is answered { made } or { failed }, a sentence.

const asked = [];
self.onmessage = (event) => asked.push(event);

async function fetched(name) {
  const response = await fetch(new URL(name, import.meta.url));
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${name}`);
  return response;
}

const reason = (error) => (error instanceof Error ? error.message : String(error));

async function start() {
  const parts = ["systems", "files"].map((part) => fetched(`${self.name}_${part}.wasm`));
  const engine = await import(`./${self.name}.js`);
  const app = await engine.default({ module_or_path: await fetched(`${self.name}_bg.wasm`) });
  for (const part of await Promise.all(parts)) {
    const module = await WebAssembly.compile(await part.arrayBuffer());
    await WebAssembly.instantiate(module, { app });
    // The files of the built-in systems come with the part that knows such.
    for (const files of WebAssembly.Module.customSections(module, "scenarios")) {
      engine.bring(new TextDecoder().decode(files));
    }
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
