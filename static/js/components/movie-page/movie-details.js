/** <movie-details movie-id="1">: fills in the poster, figures, stars and links of the movie page. */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import { counted, decimal } from "../../words.js";
import { errorMessage } from "../status-message.js";
import "../movies/mark-button.js";
import "../movies/movie-poster.js";
import "../movies/star-rating.js";

export class MovieDetails extends HTMLElement {
  connectedCallback() {
    document.addEventListener("rating-saved", this);
    this.load();
  }

  disconnectedCallback() {
    document.removeEventListener("rating-saved", this);
  }

  /** My rating changes the average and the count. */
  async handleEvent({ detail: { movieId } }) {
    if (movieId !== Number(this.getAttribute("movie-id"))) return;
    this.part("figures").replaceChildren(...this.figures(await api.movie(movieId)));
  }

  async load() {
    try {
      this.show(await api.movie(this.getAttribute("movie-id")));
    } catch (error) {
      const message = errorMessage(error, () => {
        message.remove();
        this.load();
      });
      this.querySelector(".movie-details-text").append(message);
    }
  }

  part(name) {
    return this.querySelector(`[data-${name}]`);
  }

  show(movie) {
    const poster = document.createElement("movie-poster");
    poster.movie = movie;
    this.part("poster").replaceChildren(poster);
    this.dataset.genre = poster.firstElementChild.dataset.genre;
    this.part("stars").replaceChildren(
      element("star-rating", {
        class: "star-rating-large",
        "movie-id": movie.movie_id,
        "movie-title": movie.title,
        stars: movie.my_stars,
      }),
    );
    const marks = { watchlist: movie.on_watchlist, seen: movie.is_seen, hidden: movie.is_hidden };
    this.part("marks").replaceChildren(
      ...Object.entries(marks).map(([kind, marked]) =>
        element("mark-button", { kind, words: true, "movie-id": movie.movie_id, "movie-title": movie.title, marked }),
      ),
    );
    this.part("figures").replaceChildren(...this.figures(movie));
    this.part("links").replaceChildren(...this.links(movie));
  }

  figures({ rating_mean: mean, rating_count: count }) {
    const figure = (term, value) =>
      element("div", {}, element("dt", {}, term), element("dd", { class: "figures" }, value));
    if (!count) return [figure("Everyone", "No ratings yet")];
    return [figure("Average", `${decimal(mean)} of 5`), figure("From", counted(count, "rating"))];
  }

  links({ imdb_id: imdb, tmdb_id: tmdb }) {
    const link = (href, text) => element("a", { class: "button", href, rel: "noreferrer" }, text);
    const imdbName = imdb && (String(imdb).startsWith("tt") ? imdb : `tt${String(imdb).padStart(7, "0")}`);
    return [
      imdb ? link(`https://www.imdb.com/title/${imdbName}/`, "IMDb") : null,
      tmdb ? link(`https://www.themoviedb.org/movie/${tmdb}`, "TMDB") : null,
    ].filter(Boolean);
  }
}

customElements.define("movie-details", MovieDetails);
