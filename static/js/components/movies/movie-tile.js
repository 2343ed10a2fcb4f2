/**
 * <movie-tile>: poster, title, year, genres, stars, watchlist and seen buttons; a recommendation adds the predicted
 * rating, a reason and "Not interested". `tile.keeps` is the mark a movie needs to stay in its list; `tile.isShared`
 * that the prediction is for several people; `tile.hasLength` that the running time is shown.
 */
import { element } from "../../dom.js";
import { predictionFigure, reasonNodes } from "../../prediction.js";
import { factsLine } from "../../words.js";
import "./mark-button.js";
import "./movie-poster.js";
import "./star-rating.js";

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
    const attributes = { "movie-id": movie.movie_id, "movie-title": movie.title };
    const mark = (kind, marked) => element("mark-button", { kind, ...attributes, marked });
    this.replaceChildren(
      element(
        "a",
        { class: "tile-link", href: `/movies/${movie.movie_id}/` },
        poster,
        element("h3", { class: "tile-title", title: movie.title }, movie.title),
      ),
      element(
        "div",
        { class: "tile-facts figures" },
        element("p", { class: "tile-facts-text" }, factsLine(movie, { withLength: this.hasLength })),
        mark("watchlist", movie.on_watchlist),
      ),
      element("star-rating", { ...attributes, stars: movie.my_stars }),
      mark("seen", movie.is_seen),
    );
    this.recommendation = movie;
    if (this.canBeHidden || movie.is_hidden) this.append(mark("hidden", movie.is_hidden));
  }

  /** Also updates a tile that stays when its list changes: the same movie with another figure and reason. */
  set recommendation(movie) {
    this.markButton("watchlist").toggleAttribute("marked", Boolean(movie.on_watchlist));
    this.markButton("seen").toggleAttribute("marked", Boolean(movie.is_seen));
    this.querySelector(".tile-recommendation")?.remove();
    const figure = predictionFigure(movie);
    this.canBeHidden = Boolean(figure) && !this.keeps;
    const stars = this.querySelector("star-rating");
    if (figure && !this.isShared) stars.setAttribute("expected", movie.predicted_stars);
    else stars.removeAttribute("expected");
    if (!figure) return;
    const sentence = reasonNodes(movie.sentence, movie.person);
    const reason = movie.sentence ? element("p", { class: "tile-reason" }, ...sentence) : null;
    stars.before(element("div", { class: "tile-recommendation" }, element("p", {}, figure), reason));
  }

  markButton(kind) {
    return this.querySelector(`mark-button[kind=${kind}]`);
  }

  /** Hide a movie that no longer belongs in its list; undo brings it back to its place. */
  handleEvent({ detail: { movieId, mark, rated } }) {
    const item = this.parentElement;
    if (movieId !== this.movieId || rated) return;
    const gone = this.keeps ? mark !== this.keeps : this.canBeHidden && (mark === "hidden" || mark === "seen");
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
