// Faults by hand: in the form, by keys, or by a band drawn along a lane of the picture.
import { made } from "../made.js";
import { as_number, choice_field, remover, setting, span_of, text_field } from "./form.js";
import { tool } from "./panel.js";

// With what each needs besides: the field, what it is called, and what it begins with.
const KINDS = {
  outage: ["Turns away what arrives"],
  "silent-outage": ["Is silent"],
  crash: ["Dies with what is in hand"],
  "slow-down": ["Works more slowly", "factor", "times", 3],
  cut: ["The link is cut"],
  loss: ["The link loses messages", "probability", "with the chance", 0.2],
  delay: ["The link is slower", "by", "by", "100ms"],
};
const OF_LINKS = ["cut", "loss", "delay"];

// Whom faults can strike: on both sides where both have it, and on each by itself.
export function targets(told, is_link) {
  const of_side = ({ lanes, links }) => (is_link ? links.map(([one, other]) => [`${one} ${other}`, `${name(lanes, one)} – ${name(lanes, other)}`]) : lanes);
  const name = (lanes, id) => lanes.find(([each]) => each === id)?.[1] ?? id;
  const [left, right] = told.sides.map(of_side);
  const both = left.filter(([id]) => right.some(([other]) => other === id));
  return [
    ...both.map(([id, called]) => [id, `${called}, on both sides`]),
    ...told.sides.flatMap(({ side }, at) => [left, right][at].map(([id, called]) => [`${side}.${id}`, `${called}, ${side}`])),
  ];
}

const word_of = ({ actor, between }) => (between ? between.join(" ") : actor);
const whom = (word, is_link) => (is_link ? { between: word.split(" ") } : { actor: word });

// A fault of another kind, at whom it can strike.
function of_kind(change, kind, told) {
  const { id, at, for: lasts } = change;
  const is_link = OF_LINKS.includes(kind);
  const is_same = is_link === OF_LINKS.includes(change.fault);
  const [, key, , value] = KINDS[kind];
  const struck = is_same ? word_of(change) : targets(told, is_link)[0]?.[0] ?? "";
  return { id, at, ...(lasts === undefined ? {} : { for: lasts }), fault: kind, ...whom(struck, is_link), ...(key ? { [key]: value } : {}) };
}

function new_id(changes) {
  let number = changes.length + 1;
  while (changes.some(({ id }) => id === `fault-${number}`)) number += 1;
  return `fault-${number}`;
}

export function faults(work) {
  const changes = work.value(["changes"]) ?? [];
  const { told } = work;
  const rows = changes.map((change, at) => {
    const key = `changes-${at}`;
    const set = setting(work, ["changes", at]);
    const is_link = OF_LINKS.includes(change.fault);
    const [, own, called] = KINDS[change.fault] ?? [];
    const known = targets(told, is_link);
    const struck = word_of(change) ?? "";
    const options = known.some(([word]) => word === struck) ? known : [[struck, struck], ...known];
    return made(
      "div",
      { className: "form-row" },
      choice_field(`${key}-fault`, "What", Object.entries(KINDS).map(([word, [name]]) => [word, name]), change.fault, (kind) => work.set(["changes", at], of_kind(change, kind, told))),
      choice_field(`${key}-whom`, is_link ? "Between" : "Who", options, struck, (word) => work.set(["changes", at], { ...change, ...whom(word, is_link) })),
      text_field(`${key}-at`, "At", change.at, set("at")),
      text_field(`${key}-for`, "For", change.for, set("for"), "to the end, without it"),
      ...(own ? [text_field(`${key}-${own}`, called, change[own], set(own, own === "by" ? undefined : as_number))] : []),
      remover(`the fault of ${struck}`, () => work.remove(["changes"], at)),
    );
  });
  const add = (kind, struck, at, lasts) => {
    const begun = { id: new_id(changes), at: span_of(at), for: span_of(lasts), fault: "outage", actor: struck };
    work.add(["changes"], of_kind(begun, kind, told), `changes-${changes.length}-fault`);
  };
  const first = tool("Add a fault at the playhead", () => add("outage", targets(told, false)[0][0], work.playhead(), round(work.length() / 8)));
  const draw = tool("Draw one on the picture", () => drawing(work, draw, add), { ariaPressed: "false" });
  return [...rows, made("div", { className: "workshop-row" }, first, draw)];
}

// Whole milliseconds, or tens and hundreds of them where those are no more than a hair.
const round = (micros) => {
  const step = 10 ** Math.max(3, Math.floor(Math.log10(Math.max(micros, 1))) - 1);
  return Math.max(step, Math.round(micros / step) * step);
};

