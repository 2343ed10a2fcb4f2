/** Recommendations: the address holds algorithm and dials, and when somebody asked for others. */
import * as api from "../api.js";
import "../components/lists/algorithm-picker.js";
import "../components/lists/list-dials.js";
import "../components/movies/movie-grid.js";
import { statusMessage } from "../components/status-message.js";
import "../components/my-ratings/taste-profile.js";
import { showToast } from "../components/toast-stack.js";
import { addressOf, dialsInQuery, listInAddress, neutralDials, turned } from "../list-address.js";
import { correctAddress } from "../address-options.js";
import { followList } from "../rating-store.js";
import { noteShown, shownBefore } from "../shown-movies.js";
import { counted, ended } from "../words.js";

const LENGTH = 100;
const N_FOLLOWED = 20;

const grid = document.querySelector("movie-grid");
const picker = document.querySelector("algorithm-picker");
const dials = document.querySelector("list-dials");
const count = document.querySelector("[data-count]");
const otherButtons = document.querySelectorAll("[data-others]");
const note = document.querySelector("[data-refresh]");
const profile = document.querySelector("taste-profile");
const listHeading = document.querySelector("#listing-heading");

const choices = picker?.choices ?? [];
let remembered = choices.find((choice) => choice.isChosen)?.name;
let shown = null;

function state() {
  const list = listInAddress(dials.fields);
  const chosen =
    [list.algorithm, remembered].map((name) => choices.find((choice) => choice.name === name)).find(Boolean) ??
    choices.find((choice) => choice.isDefault) ??
    choices[0];
  return { ...list, algorithm: chosen?.name };
}

function go(changes) {
  history.pushState(null, "", addressOf({ ...state(), others: 0, ...changes }));
  grid.showSkeletons();
  show();
}

/** Remove an algorithm or a filter that does not exist from the address. */
function correct() {
  const list = listInAddress(dials.fields);
  const known = choices.some((choice) => choice.name === list.algorithm);
  correctAddress(addressOf({ ...list, algorithm: known ? list.algorithm : "" }));
}

function show() {
  correct();
  const list = state();
  const { algorithm, others } = list;
  picker?.show(algorithm);
  dials.show(list);
  followList({ list: N_FOLLOWED, algorithm });
  note.hidden = true;
  shown = null;
  profile.show(algorithm, choices.find((choice) => choice.name === algorithm)?.label);
  grid.source = {
    limit: LENGTH,
    endless: false,
    load: (offset, limit, signal) => {
      const query = { algorithm, limit, offset, ...dialsInQuery(list) };
      return others
        ? api.otherRecommendations(query, shownBefore(others), signal)
        : api.recommendations(query, signal);
    },
    empty: () => nothingLeft(list),
    failed: (error) => (error.status === 409 ? tooFewRatings(error, algorithm) : null),
  };
}

function nothingLeft(list) {
  if (list.others) {
    return statusMessage({
      heading: "You have been shown everything this week",
      sentence: "Rate a movie or turn a filter for a different list, or see yours again from the top.",
      button: { label: "Back to the top of my list", run: () => go({}) },
    });
  }
  if (list.newness === 1) {
    return statusMessage({
      heading: "Nothing new for you",
      sentence: "No movie of the last two years here is one that we expect you to like and that fits your filters.",
      button: { label: "Show all years", run: () => go({ newness: 0 }) },
    });
  }
  if (turned(list).length) {
    return statusMessage({
      heading: "No movies match these filters",
      sentence: "Another genre or decade may have something for tonight.",
      button: { label: "Clear the filters", run: () => go(neutralDials) },
    });
  }
  return statusMessage({
    heading: "Nothing left to recommend",
    sentence: "You have seen it all, or no model is trained yet.",
    button: { label: "Search the catalogue", href: "/" },
  });
}

function tooFewRatings(error, algorithm) {
  const needed = error.body.needed ?? 1;
  const have = (choices.find((choice) => choice.name === algorithm)?.minimumRatings ?? needed) - needed;
  const easier = choices.find((choice) => choice.name !== algorithm && choice.minimumRatings <= have);
  return statusMessage({
    heading: `Rate ${counted(needed, "more movie")} you know`,
    sentence: "A few ratings are enough to learn your taste. Popular movies are a good place to start.",
    button: easier
      ? { label: `Use ${easier.label} for now`, run: () => go({ algorithm: easier.name }) }
      : { label: "Find movies to rate", href: "/welcome/" },
  });
}

grid.addEventListener("grid-loaded", ({ detail }) => {
  const { others } = state();
  count.textContent = detail.results.length ? heading(detail.results, others) : "";
  noteShown(detail.results.map((movie) => movie.movie_id));
  markNew(detail.results);
  count.parentElement.hidden = !detail.results.length;
  for (const button of otherButtons) button.hidden = !detail.results.length;
});

function heading(movies, others) {
  const which = others
    ? `${counted(movies.length, "movie")} you were not shown this week`
    : `Movies 1 to ${movies.length} of your list`;
  return movies[0].match_percent ? `${which}, the best match first` : which;
}

for (const button of otherButtons) {
  button.addEventListener("click", () => {
    scrollTo({ top: 0 });
    go({ others: Date.now() });
  });
}

/** After a rating, mark the movies that are new in the list. */
function markNew(movies) {
  const before = shown;
  shown = new Set(movies.map((movie) => movie.movie_id));
  for (const tile of grid.querySelectorAll("movie-tile"))
    tile.parentElement.classList.toggle("tile-new", Boolean(before) && !before.has(tile.movieId));
}

document.addEventListener("algorithm-chosen", ({ detail: { algorithm } }) => {
  go({ algorithm });
  remember(algorithm);
});

/** Save the choice for other devices; an algorithm that needs more ratings than the user has is not saved. */
async function remember(algorithm) {
  try {
    await api.choose(algorithm);
    remembered = algorithm;
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
    if (error.status !== 409)
      showToast({
        message: "We could not save your choice.",
        action: { label: "Try again", run: () => remember(algorithm) },
      });
  }
}

document.addEventListener("dials-changed", ({ detail }) => go(detail));

// The list never moves under someone's finger: after a rating a note offers the new list.
document.addEventListener("rating-saved", ({ detail: { changes } }) => {
  if (changes && !changes.entered.length && !changes.left.length) {
    if (note.hidden) showToast({ message: ended(changes.sentence) });
    return;
  }
  note.querySelector("[data-changes]").textContent = ended(changes?.sentence ?? "") || "Your list has changed.";
  note.hidden = false;
});

/** Tiles of movies that stay are reused; keyboard focus moves to the top of the list. */
document.querySelector("[data-refresh-button]").addEventListener("click", () => {
  note.hidden = true;
  listHeading.focus({ preventScroll: true });
  listHeading.scrollIntoView({ block: "start" });
  if (state().others) go({});
  else grid.reload();
});

/** The note is gone, and the list stays as it is; the next rating says again what has changed. */
document.querySelector("[data-not-now]").addEventListener("click", () => {
  note.hidden = true;
  listHeading.focus({ preventScroll: true });
});

addEventListener("popstate", show);
show();
