/** A sentence and a button that helps, for empty lists, errors and too few ratings. */
import { element } from "../dom.js";

export function statusMessage({ heading, sentence, button }) {
  const action =
    button &&
    (button.href
      ? element("a", { class: "button button-primary", href: button.href }, button.label)
      : element("button", { class: "button button-primary", type: "button", onclick: button.run }, button.label));
  return element(
    "div",
    { class: "status-message" },
    heading ? element("h2", { class: "status-heading" }, heading) : null,
    element("p", {}, sentence),
    action,
  );
}

/** Show an ApiError with a button to try again. */
export function errorMessage(error, retry) {
  return statusMessage({
    heading: error.status === 0 ? "No connection" : "That did not work",
    sentence: error.message,
    button: { label: "Try again", run: retry },
  });
}
