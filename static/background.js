// What an app needs once its first picture is there: its later part, and the engine; and of the page, that it takes a file.
// Fetched then, by whichever script has mounted the app.

// Puts the later part of the app, which came in answer, where the first one has left places for it. `exported` is what the
// app's module exports.
export async function later(response, exported) {
  await WebAssembly.instantiate(await response.arrayBuffer(), { app: exported });
}

// Starts an engine, which runs scenarios beside the page: `script` is the address of worker.js, and `name` that of the
// engine's files without their endings. `hear` is called with what each message of the engine holds, and what it returns,
// if anything, is posted in answer. `fail` is called once, with a reason why nothing will come any more and whether the
// engine was up before. What is posted before the engine is up is not lost; worker.js says more.
export function engine({ script, name }, hear, fail) {
  let worker;
  let up = false;
  let refused = "";
  const refusal = (event) => {
    if (event.effectiveDirective === "worker-src") {
      refused = `the content policy of this page forbids workers (\`${event.effectiveDirective}\`)`;
    }
  };
  document.addEventListener("securitypolicyviolation", refusal);
  const end = () => {
    document.removeEventListener("securitypolicyviolation", refusal);
    if (!worker) return;
    worker.onmessage = worker.onerror = null;
    worker.terminate();
    worker = undefined;
  };
  // Later, for who calls this is not to be called back meanwhile, and a policy's refusal is told after the error.
  const give_up = (message) => {
    end();
    setTimeout(() => fail(refused || message, up));
  };
  const handle = { end, post: (message) => worker?.postMessage(message) };
  try {
    if (typeof Worker !== "function") throw new Error("this browser has no workers, in which it would run");
    worker = new Worker(script, { type: "module", name });
  } catch (error) {
    give_up(error instanceof Error ? error.message : String(error));
    return handle;
  }
  worker.onmessage = ({ data }) => {
    if (data.failed) {
      give_up(data.failed);
    } else if (data.up) {
      up = true;
    } else {
      const answer = hear(data);
      if (answer) worker?.postMessage(answer);
    }
  };
  // Without words when the script itself could not be had.
  worker.onerror = (event) => give_up(event.message || "the server did not give the engine's script");
  return handle;
}

// What opens the workshop, from here on also for a scenario's file that is dropped on the page, for a text that is pasted where
// nothing takes it, and where it was open before the page was loaded anew. It is given what for, and what there is. `bench` is
// what the page gives the workshop: see boot.js.
export function offer(bench) {
  const open = (bench.open = (what, given) =>
    bench
      .workshop()
      .then(({ work }) => work(bench, what, given))
      .catch(({ message }) => alert(`The workshop could not be had: ${message}. Reload to try again.`)));
  // The app is told of an address with the scenario that it means, where that is not built in; and the workshop, that there is
  // another.
  const follow = async () => {
    const { hash } = location;
    await bench.unpack();
    if (location.hash !== hash) return;
    if (bench.is_own()) bench.tell(`${hash}\n${bench.text ?? ""}`);
    bench.moved?.();
  };
  bench.follow = follow;
  // An address came while this was on its way.
  if (bench.has_moved) follow();
  bench.run = (link, text) => bench.tell(`#${link}\n${(bench.text = text)}`);
  const is_typed = (target) => target.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) && target.type !== "range");
  addEventListener("dragover", (event) => {
    if (event.dataTransfer.types.includes("Files")) event.preventDefault();
  });
  addEventListener("drop", (event) => {
    const [file] = event.dataTransfer.files;
    if (!file) return;
    event.preventDefault();
    open("open", file);
  });
  addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain");
    if (is_typed(event.composedPath()[0]) || !/^\s*\{/.test(text)) return;
    event.preventDefault();
    open("open", text);
  });
  // The keys by which people undo and redo, wherever nothing is typed, are the buttons of the controls.
  addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey, shiftKey, target } = event;
    if (!(ctrlKey || metaKey) || altKey || !/^[zy]$/i.test(key)) return;
    if (is_typed(event.composedPath()[0]) || target.closest(".workshop, dialog")) return;
    event.preventDefault();
    document.getElementById(shiftKey || /y/i.test(key) ? "Redo" : "Undo")?.click();
  });
  try {
    // By static/workshop/session.js.
    if (sessionStorage.getItem("counterpoint-workshop")) open("again");
  } catch {
    // Where storage is refused, nothing was open before.
  }
  // Somebody asked for it before it could be had.
  if (bench.is_wanted) open("edit");
}
