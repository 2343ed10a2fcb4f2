/** Numbers and phrases as people read them. */
const integer = new Intl.NumberFormat("en-GB");
const oneDecimal = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });

export function counted(n, singular, plural = `${singular}s`) {
  return `${integer.format(n)} ${n === 1 ? singular : plural}`;
}

export function decimal(value) {
  return oneDecimal.format(value);
}

export function dayOf(isoDate) {
  return day.format(new Date(isoDate));
}

export function starsInWords(stars) {
  if (stars === null) return "no stars yet";
  return stars === 1 ? "1 of 5 stars" : `${stars} of 5 stars`;
}

/** Year and the first two genres: what tells two movies of one title apart. */
export function factsLine(movie) {
  return [movie.year, movie.genres.slice(0, 2).join(", ")].filter(Boolean).join(" · ");
}
