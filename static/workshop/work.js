// The workshop, in which a scenario is written: the text is the truth, and whatever of it can be run runs at once.
//
// What is typed is kept by the browser at every change, under a name of its own (static/own.js); what can be run is put into
// the address, by which the page runs it. `bench` is what the page gives: see static/boot.js.
import { made } from "../made.js";
import { maker } from "../taking.js";
import { BEGINNINGS } from "./beginnings.js";
import { completing, hovering } from "./completion.js";
import { difference, differences, value_at, whole, with_item, with_value, without_item } from "./edits.js";
import { editor } from "./editor.js";
import { Form } from "./form.js";
import { laid_out } from "./layout.js";
import { notice, panel, tool } from "./panel.js";
import { Schema } from "./schema.js";
import { forget, remember, remembered } from "./session.js";

const REST_MS = 250;
const COMPARE_MS = 700;
// As many bytes as a scenario may have; own.js says where that comes from.
const MOST_BYTES = 1 << 20;

let open;

// Opens the workshop, or turns to it: to `edit` what is shown, to `open` a file or a text, to `go_on` with what is kept under
// a name, as it was before the page was loaded anew (`again`), or because what is shown is `kept` by the browser only.
export async function work(bench, what, given) {
  if (!open) {
    open = new Workshop(bench, await bench.own());
    await open.load(what === "again");
  }
  if (what === "open") await open.take(given);
  else if (what === "go_on") open.go_on(given);
  else if (what === "kept") open.tell_of_length();
  if (what !== "again") open.editor.focus();
}

