/** The address of the home page holds the whole search, so that back, forward, reload and sharing work. */
const NEUTRAL = { q: "", genre: "", decade: "", min_ratings: "", hide_rated: "", order: "relevance" };
const ORDERS = new Set(["relevance", "popularity", "rating", "newest", "oldest", "title"]);

/** {q, genre, decade, min_ratings, hide_rated, order}, all text; what the address leaves out is neutral. */
export function searchInAddress() {
  const parameters = new URLSearchParams(location.search);
  const get = (name) => parameters.get(name) ?? NEUTRAL[name];
  return {
    q: get("q").trim(),
    genre: get("genre"),
    decade: /^\d{3}0$/u.test(get("decade")) ? get("decade") : "",
    min_ratings: /^[1-9]\d{0,8}$/u.test(get("min_ratings")) ? get("min_ratings") : "",
    hide_rated: get("hide_rated") ? "1" : "",
    order: ORDERS.has(get("order")) ? get("order") : NEUTRAL.order,
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
