import { optionFor } from "./address-options.js";

/** The address of my ratings holds the search, the filters and the order. */
export const neutralRatings = { q: "", sort: "newest", stars: "", genre: "", decade: "" };

/** A value that is missing from the address or that the filters do not offer is neutral. */
export function ratingsInAddress(fields) {
  const parameters = new URLSearchParams(location.search);
  const chosen = Object.entries(neutralRatings)
    .filter(([name]) => name !== "q")
    .map(([name, usual]) => [name, optionFor(fields[name], parameters.get(name), usual)]);
  return { q: (parameters.get("q") ?? "").trim().slice(0, 200), ...Object.fromEntries(chosen) };
}

export function addressOfRatings(state) {
  const url = new URL(location.href);
  for (const [name, usual] of Object.entries(neutralRatings)) {
    if (state[name] === usual) url.searchParams.delete(name);
    else url.searchParams.set(name, state[name]);
  }
  return url;
}
