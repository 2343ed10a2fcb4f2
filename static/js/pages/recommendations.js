/** Recommendations: the algorithm and the set are in the address; the best 400 come in four sets of 100. */
import * as api from "../api.js";
import "../components/algorithm-picker.js";
import "../components/movie-grid.js";
import { statusMessage } from "../components/status-message.js";
import { counted } from "../words.js";

const SET_SIZE = 100;
const N_SETS = 4;
const REMEMBERED = "movierec-algorithm";

const grid = document.querySelector("movie-grid");
const picker = document.querySelector("algorithm-picker");
const count = document.querySelector("[data-count]");
const otherButtons = document.querySelectorAll("[data-others]");
const note = document.querySelector("[data-refresh]");

let choices = [];
let nSets = 1;

function state() {
  const parameters = new URLSearchParams(location.search);
  const wanted = [parameters.get("algorithm"), localStorage.getItem(REMEMBERED)];
  const chosen = wanted.map((name) => choices.find((choice) => choice.name === name)).find(Boolean)
    ?? choices.find((choice) => choice.default) ?? choices[0];
  return { algorithm: chosen?.name, set: Math.max(1, Math.min(N_SETS, Number(parameters.get("set")) || 1)) };
}

function go({ algorithm, set }) {
  const url = new URL(location.href);
  if (algorithm) url.searchParams.set("algorithm", algorithm);
  if (set > 1) url.searchParams.set("set", set);
  else url.searchParams.delete("set");
  history.pushState(null, "", url);
  show();
}

function show() {
  const { algorithm, set } = state();
  picker.show(choices, algorithm);
  note.hidden = true;
  grid.source = {
    limit: SET_SIZE,
    endless: false,
    load: (offset, limit, signal) => api.recommendations({ algorithm, limit, offset: (set - 1) * SET_SIZE + offset }, signal),
    empty: () => statusMessage({ heading: "Nothing left to recommend", sentence: "You have seen it all, or no model is trained yet.", button: { label: "Search the catalogue", href: "/" } }),
    failed: (error) => error.status === 409 ? tooFewRatings(error, algorithm) : null,
  };
}

function tooFewRatings(error, algorithm) {
  const needed = error.body.needed ?? 1;
  const easier = choices.find((choice) => choice.name !== algorithm && choice.minimum_ratings === 0);
  return statusMessage({
    heading: `Rate ${counted(needed, "more movie")} you know`,
    sentence: "A handful of stars is enough to tell tastes apart. Popular movies are a good place to start.",
    button: easier ? { label: `Use ${easier.label} for now`, run: () => go({ algorithm: easier.name, set: 1 }) } : { label: "Find movies to rate", href: "/" },
  });
}

grid.addEventListener("grid-loaded", ({ detail }) => {
  const { set } = state();
  const first = (set - 1) * SET_SIZE;
  nSets = Math.max(1, Math.min(N_SETS, Math.ceil(detail.count / SET_SIZE)));
  count.textContent = detail.results.length ? `Places ${first + 1} to ${first + detail.results.length} of your list` : "";
  count.parentElement.hidden = !detail.results.length;
  for (const button of otherButtons) button.hidden = nSets < 2 || !detail.results.length;
});

for (const button of otherButtons) {
  button.addEventListener("click", () => {
    const { algorithm, set } = state();
    scrollTo({ top: 0 });
    grid.showSkeletons();
    go({ algorithm, set: (set % nSets) + 1 });
  });
}

document.addEventListener("algorithm-chosen", ({ detail: { algorithm } }) => {
  localStorage.setItem(REMEMBERED, algorithm);
  grid.showSkeletons();
  go({ algorithm, set: 1 });
});

// The list never moves under someone's finger: after a rating it offers the new one.
document.addEventListener("rating-saved", () => {
  note.hidden = false;
});

document.querySelector("[data-refresh-button]").addEventListener("click", () => {
  scrollTo({ top: 0 });
  grid.showSkeletons();
  go({ ...state(), set: 1 });
});

addEventListener("popstate", show);

async function start() {
  try {
    choices = (await api.algorithms()).results.filter((choice) => choice.available);
  } catch (error) {
    if (!(error instanceof api.ApiError)) throw error;
  }
  show();
}

start();
