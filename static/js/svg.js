/** Build SVG elements for charts. */
export function svg(name, attributes, text = "") {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
}

/** The width for an element's chart: charts are drawn for 16 px text and scaled with the reader's text size. */
export function drawingWidth(host) {
  return Math.round(
    (host.clientWidth * 16) / Number(getComputedStyle(document.documentElement).fontSize.replace("px", "")),
  );
}
