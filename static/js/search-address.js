/** The address of the home page holds the whole search, so that back, forward, reload and sharing work. */
import { optionFor } from "./address-options.js";

export const SELECTS = [
  "genre",
  "decade",
  "runtime",
  "language",
  "country",
  "certification",
  "provider",
  "tag",
  "keyword",
  "min_ratings",
  "order",
];
export const CHECKS = ["hide_rated", "my_services"];
/** What these mean depends on a country, which the address then names, so that others find the same. */
const OF_A_REGION = ["certification", "provider", "my_services"];
const EMPTY = ["q", ...SELECTS, ...CHECKS, "region"].map((name) => [name, ""]);
const NEUTRAL = { ...Object.fromEntries(EMPTY), order: "relevance" };
const MAX_QUERY_LENGTH = 200;

/**
 * The search in the address, all strings; a value that is missing from the address or that the filters do not offer
 * is neutral.
 */
export function searchInAddress(fields) {
  const parameters = new URLSearchParams(location.search);
  const valueOf = (name) =>
    fields[name] ? optionFor(fields[name], parameters.get(name), NEUTRAL[name]) : NEUTRAL[name];
  const selected = SELECTS.map((name) => [name, valueOf(name)]);
  const checked = CHECKS.map((name) => [name, fields[name] && parameters.get(name) ? "1" : ""]);
  const q = (parameters.get("q") ?? "").trim().slice(0, MAX_QUERY_LENGTH);
  return withRegion({ ...NEUTRAL, ...Object.fromEntries([...selected, ...checked]), q }, fields);
}

export function withRegion(search, fields) {
  return { ...search, region: OF_A_REGION.some((name) => search[name]) ? fields.region.value : "" };
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
  return [...SELECTS, ...CHECKS].filter((name) => search[name] !== NEUTRAL[name]);
}

export function withoutFilters({ q }) {
  return { ...NEUTRAL, q };
}
