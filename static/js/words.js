/** Numbers, dates and phrases for people. */
const integer = new Intl.NumberFormat("en-GB");
const oneDecimal = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric" });
const weekday = new Intl.DateTimeFormat("en-GB", { weekday: "long" });
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

export function whole(n) {
  return integer.format(n);
}

export function counted(n, singular, plural = `${singular}s`) {
  return `${integer.format(n)} ${n === 1 ? singular : plural}`;
}

export function decimal(value) {
  return oneDecimal.format(value);
}

/** "+0.21", with a true minus sign. */
export function signedStars(value) {
  const figure = Math.abs(value).toFixed(2);
  if (Number(figure) === 0) return "0.00";
  return `${value < 0 ? "−" : "+"}${figure}`;
}

/** "+12 %", with a true minus sign. */
export function signedPercent(value) {
  const figure = Math.abs(value).toFixed(0);
  if (Number(figure) === 0) return "0 %";
  return `${value < 0 ? "−" : "+"}${figure} %`;
}

/** "Heat", "Heat and Ran", "Heat, Ran and Alien". */
export function listed(words) {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Add a full stop where a sentence has no end mark. */
export function ended(sentence) {
  return /[.?!…]$/.test(sentence) || !sentence ? sentence : `${sentence}.`;
}

export function dayOf(isoDate) {
  return day.format(new Date(isoDate));
}

/** "Tuesday at 21:40". */
export function momentOf(isoDate) {
  const date = new Date(isoDate);
  return `${weekday.format(date)} at ${clock.format(date)}`;
}

export function starsInWords(stars) {
  if (stars === null) return "no stars yet";
  return stars === 1 ? "1 of 5 stars" : `${stars} of 5 stars`;
}

/** The year and the first two genres, which tell movies with the same title apart. */
export function factsLine(movie, { withLength = false } = {}) {
  const minutes = withLength && movie.runtime_minutes && `${movie.runtime_minutes} min`;
  return [movie.year, minutes, movie.genres.slice(0, 2).join(", ")].filter(Boolean).join(" · ");
}
