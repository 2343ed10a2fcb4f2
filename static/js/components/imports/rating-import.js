/**
 * <rating-import import-id="7" lookup>: one import: what was found, what to decide, the result, undo. With `lookup`,
 * rows that were not found can be looked up elsewhere.
 */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import { counted, whole } from "../../words.js";
import "./import-rows.js";
import { errorMessage } from "../status-message.js";
import { showToast } from "../toast-stack.js";

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
    this.people = made.people;
    this.noun = made.kinds.ratings === made.rows ? "rating" : "movie";
    this.replaceChildren(...(made.state === "review" ? this.review(made) : this.result(made)));
    this.describeButton();
  }

  review(made) {
    const first = Object.keys(TABS).find((match) => made.matches[match]) ?? "matched";
    this.rows = element("import-rows", { "import-id": this.importId, match: first });
    return [this.found(made), this.lookup(made), this.tabs(made, first), this.rows, this.applyForm()].filter(Boolean);
  }

  lookup({ matches: { unmatched } }) {
    if (!this.hasAttribute("lookup") || !unmatched || this.lookedUp) return null;
    this.lookupNote = element("p", { class: "muted", role: "status" });
    const button = element(
      "button",
      { class: "button", type: "button", onclick: () => this.lookUp(button, unmatched) },
      `Look up ${counted(unmatched, "missing movie")}`,
    );
    return element("div", { class: "import-summary import-lookup" }, button, this.lookupNote);
  }

  /** A few rows a request, so that a slow answer or a closed page loses nothing; deciding goes on meanwhile. */
  async lookUp(button, total) {
    button.disabled = true;
    let [after, asked, found] = [0, 0, 0];
    try {
      while (after !== null && this.isConnected) {
        const done = `${whole(asked)} of ${whole(total)}, ${whole(found)} found`;
        this.lookupNote.textContent = `Asking The Movie Database: ${done}.`;
        const step = await api.lookUpRows(this.importId, after);
        [after, asked, found] = [step.after, asked + step.asked, found + step.found];
      }
      this.lookedUp = true;
      await this.load();
      showToast({ message: `Found ${whole(found)} of ${counted(asked, "movie")}.` });
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      button.disabled = false;
      this.lookupNote.textContent = error.message;
    }
  }

  found(preview) {
    const { rows, matches, label, kinds, left_out: leftOut } = preview;
    const { bad_rows: badRows, n_bad_rows: nBadRows, n_unread_dates: nUnread } = preview;
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
      peopleFound(preview),
      kinds.ratings === rows ? null : element("p", {}, `It has ${kindsLine(kinds)}.`),
      others ? element("p", { class: "muted" }, `Skipped: ${others}.`) : null,
      nUnread
        ? element("p", { class: "muted" }, `${counted(nUnread, "date")} cannot be read; the time of import stands in.`)
        : null,
      nBadRows
        ? element(
            "details",
            {},
            element("summary", {}, `${counted(nBadRows, "row")} cannot be imported`),
            element("ul", { class: "muted" }, badRows.map((sentence) => element("li", {}, `${sentence}.`))),
            nBadRows > badRows.length
              ? element("p", { class: "muted" }, `And ${whole(nBadRows - badRows.length)} more.`)
              : null,
          )
        : null,
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
    const follow = this.people ? `follow ${peopleCounted(this.people)}` : "";
    const parts = [this.chosen ? `import ${counted(this.chosen, this.noun)}` : "", follow].filter(Boolean);
    const label = parts.join(" and ") || "nothing to import";
    this.button.textContent = label[0].toUpperCase() + label.slice(1);
    this.button.disabled = !parts.length;
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
    const undone = made.state === "undone";
    const people = made.followed && !undone ? [`You now follow ${peopleCounted(made.followed)} more.`] : [];
    const sentences = undone ? undoneSentences(made.outcomes, this.noun) : appliedSentences(made, this.noun);
    this.heading = element(
      "h2",
      { tabindex: "-1" },
      undone ? "Import undone" : made.rows ? `Your ${this.noun}s are here` : "Your people are here",
    );
    return [
      element(
        "div",
        { class: "import-summary", role: "status" },
        this.heading,
        [...sentences, ...people].map((sentence) => element("p", {}, sentence)),
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

function peopleCounted(count) {
  return count === 1 ? "1 person" : `${whole(count)} people`;
}

function peopleFound({ people, n_unknown_people: unknown }) {
  if (!people && !unknown) return null;
  const others = unknown ? ` ${peopleCounted(unknown)} more are not in this catalogue.` : "";
  return element("p", {}, `It names ${peopleCounted(people)} to follow.${others}`);
}

function kindsLine({ ratings, watchlist, seen, hidden }) {
  return [
    ratings ? counted(ratings, "rating") : "",
    seen ? `${counted(seen, "movie")} seen without a rating` : "",
    watchlist ? `${counted(watchlist, "movie")} of a watchlist` : "",
    hidden ? `${counted(hidden, "movie")} hidden` : "",
  ]
    .filter(Boolean)
    .join(", ");
}

function appliedSentences({ rows, chosen, outcomes: { added, replaced, kept, same, repeated } }, noun) {
  return [
    `${counted(added, `new ${noun}`)}.`,
    replaced ? `Replaced ${counted(replaced, noun)} of yours.` : "",
    kept ? `Kept ${counted(kept, noun)} of yours.` : "",
    same ? `${counted(same, noun)} already the same.` : "",
    repeated ? `${counted(repeated, "row")} repeated a movie; the latest rating counts.` : "",
    rows > chosen ? `Skipped ${counted(rows - chosen, "row")}.` : "",
  ].filter(Boolean);
}

function undoneSentences({ added, replaced, undone }, noun) {
  const changed = added + replaced;
  return [
    `${counted(undone, noun)} removed or restored.`,
    changed ? `Left alone ${counted(changed, noun)} that you have changed since.` : "",
  ].filter(Boolean);
}

customElements.define("rating-import", RatingImport);
