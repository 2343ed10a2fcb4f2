/**
 * <rating-list>: my ratings; stars edit in place, removal can be undone. `list.show(query, filtered)` takes the
 * parameters of the API; fires "ratings-counted" and "clear-filters".
 */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import { dayOf, decimal, factsLine } from "../../words.js";
import { errorMessage, statusMessage } from "../status-message.js";
import "../movies/movie-poster.js";
import "../movies/star-rating.js";

const PAGE = 100;

export class RatingList extends HTMLElement {
  connectedCallback() {
    this.list = element(
      "div",
      { class: "rating-list", "aria-busy": "true" },
      this.page(Array.from({ length: 8 }, () => element("li", { class: "rating-line rating-skeleton" }))),
    );
    this.more = element(
      "button",
      { class: "button", type: "button", hidden: true, onclick: () => this.loadPage() },
      "Show more",
    );
    this.replaceChildren(this.list, element("p", { class: "list-end" }, this.more));
    this.observer = new IntersectionObserver(
      ([entry]) => {
        if (entry.isIntersecting && !this.more.hidden) this.loadPage();
      },
      { rootMargin: "1200px" },
    );
    this.observer.observe(this.more);
    document.addEventListener("rating-changed", this);
  }

  disconnectedCallback() {
    this.observer.disconnect();
    this.controller?.abort();
    document.removeEventListener("rating-changed", this);
  }

  /** The old list stays until the new one is there. */
  show(query, filtered) {
    Object.assign(this, { query, filtered, loading: false });
    this.controller?.abort();
    this.list.setAttribute("aria-busy", "true");
    this.loadPage(0);
  }

  async loadPage(offset = this.offset) {
    if (this.loading) return;
    this.loading = true;
    const controller = new AbortController();
    this.controller = controller;
    try {
      const page = await api.ratings({ ...this.query, offset, limit: PAGE }, controller.signal);
      this.message?.remove();
      if (offset === 0) this.list.replaceChildren();
      if (page.results.length) this.list.append(this.page(page.results.map((movie) => this.line(movie))));
      this.offset = offset + page.results.length;
      this.announceCount(page.count);
      this.more.hidden = !page.results.length || this.offset >= page.count;
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof api.ApiError)) throw error;
      this.fail(error, offset);
    } finally {
      if (controller === this.controller) {
        this.loading = false;
        this.list.removeAttribute("aria-busy");
        // The observer only fires on a change; look again in case the button is still in view.
        this.observer.unobserve(this.more);
        this.observer.observe(this.more);
      }
    }
  }

  fail(error, offset) {
    if (offset === 0) this.list.replaceChildren();
    this.more.hidden = true;
    this.message?.remove();
    this.message = errorMessage(error, () => {
      this.message.remove();
      this.loadPage(offset);
    });
    this.list.after(this.message);
  }

  /** One list per page: out of view, the browser lays out one box instead of a hundred. */
  page(lines) {
    const list = element("ul", { class: "rating-page" }, lines);
    list.style.setProperty("--lines", lines.length);
    return list;
  }

  line(movie) {
    const poster = document.createElement("movie-poster");
    poster.movie = movie;
    const stars = element("star-rating", {
      "movie-id": movie.movie_id,
      "movie-title": movie.title,
      stars: movie.my_stars,
    });
    return element(
      "li",
      { class: "rating-line", "data-movie-id": movie.movie_id },
      element(
        "a",
        { class: "rating-link", href: `/movies/${movie.movie_id}/` },
        poster,
        element(
          "span",
          { class: "rating-text" },
          element("span", { class: "rating-title" }, movie.title),
          element("span", { class: "muted figures" }, factsLine(movie)),
          element("span", { class: "rating-day muted figures" }, `Rated on ${dayOf(movie.rated_at)}${meanOf(movie)}`),
        ),
      ),
      stars,
      element(
        "button",
        {
          class: "button button-quiet rating-remove",
          type: "button",
          "aria-label": `Remove your rating of ${movie.title}`,
          onclick: () => stars.rate(null),
        },
        "Remove",
      ),
    );
  }

  /** Hide the line of a removed rating; undo brings it back to its place. */
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
      this.emptyMessage = this.filtered
        ? this.nothingFound()
        : statusMessage({
            heading: "No ratings yet",
            sentence: "Rate five movies you know, and we will recommend some you do not.",
            button: { label: "Find movies to rate", href: "/welcome/" },
          });
      this.list.after(this.emptyMessage);
    }
    this.dispatchEvent(new CustomEvent("ratings-counted", { bubbles: true, detail: { count } }));
  }

  nothingFound() {
    return statusMessage({
      heading: "No matching ratings",
      sentence: "Try fewer words or another filter.",
      button: { label: "Show all your ratings", run: () => this.dispatchEvent(new CustomEvent("clear-filters")) },
    });
  }
}

function meanOf({ rating_mean: mean }) {
  return mean === null ? "" : ` · average ${decimal(mean)}`;
}

customElements.define("rating-list", RatingList);
