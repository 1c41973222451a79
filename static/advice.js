// Which should I use? A form for a workload in what engineers know of it, and the advice that the engine gives on it.
//
// The form writes the text that `counterpoint advise` reads, and the address has it: `#advice&of=…`. So a workload can be handed
// on, and the command line says the same of it.

import { made } from "./made.js";

const EXAMPLE = { name: "Order e-mails", waits: "nobody", work: "300ms", rate_per_s: 40, workers: 12, broker: "rabbitmq", prefetch: 1 };

// A second, and how many there are in other times.
const EACH = { second: 1, minute: 60, hour: 3600, day: 86400 };

// What a scenario takes for a time: "300 ms" and "300ms", and what has no unit is in milliseconds.
const time = (text) => (/^[\d.]+$/.test(text.trim()) ? `${text.trim()}ms` : text.replace(/\s/g, ""));

export async function show(main, tools) {
  const { ask, labelled, link_of } = tools;
  const form = made("form", { className: "card advice-form", autocomplete: "off" });
  const found = made("section", { className: "advice", ariaLabel: "Advice" });
  main.append(
    made("h2", {}, "Which should I use?"),
    made(
      "p",
      { className: "evidence-lead" },
      "Describe the workload; it is run both ways, with several seeds and loads, and weighed by eight rules of thumb.",
    ),
    made("div", { className: "advice-both" }, form, found),
  );
  const fields = fields_of(form, labelled);
  let asked = 0;
  const advise = async () => {
    asked += 1;
    const mine = asked;
    const text = JSON.stringify(fields.read());
    found.ariaBusy = true;
    try {
      const advice = JSON.parse(await ask("advice", [text]));
      if (mine !== asked) return;
      const link = await link_of(advice.scenario, advice.title, advice.name);
      found.replaceChildren(...told(tools, advice, link, curves_of(fields.read(), link)));
    } catch ({ message }) {
      if (mine === asked) found.replaceChildren(made("p", { className: "advice-refused", role: "alert" }, `${message}.`));
    }
    found.ariaBusy = false;
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    const address = `#advice&of=${encodeURIComponent(JSON.stringify(fields.read()))}`;
    if (location.hash === address) advise();
    else location.hash = address;
  };
  const follow = () => {
    if (!form.isConnected) return removeEventListener("hashchange", follow);
    const of = /[#&]of=([^&]*)/.exec(location.hash)?.[1];
    try {
      fields.write(of ? JSON.parse(decodeURIComponent(of)) : EXAMPLE);
    } catch {
      found.replaceChildren(made("p", { className: "advice-refused", role: "alert" }, "The address has no workload that can be read."));
      return;
    }
    advise();
  };
  addEventListener("hashchange", follow);
  follow();
}

// The fields of the form: `read` gives the workload that they say, `write` shows one.
function fields_of(form, labelled) {
  const input = (properties) => made("input", { type: "text", ...properties });
  const select = (choices, properties = {}) =>
    made("select", properties, ...Object.entries(choices).map(([value, label]) => made("option", { value }, label)));
  const check = () => made("input", { type: "checkbox" });
  const row = (...parts) => made("div", { className: "advice-row" }, ...parts);

  const name = input({});
  const waits = select({ nobody: "Nobody", person: "A person, before a screen", program: "A program, to go on" });
  const within = input({ placeholder: "10 s" });
  const kind = select({ fixed: "Always the same", spread: "Median and p99", measured: "As measured" });
  const work = input({});
  const median = input({});
  const p99 = input({});
  const measured = made("textarea", { rows: 3, placeholder: "120 80 95 …" });
  const rate = made("input", { type: "number", min: 0, step: "any" });
  const each = select({ second: "a second", minute: "a minute", hour: "an hour", day: "a day" });
  const burst = made("input", { type: "number", min: 1, step: 1 });
  const workers = made("input", { type: "number", min: 1, step: 1 });
  const outage = input({ placeholder: "never" });
  const lost = check();
  const twice = check();
  const order = check();
  const threads = made("input", { type: "number", min: 1, step: 1, placeholder: "200" });
  const broker = select({ rabbitmq: "RabbitMQ", kafka: "Kafka", sqs: "Amazon SQS", none: "None yet" });
  const prefetch = made("input", { type: "number", min: 1, step: 1, placeholder: "2" });

  const patience = labelled("For how long?", within);
  const fixed = labelled("So long", work, "as 300 ms or 5 min");
  const spread = row(labelled("Median", median), labelled("p99", p99));
  const list = labelled("Times in milliseconds", measured, "pasted from a log, at most 1,000");
  const hand = labelled("Prefetch", prefetch);
  form.append(
    labelled("What is it?", name),
    labelled("Who waits for the result?", waits),
    patience,
    labelled("How long does the work take?", kind),
    fixed,
    spread,
    list,
    row(labelled("How often does it come?", rate), labelled("In which time", each)),
    row(labelled("How many at once?", burst), labelled("Workers", workers)),
    labelled("Longest outage of the service", outage, "as 30 s; empty if it is always there"),
    labelled("It may be lost", lost),
    labelled("It may be done twice", twice),
    labelled("The order must be kept", order),
    row(labelled("Broker at hand", broker), hand),
    labelled("Threads of the caller", threads, "each waits for one call at a time; a web server has 200"),
    made("button", { className: "button button-first" }, "Try both"),
  );
  const fit = () => {
    patience.hidden = waits.value === "nobody";
    fixed.hidden = kind.value !== "fixed";
    spread.hidden = kind.value !== "spread";
    list.hidden = kind.value !== "measured";
    hand.hidden = broker.value === "kafka" || broker.value === "sqs";
  };
  waits.onchange = kind.onchange = broker.onchange = fit;
  // Where somebody waits it may be lost unless one says otherwise: he sees that it failed.
  let says_lost = false;
  lost.onchange = () => (says_lost = true);

  const numbers = (text) => (text.match(/[\d.]+/g) ?? []).slice(0, 1000);
  const work_of = {
    fixed: () => time(work.value),
    spread: () => ({ log_normal: { median: time(median.value), p99: time(p99.value) } }),
    measured: () => ({ listed: { values: numbers(measured.value).map((millis) => `${millis}ms`) } }),
  };
  return {
    read() {
      const workload = { name: name.value, waits: waits.value, work: work_of[kind.value](), rate_per_s: rate.valueAsNumber / EACH[each.value] };
      workload.workers = workers.valueAsNumber;
      if (burst.value && burst.value !== "1") workload.burst = burst.valueAsNumber;
      if (within.value && waits.value !== "nobody") workload.within = time(within.value);
      if (outage.value) workload.outage = time(outage.value);
      if (says_lost) workload.may_be_lost = lost.checked;
      if (twice.checked) workload.may_run_twice = true;
      if (order.checked) workload.must_keep_order = true;
      workload.broker = broker.value;
      if (threads.value) workload.caller_threads = threads.valueAsNumber;
      if (prefetch.value && !hand.hidden) workload.prefetch = prefetch.valueAsNumber;
      return workload;
    },
    write(workload) {
      name.value = workload.name ?? "";
      waits.value = workload.waits ?? "nobody";
      within.value = workload.within ?? "";
      const spread_of = workload.work?.log_normal;
      const listed = workload.work?.listed?.values;
      kind.value = listed ? "measured" : spread_of ? "spread" : "fixed";
      if (listed) measured.value = listed.map((value) => numbers(value)[0]).join(" ");
      else if (spread_of) [median.value, p99.value] = [spread_of.median, spread_of.p99];
      else work.value = workload.work ?? "";
      // In the shortest time in which there is at least one, or a day.
      const unit = Object.keys(EACH).find((key) => workload.rate_per_s * EACH[key] >= 0.999) ?? "day";
      each.value = unit;
      rate.value = Number((workload.rate_per_s * EACH[unit]).toPrecision(6));
      burst.value = workload.burst ?? 1;
      workers.value = workload.workers;
      outage.value = workload.outage ?? "";
      says_lost = workload.may_be_lost !== undefined;
      lost.checked = workload.may_be_lost ?? workload.waits !== "nobody";
      twice.checked = workload.may_run_twice ?? false;
      order.checked = workload.must_keep_order ?? false;
      broker.value = workload.broker ?? "rabbitmq";
      prefetch.value = workload.prefetch ?? "";
      threads.value = workload.caller_threads ?? "";
      fit();
    },
  };
}

// The load curves of a workload that comes one by one: from a tenth of its rate to twice as much.
function curves_of({ rate_per_s: rate, burst = 1 }, link) {
  if (burst !== 1) return undefined;
  const over = `workload.arrivals.rate_per_s=${Number((rate / 10).toPrecision(3))}..${Number((rate * 2).toPrecision(3))}:20`;
  return `#curves&over=${encodeURIComponent(over)}&repeats=5&jobs=1000&of=${link.split("#")[1]}`;
}

// What the engine says of a workload.
function* told({ sides, numbers_of, draw }, advice, link, curves) {
  const { said, close, reasons, causes, changes, costs, numbers, limits, headings } = advice;
  const applies = reasons.filter((reason) => reason.applies);
  const without = reasons.filter((reason) => !reason.applies);
  const list = (lines) => made("ul", {}, ...lines.map((line) => made("li", {}, line)));
  const section = (heading, lines) => (lines.length ? [made("h3", {}, heading), list(lines)] : []);
  const reason = ({ says, said, speaks_for, number, picture }) => {
    const [side, whose] = speaks_for === "call" ? [sides[0], "for a call"] : [sides[1], "for a queue"];
    const seen = made("img", { alt: number.described });
    draw(seen, picture);
    return made("li", { className: `card advice-reason ${side}` }, made("b", {}, says), made("span", {}, whose), made("p", {}, said), seen);
  };
  yield made("p", { className: `advice-said${close ? " is-close" : ""}`, role: "status" }, said);
  yield* causes.map((cause) => made("p", { className: "advice-cause" }, cause));
  yield made("ol", { className: "advice-reasons" }, ...applies.map(reason));
  yield* section("What would change it", changes);
  yield* section("What it costs", costs);
  yield made("h3", {}, "The numbers");
  yield made("div", { className: "claim-numbers" }, numbers_of(headings, numbers));
  const further = curves ? [made("a", { className: "button", href: curves }, "See where each side bends")] : [];
  yield made("p", { className: "advice-further" }, made("a", { className: "button", href: link }, "See the run"), ...further);
  yield made(
    "details",
    {},
    made("summary", {}, "Which rules of thumb do not apply, and how it was weighed"),
    list(without.map(({ says, said }) => `${says}: ${said}`)),
    made("p", { className: "advice-limits" }, limits),
  );
}
