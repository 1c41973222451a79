// The library: the scenarios by what people want to do, with a small picture of each, as a sheet over the page and as a
// section under it. Fetched when one of them is wanted.
//
// What it shows comes from an index that the build of the page writes from the scenario files, so a file more is an entry
// more. An entry is a link with the name of its scenario: the browser's own history leads back.

// An element with properties and what is in it.
function made(tag, properties = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...inside);
  return element;
}

// Letters as they are looked for: without capitals and accents, and with one blank between words.
const plain = (text) =>
  text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/\s+/g, " ").trim();

// A list of at most so many things in a sentence.
const listed = new Intl.ListFormat("en", { type: "conjunction" });

const one_or_many = (count) => (count === 1 ? "1 scenario" : `${count} scenarios`);

let fetched;

// The index, with `others`, entries that are not built in, before it. It is fetched once; what could not be had is asked for
// again.
async function index_of({ index }, others) {
  fetched ??= fetch(index).then((response) => {
    if (response.ok) return response.json();
    throw new Error(`the server answered ${response.status} for the index`);
  });
  let had;
  try {
    had = await fetched;
  } catch (error) {
    fetched = undefined;
    throw error;
  }
  const groups = new Set([...others.flatMap((entry) => entry.groups), ...had.groups]);
  return { ...had, groups: [...groups], scenarios: [...others, ...had.scenarios] };
}

// Everything that an entry is found by.
function words_of({ name, title, look_for, otherwise, groups, words, vendors, failures, headings }) {
  const all = [name, title, look_for, otherwise, groups, words, vendors, failures, headings];
  return plain(all.flat().filter(Boolean).join(" "));
}

// Opens the library as a sheet. `files` says where the index and the pictures are. `others` are entries of the reader's own:
// `link`, what follows the `#` of the address; `title`, `look_for`, `groups`; whatever else an entry of the index has may
// be left out.
export async function open(files, others = []) {
  const index = await index_of(files, others);
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
  const search = list(body, index, files, () => sheet.close());
  sheet.showModal();
  search.focus();
}

// Puts the library into the section that has a place for it.
export async function fill(section, files, others = []) {
  const index = await index_of(files, others);
  const body = made("div", { className: "library-body" });
  section.lastElementChild.replaceWith(body);
  list(body, index, files, () => {});
}

// Puts the search and the entries into `place`; `chosen` is called when one was chosen. Gives the field of the search.
function list(place, index, files, chosen) {
  const all = index.scenarios.map((entry) => ({ entry, words: words_of(entry) }));
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
    const [words, chips] = [typed(), [...wanted]];
    const entries = found(words, chips).map(({ entry }) => entry);
    const is_all = words.length + chips.length === 0;
    const card = (entry) => made("li", { className: "card library-card" }, ...inside(entry, files));
    const cards = (those) => made("ul", { className: "library-cards" }, ...those.map(card));
    if (is_all) {
      results.replaceChildren(
        ...index.groups.map((group) => {
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
  const evidence = made("a", { href: "?evidence" }, "is it true what people say of calls and queues?");
  const which = made("a", { href: "?evidence#advice" }, "which should I use for a workload of my own?");
  place.append(
    made("p", { className: "library-beside" }, "Or: ", evidence, " ", which),
    made("label", { className: "library-field" }, made("span", {}, "Search"), search),
    chips("With", index.vendors),
    chips("What goes wrong", index.failures),
    count,
    results,
  );
  show();
  return search;
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
function* inside({ name, link, title, look_for, headings, styles, number }, { pictures }) {
  const tone = (side) => (styles?.[side] === "queued" ? "side-queued" : "side-asked");
  const sides = (texts) =>
    made("span", { className: "library-sides" }, ...texts.map((text, side) => made("span", { className: tone(side) }, text)));
  yield made("h4", {}, made("a", { href: `#${link ?? name}` }, title));
  if (look_for) yield made("p", {}, look_for);
  if (headings) yield sides(headings);
  if (!link) yield made("img", { loading: "lazy", width: 600, height: 400, alt: "", src: new URL(`${name}.svg`, pictures).href });
  if (number) yield made("p", { className: "library-number" }, made("span", {}, number.label), sides(number.values));
}
