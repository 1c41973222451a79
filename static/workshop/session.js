// What this window had open in the workshop, so that it is there again when the page is loaded anew.

const KEY = "counterpoint-workshop";

// Where the browser refuses, the workshop is closed after that; what was typed is kept by static/own.js, if at all.
function quietly(change) {
  try {
    return change(sessionStorage);
  } catch {
    return undefined;
  }
}

// The name under which what is open is kept, the address for which it was opened, and the editor's history.
export const remembered = () => JSON.parse(quietly((session) => session.getItem(KEY)) ?? "null");
export const remember = (name, place, saved) => quietly((session) => session.setItem(KEY, JSON.stringify({ name, place, saved })));
export const forget = () => quietly((session) => session.removeItem(KEY));
