// Starts the app, and puts the static picture back when it cannot start or breaks down.
//
// A file of its own because a strict content policy refuses inline scripts. A classic script, not a module, because a
// browser that opens the page from a file refuses to load modules at all, and then nothing could say so.
"use strict";

(() => {
  const place = document.getElementById("app");
  // Kept here because the app clears its place when it mounts.
  const picture = place.firstElementChild;
  const note = document.getElementById("fallback-note");
  const example = document.getElementById("fallback-picture");
  let started = false;
  let failed = false;
  let engine;
  // What the app's module exports, once it runs.
  let exported;

  // Called here when loading fails or the app has trapped, and by the app. The first reason is the one that helps.
  const give_up = (message) => {
    if (failed) return;
    failed = true;
    engine?.end();
    watch();
    // What is chosen from now on needs another start.
    addEventListener("hashchange", () => location.reload());
    place.replaceChildren(picture);
    example.hidden = false;
    const what = started ? "The interactive page has stopped" : "The interactive page could not start";
    // What the address asks for may be what stopped it, and would stop it again.
    const link = document.createElement("a");
    link.href = "./";
    link.textContent = "open the page without what its address asks for";
    const again = location.hash.length > 1 ? ["reload to try again, or ", link, "."] : ["reload to try again."];
    // In the next frame, so that the note is in the document before its text changes: only then is it announced.
    requestAnimationFrame(() => {
      note.replaceChildren(`${what}: ${sentence(message)} This is a picture of its first example; `, ...again);
    });
  };

  // A trap of WebAssembly (the memory or the stack is used up, or an invariant does not hold) calls no panic hook: it is
  // an error that nobody catches, and the app behind it is dead although it still looks alive.
  const trapped = (error) => {
    // The script's address without its ending is how the module's begins as well.
    const ours = document.getElementById("app-js").href.replace(/\.js$/, "");
    if (!(error instanceof Error)) return;
    if (error instanceof WebAssembly.RuntimeError || error.stack?.includes(ours)) {
      give_up(reason(error));
    }
  };
  addEventListener("error", (event) => trapped(event.error));
  addEventListener("unhandledrejection", (event) => trapped(event.reason));

  // Under `require-trusted-types-for 'script'`, a text becomes markup or a script's address only by a policy. Yew writes
  // our own markup as a text and cannot name one, so it is the default policy, which lets nothing else through. A host
  // allows it by `trusted-types default`.
  const background = document.getElementById("background").content;
  const engineScript = background.querySelector("#engine").getAttribute("src");
  const beside_page = (id) => new URL(background.querySelector(id).getAttribute("src"), document.baseURI).href;
  const workers = [engineScript, beside_page("#maker")];
  const allow = () =>
    window.trustedTypes?.createPolicy("default", {
      createHTML: (text, type, sink) => (sink === "Element innerHTML" ? text : null),
      createScriptURL: (text, type, sink) => (sink.startsWith("Worker ") && workers.includes(text) ? text : null),
    });

  // What comes once the first picture is there. The app asks for `later` first, then for the engine.
  let beside;
  const later = async (tell) => {
    watch();
    try {
      beside = await import(beside_page("#beside"));
      await beside.later(await fetched(background.querySelector("[rel=later]").getAttribute("href")), exported);
      beside.offer(bench);
    } catch (error) {
      return tell(reason(error));
    }
    tell();
  };
  const engine_name = background.querySelector("link").getAttribute("href").replace(/^.*\/|\.js$/g, "");
  // A script that is not needed before a person wants what it does, with its sheets.
  const opened = async (name) => {
    const loading = [...background.querySelectorAll(`[rel=stylesheet].${name}`)].map(
      (sheet) => new Promise((done) => ((sheet.onload = sheet.onerror = done), document.head.append(sheet))),
    );
    const [script] = await Promise.all([import(beside_page(`#${name}`)), ...loading]);
    return script;
  };
  // What static/background.js and static/workshop/ need of the page. `text` is the scenario that the address means, if it is
  // not built in: it is in the address, or the browser keeps it. `tell` tells the app something.
  const bench = {
    own: () => import(beside_page("#own")),
    workshop: () => import(beside_page("#workshop")),
    engine: () => ({ script: beside_page("#maker"), name: engine_name }),
    is_own: () => /[#&](own|kept)=/.test(location.hash),
    async unpack() {
      bench.text = bench.is_own() ? await bench.own().then(({ text_of }) => text_of(location.hash)).catch(() => {}) : undefined;
    },
  };
  // The app hears of no address whose scenario has to be unpacked first (static/background.js).
  const before_the_app = true;
  addEventListener(
    "hashchange",
    (event) => {
      if (bench.is_own()) event.stopImmediatePropagation();
      bench.follow ? bench.follow() : (bench.has_moved = true);
    },
    before_the_app,
  );
  // The sheets by which something is taken from the page.
  const take = async (what, link, at) => {
    if (what === "kept") return bench.open(what);
    const { take } = await opened("taking");
    const element = () => import(new URL("counterpoint-diagram.js", document.baseURI));
    take(what, { link, own: bench.text, at }, bench.engine(), element);
  };

  // The library: as a sheet, which whatever has the attribute opens, and under the page, where it is fetched when it comes
  // into view.
  const shelf = document.getElementById("library");
  const library = async (show) => {
    const address_of = (rel) => new URL(background.querySelector(`[rel=${rel}]`).getAttribute("href"), document.baseURI);
    try {
      await show(await opened("library"), { index: address_of("index"), pictures: address_of("pictures"), bench });
    } catch (error) {
      shelf.lastElementChild.textContent =
        `The list of scenarios could not be had: ${sentence(reason(error))} An address that ends in the name of one opens it, as in ${location.pathname}#order-emails.`;
      shelf.scrollIntoView();
    }
  };
  const seen = new IntersectionObserver(([entry]) => {
    if (!entry.isIntersecting) return;
    seen.disconnect();
    library((script, files) => script.fill(shelf, files));
  });
  const watch = () => {
    shelf.hidden = false;
    seen.observe(shelf);
  };
  addEventListener("click", (event) => {
    if (event.target.closest?.("[data-library]")) library((script, files) => script.open(files));
    if (event.target.closest?.("[data-workshop]")) bench.open ? bench.open("edit") : (bench.is_wanted = true);
  });
  const start_engine = (hear, fail) => {
    return (engine = beside.engine({ script: engineScript, name: engine_name }, hear, fail));
  };

  // The recording of the first scenario, whose words and picture stand here, and the address of the one that the address
  // of the page names. No other name than one of a scenario's form is asked of the server.
  const first = document.getElementById("cover").href;
  const name = /^#([a-z0-9_-]{1,64})(&|$)/.exec(location.hash)?.[1];
  const named = name && !bench.is_own() ? new URL(name, first).href : first;
  const [title, words] = document.getElementById("fallback-introduction").children;

  // Shows the first two lines that a recording has under its own, the title and what to look for.
  function introduce(recording) {
    const lines = new TextDecoder().decode(recording.subarray(0, 4096)).split("\n", 3);
    if (lines.length < 3) return;
    [, title.textContent, words.textContent] = lines;
    document.title = `${lines[1]} · Counterpoint`;
  }

  // The recording that the page opens on, until the engine has come: of the scenario that the address names if there is
  // one of that name, else of the first. Without any, the app waits for the engine.
  async function cover() {
    for (const address of new Set([named, first])) {
      try {
        const response = await fetch(address);
        if (!response.ok) continue;
        const recording = new Uint8Array(await response.arrayBuffer());
        introduce(recording);
        return recording;
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

  async function fetched(address) {
    const response = await fetch(address);
    if (!response.ok) {
      const name = new URL(response.url).pathname.split("/").pop();
      throw new Error(`the server answered ${response.status} for ${name}`);
    }
    return response;
  }

  async function start() {
    if (typeof WebAssembly !== "object") {
      throw new Error("this browser has no WebAssembly");
    }
    allow();
    const covering = bench.is_own() ? bench.unpack() : cover();
    const app = await import(document.getElementById("app-js").href);
    const response = await fetched(document.getElementById("app-wasm").href);
    const bytes = await covering;
    exported = await app.default({ module_or_path: response });
    started = true;
    const word = (name) => (name === "scenario" ? bench.text : undefined);
    bench.tell = app.mount(place, { cover: bytes, word, failed: give_up, broke: give_up, later, engine: start_engine, take, tell() {} });
  }

  // In a frame of somebody else's page; or `evidence.html`, where experiments have the window for themselves.
  const instead = new URLSearchParams(location.search).has("embed")
    ? () => import(beside_page("#frame"))
    : "evidence" in document.documentElement.dataset && (async () => (allow(), (await opened("evidence")).show(bench)));
  if (instead) {
    instead().catch((error) => give_up(reason(error)));
    return;
  }
  if (named !== first || bench.is_own()) {
    title.textContent = words.textContent = "\u00a0";
    example.hidden = true;
  }
  start().catch((error) => give_up(reason(error)));
})();
