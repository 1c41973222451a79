// Starts the app, puts the static picture back when it cannot start or breaks down, and starts the engine for it.
//
// A file of its own because a strict content policy refuses inline scripts. A classic script, not a module, because a
// browser that opens the page from a file refuses to load modules at all, and then nothing could say so.
"use strict";

(() => {
  const app = document.getElementById("app");
  // Kept here because the app clears its host when it mounts.
  const picture = app.firstElementChild;
  const note = document.getElementById("fallback-note");
  const example = document.getElementById("fallback-picture");
  let started = false;
  let failed = false;

  // Called here when loading fails, and by the app's panic hook. The first reason is the one that helps.
  window.counterpointFailed = (message) => {
    if (failed) return;
    failed = true;
    app.replaceChildren(picture);
    example.hidden = false;
    const what = started ? "The interactive page has stopped" : "The interactive page could not start";
    // In the next frame, so that the note is in the document before its text changes: only then is it announced.
    requestAnimationFrame(() => {
      note.textContent = `${what}: ${sentence(message)} This is a picture of its first example; reload to try again.`;
    });
  };

  // Starts an engine, which runs scenarios beside the page, and returns its worker: `postMessage` and `terminate` are
  // what it is for. `hear` is called with what each message of the engine holds, `fail` with a reason when it has none
  // to give any more. What is posted before the engine is up is not lost; worker.js says more.
  window.counterpointEngine = (hear, fail) => {
    const parts = document.getElementById("engine").content;
    const script = parts.querySelector("script").getAttribute("src");
    const name = parts.querySelector("link").getAttribute("href").replace(/^.*\/|\.js$/g, "");
    const worker = new Worker(script, { type: "module", name });
    worker.onmessage = (event) => (event.data.failed ? fail(event.data.failed) : hear(event.data));
    // Without words when the script itself could not be had.
    worker.onerror = (event) => fail(event.message || "the server did not give the engine's script");
    return worker;
  };

  // The scenario that the address names, in words, if it is built in: the app knows it only when it runs.
  function introduce() {
    const name = /^#([a-z0-9-]+)/.exec(location.hash)?.[1];
    const scenarios = [...document.getElementById("scenarios").content.children];
    const named = scenarios.find((scenario) => scenario.dataset.name === name);
    const shown = named ?? scenarios[0];
    if (!shown) return;
    document.title = `${shown.querySelector("h2").textContent} · Counterpoint`;
    document.getElementById("fallback-introduction").replaceChildren(...shown.cloneNode(true).children);
    // The picture is of the first one.
    example.hidden = shown !== scenarios[0];
  }

  // The recording that the page opens on, until the engine has come: of the scenario that the address names if there is
  // one of that name, else of the first. Without any, the app waits for the engine.
  async function cover() {
    const first = document.getElementById("cover").href;
    const name = /^#([a-z0-9-]+)/.exec(location.hash)?.[1];
    for (const address of name ? [new URL(name, first), first] : [first]) {
      try {
        const response = await fetch(address);
        if (response.ok) return new Uint8Array(await response.arrayBuffer());
      } catch {
        // As if it were not there.
      }
    }
  }

  function sentence(message) {
    const text = String(message).trim();
    return /[.!?]$/.test(text) ? text : `${text}.`;
  }

  function reason(error) {
    if (location.protocol === "file:") {
      return "browsers do not run WebAssembly from a file, so this folder has to be served over HTTP";
    }
    return error instanceof Error ? error.message : String(error);
  }

  async function start() {
    if (typeof WebAssembly !== "object") {
      throw new Error("this browser has no WebAssembly");
    }
    const covering = cover();
    const app = await import(document.getElementById("app-js").href);
    const response = await fetch(document.getElementById("app-wasm").href);
    if (!response.ok) {
      const name = new URL(response.url).pathname.split("/").pop();
      throw new Error(`the server answered ${response.status} for ${name}`);
    }
    const bytes = await covering;
    window.counterpointCover = () => bytes;
    await app.default({ module_or_path: response });
    started = true;
  }

  introduce();
  start().catch((error) => window.counterpointFailed(reason(error)));
})();
