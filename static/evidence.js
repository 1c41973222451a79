// Evidence: what people say of the two styles, tried by runs that are made while one looks. A document of its own
// (`evidence.html`), so that it has the whole window, an address, and the browser's history.
//
// After the `#` is what is shown, as `#claims`. All that is worked out is worked out by a module of its own
// (src/bin/experiments.rs), in as many workers as the machine has cores (maker.js): here is only what asks and shows.

import { made } from "./made.js";

// More workers than this use up memory faster than they save time.
const MOST_WORKERS = 8;

// Workers that do what is asked of them, as many at a time as there are cores. `ask` gives what the engine's function of that
// name returns; what was asked by somebody who has said `drop` since is not done any more.
function workers_of({ script, name }, at_most) {
  const idle = [];
  const waiting = [];
  let running = 0;
  const most = Math.max(1, Math.min(at_most, navigator.hardwareConcurrency || 1));

  const next = () => {
    while (waiting.length && waiting[0].signal?.aborted) waiting.shift().fail(new DOMException("dropped", "AbortError"));
    if (!waiting.length) return;
    const worker = idle.pop() ?? (running < most ? begun() : undefined);
    if (worker) worker.take(waiting.shift());
  };
  const begun = () => {
    running += 1;
    const worker = new Worker(script, { type: "module", name });
    let task;
    // A worker that broke down is not asked again, and another takes its place.
    worker.onerror = ({ message }) => {
      worker.terminate();
      running -= 1;
      if (idle.includes(handle)) idle.splice(idle.indexOf(handle), 1);
      task?.fail(new Error(message || "the server did not give the engine's script"));
      next();
    };
    worker.onmessage = ({ data }) => {
      const done = task;
      task = undefined;
      idle.push(handle);
      if (data.failed) done.fail(new Error(data.failed));
      else done.give(data.made);
      next();
    };
    const handle = {
      take(wanted) {
        task = wanted;
        worker.postMessage({ call: wanted.call, with: wanted.with });
      },
    };
    return handle;
  };
  // What is asked `first` is done before all that waits.
  return (call, args, signal, first = false) =>
    new Promise((give, fail) => {
      const wanted = { call, with: args, give, fail, signal };
      if (first) waiting.unshift(wanted);
      else waiting.push(wanted);
      next();
    });
}

const VIEWS = { claims: "What people say", curves: "Load curves", advice: "Which should I use?" };

// Shows the document. `bench` is what the page gives: see boot.js.
export async function show(bench) {
  // What there is beside the page stands in it, under the names of its files.
  const beside = document.getElementById("background").content;
  const address_of = (id, attribute = "src") => new URL(beside.querySelector(id).getAttribute(attribute), document.baseURI).href;
  const { script, name } = bench.engine();
  const try_out = workers_of({ script, name: address_of("[rel=experiments]", "href").replace(/^.*\/|\.js$/g, "") }, MOST_WORKERS);
  const place = document.getElementById("app");
  const nav = made("nav", { ariaLabel: "Evidence" });
  const main = made("main", { className: "evidence", id: "main" });
  const back = made("a", { href: "./" }, "Counterpoint");
  place.replaceChildren(
    made("header", { className: "masthead" }, made("h1", {}, back), made("p", { className: "tagline" }, "the same work, asked and queued"), nav),
    main,
  );
  const { link_of } = await linked(bench);
  // What a link means is for the engine to say; it is begun when that is asked.
  const tools = { sides: SIDES, labelled, numbers_of, draw, ask: try_out, mean: workers_of({ script, name }, 1), bench, link_of };
  const views = {
    claims: () => show_claims(main, address_of("[rel=claims]", "href"), tools),
    curves: async () => {
      const [script, { scenarios }] = await Promise.all([import(address_of("#curves")), index(address_of("[rel=index]", "href"))]);
      await script.show(main, { ...tools, scenarios });
    },
    advice: async () => (await import(address_of("#advice"))).show(main, tools),
  };
  let shown;
  const view = async () => {
    const wanted = /^#(\w+)/.exec(location.hash)?.[1];
    const name = wanted in VIEWS ? wanted : "claims";
    // A view that is shown hears of its own address by itself.
    if (name === shown) return;
    shown = name;
    document.title = `${VIEWS[name]} · Counterpoint`;
    nav.replaceChildren(
      ...Object.entries(VIEWS).map(([id, label]) =>
        made("a", { href: `#${id}`, className: "button", ...(id === name ? { "aria-current": "page" } : {}) }, label),
      ),
    );
    main.replaceChildren();
    try {
      await views[name]();
    } catch (error) {
      main.replaceChildren(made("p", { role: "alert" }, `This could not be shown: ${error.message}. Reload to try again.`));
    }
  };
  addEventListener("hashchange", view);
  await view();
}

