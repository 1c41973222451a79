// The page as it stands in a frame (`index.html?embed&controls=full&theme=dark#order-emails`): the element alone, as large
// as the frame. For hosts that allow frames and no scripts.
//
// What is after the `#` is a link as the page writes it, and `controls`, `side` and `theme` are the element's attributes.
//
// To the page around it:  { type: "counterpoint:size", version: 1, height }   the height, in pixels, that would do
// From the page around it:  { type: "counterpoint:theme", theme }   auto, light or dark
import "./counterpoint-diagram.js";

// More than this is scrolled in the frame.
const MOST = 960;
const THEMES = ["auto", "light", "dark"];

const asked = new URLSearchParams(location.search);
const diagram = document.createElement("counterpoint-diagram");
for (const name of ["controls", "side", "theme"]) {
  if (asked.has(name)) diagram.setAttribute(name, asked.get(name));
}
// A scenario that is not built in is in the address whole, and stands in the element then.
const own = document.createElement("script");
own.type = "application/json";
const follow = async () => {
  const { hash } = location;
  own.remove();
  if (/[#&]own=/.test(hash)) {
    const script = document.getElementById("background").content.querySelector("#own").getAttribute("src");
    const { text_of } = await import(new URL(script, document.baseURI));
    own.replaceChildren(await text_of(hash).catch(() => ""));
    if (own.textContent) diagram.append(own);
  }
  diagram.setAttribute("link", hash.slice(1));
};
addEventListener("hashchange", follow);

document.documentElement.className = "framed";
// What the page has in the place of the app stays in the place of the element, until that has come.
diagram.append(...document.querySelectorAll("#fallback-picture, noscript"));
follow().then(() => document.body.replaceChildren(diagram));

let width;
const tell = () => {
  const root = diagram.shadowRoot.getElementById("app");
  if (parent === window || !root || innerWidth === width) return;
  width = innerWidth;
  let height = innerHeight;
  for (const scroller of [root, ...root.querySelectorAll(".full, .viewport")]) {
    height += scroller.scrollHeight - scroller.clientHeight;
  }
  parent.postMessage({ type: "counterpoint:size", version: 1, height: Math.min(height, MOST) }, "*");
};
// Once a width, for what is shown may be as high as the frame is.
diagram.addEventListener("counterpoint-ready", () => requestAnimationFrame(tell));
addEventListener("resize", () => setTimeout(tell, 200));

addEventListener("message", ({ source, data }) => {
  if (source === parent && data?.type === "counterpoint:theme" && THEMES.includes(data.theme)) {
    diagram.setAttribute("theme", data.theme);
  }
});
