/** The movies of a person, the newest first, and a button to follow them. */
import * as api from "../api.js";
import "../components/lists/follow-button.js";
import "../components/movies/movie-grid.js";

const grid = document.querySelector("[data-person]");
grid.source = { load: (offset, limit, signal) => api.moviesOf(grid.dataset.person, { offset, limit }, signal) };
