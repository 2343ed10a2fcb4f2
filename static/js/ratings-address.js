import { offered } from "./offers.js";

/** The address of my ratings holds what is looked for and how it is sorted. */
export const neutralRatings = { q: "", sort: "newest", stars: "", genre: "", decade: "" };

/** What the address leaves out is neutral, and so is what the fields of the filters do not offer. */
export function ratingsInAddress(fields) {
  const parameters = new URLSearchParams(location.search);
  const chosen = Object.entries(neutralRatings).filter(([name]) => name !== "q")
    .map(([name, usual]) => [name, offered(fields[name], parameters.get(name), usual)]);
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
