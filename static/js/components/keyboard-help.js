/** A dialog that lists the keys of this page; loaded when somebody asks for it. */
import { element } from "../dom.js";
import { icon } from "./icon.js";

const CROSS = "M7 7l10 10M17 7 7 17";

const ANYWHERE = [
  ["/", "Go to the search field"],
  ["?", "Show these keys"],
  ["Esc", "Close a message or a menu"],
];

const GRID = [
  ["Enter ↓", "From the field to the movies"],
  ["← ↑ → ↓", "From movie to movie"],
  ["Esc", "Back to the field; once more empties it"],
];

const SUGGESTIONS = [
  ["↓ ↑", "Choose one of the movies below the field"],
  ["Enter", "Open it or, with none chosen, all results"],
  ["Esc", "Close the list"],
];

const STARS = [
  ["1 2 3 4 5", "Give that many stars"],
  ["← →", "Half a star fewer or more"],
  ["PgDn PgUp", "A whole star fewer or more"],
  ["Home End", "Half a star, or five stars"],
  ["Backspace", "Remove your rating"],
];

function keysOfPage() {
  const hasArrows = document.querySelector("movie-grid[data-arrow-keys]");
  return [
    ["Anywhere", ANYWHERE],
    ["Search", hasArrows ? GRID : SUGGESTIONS],
    ...(document.querySelector("star-rating") ? [["On the stars of a movie", STARS]] : []),
  ];
}

function line([keys, does]) {
  const caps = keys.split(" ").flatMap((key) => [element("kbd", {}, key), " "]);
  return element("div", {}, element("dt", {}, ...caps), element("dd", {}, does));
}

export function showKeys() {
  const close = () => dialog.close();
  const button = element("button", { class: "icon-button", type: "button", "aria-label": "Close", onclick: close });
  button.append(icon(CROSS));
  const dialog = element(
    "dialog",
    { class: "keys", "aria-labelledby": "keys-heading", onclose: () => dialog.remove() },
    element("div", { class: "keys-head" }, element("h2", { id: "keys-heading" }, "Keys on this page"), button),
    ...keysOfPage().map(([heading, lines]) =>
      element("section", {}, element("h3", {}, heading), element("dl", {}, ...lines.map(line))),
    ),
  );
  // What these keys do on the page below waits until the dialog is closed.
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  dialog.addEventListener("click", ({ target }) => target === dialog && close());
  document.body.append(dialog);
  dialog.showModal();
}
