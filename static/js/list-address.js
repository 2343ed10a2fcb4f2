import { optionFor } from "./address-options.js";

/** The address of a list of recommendations holds every setting of it, so that reload, back and sharing work. */
const DIALS = { genre: "", decade: "", popularity: 0, diversity: 0 };
const N_SETS = 4;

/**
 * {algorithm, set, genre, decade, popularity, diversity}; a value that is missing from the address or that the dials do
 * not offer is neutral.
 */
export function listInAddress(fields) {
  const parameters = new URLSearchParams(location.search);
  return {
    algorithm: parameters.get("algorithm"),
    set: Math.max(1, Math.min(N_SETS, Math.trunc(Number(parameters.get("set"))) || 1)),
    genre: optionFor(fields.genre, parameters.get("genre")),
    decade: optionFor(fields.decade, parameters.get("decade")),
    popularity: Math.max(-2, Math.min(2, Number(parameters.get("popularity")) || 0)),
    diversity: Math.max(0, Math.min(1, Number(parameters.get("diversity")) || 0)),
  };
}

export function addressOf(list) {
  const url = new URL(location.href);
  const neutral = { algorithm: "", set: 1, ...DIALS };
  for (const [name, usual] of Object.entries(neutral)) {
    const value = list[name] ?? usual;
    if (value === usual) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url;
}

/** The parameters for the API, without neutral dials. */
export function dialsInQuery(list) {
  return Object.fromEntries(
    Object.keys(DIALS)
      .filter((name) => list[name] !== DIALS[name])
      .map((name) => [name, list[name]]),
  );
}

export const neutralDials = DIALS;
