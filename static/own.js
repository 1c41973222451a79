// Scenarios that are not built in: whole in the address, or kept by the browser.
//
// In an address, `own=` is followed by the sign of how it is packed, and by the text: deflated (RFC 1951), in the letters
// that survive in an address (RFC 4648, base64url). A text for which an address has no room is kept by the browser, and
// `kept=` is followed by the name under which it is there. Fetched when an address has one of them, or the workshop is
// opened.
//
// What an address holds may be anybody's: it is unpacked to no more than a scenario may have, and is nothing but a text.

// How it is packed. Another way will have another sign, and this one stays readable.
const PACKED = "1";
// As many bytes as a scenario may have (MAX_TEXT_BYTES in src/scenario/read.rs).
const MOST_BYTES = 1 << 20;
// As many letters as an address may have after its `#` to be read everywhere (MAX_BYTES in src/studio/link.rs).
export const LONGEST = 8192;

const field = (link, name) => new RegExp(`[#&]${name}=([^&]*)`).exec(link)?.[1];

// The text that a link means. Fails if it cannot be unpacked, or is not kept here.
export async function text_of(link) {
  const name = field(link, "kept");
  if (name !== undefined) {
    const { ran, text } = kept(name);
    return ran ?? text;
  }
  const packed = field(link, "own");
  if (packed?.[0] !== PACKED) throw new Error("it is packed in a way that this page does not know");
  const letters = packed.slice(1).replaceAll("-", "+").replaceAll("_", "/");
  return inflated(Uint8Array.from(atob(letters), (letter) => letter.charCodeAt()));
}

// What a text is in a link of that name: whole if there is room for it, else by the name under which it is kept.
export async function field_of(text, name, kept_as) {
  const whole = `own=${await packed(text)}`;
  return `${name}&v=1&${whole}`.length <= LONGEST ? whole : `kept=${kept_as}`;
}

async function packed(text) {
  const bytes = await collected(new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw")), Infinity);
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return PACKED + btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

async function inflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new TextDecoder("utf-8", { fatal: true }).decode(await collected(stream, MOST_BYTES));
}

// All that comes, as long as it is not more than `most` bytes. Nothing is unpacked beyond that.
async function collected(stream, most) {
  const reader = stream.getReader();
  const parts = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      reader.cancel().catch(() => {});
      throw new Error(`it is larger than ${most} bytes`);
    }
    parts.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

// What the browser keeps, each under a key of its own, so that two windows do not write over each other. Where it refuses,
// or has no room any more, it is kept as long as the page is there.
const PREFIX = "counterpoint-";
const here = new Map();

// `change` is what the store is to do; whether it did.
function stored(change) {
  try {
    change(localStorage);
    return true;
  } catch {
    return false;
  }
}

// What is kept under that name: its `text` as it was last typed, the `title`, `when` it was typed, the `field` of the link to
// what of it was run last, and that itself (`ran`) where the link only names it.
export function kept(name) {
  let text = here.get(name);
  stored((store) => (text ??= store.getItem(PREFIX + name)));
  if (!text) throw new Error("it is not kept here");
  return JSON.parse(text);
}

// Keeps it. Whether it will be there after this visit.
export function keep(name, entry) {
  const text = JSON.stringify(entry);
  const lasts = stored((store) => store.setItem(PREFIX + name, text));
  if (lasts) here.delete(name);
  else here.set(name, text);
  return lasts;
}

// Puts back what was forgotten, unless there is something newer by now.
export function restore(name, entry) {
  try {
    kept(name);
  } catch {
    keep(name, entry);
  }
}

// What leads to what of it was run last, after the `#` of an address; nothing if it never could be run.
export function link_of({ text, field }) {
  if (!field) return undefined;
  const called = /"name"\s*:\s*"([a-z0-9_-]{1,64})"/.exec(text)?.[1] ?? "own";
  return `${called}&v=1&${field}`;
}

// A moment as a person reads it.
export const date_of = (when) => new Date(when).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

export function forget(name) {
  here.delete(name);
  stored((store) => store.removeItem(PREFIX + name));
}

// All that is kept, the last one that was typed in first: pairs of name and entry.
export function all() {
  const names = new Set(here.keys());
  stored((store) => {
    for (let at = 0; at < store.length; at += 1) {
      if (store.key(at).startsWith(PREFIX)) names.add(store.key(at).slice(PREFIX.length));
    }
  });
  const entries = [];
  for (const name of names) {
    try {
      entries.push([name, kept(name)]);
    } catch {
      // Not ours, or gone in the meantime.
    }
  }
  return entries.sort(([, one], [, other]) => other.when - one.when);
}

// A name under which nothing is kept.
export const new_name = () => Array.from(crypto.getRandomValues(new Uint8Array(6)), (byte) => byte.toString(36)).join("");
