/** My ratings: the address holds the search, order and filters; the list and the statistics follow every change. */
import "../components/my-ratings/rating-filters.js";
import "../components/my-ratings/rating-list.js";
import "../components/my-ratings/rating-statistics.js";
import { correctAddress } from "../address-options.js";
import { addressOfRatings, neutralRatings, ratingsInAddress } from "../ratings-address.js";
import { counted } from "../words.js";

const line = document.querySelector("[data-count]");
const found = document.querySelector("[data-found]");
const filters = document.querySelector("rating-filters");
const list = document.querySelector("rating-list");

function filtered(state) {
  return Object.keys(neutralRatings).some((name) => name !== "sort" && state[name] !== neutralRatings[name]);
}

function show() {
  const state = ratingsInAddress(filters.fields);
  correctAddress(addressOfRatings(state));
  filters.show(state);
  list.show(state, filtered(state));
}

/** Typing edits one history entry, so that Back leaves the search in one step. */
function go(state, typing) {
  const sameEntry = typing && ratingsInAddress(filters.fields).q !== "" && state.q !== "";
  history[sameEntry ? "replaceState" : "pushState"](null, "", addressOfRatings(state));
  show();
}

document.addEventListener("filters-changed", ({ detail: { state, typing } }) => go(state, typing));

document.addEventListener("ratings-counted", ({ detail: { count } }) => {
  if (filtered(ratingsInAddress(filters.fields))) found.textContent = counted(count, "movie");
  else {
    line.textContent = count ? `You have rated ${counted(count, "movie")}.` : "\u00a0";
    found.textContent = "";
  }
});

list.addEventListener("clear-filters", () => go(neutralRatings, false));
addEventListener("popstate", show);
show();
