/**
 * <mark-button kind="watchlist" movie-id="1" movie-title="Alien" marked words>: puts a mark on a movie or takes it
 * back: "watchlist", "seen" or "hidden" ("Not interested"). `words` shows a label. Fires "mark".
 */
import { element } from "../../dom.js";
import { clearForRating } from "../../mark-store.js";
import { icon } from "../icon.js";

const RIBBON = "M7 4h10a1 1 0 0 1 1 1v15.500l-6-4.500-6 4.500V5a1 1 0 0 1 1-1z";
const EYE = "M2 12s4-6.500 10-6.500S22 12 22 12s-4 6.500-10 6.500S2 12 2 12zM12 9a3 3 0 1 0 0 6 3 3 0 1 0 0-6z";
const CROSS = "M7 7l10 10M17 7 7 17";
const BACK = "M9 7 5 11l4 4M5.500 11H15a4 4 0 0 1 0 8h-3";

/** Where there are two of something, the second is for a movie with the mark. */
const KINDS = {
  watchlist: {
    icons: [RIBBON],
    hints: ["Watchlist"],
    names: [(title) => `${title} on your watchlist`],
    words: ["Add to watchlist", "On your watchlist"],
  },
  seen: {
    icons: [EYE],
    hints: ["Mark as seen", "Not seen after all"],
    names: [(title) => `${title} seen`],
    words: ["Mark as seen", "Seen"],
  },
  hidden: {
    icons: [CROSS, BACK],
    hints: ["Not interested", "Suggest it again"],
    names: [(title) => `Not interested in ${title}`, (title) => `Suggest ${title} again`],
    words: ["Not interested", "Suggest it again"],
  },
};

export class MarkButton extends HTMLElement {
  static observedAttributes = ["marked"];

  connectedCallback() {
    this.words = this.hasAttribute("words");
    this.button = element("button", { type: "button", class: this.words ? "button" : "mark-button" });
    this.button.addEventListener("click", () => this.toggle());
    this.replaceChildren(this.button);
    document.addEventListener("mark-changed", this);
    document.addEventListener("rating-saved", this);
    this.draw();
  }

  disconnectedCallback() {
    document.removeEventListener("mark-changed", this);
    document.removeEventListener("rating-saved", this);
  }

  attributeChangedCallback() {
    if (this.button) this.draw();
  }

  get kind() {
    return this.getAttribute("kind");
  }
  get movie() {
    return { movieId: Number(this.getAttribute("movie-id")), title: this.getAttribute("movie-title") };
  }
  get on() {
    return this.hasAttribute("marked");
  }

  handleEvent({ type, detail }) {
    if (detail.movieId !== this.movie.movieId) return;
    if (type === "mark-changed") this.toggleAttribute("marked", detail.mark === this.kind);
    else if (detail.stars !== null && this.on) clearForRating({ ...this.movie, previous: this.kind });
  }

  /** A movie has one mark at most: what another button of this movie shows is replaced. */
  toggle() {
    const marked = this.closest("movie-tile, movie-details").querySelector("mark-button[marked]");
    const detail = { ...this.movie, mark: this.on ? null : this.kind, previous: marked?.kind ?? null };
    this.dispatchEvent(new CustomEvent("mark", { bubbles: true, detail }));
  }

  draw() {
    const { icons, hints, names, words } = KINDS[this.kind];
    const now = (pair) => (this.on && pair[1]) || pair[0];
    this.button.setAttribute("aria-label", now(names)(this.movie.title));
    if (names.length === 1) this.button.setAttribute("aria-pressed", this.on);
    if (!this.words) this.button.title = now(hints);
    const label = this.words ? element("span", { "aria-hidden": "true" }, now(words)) : "";
    this.button.replaceChildren(icon(now(icons)), label);
  }
}

customElements.define("mark-button", MarkButton);
