/** The movie page: its details, ratings and tags, and movies that the same people liked. */
import * as api from "../api.js";
import "../components/movie-details.js";
import "../components/movie-explanation.js";
import "../components/movie-row.js";
import "../components/movie-tags.js";
import "../components/rating-histogram.js";

const row = document.querySelector("[data-row=similar]");
row.load(() => api.similar(row.dataset.movieId, { limit: 20 }));
