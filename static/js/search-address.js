/** The address of the home page holds the whole search, so that back, forward, reload and sharing work. */
import { offered } from "./offers.js";

const NEUTRAL = { q: "", genre: "", decade: "", min_ratings: "", hide_rated: "", order: "relevance" };
const MOST_LETTERS = 200;
const CHOSEN = ["genre", "decade", "min_ratings", "order"];

/**
 * {q, genre, decade, min_ratings, hide_rated, order}, all text; what the address leaves out is neutral, and so is what
 * the fields of the filters do not offer.
 */
export function searchInAddress(fields) {
  const parameters = new URLSearchParams(location.search);
  const chosen = CHOSEN.map((name) => [name, offered(fields[name], parameters.get(name), NEUTRAL[name])]);
  return {
    ...NEUTRAL,
    ...Object.fromEntries(chosen),
    q: (parameters.get("q") ?? "").trim().slice(0, MOST_LETTERS),
    hide_rated: fields.hide_rated && parameters.get("hide_rated") ? "1" : "",
  };
}

export function addressOf(search) {
  const url = new URL(location.href);
  for (const [name, usual] of Object.entries(NEUTRAL)) {
    if ((search[name] ?? usual) === usual) url.searchParams.delete(name);
    else url.searchParams.set(name, search[name]);
  }
  return url;
}

/** The names of the filters that narrow or order this search; the query is none of them. */
export function turnedFilters(search) {
  return Object.keys(NEUTRAL).filter((name) => name !== "q" && search[name] !== NEUTRAL[name]);
}

export function withoutFilters({ q }) {
  return { ...NEUTRAL, q };
}
