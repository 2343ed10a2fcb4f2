/** <rating-import import-id="7">: one import: what was found, what to decide, the result, and undo. */
import * as api from "../api.js";
import { element } from "../dom.js";
import { counted, whole } from "../words.js";
import "./import-rows.js";
import { errorMessage } from "./status-message.js";
import { showToast } from "./toast-stack.js";

const TABS = { ambiguous: "To choose", matched: "Found", unmatched: "Not found" };

export class RatingImport extends HTMLElement {
  connectedCallback() {
    this.importId = this.getAttribute("import-id");
    this.addEventListener("row-chosen", this);
    this.load();
  }

  disconnectedCallback() {
    this.removeEventListener("row-chosen", this);
  }

  /** A decision about a row changes the number of ratings to import. */
  handleEvent({ detail: { change } }) {
    this.chosen += change;
    this.describeButton();
  }

  async load() {
    try {
      this.show(await api.ratingImport(this.importId));
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.replaceChildren(errorMessage(error, () => this.load()));
    } finally {
      this.removeAttribute("aria-busy");
    }
  }

  show(made) {
    this.chosen = made.chosen;
    this.replaceChildren(...(made.state === "review" ? this.review(made) : this.result(made)));
    this.describeButton();
  }

  review(made) {
    const first = Object.keys(TABS).find((match) => made.matches[match]) ?? "matched";
    this.rows = element("import-rows", { "import-id": this.importId, match: first });
    return [this.found(made), this.tabs(made, first), this.rows, this.applyForm()];
  }

  found({ rows, matches, label, left_out: leftOut }) {
    const others = leftOut.map(({ what, count }) => `${whole(count)} ${what}`).join(", ");
    return element(
      "div",
      { class: "import-summary" },
      element(
        "p",
        { role: "status" },
        `${label}: ${counted(rows, "row")}. Found: ${whole(matches.matched)}.` +
          `${matches.ambiguous ? ` To choose: ${whole(matches.ambiguous)}.` : ""}` +
          `${matches.unmatched ? ` Not in this catalogue: ${whole(matches.unmatched)}.` : ""}`,
      ),
      others ? element("p", { class: "muted" }, `Skipped: ${others}.`) : null,
    );
  }

  tabs({ matches }, first) {
    const choose = ({ target }) => this.rows.setAttribute("match", target.value);
    return element(
      "fieldset",
      { class: "picker import-tabs", onchange: choose },
      element("legend", { class: "visually-hidden" }, "Which rows to show"),
      element(
        "div",
        { class: "pills" },
        Object.entries(TABS).map(([match, label]) =>
          element(
            "label",
            { class: "pill" },
            element("input", {
              type: "radio",
              name: "match",
              value: match,
              checked: match === first,
              disabled: !matches[match],
            }),
            element("span", {}, `${label} (${whole(matches[match])})`),
          ),
        ),
      ),
    );
  }

  applyForm() {
    this.button = element("button", { class: "button button-primary", type: "submit" });
    const option = (value, label, checked) =>
      element(
        "div",
        { class: "field-choice" },
        element("input", { type: "radio", name: "existing", id: `existing-${value}`, value, checked }),
        element("label", { for: `existing-${value}` }, label),
      );
    const apply = (event) => {
      event.preventDefault();
      this.run(this.button, () => api.applyImport(this.importId, new FormData(event.target).get("existing")));
    };
    const discard = element(
      "button",
      { class: "button", type: "button", onclick: () => this.discard(discard) },
      "Discard this file",
    );
    return element(
      "form",
      { class: "import-apply", onsubmit: apply },
      element(
        "fieldset",
        { class: "picker" },
        element("legend", {}, "Movies you have already rated here"),
        option("keep", "Keep my ratings", true),
        option("replace", "Replace them with those from the file", false),
      ),
      element("div", { class: "button-group" }, this.button, discard),
    );
  }

  describeButton() {
    if (!this.button) return;
    this.button.textContent = this.chosen ? `Import ${counted(this.chosen, "rating")}` : "Nothing to import";
    this.button.disabled = !this.chosen;
  }

  result(made) {
    this.button = null;
    const undo = element(
      "button",
      { class: "button", type: "button", onclick: () => this.run(undo, () => api.undoImport(this.importId)) },
      "Undo this import",
    );
    const next = element(
      "a",
      { class: "button button-primary", href: "/recommendations/" },
      "See your recommendations",
    );
    const sentences = made.state === "undone" ? undoneSentences(made.outcomes) : appliedSentences(made);
    this.heading = element(
      "h2",
      { tabindex: "-1" },
      made.state === "undone" ? "Import undone" : "Your ratings are here",
    );
    return [
      element(
        "div",
        { class: "import-summary", role: "status" },
        this.heading,
        sentences.map((sentence) => element("p", {}, sentence)),
      ),
      element(
        "div",
        { class: "button-group" },
        made.state === "applied"
          ? [next, undo]
          : element("a", { class: "button button-primary", href: "/account/imports/" }, "Import another file"),
      ),
    ];
  }

  async run(button, action) {
    button.disabled = true;
    try {
      this.show(await action());
      this.heading.focus();
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      button.disabled = false;
      showToast({ message: error.message, action: { label: "Reload", run: () => location.reload() } });
    }
  }

  async discard(button) {
    button.disabled = true;
    try {
      await api.discardImport(this.importId);
      location.assign("/account/imports/");
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      button.disabled = false;
      showToast({ message: error.message });
    }
  }
}

function appliedSentences({ rows, chosen, outcomes: { added, replaced, kept, same, repeated } }) {
  return [
    `${counted(added, "new rating")}.`,
    replaced ? `Replaced ${counted(replaced, "rating")} of yours.` : "",
    kept ? `Kept ${counted(kept, "rating")} of yours.` : "",
    same ? `${counted(same, "rating")} already the same.` : "",
    repeated ? `${counted(repeated, "row")} repeated a movie; the latest rating counts.` : "",
    rows > chosen ? `Skipped ${counted(rows - chosen, "row")}.` : "",
  ].filter(Boolean);
}

function undoneSentences({ added, replaced, undone }) {
  const changed = added + replaced;
  return [
    `${counted(undone, "rating")} removed or restored.`,
    changed ? `Left alone ${counted(changed, "rating")} that you have changed since.` : "",
  ].filter(Boolean);
}

customElements.define("rating-import", RatingImport);
