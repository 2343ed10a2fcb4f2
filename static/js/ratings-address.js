/** The address of my ratings holds what is looked for and how it is sorted. */
export const neutralRatings = { q: "", sort: "newest", stars: "", genre: "", decade: "" };

export function ratingsInAddress() {
  const parameters = new URLSearchParams(location.search);
  return Object.fromEntries(Object.entries(neutralRatings).map(([name, usual]) => [name, parameters.get(name)?.trim() ?? usual]));
}

export function addressOfRatings(state) {
  const url = new URL(location.href);
  for (const [name, usual] of Object.entries(neutralRatings)) {
    if (state[name] === usual) url.searchParams.delete(name);
    else url.searchParams.set(name, state[name]);
  }
  return url;
}
