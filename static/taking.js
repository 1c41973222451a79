// The sheets by which something is taken from the page: a file of the run, or the diagram for another page.
//
// Everything that is taken is made by the engine from a link (maker.js), so a file has the bytes that the command line
// writes. A PNG is the picture, drawn by the browser.

import { made } from "./made.js";

const FORMATS = {
  svg: ["SVG", "svg", "A picture that is sharp at any size, for documents and slides."],
  png: ["PNG", "png", "A picture in pixels, for what takes no SVG."],
  mermaid: ["Mermaid", "mmd", "A sequence diagram as text, with the moments, for what renders Mermaid."],
  plantuml: ["PlantUML", "puml", "A sequence diagram as text, with the moments, for what renders PlantUML."],
  csv: ["CSV", "csv", "Every message in a row of a table."],
  json: ["JSON", "json", "The report for programs: messages, jobs, numbers, verdicts."],
  text: ["Summary", "txt", "What both sides come to, in words and a table."],
  story: ["Story", "txt", "Every step in a sentence."],
};
const THEMES = { auto: "As the reader has it", light: "Light", dark: "Dark" };
const SIDES = { "": "Both", left: "The left one", right: "The right one" };
const WIDTHS = { 800: "800 px", 1000: "1000 px", 1200: "1200 px", 1600: "1600 px" };
const SCALES = { 1: "1×", 2: "2×", 3: "3×", 4: "4×" };
// So much of a text is shown before it is taken.
const PREVIEW = 4000;

// A choice with its name. `changed` is called when another one is made.
export function choice(name, values, chosen, changed) {
  const options = Object.entries(values).map(([value, label]) => made("option", { value, selected: value === chosen }, label));
  const select = made("select", { onchange: () => changed(select.value) }, ...options);
  return made("label", { className: "sheet-choice" }, made("span", {}, name), select);
}

// A button that says for a while what came of it.
export function button(name, more, pressed) {
  const label = made("span", { role: "status" }, name);
  let back;
  const say = (text, millis = 2500) => {
    label.textContent = text;
    clearTimeout(back);
    back = setTimeout(() => (label.textContent = name), millis);
  };
  return made("button", { type: "button", className: `button ${more}`, onclick: () => pressed(say) }, label);
}

// Puts a text on the clipboard. A page that came by plain HTTP has none, and a browser may refuse: the text is selected then,
// in the element that `show` gives, and the reader has only to press the keys.
async function copy(text, say, show) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied");
  } catch {
    const shown = show(text);
    shown.focus();
    getSelection().selectAllChildren(shown);
    say("It is selected: copy it with the keys", 5000);
  }
}

// A text to be taken, with a button that copies it.
function text_to_take(label) {
  const text = made("pre", { tabIndex: 0, ariaLabel: label });
  const copying = button("Copy", "", (say) => copy(text.textContent, say, () => text));
  const bar = made("div", { className: "sheet-label" }, made("span", {}, label), copying);
  return { text, element: made("div", { className: "sheet-text" }, bar, text) };
}

// What makes things, one after the other.
export function maker({ script, name }) {
  const worker = new Worker(script, { type: "module", name });
  let last = Promise.resolve();
  const ask = (call, ...words) =>
    new Promise((done, fail) => {
      worker.onmessage = ({ data }) => ("made" in data ? done(data.made) : fail(new Error(data.failed)));
      worker.onerror = (event) => fail(new Error(event.message || "the server did not give the engine's script"));
      worker.postMessage({ call, with: words });
    });
  return {
    make: (...asked) => (last = last.then(() => ask(...asked), () => ask(...asked))),
    end: () => worker.terminate(),
  };
}

// Opens the sheet for a `file` or a `snippet` of what is shown: what its link says, the scenario that this means if it is not
// built in (`own`), and the moment of the playhead. `engine` says where the engine's files are, and `element` defines the
// element.
export function take(what, shown, engine, element) {
  const making = maker(engine);
  const title = what === "file" ? "Export" : "Embed";
  const close = made("button", { type: "button", className: "button button-quiet", onclick: () => sheet.close() }, "Close");
  const bar = made("header", { className: "sheet-bar" }, made("h2", { id: "sheet-title" }, title), close);
  const body = made("div", { className: "sheet-body" });
  const sheet = made("dialog", { className: "sheet", "aria-labelledby": "sheet-title" }, bar, body);
  sheet.onclose = () => {
    making.end();
    sheet.remove();
  };
  // A click beside the sheet is on the dialog itself.
  sheet.onclick = (event) => {
    if (event.target === sheet) sheet.close();
  };
  document.body.append(sheet);
  sheet.showModal();
  if (what === "file") file_of(body, making, shown);
  else snippet_of(body, making, shown, element);
}

