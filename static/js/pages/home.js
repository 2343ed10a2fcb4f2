/** Home and search: the address holds the query, the grid shows what it finds, or what is popular. */
import * as api from "../api.js";
import "../components/movie-grid.js";
import "../components/movie-row.js";
import { statusMessage } from "../components/status-message.js";
import { counted } from "../words.js";

const PAUSE_MS = 20;
const grid = document.querySelector("movie-grid");
const heading = document.querySelector("[data-heading]");
const count = document.querySelector("[data-count]");
const welcome = document.querySelector("[data-welcome]");
const searchTitle = document.querySelector("[data-search-title]");
const row = document.querySelector("[data-row=recommendations]");
const field = document.querySelector("#search-field");

let shown = null;
let timer = 0;

function queryInAddress() {
  return new URLSearchParams(location.search).get("q")?.trim() ?? "";
}

function show(query) {
  if (query === shown) return;
  shown = query;
  welcome.hidden = query !== "";
  searchTitle.hidden = query === "";
  heading.textContent = query ? `Results for “${query}”` : "Popular";
  document.title = query ? `${query} · movierec` : "movierec: one good movie for tonight";
  grid.source = {
    load: (offset, limit, signal) => api.search({ q: query, offset, limit }, signal),
    empty: () => statusMessage({
      heading: "Nothing by that name",
      sentence: query ? "Try fewer words or another spelling. Small typing slips are fine." : "The catalogue is empty. Import a MovieLens dataset to begin.",
      button: { label: "Show popular movies", run: () => { field.value = ""; field.focus(); go(""); } },
    }),
  };
}

/** Typing edits one history entry, so that Back leaves the search in one step. */
function go(query) {
  if (query === queryInAddress()) { show(query); return; }
  const url = new URL(location.href);
  if (query) url.searchParams.set("q", query);
  else url.searchParams.delete("q");
  const method = queryInAddress() && query ? "replaceState" : "pushState";
  history[method](null, "", url);
  show(query);
}

document.addEventListener("search-typed", (event) => {
  event.preventDefault();
  clearTimeout(timer);
  timer = setTimeout(() => go(event.detail.query), PAUSE_MS);
});

addEventListener("popstate", () => {
  field.value = queryInAddress();
  show(queryInAddress());
});

grid.addEventListener("grid-loaded", ({ detail }) => {
  count.textContent = shown && !detail.error ? counted(detail.count, "movie") : "";
});

function insteadOfRecommendations(error) {
  if (error?.status === 409) {
    const needed = counted(error.body.needed, "movie");
    return statusMessage({ sentence: `Rate ${needed} you know, and this row fills with recommendations of your own. Start with the popular ones below.` });
  }
  return !error || error.status === 404 ? null : undefined;
}

row?.load(() => api.recommendations({ limit: 20 }), insteadOfRecommendations);
show(queryInAddress());