// What an address is of, besides parameters, moment and selection.
const place_of = (link) => `${/^#?([^&]*)/.exec(link)[1]} ${field_of(link)}`;
const field_of = (link) => /[#&]((?:own|kept)=[^&]*)/.exec(link)?.[1] ?? "";
const fields_of = (link, names) => link.replace(/^#/, "").split("&").slice(1).filter((field) => names.includes(field.split("=")[0]));
const VIEW = ["at", "from", "to", "job", "message", "background"];
const CHANGES = ["set", "seed"];

class Workshop {
  constructor(bench, own) {
    Object.assign(this, { bench, own, round: 0, problems: [] });
    this.opener = document.activeElement;
    const does = {
      close: () => this.close(),
      list: () => this.list(),
      save: (say) => this.save(say),
      undo: () => this.editor.undo(),
      redo: () => this.editor.redo(),
      turn: (view) => this.turn(view),
    };
    this.panel = panel(does);
    const schema = () => this.schema;
    const knowing = { complete: completing(schema), extensions: [hovering(schema)] };
    this.editor = editor(this.panel.place, { changed: () => this.changed(), ...knowing });
    this.form = new Form(this.panel.form, this);
    this.learn();
    this.making = maker(bench.engine());
    bench.moved = () => this.moved();
    this.leaving = () => {
      this.keep();
      remember(this.name, this.place, this.editor.saved());
    };
    addEventListener("pagehide", this.leaving);
    // The page writes its address without telling anybody.
    this.comparing = setInterval(() => this.compare(), COMPARE_MS);
  }

  close() {
    this.keep();
    forget();
    removeEventListener("pagehide", this.leaving);
    clearInterval(this.comparing);
    this.bench.moved = undefined;
    clearTimeout(this.resting);
    this.round += 1;
    this.making.end();
    this.editor.end();
    this.panel.element.remove();
    open = undefined;
    if (this.opener?.isConnected) this.opener.focus();
  }

  // Asks the engine's own worker. Should it break down, the next question has another.
  async make(...asked) {
    try {
      return await this.making.make(...asked);
    } catch (error) {
      this.making.end();
      this.making = maker(this.bench.engine());
      throw error;
    }
  }

  // What the address means, with what was changed of it on the page; or, if some of that was typed here before, as it was
  // typed.
  async load(is_again) {
    const { hash } = location;
    const { text } = this.bench;
    const before = is_again ? remembered() : undefined;
    const was_open = before?.place === place_of(hash) ? before.name : undefined;
    const is_meant = ([name, entry]) => (was_open ? name === was_open : entry.field !== "" && entry.field === field_of(hash));
    const [name, entry] = this.own.all().find(is_meant) ?? [];
    const mine = JSON.parse(await this.make("mine", hash.slice(1), text ?? ""));
    if (hash !== location.hash) return this.load(false);
    const is_own = field_of(hash) !== "" && text !== undefined;
    Object.assign(this, { name, kept: entry?.text, ran: entry?.ran, place: place_of(hash), has_run: entry?.field === field_of(hash) });
    this.field = is_own ? field_of(hash) : "";
    const written = entry?.text ?? (is_own ? text : `${laid_out(JSON.parse(mine.text))}\n`);
    if (!(entry && this.editor.reopen(written, before?.saved))) this.editor.open(written);
    this.panel.notices.replaceChildren();
    if (mine.problem && !is_own) this.panel.notices.append(notice(`What the address asks for cannot be had: ${mine.problem}.`));
    remember(this.name, this.place);
    if (!entry) await this.absorb(mine);
    this.compare();
    await this.settle();
  }

  // Puts what was changed on the page into the text. What that says in short may be elsewhere when it is written out: then all of
  // it is.
  async absorb({ base, values, problem }) {
    const changes = problem ? [] : differences(base, values);
    if (changes.length === 0) return;
    const before = this.editor.text();
    const changed = changes.reduce((text, [way, value]) => with_value(text, way, value), before);
    const told = JSON.parse(await this.make("mine", "own=", changed));
    const is_reached = !told.problem && differences(told.values, values).length === 0;
    this.is_whole = true;
    this.editor.edit(difference(before, is_reached ? changed : `${laid_out(values)}\n`));
  }

  // What the schema says is there for whoever looks for it, if it can be had.
  async learn() {
    const { content } = document.getElementById("background");
    const address = content.querySelector("[rel=schema]")?.getAttribute("href");
    const response = address && (await fetch(address).catch(() => undefined));
    if (response?.ok) this.schema = new Schema(await response.json());
  }

  // Shows the scenario as a text or as a form.
  turn(view) {
    this.panel.turn(view);
    if (view === "form") this.form.show();
    else this.editor.focus();
  }

  // The parts of the scenario by the way to them, as they are written.
  value(way) {
    return value_at(this.editor.text(), way);
  }

  // What is said of the value there.
  words(way) {
    const { description = "", limits = "", options = new Map() } = this.schema?.words(way, whole(this.editor.text())) ?? {};
    return { hint: [description, limits].filter(Boolean).join(" · "), options: options.size > 1 ? [...options.keys()] : undefined };
  }

  // What an item of the list there can be; schema.js says how.
  kinds(way) {
    return this.schema?.kinds(way, whole(this.editor.text())) ?? [];
  }

  // The least that an object there must have; nothing where there can be none.
  least(way) {
    return this.schema?.least(way, whole(this.editor.text()));
  }

  set(way, value) {
    // What is written in short is written out, if something within it is to be another.
    let around = way;
    for (let length = 1; length < way.length; length += 1) {
      const there = this.value(way.slice(0, length));
      if (there !== undefined && (there === null || typeof there !== "object")) {
        around = way.slice(0, length);
        break;
      }
    }
    const inside = way.slice(around.length);
    let given = value;
    if (inside.length > 0) {
      given = structuredClone(around.reduce((each, step) => each?.[step], this.told.values));
      inside.slice(0, -1).reduce((each, step) => each[step], given)[inside.at(-1)] = value;
    }
    this.rewrite((text) => with_value(text, around, given));
  }

  remove(way, place) {
    this.rewrite((text) => without_item(text, way, place));
  }

  // One more in a list, and to the field of it with that key.
  add(way, item, key) {
    this.rewrite((text) => with_item(text, way, item));
    this.panel.form.querySelector(`[data-key="${key}"]`)?.focus();
  }

  // One more of the parts of the scenario, which is opened.
  add_part(way, item, at) {
    this.rewrite((text) => with_item(text, way, item));
    this.form.open([...way, at]);
  }

  rewrite(change) {
    const before = this.editor.text();
    this.editor.edit(difference(before, change(before)));
    this.form.show();
  }

  // In microseconds.
  playhead() {
    return Number(document.getElementById("scrubber")?.value ?? 0);
  }

  length() {
    return Number(document.getElementById("scrubber")?.max ?? 1e6);
  }

  // Another text takes the place of the one that is there, which is kept.
  begin(text) {
    this.keep();
    Object.assign(this, { name: this.own.new_name(), field: "", kept: undefined, ran: undefined, has_run: false });
    this.editor.open(text);
    this.panel.open_start(false);
    this.panel.notices.replaceChildren();
    this.changed();
    this.editor.focus();
  }

  // A file, or a text.
  async take(given) {
    if (typeof given === "string") return this.begin(given);
    if (given.size > MOST_BYTES) {
      const why = `${given.name} has ${given.size.toLocaleString("en")} bytes; a scenario has at most ${MOST_BYTES.toLocaleString("en")}.`;
      return this.panel.notices.replaceChildren(notice(why));
    }
    try {
      this.begin(new TextDecoder("utf-8", { fatal: true }).decode(await given.arrayBuffer()));
    } catch {
      this.panel.notices.replaceChildren(notice(`${given.name} is not a text in UTF-8, so it is no scenario.`));
    }
  }

  changed() {
    this.name ??= this.own.new_name();
    this.keep();
    remember(this.name, this.place);
    this.round += 1;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.settle(), REST_MS);
  }

  // Keeps what was typed.
  keep() {
    const text = this.editor.text();
    if (!this.name || this.kept === text) return;
    const { title, name } = whole(text) ?? {};
    const called = [title, name].find((each) => typeof each === "string" && each) ?? "Without a name";
    const { field, ran } = this;
    this.lasts = this.own.keep(this.name, { text, title: called, field, ran, when: Date.now() });
    this.kept = text;
  }

  // Looks for problems, and runs what has none.
  async settle() {
    const round = ++this.round;
    const text = this.editor.text();
    const [back, on] = this.editor.depths();
    this.panel.undo.disabled = back === 0;
    this.panel.redo.disabled = on === 0;
    try {
      const problems = JSON.parse(await this.make("problems", text));
      if (round !== this.round) return;
      this.problems = problems;
      this.editor.show(problems);
      this.panel.list(problems, ({ from, to }) => this.editor.go(from, to));
      if (problems.length === 0) this.told = JSON.parse(await this.make("mine", "own=", text));
      if (round !== this.round) return;
      if (!this.panel.form.hidden) this.form.show();
      if (problems.length === 0) await this.run(text, round);
      else this.panel.say(`${problems.length === 1 ? "1 problem" : `${problems.length} problems`}: the picture is of before`, "bad");
    } catch (error) {
      if (round === this.round) this.panel.say(`It could not be looked at: ${error.message}`, "bad");
    }
  }

  // Puts a text that can be run into the address, unless it is there.
  async run(text, round) {
    if (this.name) {
      const field = await this.own.field_of(text, JSON.parse(text).name, this.name);
      if (round !== this.round) return;
      if (field !== field_of(location.hash) || text !== this.bench.text || this.is_whole) {
        const kept = fields_of(location.hash, this.is_whole ? VIEW : [...CHANGES, ...VIEW]);
        this.is_whole = false;
        // What an address only names must be there although what is typed next may not run.
        Object.assign(this, { field, ran: field.startsWith("kept=") ? text : undefined, kept: undefined });
        const link = [encodeURIComponent(JSON.parse(text).name), "v=1", field, ...kept].join("&");
        this.place = place_of(link);
        this.keep();
        remember(this.name, this.place);
        // The first time as an entry of its own in the history: Back leads to what was shown before.
        history[this.has_run ? "replaceState" : "pushState"](null, "", `#${link}`);
        this.bench.run(link, text);
        this.has_run = true;
      }
    }
    const is_long = this.field.startsWith("kept=");
    const where = this.lasts === false ? "; this browser does not keep it, so save it as a file" : is_long ? "; too long for a link, so hand it on as a file" : "";
    this.panel.say(`Runs as it is written${where}`, where ? "warn" : "good");
  }

  // The address has changed.
  moved() {
    if (place_of(location.hash) !== this.place) {
      this.keep();
      this.load(false);
    } else this.compare();
  }

  // Says what was changed on the page beside the text.
  compare() {
    const sets = fields_of(location.hash, CHANGES);
    const old = this.panel.notices.querySelector(".workshop-beside");
    if (open !== this || sets.length === 0) return old?.remove();
    const words = sets.map((field) => decodeURIComponent(field.replace(/^set=/, ""))).join(", ");
    if (old?.dataset.words === words) return;
    const put = tool("Put into the text", async () => {
      const mine = JSON.parse(await this.make("mine", location.hash.slice(1), this.bench.text ?? ""));
      await this.absorb(mine);
      this.panel.notices.querySelector(".workshop-beside")?.remove();
      this.editor.focus();
    });
    const said = notice(`Changed on the page, over what the text says: ${words}`, put);
    said.classList.add("workshop-beside");
    said.dataset.words = words;
    old?.remove();
    this.panel.notices.append(said);
  }

  tell_of_length() {
    const text = `This scenario is longer than a link can be (${this.own.LONGEST.toLocaleString("en")} characters), so the address leads to it in this browser only. Save it as a file and hand that on.`;
    this.panel.notices.replaceChildren(notice(text));
  }

  save(say) {
    const text = this.editor.text();
    const name = /^[a-z0-9-]+$/.exec(whole(text)?.name ?? "")?.[0] ?? "scenario";
    const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    made("a", { href: address, download: `${name}.json` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    say("Saved");
  }

  // What a person can begin with or go on with.
  list() {
    const picked = made("input", { type: "file", accept: ".json,application/json", hidden: true, onchange: () => this.take(picked.files[0]) });
    const news = BEGINNINGS.map(([title, text]) => tool(title, () => this.begin(text)));
    const file = tool("Open a file", () => picked.click());
    const rows = this.own.all().filter(([name]) => name !== this.name).map(([name, entry]) => this.row(name, entry));
    const parts = [
      made("h3", {}, "New"),
      made("div", { className: "workshop-row" }, ...news),
      made("h3", {}, "A file"),
      made("div", { className: "workshop-row" }, file, picked, made("span", { className: "workshop-hint" }, "or drop it on the page, or paste its text")),
    ];
    if (rows.length > 0) parts.push(made("h3", {}, "Kept in this browser"), made("ul", {}, ...rows));
    this.panel.start.replaceChildren(...parts);
  }

  // With what is kept under that name.
  go_on(name) {
    this.keep();
    const { text, field, ran } = this.own.kept(name);
    Object.assign(this, { name, field, kept: text, ran, has_run: false });
    this.editor.open(text);
    this.panel.open_start(false);
    this.changed();
    this.editor.focus();
  }

  row(name, entry) {
    const when = this.own.date_of(entry.when);
    const go_on = tool(entry.title, () => this.go_on(name));
    const drop = tool("Delete", () => {
      this.own.forget(name);
      const back = tool("Undo", () => {
        this.own.restore(name, entry);
        item.replaceWith(this.row(name, entry));
      });
      item.replaceChildren(made("span", { role: "status" }, `${entry.title} is deleted`), back);
      back.focus();
    }, { ariaLabel: `Delete ${entry.title}`, className: "button button-quiet" });
    const item = made("li", {}, go_on, made("span", { className: "workshop-hint" }, when), drop);
    return item;
  }
}
