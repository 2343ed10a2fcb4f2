/** Build elements without HTML strings, so that no title can ever inject markup. */
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** Return the content of <meta name="…">. */
export function pageMeta(name) {
  return document.querySelector(`meta[name="${name}"]`)?.content ?? "";
}

/** Whether a key is a shortcut of one character: without modifiers, and not typed into a field. */
export function isShortcut(event, key) {
  const typing = event.target.closest("input, select, textarea, [contenteditable]");
  return event.key === key && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
}
