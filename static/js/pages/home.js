/** Home and search: the address holds the search; the grid shows the results, or popular movies without a search. */
import * as api from "../api.js";
import "../components/movies/movie-grid.js";
import "../components/movies/movie-row.js";
import "../components/search/search-filters.js";
import "../components/search/search-groups.js";
import { statusMessage } from "../components/status-message.js";
import { focusFirst, moveWithArrowKeys } from "../grid-keys.js";
import { correctAddress } from "../address-options.js";
import { addressOf, searchInAddress, activeFilters, withoutFilters } from "../search-address.js";
import { counted } from "../words.js";

const MAX_AT_ONCE = 100;
const LIMIT_WHILE_TYPING = 24;
const grid = document.querySelector("movie-grid");
const heading = document.querySelector("[data-heading]");
const count = document.querySelector("[data-count]");
const welcome = document.querySelector("[data-welcome]");
const searchTitle = document.querySelector("[data-search-title]");
const filters = document.querySelector("search-filters");
const groups = document.querySelector("search-groups");
const groupLinks = document.querySelector("[data-group-links]");
const field = document.querySelector("#search-field");

let shown = null;
let describedSearch = null;
let addressPending = false;
let rowsRequested = false;
let rowsAbove = Promise.resolve();
const inRows = new Set();

function headingOf({ q }, narrowed) {
  if (q) return `Results for “${q}”`;
  const [tag, keyword] = [filters.wordsOf("tag"), filters.wordsOf("keyword")];
  if (tag) return `Tagged “${tag}”`;
  if (keyword) return `About “${keyword}”`;
  return narrowed ? "Movies" : "Popular";
}

function nothingFound(search) {
  if (activeFilters(search).length) {
    return statusMessage({
      heading: "No matching movies",
      sentence: search.q
        ? `No movies for “${search.q}” match these filters.`
        : "No movie matches all of these filters.",
      button: { label: "Clear the filters", run: () => go(withoutFilters(search)) },
    });
  }
  return statusMessage({
    heading: "No matching movies",
    sentence: search.q
      ? "Try fewer words or another spelling. Small typos are fine."
      : "The catalogue is empty. Import a MovieLens dataset to start.",
    button: {
      label: "Show popular movies",
      run: () => {
        field.value = "";
        field.focus();
        go(searchFor(""));
      },
    },
  });
}

/** Request a search; after a reload or Back, as many tiles as there were, to keep the scroll position. */
function request(search, first = 0) {
  shown = search;
  grid.source = {
    load: async (offset, limit, signal) => {
      try {
        return await api.search({ ...search, offset, limit }, signal);
      } finally {
        if (!signal.aborted) writeAddress();
      }
    },
    limit: search.q ? LIMIT_WHILE_TYPING : undefined,
    renderVisibleFirst: search.q !== "",
    first: Math.min(first, MAX_AT_ONCE),
    empty: () => nothingFound(search),
  };
}

/** Update the heading, title and filters for the search that is shown. */
function describe() {
  if (describedSearch === shown) return;
  describedSearch = shown;
  const narrowed = activeFilters(shown).length > 0;
  welcome.hidden = shown.q !== "" || narrowed;
  searchTitle.hidden = !welcome.hidden;
  filters.search = shown;
  heading.textContent = headingOf(shown, narrowed);
  setTitle();
  if (!welcome.hidden) loadRows();
}

/** The title names the page's entry in the history, so it changes after the address. */
function setTitle() {
  document.title = shown.q ? `${shown.q} · movierec` : "movierec: one good movie for tonight";
}

/** The rows above the list are requested when they first show: a search does not need them. */
function loadRows() {
  if (rowsRequested) return;
  rowsRequested = true;
  for (const row of welcome.querySelectorAll("[data-row]")) {
    const { row: name } = row.dataset;
    if (name === "recommendations") loadRow(row, () => api.recommendations({ limit: 20 }), messageForRecommendations);
    else if (name === "recently-rated") loadRow(row, () => api.recentlyRated({ limit: 20 }));
    else loadRow(row, () => (rowsByName[name] ?? rowOfToday)(name), () => null);
  }
}

/** No movie stands in two rows: a row leaves out what those above it show, and waits for them. */
function loadRow(row, load, otherwise) {
  const above = rowsAbove;
  const fresh = async () => {
    const [page] = await Promise.all([load(), above]);
    const results = page.results.filter(({ movie_id: id }) => !inRows.has(id));
    for (const movie of results) inRows.add(movie.movie_id);
    return { ...page, results };
  };
  rowsAbove = row.load(fresh, otherwise);
}

const rowsByName = { followed: followedRow, new: () => api.newReleases({ limit: 20 }) };

async function rowOfToday(name) {
  const page = await api.rowOfToday(name, { limit: 20 });
  if (page.decade) return { ...page, more: `/recommendations/?decade=${page.decade}&popularity=-2` };
  return name === "watchlist" ? { ...page, more: "/watchlist/" } : page;
}

async function followedRow() {
  const { person, ...page } = await api.followedRow({ limit: 20 });
  return person ? { ...page, more: `/people/${person.person_id}/` } : page;
}

/**
 * Send the request first. While someone is typing, the heading, the filters and the address change together with the
 * results: changing them earlier would delay the results.
 */
function go(search) {
  if (addressOf(search).href === addressOf(shown).href) return;
  const typing = shown.q !== search.q;
  if (!typing) writeAddress();
  request(search);
  addressPending = true;
  if (!typing) {
    writeAddress();
    describe();
  }
  if (addressOf(search).search && scrollY > 0) scrollTo({ top: 0, behavior: "instant" });
}

/**
 * Called in the task that renders the results, so that a reload never finds results without their address; "pagehide"
 * would be too late. Typing edits one history entry, so that Back leaves the search in one step; each change of a
 * filter adds an entry.
 */
function writeAddress() {
  if (!addressPending) return;
  addressPending = false;
  const url = addressOf(shown);
  if (url.href === location.href) return;
  const { q } = searchInAddress(filters.fields);
  const sameEntry = q !== shown.q && q !== "" && shown.q !== "";
  history[sameEntry ? "replaceState" : "pushState"](null, "", url);
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
  addressPending = false;
  request(search, history.state?.shown);
  describe();
});

groups.addEventListener("groups-shown", ({ detail }) => groupLinks.replaceChildren(...detail));

grid.addEventListener("grid-loaded", ({ detail }) => {
  describe();
  // Further pages have no groups: those of the first one stay.
  if (detail.groups && grid.size <= detail.results.length) groups.groups = detail.groups;
  if (detail.error) groups.groups = [];
  count.textContent = welcome.hidden && !detail.error ? counted(detail.count, "movie") : "";
  if (grid.size > detail.results.length) history.replaceState({ shown: grid.size }, "");
});

function messageForRecommendations(error) {
  if (error?.status === 409) {
    const needed = counted(error.body.needed, "movie");
    return statusMessage({
      sentence: `Rate ${needed} you know to get recommendations here.`,
      button: { label: "Rate movies you know", href: "/welcome/" },
    });
  }
  return !error || error.status === 404 ? null : undefined;
}

correctAddress(addressOf(searchInAddress(filters.fields)));
request(searchInAddress(filters.fields), history.state?.shown);
describe();
moveWithArrowKeys(grid, field);
