// What an app needs once its first picture is there: its later part, and the engine. Fetched then, by whichever script has
// mounted the app.

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
