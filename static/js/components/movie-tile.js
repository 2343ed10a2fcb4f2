/** <movie-tile>: poster, title, year and genres, stars; a recommendation adds the predicted stars and a reason. */
import { element } from "../dom.js";
import { predictionFigure } from "../prediction.js";
import { factsLine } from "../words.js";
import "./movie-poster.js";
import "./star-rating.js";

export class MovieTile extends HTMLElement {
  set movie(movie) {
    this.movieId = movie.movie_id;
    const poster = document.createElement("movie-poster");
    poster.movie = movie;
    this.replaceChildren(
      element("a", { class: "tile-link", href: `/movies/${movie.movie_id}/` },
        poster,
        element("h3", { class: "tile-title", title: movie.title }, movie.title),
      ),
      element("p", { class: "tile-facts figures" }, factsLine(movie)),
      element("star-rating", { "movie-id": movie.movie_id, "movie-title": movie.title, stars: movie.my_stars }),
    );
    this.recommendation = movie;
  }

  /** Also for a tile that stays when its list changes: the same movie, another figure and reason. */
  set recommendation(movie) {
    this.querySelector(".tile-recommendation")?.remove();
    const figure = predictionFigure(movie);
    if (!figure) return;
    const reason = movie.sentence ? element("p", { class: "tile-reason" }, movie.sentence) : null;
    this.lastElementChild.before(element("div", { class: "tile-recommendation" }, element("p", {}, figure), reason));
  }
}

customElements.define("movie-tile", MovieTile);
