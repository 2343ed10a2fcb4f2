/**
 * <watchlist-button movie-id="1" movie-title="Alien" marked words>: adds a movie to the watchlist or removes it;
 * `words` shows a label. Fires "mark".
 */
import { element } from "../dom.js";
import { clearForRating } from "../mark-store.js";
import { icon } from "./icon.js";

const RIBBON = "M7 4h10a1 1 0 0 1 1 1v15.500l-6-4.500-6 4.500V5a1 1 0 0 1 1-1z";

export class WatchlistButton extends HTMLElement {
  static observedAttributes = ["marked"];

  connectedCallback() {
    const words = this.hasAttribute("words");
    this.words = words ? element("span", { "aria-hidden": "true" }) : null;
    this.button = element(
      "button",
      {
        type: "button",
        class: words ? "button" : "mark-button",
        "aria-label": `${this.movieTitle} on your watchlist`,
        title: words ? null : "Watchlist",
      },
      icon(RIBBON),
      this.words,
    );
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

  get movieId() {
    return Number(this.getAttribute("movie-id"));
  }
  get movieTitle() {
    return this.getAttribute("movie-title");
  }
  get on() {
    return this.hasAttribute("marked");
  }

  handleEvent({ type, detail }) {
    if (detail.movieId !== this.movieId) return;
    if (type === "mark-changed") this.toggleAttribute("marked", detail.mark === "watchlist");
    else if (detail.stars !== null && this.on) clearForRating({ movieId: this.movieId, title: this.movieTitle });
  }

  toggle() {
    const [previous, mark] = this.on ? ["watchlist", null] : [null, "watchlist"];
    const detail = { movieId: this.movieId, title: this.movieTitle, mark, previous };
    this.dispatchEvent(new CustomEvent("mark", { bubbles: true, detail }));
  }

  draw() {
    this.button.setAttribute("aria-pressed", this.on);
    if (this.words) this.words.textContent = this.on ? "On your watchlist" : "Add to watchlist";
  }
}

customElements.define("watchlist-button", WatchlistButton);
