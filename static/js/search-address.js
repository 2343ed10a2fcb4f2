/** The address of the home page holds the whole search, so that back, forward, reload and sharing work. */
import { optionFor } from "./address-options.js";

const NEUTRAL = { q: "", genre: "", decade: "", min_ratings: "", hide_rated: "", order: "relevance" };
const MAX_QUERY_LENGTH = 200;
const SELECTS = ["genre", "decade", "min_ratings", "order"];

/**
 * {q, genre, decade, min_ratings, hide_rated, order}, all strings; a value that is missing from the address or that the
 * filters do not offer is neutral.
 */
export function searchInAddress(fields) {
  const parameters = new URLSearchParams(location.search);
  const chosen = SELECTS.map((name) => [name, optionFor(fields[name], parameters.get(name), NEUTRAL[name])]);
  return {
    ...NEUTRAL,
    ...Object.fromEntries(chosen),
    q: (parameters.get("q") ?? "").trim().slice(0, MAX_QUERY_LENGTH),
    hide_rated: fields.hide_rated && parameters.get("hide_rated") ? "1" : "",
  };
}

export function addressOf(search) {
  const url = new URL(location.href);
  url.hash = "";
  for (const [name, usual] of Object.entries(NEUTRAL)) {
    if ((search[name] ?? usual) === usual) url.searchParams.delete(name);
    else url.searchParams.set(name, search[name]);
  }
  return url;
}

/** The names of the filters and order that differ from the default; the query does not count. */
export function activeFilters(search) {
  return Object.keys(NEUTRAL).filter((name) => name !== "q" && search[name] !== NEUTRAL[name]);
}

export function withoutFilters({ q }) {
  return { ...NEUTRAL, q };
}
