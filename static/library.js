// The library: the scenarios by what people want to do, with a small picture of each, as a sheet over the page and as a
// section under it. Fetched when one of them is wanted.
//
// What it shows comes from an index that the build of the page writes from the scenario files, so a file more is an entry
// more. An entry is a link with the name of its scenario: the browser's own history leads back. What the reader has written
// himself, and his browser keeps (static/own.js), stands before them as a group of its own.

import { made } from "./made.js";

// Letters as they are looked for: without capitals and accents, and with one blank between words.
const plain = (text) =>
  text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();

// A list of at most so many things in a sentence.
const listed = new Intl.ListFormat("en", { type: "conjunction" });

const one_or_many = (count) => (count === 1 ? "1 scenario" : `${count} scenarios`);

let fetched;

// The index. It is fetched once; what could not be had is asked for again.
async function index_of({ index }) {
  fetched ??= fetch(index).then((response) => {
    if (response.ok) return response.json();
    throw new Error(`the server answered ${response.status} for the index`);
  });
  try {
    return await fetched;
  } catch (error) {
    fetched = undefined;
    throw error;
  }
}

const YOURS = "Yours";

// What the reader has with his browser, as entries, with what was deleted from it since it was shown.
function yours(own, deleted) {
  const there = own.all();
  // It was written on meanwhile.
  there.forEach(([kept]) => deleted.delete(kept));
  const all = [...there, ...deleted].sort(([, one], [, other]) => other.when - one.when);
  return all.map(([kept, entry]) => ({ kept, entry, title: entry.title, link: own.link_of(entry), groups: [YOURS] }));
}

// Everything that an entry is found by.
function words_of({ name, title, look_for, otherwise, groups, words, vendors, failures, headings }) {
  const all = [name, title, look_for, otherwise, groups, words, vendors, failures, headings];
  return plain(all.flat().filter(Boolean).join(" "));
}

// Opens the library as a sheet. `files` says where the index and the pictures are, and has what the page gives (`bench`).
export async function open(files) {
  const [index, own] = await Promise.all([index_of(files), files.bench.own()]);
  const close = made("button", { type: "button", className: "button button-quiet", onclick: () => sheet.close() }, "Close");
  const title = made("h2", { id: "library-sheet-title" }, "What do you want to do?");
  const body = made("div", { className: "sheet-body" });
  const sheet = made(
    "dialog",
    { className: "sheet library-sheet", "aria-labelledby": title.id },
    made("header", { className: "sheet-bar" }, title, close),
    body,
  );
  sheet.onclose = () => sheet.remove();
  // A click beside the sheet is on the dialog itself.
  sheet.onclick = (event) => {
    if (event.target === sheet) sheet.close();
  };
  document.body.append(sheet);
  const { search } = list(body, index, own, files, () => sheet.close());
  sheet.showModal();
  search.focus();
}

// Puts the library into the section that has a place for it.
export async function fill(section, files) {
  const [index, own] = await Promise.all([index_of(files), files.bench.own()]);
  const body = made("div", { className: "library-body" });
  section.lastElementChild.replaceWith(body);
  const { show } = list(body, index, own, files, () => {});
  // What is the reader's own may be another whenever it comes into view again.
  let shown = JSON.stringify(own.all());
  new IntersectionObserver(([entry]) => {
    const now = entry.isIntersecting ? JSON.stringify(own.all()) : shown;
    if (now !== shown) show();
    shown = now;
  }).observe(section);
}