// Lets a band be drawn along a lane: an outage of that actor on both sides, as long as the band; with Shift, on this side only.
function drawing(work, button, add) {
  const sheets = [...document.querySelectorAll(".picture")].map((picture) => {
    const sheet = made("div", { className: "workshop-drawing" });
    let begun;
    sheet.onpointerdown = (event) => {
      const lane = lane_at(picture, work.told, event.clientX);
      if (!lane) return;
      const band = made("div", { className: "workshop-band" });
      begun = { lane, band, y: event.clientY };
      sheet.setPointerCapture(event.pointerId);
      sheet.append(band);
      event.preventDefault();
    };
    sheet.onpointermove = (event) => {
      if (!begun) return;
      const box = sheet.getBoundingClientRect();
      const [top, bottom] = [begun.y, event.clientY].sort((one, other) => one - other);
      Object.assign(begun.band.style, { left: `${begun.lane.left - box.left}px`, width: `${begun.lane.width}px`, top: `${top - box.top}px`, height: `${bottom - top}px` });
    };
    sheet.onpointerup = (event) => {
      if (!begun) return;
      const { lane, y } = begun;
      const [from, to] = [y, event.clientY].map((height) => moment_at(picture, height)).sort((one, other) => one - other);
      end();
      const is_on_both = work.told.sides.every(({ lanes }) => lanes.some(([id]) => id === lane.id));
      const lasts = round(to - from);
      add("outage", is_on_both && !event.shiftKey ? lane.id : `${lane.side}.${lane.id}`, Math.round(from / 1000) * 1000, lasts);
    };
    sheet.onpointercancel = () => end();
    picture.append(sheet);
    return sheet;
  });
  const end = () => {
    for (const sheet of sheets) sheet.remove();
    removeEventListener("keydown", escape);
    button.ariaPressed = "false";
    button.onclick = () => drawing(work, button, add);
  };
  const escape = ({ key }) => key === "Escape" && end();
  addEventListener("keydown", escape);
  button.ariaPressed = "true";
  button.onclick = end;
  work.panel.say("Drag along a lane to say how long it is out; with Shift, on that side only; Escape ends it");
}

// How the units of a drawing lie on the screen.
function scale_of(svg) {
  const box = svg.getBoundingClientRect();
  const { width, height } = svg.viewBox.baseVal;
  return { x: (unit) => box.left + (unit / width) * box.width, y: (unit) => box.top + (unit / height) * box.height };
}

// The lane there: its side, its id, and where on the screen it is. Its head says where it stands, and heads are in the order of
// the lanes.
function lane_at(picture, told, x) {
  const heads = picture.parentElement.querySelector(".sticky-heads svg");
  const { x: across } = scale_of(heads);
  const pictures = [...document.querySelectorAll(".picture")];
  const lanes = told.sides.flatMap(({ side, lanes: all }) => all.map(([id, name]) => ({ side, id, name })));
  const mine = pictures.length > 1 ? lanes.filter(({ side }) => side === told.sides[pictures.indexOf(picture)].side) : lanes;
  let next = 0;
  for (const head of heads.querySelectorAll(".cp-heads > rect.cp-head")) {
    const title = head.querySelector("title")?.textContent ?? "";
    const place = mine.findIndex(({ name }, at) => at >= next && title.startsWith(name));
    if (place < 0) continue;
    next = place + 1;
    const [left, right] = [head.x.baseVal.value, head.x.baseVal.value + head.width.baseVal.value].map(across);
    if (x >= left && x <= right) return { ...mine[place], left, width: right - left };
  }
  return undefined;
}

const MICROS = { "µs": 1, ms: 1e3, s: 1e6, min: 6e7, h: 3.6e9, d: 8.64e10 };
const micros_of = (text) => [...text.matchAll(/([\d.,]+)\s*(µs|ms|s|min|h|d)\b/g)].reduce((sum, [, number, unit]) => sum + Number(number.replace(",", "")) * MICROS[unit], 0);

// The moment at that height of the screen, by the lines of the clock above and below it.
function moment_at(picture, height) {
  const svg = picture.querySelector(".body");
  const { y } = scale_of(svg);
  const heights = new Set([...svg.querySelectorAll(".cp-grid")].map((line) => line.y1.baseVal.value));
  const ticks = [...(document.querySelectorAll(".picture .cp-tick"))].map((tick) => {
    const base = Number(tick.getAttribute("y"));
    // The text of a tick stands a little below its line.
    const line = [...heights].reduce((best, each) => (Math.abs(each - base) < Math.abs(best - base) ? each : best), Infinity);
    return [y(line), micros_of(tick.textContent)];
  }).sort(([one], [other]) => one - other);
  const after = Math.min(Math.max(ticks.findIndex(([place]) => place >= height), 1), ticks.length - 1);
  const [[top, from], [bottom, to]] = [ticks[after - 1], ticks[after]];
  const share = bottom > top ? (height - top) / (bottom - top) : 0;
  return Math.max(0, from + share * (to - from));
}