// The index of the library.
async function index(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the server answered ${response.status} for the list of scenarios`);
  return response.json();
}

// The address at which a scenario that is not built in is opened.
async function linked(bench) {
  const { field_of, keep, new_name } = await bench.own();
  return {
    async link_of(text, title, name) {
      const kept_as = new_name();
      const field = await field_of(text, name, kept_as);
      if (field.startsWith("kept=")) keep(kept_as, { text, ran: text, title, when: Date.now(), field });
      return `./#${name}&v=1&${field}`;
    },
  };
}

// The claims, all of them tried at once: each takes some milliseconds.
async function show_claims(main, address, tools) {
  main.append(
    made("h2", {}, "What people say, tried"),
    made(
      "p",
      { className: "evidence-lead" },
      "Each of these is a run that is made now, by the engine in your browser: the smallest one that shows it. Turn the knob until it is untrue.",
    ),
  );
  const response = await fetch(address);
  if (!response.ok) throw new Error(`the server answered ${response.status} for the claims`);
  const text = await response.text();
  main.append(made("ol", { className: "claims" }, ...JSON.parse(text).map((claim) => card(claim, text, tools))));
}

// The classes by which what is of a side has its colour.
const SIDES = ["side-asked", "side-queued"];

// The numbers of both sides as a table: in each of the `rows` what is `told` of each side, and what is `said` of it.
function numbers_of(headings, rows, ...before) {
  const head = made("tr", {}, ...headings.map((heading, side) => made("th", { scope: "col", className: SIDES[side] }, heading)), made("td", {}));
  const row = ({ told, said }) =>
    made("tr", {}, ...told.map((value, side) => made("td", { className: SIDES[side] }, value)), made("th", { scope: "row" }, said));
  return made("table", {}, ...before, made("thead", {}, head), made("tbody", {}, ...rows.map(row)));
}

// A control of a form with what it is called, and with what helps to fill it in.
function labelled(label, control, hint) {
  const className = control.type === "checkbox" ? "advice-check" : "advice-field";
  return made("label", { className }, made("span", {}, label), control, ...(hint ? [made("small", {}, hint)] : []));
}

// A small picture of a run, without one as yet.
const picture_of = () => made("img", { className: "claim-picture", width: 600, height: 400, alt: "" });
const draw = (picture, svg) => (picture.src = `data:image/svg+xml,${encodeURIComponent(svg)}`);

// A claim with its numbers, its picture and its knob.
function card(claim, text, { ask, link_of }) {
  const { id, knob, but } = claim;
  const title = made("h3", { id: `claim-${id}` }, claim.claim);
  const verdict = made("p", { className: "claim-verdict", role: "status" }, "It is being tried.");
  const numbers = made("div", { className: "claim-numbers" });
  const picture = picture_of();
  const output = made("output", {});
  const untrue = made("p", { className: "claim-untrue" });
  const slider = made("input", { type: "range", min: 0, max: knob.values.length - 1, step: 1, value: 0 });
  const turn = made("label", { className: "claim-knob" }, made("span", {}, knob.label), slider, output);
  const link = made("a", { className: "button" }, "See the run");
  // What is said of the load is seen best over all loads.
  const rate = knob.paths.find((path) => path.endsWith("rate_per_s"));
  const curves = made("a", { className: "button" }, "See where each side bends");
  let asked = 0;
  const tried = async () => {
    asked += 1;
    const mine = asked;
    try {
      const found = JSON.parse(await ask("claim", [text, id, slider.valueAsNumber]));
      if (mine !== asked) return;
      tell(found);
      link.href = await link_of(found.scenario, found.title, found.name);
      if (rate) curves.href = `#curves&over=${encodeURIComponent(`${rate}=5..60:12`)}&repeats=5&jobs=200&of=${link.href.split("#")[1]}`;
    } catch (error) {
      if (mine !== asked) return;
      verdict.textContent = `It could not be tried: ${error.message}. Turn the knob to try again.`;
    }
  };
  const tell = (found) => {
    verdict.textContent = found.verdict;
    verdict.classList.add("is-tried");
    verdict.classList.toggle("does-not-hold", !found.holds);
    output.textContent = slider.ariaValueText = found.knob.told[found.knob.stop];
    untrue.textContent = found.holds ? "" : found.untrue;
    numbers.replaceChildren(numbers_of(found.headings, found.numbers));
    draw(picture, found.picture);
  };
  slider.oninput = tried;
  const item = made(
    "li",
    { className: "card claim", "aria-labelledby": title.id },
    title,
    verdict,
    numbers,
    picture,
    made("div", { className: "claim-turning" }, turn, untrue),
    made("p", { className: "claim-but" }, made("b", {}, "But: "), but),
    made("p", { className: "advice-further" }, link, ...(rate ? [curves] : [])),
  );
  tried();
  return item;
}
