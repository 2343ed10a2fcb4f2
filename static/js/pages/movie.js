/** The movie page: details, ratings, tags and similar movies. */
import * as api from "../api.js";
import "../components/movie-page/movie-details.js";
import "../components/movie-page/movie-explanation.js";
import "../components/movies/movie-row.js";
import "../components/movie-page/movie-tags.js";
import "../components/movie-page/rating-histogram.js";
import { showNames } from "../code-names.js";
import { errorMessage, statusMessage } from "../components/status-message.js";

showNames();

const HIDE_RATED = "movierec-hide-rated";
const row = document.querySelector("[data-row=similar]");
const hideRated = row.querySelector("[name=hide_rated]");

const NOTHING_LEFT = { heading: "Nothing left", sentence: "You have seen every movie like this one." };

function showSimilar() {
  const hide = hideRated?.checked;
  row.load(
    () => api.similar(row.dataset.movieId, { limit: 20, exclude: hide ? "seen,hidden" : "hidden" }),
    hide ? (error) => (error ? errorMessage(error, showSimilar) : statusMessage(NOTHING_LEFT)) : undefined,
  );
}

if (hideRated) {
  hideRated.checked = localStorage.getItem(HIDE_RATED) === "yes";
  hideRated.addEventListener("change", () => {
    localStorage.setItem(HIDE_RATED, hideRated.checked ? "yes" : "no");
    showSimilar();
  });
}
showSimilar();