function file_of(body, making, { link, own = "", at }) {
  const name = /^[^&]*/.exec(link)[0];
  const chosen = { format: "svg", side: "", theme: "auto", width: "1200", scale: "2", at: "" };
  let file;
  let round = 0;
  const options = made("div", { className: "sheet-options" });
  const note = made("p", { className: "sheet-note" });
  const preview = made("div", { className: "sheet-preview", tabIndex: 0, role: "group", ariaLabel: "Preview", ariaLive: "polite" });
  const command = text_to_take("The same from the command line");
  const download = button("Download", "button-first", async (say) => {
    try {
      const blob = chosen.format === "png" ? await drawn(file, Number(chosen.scale)) : new Blob([file]);
      const address = URL.createObjectURL(blob);
      made("a", { href: address, download: `${name}.${FORMATS[chosen.format][1]}` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
    } catch (error) {
      say(`It cannot be drawn: ${error.message}`);
    }
  });
  const copying = button("Copy", "", (say) => copy(new TextDecoder().decode(file), say, shown_whole));
  const curves = made("a", { href: `evidence.html#curves&of=${link}` }, "how it fares as the load rises");
  body.append(
    options,
    note,
    preview,
    made("div", { className: "sheet-buttons" }, download, copying),
    command.element,
    made("p", { className: "sheet-note" }, "Or: ", curves),
  );

  // Neither a picture nor the beginning of a text can be selected as what is in the file. It is too long to be read out.
  const shown_whole = (text) => {
    preview.ariaLive = "off";
    preview.replaceChildren(made("pre", {}, text));
    return preview;
  };
  const change = (key) => (value) => {
    chosen[key] = value;
    show();
  };
  async function show() {
    const { format, side, width, scale } = chosen;
    const is_picture = format === "svg" || format === "png";
    // A picture in pixels has one palette.
    const { auto, ...plain } = THEMES;
    const theme = format === "png" && chosen.theme === "auto" ? "light" : chosen.theme;
    const formats = Object.fromEntries(Object.entries(FORMATS).map(([word, [label]]) => [word, label]));
    const at_focus = [...options.children].indexOf(document.activeElement?.parentElement);
    options.replaceChildren(choice("Format", formats, format, change("format")), choice("Sides", SIDES, side, change("side")));
    if (is_picture) {
      options.append(
        choice("Theme", format === "png" ? plain : THEMES, theme, change("theme")),
        choice("Width", WIDTHS, width, change("width")),
      );
    }
    if (format === "png") options.append(choice("Scale", SCALES, scale, change("scale")));
    if (is_picture || format === "story") {
      options.append(choice("Run", { "": "Whole", [at]: `Up to the playhead, at ${at}` }, chosen.at, change("at")));
    }
    options.children[at_focus]?.querySelector("select").focus();
    note.textContent = FORMATS[format][2];
    const mine = ++round;
    file = undefined;
    download.disabled = copying.disabled = true;
    const wanted = [link, own, format, side, Number(width), theme, is_picture || format === "story" ? chosen.at : ""];
    const output = `${name}.${FORMATS[format][1]}`;
    try {
      const line = await making.make("command", ...wanted, Number(scale), output);
      if (mine !== round) return;
      command.text.textContent = line;
      const bytes = await making.make("file", ...wanted);
      if (mine !== round) return;
      file = bytes;
      download.disabled = false;
      copying.disabled = format === "png";
      preview.ariaLive = "polite";
      preview.replaceChildren(is_picture ? picture(bytes) : beginning(bytes));
    } catch (error) {
      if (mine !== round) return;
      const sentence = `It cannot be made: ${error.message}.`;
      preview.replaceChildren(made("p", { className: "problem", role: "alert" }, sentence));
    }
  }
  preview.append(made("p", { className: "sheet-note" }, "It is being made."));
  show();
  options.querySelector("select").focus();
}

function beginning(bytes) {
  const text = new TextDecoder().decode(bytes.subarray(0, PREVIEW));
  return made("pre", {}, bytes.length > PREVIEW ? `${text}…` : text);
}

// As an address of its own kind, for a content policy may let no other picture be made by a script.
const address_of = (svg) => `data:image/svg+xml,${encodeURIComponent(svg)}`;

function picture(bytes) {
  return made("img", { alt: "The picture", src: address_of(new TextDecoder().decode(bytes)) });
}

// A picture in pixels, as large as the command line makes it.
async function drawn(bytes, scale) {
  const svg = new TextDecoder().decode(bytes);
  const [, , width, height] = /viewBox="([^"]+)"/.exec(svg)[1].split(" ").map(Number);
  const image = made("img", { src: address_of(svg) });
  await image.decode();
  const canvas = made("canvas", { width: Math.ceil(width * scale), height: Math.ceil(height * scale) });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error("it has more pixels than this browser can draw");
  return blob;
}

async function snippet_of(body, making, { link, own = "" }, element) {
  const chosen = { place: "0", controls: "", theme: "", side: "" };
  const options = made("div", { className: "sheet-options" });
  const note = made("p", { className: "sheet-note" });
  const snippet = text_to_take("What to put there");
  const preview = made("div", { className: "sheet-preview sheet-live" });
  body.append(options, note, snippet.element, preview);
  try {
    const places = (await making.make("places")).map((place) => place.split("\n"));
    const names = Object.fromEntries(places.map(([name], number) => [number, name]));
    const change = (key) => (value) => {
      chosen[key] = value;
      show();
    };
    options.append(
      choice("Where", names, chosen.place, change("place")),
      choice("Controls", { "": "What plays it", none: "None", full: "All" }, "", change("controls")),
      choice("Theme", { "": "As the page has it", light: "Light", dark: "Dark" }, "", change("theme")),
      choice("Sides", SIDES, "", change("side")),
    );
    await element();
    const show = async () => {
      const { place, controls, theme, side } = chosen;
      note.textContent = places[place][1];
      const page = new URL("./", location.href).href;
      snippet.text.textContent = await making.make("snippet", Number(place), link, own, controls, theme, side, page);
      const diagram = made("counterpoint-diagram");
      for (const [name, value] of Object.entries({ link, controls, theme, side })) {
        if (value) diagram.setAttribute(name, value);
      }
      if (own) diagram.append(made("script", { type: "application/json" }, own));
      preview.replaceChildren(diagram);
    };
    options.querySelector("select").focus();
    await show();
  } catch (error) {
    preview.replaceChildren(made("p", { className: "problem", role: "alert" }, `It cannot be made: ${error.message}.`));
  }
}
