/** Ratings that show at once: "rating-changed" on document; "rating-saved" follows when the server has them. */
import { deleteRating, putRating } from "./api.js";
import { showToast } from "./components/toast-stack.js";
import { OptimisticChanges } from "./optimistic-changes.js";
import { decimal } from "./words.js";

let followed;

/** With every rating, ask what it changes in this list ({list: 20, algorithm}); "rating-saved" carries the answer. */
export function followList(query) {
  followed = query;
}

function announce(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

const ratings = new OptimisticChanges({
  show: (movie, stars) => announce("rating-changed", { ...movie, stars }),
  save: ({ movieId }, stars) =>
    stars === null ? deleteRating(movieId, followed) : putRating(movieId, stars, followed),
  saved: (movie, stars, { before, answer }) => {
    announce("rating-saved", { ...movie, stars, before, changes: answer?.changes ?? null });
    if (stars === null && before !== null) offerUndo(movie, before);
    if (stars !== null && movie.expected !== null) sayWhatWeExpected(movie, stars);
  },
  retry: (movie, stars, previous) => setRating({ ...movie, stars, previous }),
  signInMessage: "You are signed out. Sign in to rate.",
});

/** `stars` and `previous` are 0.5 to 5, or null for no rating; `expected` is the prediction that was shown, or null. */
export function setRating({ movieId, title, stars, previous, expected = null }) {
  ratings.set({ movieId, title, expected }, stars, previous);
}

function sayWhatWeExpected({ expected }, stars) {
  showToast({ message: `We said ${decimal(expected)}, you gave ${decimal(stars)}.` });
}

function offerUndo(movie, before) {
  showToast({
    message: `Removed your rating of ${movie.title}.`,
    action: { label: "Undo", run: () => setRating({ ...movie, stars: before, previous: null, expected: null }) },
  });
}
