// Defines <counterpoint-diagram>: a live diagram in a page of somebody else's.
//
// What stands in the element is shown until the diagram is there, and stays if it cannot be. Nothing more than this script
// is loaded before an element comes near the window. All elements of a page share one module of the app. The diagram is in
// a shadow root: nothing of the page leaks in, and nothing of it out.
//
// docs/embedding.md says what the attributes, properties and events are.

// The files beside this one, by what they are called in the repository; written here by the build of the page.
const files = {};

const address = (name) => new URL(files[name], import.meta.url).href;

async function fetched(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status} for ${new URL(url).pathname.split("/").pop()}`);
  return response;
}

// A recording may be in its own address. That is not fetched, for a policy may allow connections to nothing but its host.
const recorded = async (url) =>
  url.startsWith("data:")
    ? Uint8Array.from(atob(url.split(",")[1]), (each) => each.charCodeAt())
    : new Uint8Array(await (await fetched(url)).arrayBuffer());

const reason = (error) => (error instanceof Error ? error.message : String(error));

const sheet_of = (text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
};

const own_sheet = sheet_of(
  ":host{display:block;position:relative}:host([hidden]){display:none}" +
    "#frame{container-type:inline-size}#app{position:absolute;inset:0;visibility:hidden}" +
    ".live #app{visibility:visible}.live slot{display:none}" +
    "#problem{font:max(14px,0.875rem)/1.4 system-ui,sans-serif}#problem:empty{display:none}",
);

// Everything that the elements share, fetched once; and the app's later part, when the first of them asks for it. What could
// not be had is asked for again by the next one.
let beside;
let sharing;
const shared = () =>
  (sharing ??= (async () => {
    const loading = [import(address("app.js")), fetched(address("app_bg.wasm")), fetched(address("embed.css"))];
    const [app, module, sheet] = await Promise.all(loading);
    const exported = await app.default({ module_or_path: module });
    let fetching;
    const whole = () =>
      (fetching ??= (async () => {
        beside = await import(address("background.js"));
        await beside.later(await fetched(address("later.wasm")), exported);
      })().catch((error) => {
        fetching = undefined;
        throw error;
      }));
    return { mount: app.mount, whole, sheet: sheet_of(await sheet.text()) };
  })().catch((error) => {
    sharing = undefined;
    throw error;
  }));

const engine = (hear, fail) =>
  beside.engine({ script: address("worker.js"), name: files["engine.js"].replace(/\.js$/, "") }, hear, fail);

// The elements that are live. When the module breaks down, none of them is any more.
const live = new Set();
const trapped = ({ error, reason: rejected }) => {
  const thrown = error ?? rejected;
  if (thrown?.stack?.includes(address("app.js").replace(/\.js$/, ""))) fail_all(reason(thrown));
};
const fail_all = (message) => {
  sharing = undefined;
  for (const each of [...live]) each.fail(message);
};

// Whether what stands behind an element is dark: the first ground that is not transparent, whoever has painted it. So it
// follows any site's own switch.
const painter = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function is_dark(element) {
  for (let node = element; node; node = node.assignedSlot ?? node.parentElement ?? node.getRootNode().host) {
    painter.clearRect(0, 0, 1, 1);
    painter.fillStyle = getComputedStyle(node).backgroundColor;
    painter.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = painter.getImageData(0, 0, 1, 1).data;
    if (alpha > 127) return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
  }
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  return scheme.includes("dark") && (!scheme.includes("light") || system.matches);
}
const system = matchMedia("(prefers-color-scheme: dark)");
const dress_all = () => live.forEach((each) => each.dress());
// Once more when the colours of a switch have faded in.
const watch = new MutationObserver(() => (dress_all(), setTimeout(dress_all, 500)));
function listen() {
  system.addEventListener("change", dress_all);
  addEventListener("error", trapped);
  addEventListener("unhandledrejection", trapped);
  for (const node of [document.documentElement, document.body]) watch.observe(node, { attributes: true });
}
function hush() {
  system.removeEventListener("change", dress_all);
  removeEventListener("error", trapped);
  removeEventListener("unhandledrejection", trapped);
  watch.disconnect();
}

const near = new IntersectionObserver(
  (entries) => entries.forEach(({ isIntersecting, target }) => isIntersecting && target.open()),
  { rootMargin: "300px" },
);

export class CounterpointDiagram extends HTMLElement {
  static observedAttributes =
    "link scenario src recording seed at from to job background set side controls theme".split(" ");

  #frame = document.createElement("div");
  #problem = document.createElement("p");
  // What the app is mounted in, the app itself, and who is about to mount it.
  #place;
  #app;
  #opening;
  // What is to be done about attributes that have changed, and whether it takes another app.
  #following;
  #anew;

  constructor() {
    super();
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [own_sheet];
    this.#problem.id = "problem";
    this.#problem.setAttribute("role", "status");
    this.#frame.id = "frame";
    this.#frame.append(document.createElement("slot"), this.#problem);
    shadow.append(this.#frame);
  }

  connectedCallback() {
    near.observe(this);
  }

  disconnectedCallback() {
    near.unobserve(this);
    // An element that is only moved is there again by then, and goes on as it was.
    setTimeout(() => this.isConnected || this.#close());
  }

  attributeChangedCallback(name, before, after) {
    if (before === after || !this.#opening) return;
    if (name === "theme") return this.dress();
    if (name === "at" && after && this.#app?.(after)) return;
    this.#anew ||= !this.#app || ["src", "recording", "controls", "side"].includes(name);
    // Once for all that is changed at a time.
    if (!this.#following) this.#following = setTimeout(() => {
      this.#following = undefined;
      if (!this.#anew) return this.#app?.(`#${this.#link().link}`);
      this.#close();
      if (this.isConnected) this.open();
    });
  }

  // Plays, from the beginning if it has come to the end.
  play() {
    this.#app?.("play");
  }

  pause() {
    this.#app?.("pause");
  }

  // Not for others: called when the element comes near the window, and when its attributes have changed.
  async open() {
    if (this.#opening) return;
    const opening = (this.#opening = {});
    this.#problem.textContent = "";
    try {
      const [{ mount, whole, sheet }, asked] = await Promise.all([shared(), this.#asked()]);
      if (this.#opening !== opening) return;
      const { cover, ...words } = asked;
      words.controls = this.getAttribute("controls") ?? "play";
      words.side = this.getAttribute("side") ?? undefined;
      this.#place = Object.assign(document.createElement("div"), { id: "app", className: "root" });
      this.#frame.append(this.#place);
      this.shadowRoot.adoptedStyleSheets = [own_sheet, sheet, this.#room(words)];
      live.add(this);
      if (live.size === 1) listen();
      this.dress();
      const is_mine = () => this.#opening === opening;
      this.#app = mount(this.#place, {
        cover,
        word: (name) => words[name],
        later: (tell) => whole().then(() => tell(), (error) => tell(reason(error))),
        engine,
        tell: (event, number) => is_mine() && this.#heard(event, number),
        // Not at once, for it is the app that says so.
        failed: (message) => setTimeout(() => is_mine() && this.fail(message)),
        broke: (message) => setTimeout(() => fail_all(message)),
      });
    } catch (error) {
      if (this.#opening === opening) this.fail(reason(error));
    }
  }

  // Not for others: puts back what stood here before, with a sentence.
  fail(message) {
    this.#close();
    // Nothing but another attribute opens it again.
    this.#opening = {};
    this.#problem.textContent = `The diagram cannot be played here: ${String(message).trim().replace(/\.?$/, ".")}`;
    this.#send("error", { message });
  }

  // Not for others: the colours of the ground that it stands on, or of the theme that it is given.
  dress() {
    const theme = this.getAttribute("theme");
    const dark = theme === "dark" || (theme !== "light" && is_dark(this));
    if (this.#place) this.#place.dataset.theme = dark ? "dark" : "light";
  }

  #close() {
    this.#opening = this.#anew = undefined;
    live.delete(this);
    if (!live.size) hush();
    try {
      this.#app?.("end");
    } catch {
      // A module that has broken down ends nothing any more.
    }
    this.#app = undefined;
    this.#place?.remove();
    this.#frame.className = "";
    this.shadowRoot.adoptedStyleSheets = [own_sheet];
  }

  // As high as what stands there already, so that nothing moves, if that is enough for a diagram. A rule of the page's own
  // is stronger than this.
  #room({ controls, side }) {
    const { width, height } = this.getBoundingClientRect();
    const least = controls === "full" ? 760 : width < 720 && !side ? 600 : 360;
    return sheet_of(`:host{block-size:${Math.max(Math.round(height), least)}px}`);
  }

  // What the attributes say as a link, the scenario in it, and whether it changes the scenario.
  #link() {
    const get = (name) => this.getAttribute(name);
    const named = get("link")?.replace(/^#/, "") ?? encodeURIComponent(get("scenario") ?? "");
    const sets = (get("set") ?? "").split(";").filter((each) => each.trim());
    const changes = sets.map((each) => ["set", each.trim().replaceAll("&", "%26")]);
    if (get("seed")) changes.push(["seed", get("seed")]);
    const views = ["at", "from", "to", "job", "background"].filter(get).map((name) => [name, get(name)]);
    const link = [named, ...[...changes, ...views].map((pair) => pair.join("="))].join("&");
    const is_changed = changes.length > 0 || /&(set|seed)=/.test(named);
    return { link, name: /^[a-z0-9-]+/.exec(named)?.[0], is_changed };
  }

  // What the app is told of what is asked for.
  async #asked() {
    const own = this.querySelector('script[type="application/json"]')?.textContent;
    const given = (name) => this.getAttribute(name) && new URL(this.getAttribute(name), document.baseURI).href;
    const src = given("src");
    const { link, name, is_changed } = this.#link();
    if (!name && !src && !own) throw new Error("it needs a scenario: the attribute scenario, link or src, or one of its own");
    // A built-in scenario has a recording, and of others it is said; without one, or with a change, the engine has to run.
    const recording = given("recording") || (!src && !own && address("covers/") + name);
    const [scenario, cover] = await Promise.all([
      own ?? (src ? fetched(src).then((response) => response.text()) : undefined),
      is_changed || !recording ? undefined : recorded(recording).catch(() => {}),
    ]);
    const home = scenario ? undefined : new URL("./", import.meta.url).href;
    return { link, scenario, cover, home };
  }

  #heard(event, number) {
    if (event === "ready") this.#frame.className = "live";
    const details = { moment: { milliseconds: number }, select: { job: number || null } };
    this.#send(event, details[event] ?? {});
  }

  #send(event, detail) {
    this.dispatchEvent(new CustomEvent(`counterpoint-${event}`, { detail, bubbles: true, composed: true }));
  }
}

if (!customElements.get("counterpoint-diagram")) customElements.define("counterpoint-diagram", CounterpointDiagram);
