/** <rating-list>: everything I have rated, newest first; stars edit in place, removal can be undone. */
import * as api from "../api.js";
import { element } from "../dom.js";
import { dayOf, factsLine } from "../words.js";
import { errorMessage, statusMessage } from "./status-message.js";
import "./movie-poster.js";
import "./star-rating.js";

const PAGE = 50;

export class RatingList extends HTMLElement {
  connectedCallback() {
    this.list = element("ul", { class: "rating-list", "aria-busy": "true" }, Array.from({ length: 8 }, () => element("li", { class: "rating-line rating-skeleton" })));
    this.more = element("button", { class: "button", type: "button", hidden: true, onclick: () => this.loadPage() }, "Show more");
    this.replaceChildren(this.list, element("p", { class: "list-end" }, this.more));
    this.observer = new IntersectionObserver(([entry]) => { if (entry.isIntersecting && !this.more.hidden) this.loadPage(); }, { rootMargin: "600px" });
    this.observer.observe(this.more);
    document.addEventListener("rating-changed", this);
    this.offset = 0;
    this.count = 0;
    this.loadPage();
  }

  disconnectedCallback() {
    this.observer.disconnect();
    document.removeEventListener("rating-changed", this);
  }

  async loadPage() {
    if (this.loading) return;
    this.loading = true;
    try {
      const page = await api.ratings({ offset: this.offset, limit: PAGE });
      if (this.offset === 0) this.list.replaceChildren();
      this.list.append(...page.results.map((movie) => this.line(movie)));
      this.offset = this.list.querySelectorAll(".rating-line:not([hidden])").length;
      this.announceCount(page.count);
      this.more.hidden = !page.results.length || this.offset >= page.count;
    } catch (error) {
      if (this.offset === 0) this.list.replaceChildren();
      const message = errorMessage(error, () => { message.remove(); this.loadPage(); });
      this.list.after(message);
    } finally {
      this.loading = false;
      this.list.removeAttribute("aria-busy");
    }
  }

  line(movie) {
    const poster = document.createElement("movie-poster");
    poster.movie = movie;
    const stars = element("star-rating", { "movie-id": movie.movie_id, "movie-title": movie.title, stars: movie.my_stars });
    return element("li", { class: "rating-line", "data-movie-id": movie.movie_id },
      element("a", { class: "rating-link", href: `/movies/${movie.movie_id}/` }, poster,
        element("span", { class: "rating-text" },
          element("span", { class: "rating-title" }, movie.title),
          element("span", { class: "muted figures" }, factsLine(movie)),
          element("span", { class: "rating-day muted figures" }, `Rated on ${dayOf(movie.rated_at)}`))),
      stars,
      element("button", { class: "button button-quiet rating-remove", type: "button", "aria-label": `Remove your rating of ${movie.title}`, onclick: () => stars.rate(null) }, "Remove"));
  }

  /** A removed line leaves the list; it comes back to its place when the removal is undone. */
  handleEvent({ detail: { movieId, stars } }) {
    const line = this.list.querySelector(`[data-movie-id="${movieId}"]`);
    const gone = stars === null;
    if (!line || line.hidden === gone) return;
    if (gone && line.contains(document.activeElement)) this.focusNear(line);
    line.hidden = gone;
    this.offset += gone ? -1 : 1;
    this.announceCount(this.count + (gone ? -1 : 1));
  }

  focusNear(line) {
    const lines = Array.from(this.list.querySelectorAll(".rating-line:not([hidden])"));
    const at = lines.indexOf(line);
    (lines[at + 1] ?? lines[at - 1])?.querySelector("a").focus();
  }

  announceCount(count) {
    this.count = count;
    this.emptyMessage?.remove();
    if (count === 0) {
      this.emptyMessage = statusMessage({ heading: "No ratings yet", sentence: "Rate five movies you know, and we can recommend some you do not.", button: { label: "Find movies to rate", href: "/" } });
      this.list.after(this.emptyMessage);
    }
    this.dispatchEvent(new CustomEvent("ratings-counted", { bubbles: true, detail: { count } }));
  }
}

customElements.define("rating-list", RatingList);
