import { optionFor } from "./address-options.js";

/** The address of a list of recommendations holds every setting of it, so that reload, back and sharing work. */
const SWITCHES = { below_average: false, all_of_series: false, steady: false };
const DIALS = { genre: "", decade: "", popularity: 0, diversity: 0, newness: 0, ...SWITCHES };
const NEUTRAL = { algorithm: "", others: 0, ...DIALS };

/**
 * {algorithm, others} and the dials; a value that is missing from the address or that the dials do not offer is
 * neutral.
 * `others` is when somebody asked for others: the list is without what was shown before. With `steady` the list is the
 * same every day.
 */
export function listInAddress(fields) {
  const parameters = new URLSearchParams(location.search);
  return {
    algorithm: parameters.get("algorithm"),
    others: Math.max(0, Math.trunc(Number(parameters.get("others"))) || 0),
    genre: optionFor(fields.genre, parameters.get("genre")),
    decade: optionFor(fields.decade, parameters.get("decade")),
    popularity: Math.max(-2, Math.min(2, Number(parameters.get("popularity")) || 0)),
    diversity: Math.max(0, Math.min(1, Number(parameters.get("diversity")) || 0)),
    newness: Math.max(0, Math.min(1, Number(parameters.get("newness")) || 0)),
    ...Object.fromEntries(Object.keys(SWITCHES).map((name) => [name, parameters.get(name) === "true"])),
  };
}

export function addressOf(list) {
  const url = new URL(location.href);
  url.searchParams.delete("set");
  for (const [name, usual] of Object.entries(NEUTRAL)) {
    const value = list[name] ?? usual;
    if (value === usual) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return url;
}

/** The names of the dials that are turned. */
export function turned(list) {
  return Object.keys(DIALS).filter((name) => list[name] !== DIALS[name]);
}

/** The parameters for the API, without neutral dials. Others are the next best ones, not drawn for the day. */
export function dialsInQuery(list) {
  const { steady, ...dials } = Object.fromEntries(turned(list).map((name) => [name, list[name]]));
  return { ...dials, fresh: !steady && !list.others };
}

export const neutralDials = DIALS;
