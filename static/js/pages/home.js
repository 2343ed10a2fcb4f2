/** Home and search: the address holds the search, the grid shows what it finds, or what is popular. */
import * as api from "../api.js";
import "../components/movie-grid.js";
import "../components/movie-row.js";
import "../components/search-filters.js";
import { statusMessage } from "../components/status-message.js";
import { focusFirst, walkWithArrows } from "../grid-keys.js";
import { correctAddress } from "../offers.js";
import { addressOf, searchInAddress, turnedFilters, withoutFilters } from "../search-address.js";
import { counted } from "../words.js";

const MOST_AT_ONCE = 100;
const WHILE_TYPING = 24;
const grid = document.querySelector("movie-grid");
const heading = document.querySelector("[data-heading]");
const count = document.querySelector("[data-count]");
const welcome = document.querySelector("[data-welcome]");
const searchTitle = document.querySelector("[data-search-title]");
const filters = document.querySelector("search-filters");
const field = document.querySelector("#search-field");

let shown = null;
let described = null;
let unwritten = false;
let rowsAsked = false;

function headingOf({ q }, narrowed) {
  if (q) return `Results for “${q}”`;
  return narrowed ? "Movies" : "Popular";
}

function nothingFound(search) {
  if (turnedFilters(search).length) {
    return statusMessage({
      heading: "Nothing that fits all of it",
      sentence: search.q ? `The filters leave nothing of “${search.q}”.` : "No movie passes all of these filters.",
      button: { label: "Clear the filters", run: () => go(withoutFilters(search)) },
    });
  }
  return statusMessage({
    heading: "Nothing by that name",
    sentence: search.q ? "Try fewer words or another spelling. Small typing slips are fine." : "The catalogue is empty. Import a MovieLens dataset to begin.",
    button: { label: "Show popular movies", run: () => { field.value = ""; field.focus(); go(searchFor("")); } },
  });
}

/** Ask for a search; after a reload or on the way back for as many tiles as there were, so that the place is found again. */
function ask(search, first = 0) {
  shown = search;
  grid.source = {
    load: async (offset, limit, signal) => {
      try {
        return await api.search({ ...search, offset, limit }, signal);
      } finally {
        if (!signal.aborted) writeAddress();
      }
    },
    limit: search.q ? WHILE_TYPING : undefined,
    hasty: search.q !== "",
    first: Math.min(first, MOST_AT_ONCE),
    empty: () => nothingFound(search),
  };
}

/** Let the words and fields around the list speak of the search. */
function describe() {
  if (described === shown) return;
  described = shown;
  const narrowed = turnedFilters(shown).length > 0;
  welcome.hidden = shown.q !== "" || narrowed;
  searchTitle.hidden = !welcome.hidden;
  heading.textContent = headingOf(shown, narrowed);
  entitle();
  filters.search = shown;
  if (!welcome.hidden) loadRows();
}

/** The title of the page names its entry in the history, so it changes after the address. */
function entitle() {
  document.title = shown.q ? `${shown.q} · movierec` : "movierec: one good movie for tonight";
}

/** The rows above the list are asked for when they are first seen: a search needs none of them. */
function loadRows() {
  if (rowsAsked) return;
  rowsAsked = true;
  document.querySelector("[data-row=recommendations]")?.load(() => api.recommendations({ limit: 20 }), insteadOfRecommendations);
  document.querySelector("[data-row=recently-rated]")?.load(() => api.recentlyRated({ limit: 20 }));
}

/**
 * The request goes out before anything else is done. While someone types, the words around the list and the address
 * change together with the results: earlier, they would delay them.
 */
function go(search) {
  if (addressOf(search).href === addressOf(shown).href) return;
  const typing = shown.q !== search.q;
  if (!typing) writeAddress();
  ask(search);
  unwritten = true;
  if (!typing) {
    writeAddress();
    describe();
  }
  if (addressOf(search).search && scrollY > 0) scrollTo({ top: 0, behavior: "instant" });
}

/**
 * Called when results arrive, in the task that renders them, so that a reload never finds results without their
 * address; on "pagehide" it would be too late. Typing edits one history entry, so that Back leaves the search in one
 * step; a filter is a step of its own.
 */
function writeAddress() {
  if (!unwritten) return;
  unwritten = false;
  const url = addressOf(shown);
  if (url.href === location.href) return;
  const { q } = searchInAddress(filters.fields);
  const goesOn = q !== shown.q && q !== "" && shown.q !== "";
  history[goesOn ? "replaceState" : "pushState"](null, "", url);
}

function searchFor(query) {
  return { ...shown, q: query };
}

document.addEventListener("search-typed", (event) => {
  event.preventDefault();
  go(searchFor(event.detail.query));
  if (event.detail.submitted) focusFirst(grid);
});

filters.addEventListener("search-filtered", ({ detail }) => go({ ...detail, q: shown.q }));

addEventListener("popstate", () => {
  const search = searchInAddress(filters.fields);
  field.value = search.q;
  unwritten = false;
  ask(search, history.state?.shown);
  describe();
});

grid.addEventListener("grid-loaded", ({ detail }) => {
  describe();
  count.textContent = welcome.hidden && !detail.error ? counted(detail.count, "movie") : "";
  if (grid.size > detail.results.length) history.replaceState({ shown: grid.size }, "");
});

function insteadOfRecommendations(error) {
  if (error?.status === 409) {
    const needed = counted(error.body.needed, "movie");
    return statusMessage({
      sentence: `Rate ${needed} you know, and this row fills with recommendations of your own.`,
      button: { label: "Rate movies you know", href: "/welcome/" },
    });
  }
  return !error || error.status === 404 ? null : undefined;
}

correctAddress(addressOf(searchInAddress(filters.fields)));
ask(searchInAddress(filters.fields), history.state?.shown);
describe();
walkWithArrows(grid, field);
