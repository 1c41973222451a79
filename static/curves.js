// Load curves: a scenario with one parameter at one value after another, several times each, as charts on one axis.
//
// What is swept stands in the address: `#curves&over=PATH=FROM..TO:STEPS&repeats=N&jobs=N&of=` and then the link of the scenario, as
// the page has it, to its end. So a sweep can be handed on, and `counterpoint sweep` gives the same numbers.

import { made } from "./made.js";

const FIRST = "order-emails";
const RATE = "workload.arrivals.rate_per_s";
// Results are shown as they come, but no more often than this, in milliseconds.
const APART = 400;

const field = (name) => new RegExp(`[#&]${name}=([^&]*)`).exec(location.hash.split("&of=")[0])?.[1];
const link_in = () => /&of=(.*)$/.exec(location.hash)?.[1] ?? FIRST;

export async function show(main, { ask, mean, bench, scenarios, sides, labelled, numbers_of }) {
  const form = made("form", { className: "card curves-form", autocomplete: "off" });
  const progress = made("progress", { hidden: true, ariaLabel: "Runs that are done" });
  const status = made("p", { className: "curves-status", role: "status" });
  const found = made("section", { className: "curves", ariaLabel: "Load curves" });
  main.append(
    made("h2", {}, "Where does each side bend?"),
    made(
      "p",
      { className: "evidence-lead" },
      "One parameter is set to one value after another, and both sides are run at each, with the same arrivals and the same work. The band is where the mean lies in 95 of 100 cases.",
    ),
    form,
    made("div", { className: "curves-bar" }, status, progress),
    found,
  );

  const input = (properties) => made("input", properties);
  const which = made("select", {});
  const path = made("select", {});
  const from = input({ type: "text" });
  const to = input({ type: "text" });
  const steps = input({ type: "number", min: 2, max: 100, step: 1, value: 20 });
  const repeats = input({ type: "number", min: 1, max: 100, step: 1, value: 5 });
  const jobs = input({ type: "number", min: 1, max: 200000, step: 1 });
  const go = made("button", { className: "button button-first" }, "Sweep");
  const stop = made("button", { className: "button", type: "button", hidden: true }, "Stop");
  form.append(
    labelled("Scenario", which),
    labelled("Parameter", path),
    labelled("From", from),
    labelled("To", to),
    labelled("Steps", steps),
    labelled("Repeats", repeats),
    labelled("Jobs a run", jobs),
    made("span", { className: "curves-buttons" }, go, stop),
  );

  let running = new AbortController();
  let scenario;
  let controls = [];
  stop.onclick = () => running.abort();
  which.onchange = () => (location.hash = `#curves&of=${which.value}`);
  path.onchange = () => range_of(controls.find((control) => control.path === path.value));
  const range_of = (control) => {
    if (control) [from.value, to.value] = [control.min, control.max];
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    const over = `${path.value}=${from.value.replace(/\s/g, "")}..${to.value.replace(/\s/g, "")}:${steps.value}`;
    const address = `#curves&over=${encodeURIComponent(over)}&repeats=${repeats.value}&jobs=${jobs.value}&of=${link_in()}`;
    if (location.hash === address) sweep();
    else location.hash = address;
  };

  // Takes up what the address says.
  const follow = async () => {
    if (!form.isConnected) {
      running.abort();
      return removeEventListener("hashchange", follow);
    }
    running.abort();
    const link = link_in();
    const own = /[#&](own|kept)=/.test(`#${link}`) ? await bench.own().then(({ text_of }) => text_of(`#${link}`)).catch(() => "") : "";
    const { values, problem } = JSON.parse(await mean("mine", [link, own]));
    if (link !== link_in()) return;
    scenario = values;
    controls = swept(values);
    const name = /^[^&]*/.exec(link)[0];
    which.replaceChildren(
      ...(scenarios.some((each) => each.name === name) ? [] : [made("option", { value: link }, scenario.title || name)]),
      ...scenarios.map((each) => made("option", { value: each.name }, each.title)),
    );
    which.value = scenarios.some((each) => each.name === name) ? name : link;
    const options = (all) => all.map((control) => made("option", { value: control.path }, control.label));
    const others = others_in(values, controls);
    path.replaceChildren(
      ...options(controls),
      ...(others.length ? [made("optgroup", { label: "All other numbers" }, ...options(others))] : []),
    );
    controls.push(...others);
    const over = decodeURIComponent(field("over") ?? "");
    const [, wanted, least, most, count] = /^([^=]*)=(.*)\.\.(.*):(\d+)$/.exec(over) ?? [];
    const control = controls.find((each) => each.path === wanted) ?? controls[0];
    range_of(control);
    if (wanted && !controls.some((each) => each.path === wanted)) path.append(made("option", { value: wanted }, wanted));
    path.value = wanted ?? control?.path;
    if (wanted) [from.value, to.value, steps.value] = [least, most, count];
    repeats.value = field("repeats") ?? 5;
    jobs.value = field("jobs") ?? Math.max(scenario.workload.jobs, scenario.workload.arrivals.pattern === "listed" ? 0 : 500);
    if (problem) return refuse(problem);
    if (!control) return refuse("This scenario offers no parameter with a number: choose another one");
    sweep();
  };

  const refuse = (sentence) => {
    found.replaceChildren();
    status.replaceChildren(made("span", { className: "advice-refused" }, `${sentence}.`));
  };

  async function sweep() {
    running.abort();
    running = new AbortController();
    const { signal } = running;
    const swept_one = { ...scenario, workload: { ...scenario.workload, jobs: jobs.valueAsNumber } };
    const axis = `${path.value}=${from.value.replace(/\s/g, "")}..${to.value.replace(/\s/g, "")}:${steps.value}`;
    const spec = JSON.stringify({ scenario: swept_one, axes: [axis], repeats: repeats.valueAsNumber });
    const begun = performance.now();
    let runs;
    let headings;
    try {
      ({ runs, headings } = JSON.parse(await ask("plan", [spec], signal)));
    } catch (error) {
      return error.name === "AbortError" ? undefined : refuse(error.message);
    }
    if (signal.aborted) return;
    const lines = [];
    progress.max = runs;
    [progress.hidden, stop.hidden] = [false, false];
    let shown_at = 0;
    let showing = false;
    const reading = async () => {
      if (showing || signal.aborted) return;
      showing = true;
      try {
        const width = Math.max(320, Math.min(1400, Math.floor(found.clientWidth)));
        const read = JSON.parse(await ask("curves", [spec, lines.join("\n"), width], signal, true));
        if (!signal.aborted) tell(read, headings, spec);
      } finally {
        showing = false;
      }
      shown_at = performance.now();
    };
    const one = async (number) => {
      lines.push(await ask("swept", [spec, number], signal));
      progress.value = lines.length;
      status.textContent = `${lines.length} of ${runs} runs`;
      if (performance.now() - shown_at > APART) reading().catch(() => {});
    };
    // The points in an order in which the whole range is seen early.
    const order = Array.from({ length: runs }, (_, number) => number).sort((one, other) => one % repeats.value - other % repeats.value);
    try {
      await Promise.all(order.map(one));
      while (showing) await new Promise((done) => setTimeout(done, 20));
      await reading();
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      status.textContent = `${runs} runs of ${jobs.value} jobs on both sides, in ${seconds} s`;
    } catch (error) {
      if (!signal.aborted) refuse(error.message);
      else if (running.signal === signal) status.textContent = `Stopped after ${lines.length} of ${runs} runs`;
    }
    if (running.signal === signal) [progress.hidden, stop.hidden] = [true, true];
  }

  // Where the jobs were over time in the first run of the chosen point. Each is asked for once, and what came for a point that
  // is not chosen any more is kept for when it is again.
  const places = made("section", { className: "curves-places" });
  let known = { of: undefined, points: [] };
  const where = async (spec, place, headings, told) => {
    if (known.of !== spec) known = { of: spec, points: [] };
    const { points } = known;
    const width = Math.max(320, Math.min(1400, Math.floor(found.clientWidth)));
    points[place] ??= ask("waiting", [spec, place, width], undefined, true).then(JSON.parse);
    try {
      const { picture, report } = await points[place];
      if (known.points !== points || chosen !== place) return;
      const drawn = made("div", { className: "curves-chart" });
      drawn.innerHTML = picture;
      const table = made("details", {}, made("summary", {}, "The same as a table"), made("div", { className: "curves-table" }, spent(report, headings, sides)));
      table.open = Boolean(places.querySelector("details")?.open);
      places.replaceChildren(made("h3", {}, `Where the jobs were, at ${told}`), drawn, table);
    } catch (error) {
      if (known.points === points) places.replaceChildren(made("p", { className: "advice-refused" }, `${error.message}.`));
    }
  };

  // What is read of the rows so far. The chosen point stays chosen while more come.
  let chosen;
  const tell = ({ chart, report }, headings, spec) => {
    const { points, tellings, bends_told: bends, theory } = report;
    const picture = made("div", { className: "curves-chart" });
    picture.innerHTML = chart;
    const at = made("input", { type: "range", min: 0, max: points.length - 1, step: 1, ariaLabel: "Point" });
    chosen = Math.min(chosen ?? Math.floor(points.length / 2), points.length - 1);
    at.value = chosen;
    const readout = made("div", { className: "claim-numbers", ariaLive: "polite" });
    const link = made("a", { className: "button" }, "Open this run");
    // Each panel of the chart says where its plot is, and at which x each point.
    const panels = [...picture.querySelectorAll("[data-x]")].map((element) => {
      const [left, top, wide, high] = ["left", "top", "width", "height"].map((side) => Number(element.dataset[side]));
      const cursor = document.createElementNS("http://www.w3.org/2000/svg", "line");
      cursor.setAttribute("class", "curves-cursor");
      cursor.setAttribute("y1", top);
      cursor.setAttribute("y2", top + high);
      element.append(cursor);
      return { left, top, wide, high, xs: element.dataset.x.split(" ").map(Number), cursor };
    });
    const point = (place) => {
      chosen = place;
      const { values, values_told: told } = points[place];
      at.ariaValueText = told.join(", ");
      const caption = made("caption", {}, `${path.selectedOptions[0]?.textContent ?? path.value}: ${told.join(", ")}`);
      const rows = tellings.map(({ label }, row) => ({ said: label, told: points[place].sides.map((side) => side.told[row]) }));
      readout.replaceChildren(numbers_of(headings, rows, caption));
      const set = (where, value) => `&set=${encodeURIComponent(`${where}=${typeof value === "string" ? value : JSON.stringify(value)}`)}`;
      link.href = `./#${link_in()}${/&v=/.test(link_in()) ? "" : "&v=1"}${set("workload.jobs", jobs.valueAsNumber)}${set(path.value, values[0])}`;
      where(spec, place, headings, told.join(", "));
      for (const { xs, cursor } of panels) ["x1", "x2"].forEach((end) => cursor.setAttribute(end, xs[place]));
    };
    at.oninput = () => point(at.valueAsNumber);
    // The mouse, or a finger, chooses the nearest point of the panel that it is over.
    picture.onpointermove = picture.onclick = ({ clientX, clientY }) => {
      const drawing = picture.querySelector("svg");
      const box = drawing.getBoundingClientRect();
      const scale = drawing.viewBox.baseVal.width / box.width;
      const [x, y] = [(clientX - box.left) * scale, (clientY - box.top) * scale];
      const over = panels.find(({ left, top, wide, high }) => x >= left && x <= left + wide && y >= top && y <= top + high);
      if (!over) return;
      const nearest = over.xs.reduce((best, place, index) => (Math.abs(place - x) < Math.abs(over.xs[best] - x) ? index : best), 0);
      // A mouse that moves within a point asks for nothing anew.
      if (nearest === chosen) return;
      at.value = nearest;
      point(nearest);
    };
    const all = made(
      "details",
      { className: "curves-all" },
      made("summary", {}, "All points as a table"),
      made("div", { className: "curves-table" }, whole(report, headings, sides)),
    );
    const says = theory.map(({ reason }) => reason).find(Boolean);
    const was_open = found.querySelector(".curves-all")?.open;
    all.open = Boolean(was_open);
    const had_focus = found.contains(document.activeElement) && document.activeElement.type === "range";
    found.replaceChildren(
      made("ul", { className: "curves-bends" }, ...bends.map((sentence) => made("li", {}, sentence))),
      picture,
      made("label", { className: "claim-knob" }, made("span", {}, "Point"), at),
      readout,
      made("p", {}, link),
      places,
      ...(says ? [made("p", { className: "advice-limits" }, `No closed form stands beside it: ${says}.`)] : []),
      all,
    );
    point(chosen);
    if (had_focus) at.focus();
  };
  addEventListener("hashchange", follow);
  await follow();
}

// The parameters with numbers that a scenario offers, the rate of arrivals first.
function swept({ controls, workload }) {
  const numeric = controls.filter(({ values, min }) => !values?.length && min !== null && min !== undefined);
  const rate = workload.arrivals.rate_per_s;
  const is_offered = numeric.some(({ path }) => path === RATE);
  if (rate && !is_offered) numeric.unshift({ path: RATE, label: "Arrivals a second", min: String(rate / 4), max: String(rate * 4) });
  return numeric.sort((one, other) => (other.path === RATE) - (one.path === RATE));
}

// What of a scenario is no number of the run itself.
const BESIDE = ["version", "model", "seed", "view", "controls", "library", "notes", "title", "look_for"];

// All other numbers of the scenario, each with a range around what it is. The items of a list are known by their ids.
function others_in(values, offered) {
  const found = [];
  const walk = (value, way) => {
    const around = range_around(value);
    if (around) found.push({ path: way.join("."), label: way.filter((part) => part !== "sides").join(" › ").replaceAll("_", " "), ...around });
    else if (Array.isArray(value)) value.forEach((item) => item?.id && walk(item, [...way, item.id]));
    else if (value && typeof value === "object") Object.entries(value).forEach(([key, inside]) => walk(inside, [...way, key]));
  };
  Object.entries(values).forEach(([key, value]) => BESIDE.includes(key) || walk(value, [key]));
  return found.filter(({ path }) => !offered.some((control) => control.path === path));
}

// From a quarter of a number, or of a time with its unit, to four times as much.
function range_around(value) {
  const [, digits, unit] = typeof value === "number" ? [0, value, ""] : (/^(\d+(?:\.\d+)?)([a-zµ]+)$/.exec(value) ?? []);
  if (digits === undefined) return undefined;
  const number = Number(digits);
  if (number === 0) return { min: `0${unit}`, max: unit ? `100${unit}` : "1" };
  const is_share = !unit && number < 1;
  const least = unit || is_share ? number / 4 : Math.max(1, Math.round(number / 4));
  return { min: `${least}${unit}`, max: `${is_share ? Math.min(1, number * 4) : number * 4}${unit}` };
}

// Every point and side in a row.
function whole({ points, tellings }, headings, sides) {
  const head = made("tr", {}, made("th", { scope: "col" }, "Point"), made("th", { scope: "col" }, "Side"), ...tellings.map(({ label }) => made("th", { scope: "col" }, label)));
  const row = (point) =>
    point.sides.map((of, side) =>
      made("tr", {}, made("th", { scope: "row" }, point.values_told.join(", ")), made("td", { className: sides[side] }, headings[side]), ...of.told.map((text) => made("td", {}, text))),
    );
  return made("table", {}, made("thead", {}, head), made("tbody", {}, ...points.flatMap(row)));
}

// How many jobs were at each place on average in each step.
function spent({ steps_told: steps, sides: of }, headings, sides) {
  const head = made("tr", {}, made("th", { scope: "col" }, "Side"), made("th", { scope: "col" }, "Jobs at once, from"), ...steps.map((text) => made("th", { scope: "col" }, text)));
  const rows = of.flatMap(({ places }, side) =>
    places.map(({ name, told }) =>
      made("tr", {}, made("td", { className: sides[side] }, headings[side]), made("th", { scope: "row" }, name), ...told.map((text) => made("td", {}, text))),
    ),
  );
  return made("table", {}, made("thead", {}, head), made("tbody", {}, ...rows));
}
