/**
 * <movie-tile>: poster, title, year and genres, stars, watchlist; a recommendation adds the predicted stars, a reason and
 * "not interested". `tile.keeps` is the mark a movie must have to stay in its list: "watchlist", "hidden", or none.
 */
import { element } from "../dom.js";
import { predictionFigure } from "../prediction.js";
import { factsLine } from "../words.js";
import "./hide-button.js";
import "./movie-poster.js";
import "./star-rating.js";
import "./watchlist-button.js";

export class MovieTile extends HTMLElement {
  connectedCallback() {
    document.addEventListener("mark-changed", this);
  }

  disconnectedCallback() {
    document.removeEventListener("mark-changed", this);
  }

  set movie(movie) {
    this.movieId = movie.movie_id;
    const poster = document.createElement("movie-poster");
    poster.movie = movie;
    const which = { "movie-id": movie.movie_id, "movie-title": movie.title };
    this.replaceChildren(
      element("a", { class: "tile-link", href: `/movies/${movie.movie_id}/` },
        poster,
        element("h3", { class: "tile-title", title: movie.title }, movie.title),
      ),
      element("div", { class: "tile-facts figures" },
        element("p", { class: "tile-facts-text" }, factsLine(movie)),
        element("watchlist-button", { ...which, marked: movie.on_watchlist })),
      element("star-rating", { ...which, stars: movie.my_stars }),
    );
    this.recommendation = movie;
    if (this.canBeHidden || movie.is_hidden) this.append(element("hide-button", { ...which, marked: movie.is_hidden }));
  }

  /** Also for a tile that stays when its list changes: the same movie, another figure and reason. */
  set recommendation(movie) {
    this.querySelector("watchlist-button").toggleAttribute("marked", Boolean(movie.on_watchlist));
    this.querySelector(".tile-recommendation")?.remove();
    const figure = predictionFigure(movie);
    this.canBeHidden = Boolean(figure) && !this.keeps;
    if (!figure) return;
    const reason = movie.sentence ? element("p", { class: "tile-reason" }, movie.sentence) : null;
    this.querySelector("star-rating").before(element("div", { class: "tile-recommendation" }, element("p", {}, figure), reason));
  }

  /** A movie that no longer belongs leaves its list, and comes back to its place when that is undone. */
  handleEvent({ detail: { movieId, mark, rated } }) {
    const item = this.parentElement;
    if (movieId !== this.movieId || rated) return;
    const gone = this.keeps ? mark !== this.keeps : this.canBeHidden && mark === "hidden";
    if (item.hidden === gone) return;
    if (gone && this.contains(document.activeElement)) this.focusNear(item);
    item.hidden = gone;
    this.dispatchEvent(new CustomEvent("tile-moved", { bubbles: true, detail: { gone } }));
  }

  focusNear(item) {
    const items = Array.from(item.parentElement.querySelectorAll(":scope > li:not([hidden])"));
    const at = items.indexOf(item);
    (items[at + 1] ?? items[at - 1])?.querySelector("a").focus();
  }
}

customElements.define("movie-tile", MovieTile);
