// What the scripts beside the page put elements together with. By a name without a hash, because those that import it get
// their names from their content.

// An element with properties and what is in it.
export function made(tag, properties = {}, ...inside) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...inside);
  return element;
}
