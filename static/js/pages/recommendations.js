/** Recommendations: the address holds algorithm, set and dials; the best 400 movies come in four sets of 100. */
import * as api from "../api.js";
import "../components/algorithm-picker.js";
import "../components/list-dials.js";
import "../components/movie-grid.js";
import { statusMessage } from "../components/status-message.js";
import "../components/taste-profile.js";
import { showToast } from "../components/toast-stack.js";
import { addressOf, dialsInQuery, listInAddress, neutralDials } from "../list-address.js";
import { correctAddress } from "../address-options.js";
import { followList } from "../rating-store.js";
import { counted, ended } from "../words.js";

const SET_SIZE = 100;
const N_SETS = 4;
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
let nSets = 1;
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
  history.pushState(null, "", addressOf({ ...state(), set: 1, ...changes }));
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
  const { algorithm, set } = list;
  picker?.show(algorithm);
  dials.show(list);
  followList({ list: N_FOLLOWED, algorithm });
  note.hidden = true;
  shown = null;
  profile.show(algorithm, choices.find((choice) => choice.name === algorithm)?.label);
  grid.source = {
    limit: SET_SIZE,
    endless: false,
    load: (offset, limit, signal) =>
      api.recommendations({ algorithm, limit, offset: (set - 1) * SET_SIZE + offset, ...dialsInQuery(list) }, signal),
    empty: () => nothingLeft(list),
    failed: (error) => (error.status === 409 ? tooFewRatings(error, algorithm) : null),
  };
}

function nothingLeft(list) {
  if (Object.keys(dialsInQuery(list)).length) {
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
  const first = (state().set - 1) * SET_SIZE;
  nSets = Math.max(1, Math.min(N_SETS, Math.ceil(detail.count / SET_SIZE)));
  count.textContent = detail.results.length
    ? `Movies ${first + 1} to ${first + detail.results.length} of your list`
    : "";
  markNew(detail.results);
  count.parentElement.hidden = !detail.results.length;
  for (const button of otherButtons) button.hidden = nSets < 2 || !detail.results.length;
});

for (const button of otherButtons) {
  button.addEventListener("click", () => {
    scrollTo({ top: 0 });
    go({ set: (state().set % nSets) + 1 });
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
  if (state().set === 1) grid.reload();
  else go({});
});

addEventListener("popstate", show);
show();
