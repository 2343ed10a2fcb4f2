/**
 * Ratings on their way to the server. A star shows at once ("rating-changed" on document); when the
 * server refuses, it goes back to what the server last confirmed.
 */
import { ApiError, deleteRating, putRating } from "./api.js";
import { showToast } from "./components/toast-stack.js";
import { goToSignIn, signedIn } from "./session.js";

const entries = new Map();
let followed;

/** From now on ask with every rating what it changes in this list ({list: 20, algorithm}); "rating-saved" tells. */
export function followList(query) {
  followed = query;
}

function announce(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

export function setRating({ movieId, title, stars, previous }) {
  if (!signedIn) {
    goToSignIn();
    return;
  }
  const entry = entries.get(movieId) ?? { confirmed: previous, sending: false };
  entries.set(movieId, entry);
  if (!entry.sending) entry.confirmed = previous;
  entry.wanted = stars;
  announce("rating-changed", { movieId, title, stars });
  if (!entry.sending) send(movieId, title, entry);
}

async function send(movieId, title, entry) {
  const before = entry.confirmed;
  let changes = null;
  entry.sending = true;
  try {
    while (entry.wanted !== entry.confirmed) {
      const stars = entry.wanted;
      const answer = await (stars === null ? deleteRating(movieId, followed) : putRating(movieId, stars, followed));
      changes = answer.changes ?? null;
      entry.confirmed = stars;
    }
    announce("rating-saved", { movieId, title, stars: entry.confirmed, before, changes });
    if (entry.confirmed === null && before !== null) offerUndo(movieId, title, before);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    rollBack(movieId, title, entry, error);
  } finally {
    entry.sending = false;
  }
}

function offerUndo(movieId, title, before) {
  showToast({
    message: `Removed your rating of ${title}.`,
    action: { label: "Undo", run: () => setRating({ movieId, title, stars: before, previous: null }) },
  });
}

function rollBack(movieId, title, entry, error) {
  const { wanted, confirmed } = entry;
  announce("rating-changed", { movieId, title, stars: confirmed });
  const signInAgain = error.status === 401 || error.status === 403;
  showToast({
    message: signInAgain ? "You are signed out. Sign in to rate." : error.message,
    action: signInAgain
      ? { label: "Sign in", run: goToSignIn }
      : { label: "Try again", run: () => setRating({ movieId, title, stars: wanted, previous: confirmed }) },
  });
}