// Puts the search and the entries into `place`; `chosen` is called when one was chosen. Gives the field of the search, and
// what lists them anew.
function list(place, index, own, files, chosen) {
  const with_words = (entries) => entries.map((entry) => ({ entry, words: words_of(entry) }));
  const built_in = with_words(index.scenarios);
  const deleted = new Map();
  let all;
  const wanted = new Set();
  const search = made("input", { type: "search", className: "library-search", autocomplete: "off", spellcheck: false });
  search.placeholder = "retry, Kafka, e-mail …";
  const count = made("p", { className: "library-count", role: "status" });
  const results = made("div", { className: "library-results" });

  const typed = () => plain(search.value).split(" ").filter(Boolean);
  const found = (words, chips) =>
    all.filter(({ entry, words: has }) => {
      const about = [...(entry.vendors ?? []), ...(entry.failures ?? [])];
      return words.every((word) => has.includes(word)) && chips.every((chip) => about.includes(chip));
    });

  // Without which of the words and choices there would be something, if there is nothing.
  const advice = (words, chips) => {
    const without = [
      ...words.map((word) => [`“${word}”`, found(words.filter((other) => other !== word), chips)]),
      ...chips.map((chip) => [`“${chip}”`, found(words, chips.filter((other) => other !== chip))]),
    ];
    const helps = without.filter(([, rest]) => rest.length).map(([name, { length }]) => `without ${name} there ${length === 1 ? "is" : "are"} ${length}`);
    if (words.length + chips.length === 1) return "Another word for it may do, or a shorter one.";
    return helps.length ? `${listed.format(helps)}.`.replace(/^w/, "W") : "One word or one choice fewer will not do: begin anew.";
  };

  const show = () => {
    all = [...with_words(yours(own, deleted)), ...built_in];
    const [words, chips] = [typed(), [...wanted]];
    const entries = found(words, chips).map(({ entry }) => entry);
    const is_all = words.length + chips.length === 0;
    const card = (entry) => made("li", { className: "card library-card" }, ...(entry.kept ? own_card(entry) : inside(entry, files)));
    const cards = (those) => made("ul", { className: "library-cards" }, ...those.map(card));
    if (is_all) {
      results.replaceChildren(
        ...[...(all.length > built_in.length ? [YOURS] : []), ...index.groups].map((group) => {
          const those = entries.filter((entry) => entry.groups.includes(group));
          return made("section", { className: "library-group" }, made("h3", {}, group), cards(those));
        }),
      );
      count.textContent = one_or_many(entries.length);
      return;
    }
    // What has the words in its title is what was meant.
    const is_named = (entry) => words.length > 0 && words.every((word) => plain(entry.title).includes(word));
    const sorted = [...entries.filter(is_named), ...entries.filter((entry) => !is_named(entry))];
    results.replaceChildren(...(sorted.length ? [cards(sorted)] : []));
    count.textContent = sorted.length
      ? one_or_many(sorted.length)
      : `No scenario has ${words.length + chips.length > 1 ? "all of that" : "that"}. ${advice(words, chips)}`;
    const anew = made("button", { type: "button", className: "button button-quiet", onclick: clear }, "Show all");
    count.append(" ", anew);
  };

  // What stands on the card of one of the reader's own. What is deleted can be had back as long as the list is there.
  const own_card = ({ kept, entry, title, link }) => {
    const turned = (change) => () => {
      change();
      show();
      results.querySelector(`[data-kept="${kept}"]`)?.focus();
    };
    const button = (name, about, change) =>
      made("button", { type: "button", className: "button button-quiet", ariaLabel: `${name} ${about}`, "data-kept": kept, onclick: turned(change) }, name);
    if (deleted.has(kept)) {
      const undo = () => (own.restore(kept, entry), deleted.delete(kept));
      return [made("p", { role: "status" }, `“${title}” is deleted.`), button("Undo", `the deletion of ${title}`, undo)];
    }
    const write = () => (chosen(), files.bench.open("go_on", kept));
    const opened = link ? made("a", { href: `#${link}` }, title) : made("button", { type: "button", className: "library-write", onclick: write }, title);
    const about = `Changed ${own.date_of(entry.when)}${link ? "" : "; it has not run yet, and is open to be written"}`;
    const remove = () => (own.forget(kept), deleted.set(kept, entry));
    return [made("h4", {}, opened), made("p", {}, about), button("Delete", title, remove)];
  };

  const chips = (label, names) => {
    const chip = (name) => {
      const button = made("button", { type: "button", className: "button library-chip" }, name);
      button.ariaPressed = "false";
      button.onclick = () => {
        const is_on = !wanted.delete(name);
        if (is_on) wanted.add(name);
        button.ariaPressed = String(is_on);
        show();
      };
      return button;
    };
    return made("div", { className: "library-chips", role: "group", ariaLabel: label }, made("span", {}, label), ...names.map(chip));
  };
  const clear = () => {
    search.value = "";
    wanted.clear();
    place.querySelectorAll(".library-chip").forEach((chip) => (chip.ariaPressed = "false"));
    show();
    search.focus();
  };

  search.oninput = show;
  // The first one found is a key away. What else the key does would be done where the focus is by then.
  search.onkeydown = (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (typed().length) results.querySelector("a")?.click();
  };
  results.onclick = (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    chosen();
    // The address changes by the link itself; what it leads to is above.
    requestAnimationFrame(to_the_top);
  };
  const evidence = made("a", { href: "evidence.html" }, "is it true what people say of calls and queues?");
  const which = made("a", { href: "evidence.html#advice" }, "which should I use for a workload of my own?");
  place.append(
    made("p", { className: "library-beside" }, "Or: ", evidence, " ", which),
    made("label", { className: "library-field" }, made("span", {}, "Search"), search),
    chips("With", index.vendors),
    chips("What goes wrong", index.failures),
    count,
    results,
  );
  show();
  return { search, show };
}

// Where a scenario begins to be read.
function to_the_top() {
  scrollTo(0, 0);
  const title = document.querySelector("#title");
  if (!title) return;
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
}

// What stands on the card of an entry.
function* inside({ name, title, look_for, headings, styles, number }, { pictures }) {
  const tone = (side) => (styles?.[side] === "queued" ? "side-queued" : "side-asked");
  const sides = (texts) =>
    made("span", { className: "library-sides" }, ...texts.map((text, side) => made("span", { className: tone(side) }, text)));
  yield made("h4", {}, made("a", { href: `#${name}` }, title));
  if (look_for) yield made("p", {}, look_for);
  if (headings) yield sides(headings);
  yield made("img", { loading: "lazy", width: 600, height: 400, alt: "", src: new URL(`${name}.svg`, pictures).href });
  if (number) yield made("p", { className: "library-number" }, made("span", {}, number.label), sides(number.values));
}
