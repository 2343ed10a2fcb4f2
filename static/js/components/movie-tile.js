/** <movie-tile>: poster, title, year and genres, stars; a recommendation adds the predicted stars. */
import { element } from "../dom.js";
import { decimal, factsLine } from "../words.js";
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
      element("p", { class: "tile-facts figures" }, element("span", { class: "tile-facts-text" }, factsLine(movie)), this.prediction(movie)),
      element("star-rating", { "movie-id": movie.movie_id, "movie-title": movie.title, stars: movie.my_stars }),
    );
  }

  prediction({ predicted_stars: stars }) {
    if (stars === undefined || stars === null) return null;
    return element("span", { class: "tile-prediction", title: "The stars we expect you to give" },
      element("span", { class: "visually-hidden" }, "Predicted for you: "), decimal(stars));
  }
}

customElements.define("movie-tile", MovieTile);
