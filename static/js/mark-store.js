/**
 * Marks on their way to the server: a movie is on the watchlist, hidden, or neither. A mark shows at once ("mark-changed"
 * on document); when the server refuses, it goes back to what the server last confirmed.
 */
import { ApiError, deleteMark, putMark } from "./api.js";
import { showToast } from "./components/toast-stack.js";
import { goToSignIn, signedIn } from "./session.js";

const entries = new Map();

function announce(detail) {
  document.dispatchEvent(new CustomEvent("mark-changed", { detail }));
}

/** `mark` and `previous` are "watchlist", "hidden" or null. Unless `quiet`, what takes something away can be undone. */
export function setMark({ movieId, title, mark, previous, quiet = false }) {
  if (!signedIn) {
    goToSignIn();
    return;
  }
  const entry = entries.get(movieId) ?? { confirmed: previous, sending: false };
  entries.set(movieId, entry);
  if (!entry.sending) entry.confirmed = previous;
  entry.wanted = mark;
  announce({ movieId, title, mark });
  if (!quiet) offerUndo(movieId, title, mark, previous);
  if (!entry.sending) send(movieId, title, entry);
}

async function send(movieId, title, entry) {
  entry.sending = true;
  try {
    while (entry.wanted !== entry.confirmed) {
      const mark = entry.wanted;
      await (mark === null ? deleteMark(entry.confirmed, movieId) : putMark(mark, movieId));
      entry.confirmed = mark;
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    rollBack(movieId, title, entry, error);
  } finally {
    entry.sending = false;
  }
}

/** Putting a movie on the watchlist needs no word: the button shows it. Whatever takes something away can be undone. */
function offerUndo(movieId, title, mark, previous) {
  const words = {
    hidden: `We will not suggest ${title} again.`,
    watchlist: previous === "hidden" ? `${title} is on your watchlist, and no longer hidden.` : null,
    null: previous === "hidden" ? `We may suggest ${title} again.` : `Took ${title} off your watchlist.`,
  };
  if (previous === mark || !words[mark]) return;
  undoable(words[mark], { movieId, title, mark: previous, previous: mark });
}

function undoable(message, change) {
  showToast({ message, action: { label: "Undo", run: () => setMark({ ...change, quiet: true }) } });
}

/** A rating takes a movie off the watchlist on the server; say so, and how to keep it there. */
export function clearForRating({ movieId, title }) {
  entries.set(movieId, { confirmed: null, wanted: null, sending: false });
  announce({ movieId, title, mark: null, rated: true });
  undoable(`You have rated ${title}, so it is off your watchlist.`, { movieId, title, mark: "watchlist", previous: null });
}

function rollBack(movieId, title, entry, error) {
  const { wanted, confirmed } = entry;
  entry.wanted = confirmed;
  announce({ movieId, title, mark: confirmed });
  const signInAgain = error.status === 401 || error.status === 403;
  showToast({
    message: signInAgain ? "You are signed out. Sign in to keep your lists." : error.message,
    action: signInAgain
      ? { label: "Sign in", run: goToSignIn }
      : { label: "Try again", run: () => setMark({ movieId, title, mark: wanted, previous: confirmed }) },
  });
}
