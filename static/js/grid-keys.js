/** Arrow keys move between the tiles of a grid: Down from the search field enters it, Escape returns to the field. */
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

function links(grid) {
  return [...grid.querySelectorAll(".tile-link")];
}

/** The link in the next line, in the column nearest to this one. */
function inNextLine(all, link, direction) {
  const place = ({ top, left }) => ({ top: Math.round(top), left: Math.round(left) });
  const here = place(link.getBoundingClientRect());
  const places = all.map((each) => ({ each, ...place(each.getBoundingClientRect()) }));
  const beyond = places.filter(({ top }) => (direction > 0 ? top > here.top : top < here.top));
  const lines = beyond.map(({ top }) => top);
  const next = direction > 0 ? Math.min(...lines) : Math.max(...lines);
  const line = beyond.filter(({ top }) => top === next);
  return line.reduce(
    (best, each) => (best && Math.abs(best.left - here.left) <= Math.abs(each.left - here.left) ? best : each),
    null,
  )?.each;
}

/** Focus the link of a tile and scroll all of it into view, at once: tiles out of view have no exact height yet. */
export function focusTile(link) {
  link.focus({ preventScroll: true });
  link.closest("li").scrollIntoView({ block: "nearest", behavior: "instant" });
}

export function focusFirst(grid) {
  const focus = () =>
    links(grid)
      .slice(0, 1)
      .forEach((link) => focusTile(link));
  if (grid.busy) grid.addEventListener("grid-loaded", focus, { once: true });
  else focus();
}

export function moveWithArrowKeys(grid, field) {
  grid.dataset.arrowKeys = "";
  field.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" || !links(grid).length) return;
    event.preventDefault();
    focusFirst(grid);
  });
  grid.addEventListener("keydown", (event) => {
    const link = event.target.closest(".tile-link");
    if (!link || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const all = links(grid);
    let to;
    if (event.key in STEPS) to = all[all.indexOf(link) + STEPS[event.key]];
    else if (event.key === "ArrowDown") to = inNextLine(all, link, 1);
    else if (event.key === "ArrowUp") to = inNextLine(all, link, -1) ?? field;
    else if (event.key === "Escape") to = field;
    if (!to) return;
    event.preventDefault();
    if (to === field) {
      field.focus();
      field.select();
    } else focusTile(to);
  });
}
