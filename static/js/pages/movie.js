/** The movie page: details, ratings, tags and similar movies. */
import * as api from "../api.js";
import "../components/movie-details.js";
import "../components/movie-explanation.js";
import "../components/movie-row.js";
import "../components/movie-tags.js";
import "../components/rating-histogram.js";

const row = document.querySelector("[data-row=similar]");
row.load(() => api.similar(row.dataset.movieId, { limit: 20 }));
