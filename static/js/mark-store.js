/** Marks that show at once ("mark-changed" on document): a movie is on the watchlist, seen, hidden, or none of it. */
import { deleteMark, putMark } from "./api.js";
import { showToast } from "./components/toast-stack.js";
import { OptimisticChanges } from "./optimistic-changes.js";

function announce(detail) {
  document.dispatchEvent(new CustomEvent("mark-changed", { detail }));
}

const marks = new OptimisticChanges({
  show: (movie, mark) => announce({ ...movie, mark }),
  save: ({ movieId }, mark, confirmed) => (mark === null ? deleteMark(confirmed, movieId) : putMark(mark, movieId)),
  retry: (movie, mark, previous) => setMark({ ...movie, mark, previous }),
  signInMessage: "You are signed out. Sign in to keep your lists.",
});

/** `mark` and `previous` are "watchlist", "seen", "hidden" or null. Unless `quiet`, a toast offers to undo. */
export function setMark({ movieId, title, mark, previous, quiet = false }) {
  if (marks.set({ movieId, title }, mark, previous) && !quiet) offerUndo(movieId, title, mark, previous);
}

/** Adding a movie to the watchlist needs no message: its button shows it. */
function offerUndo(movieId, title, mark, previous) {
  const messages = {
    hidden: `We will not suggest ${title} again.`,
    seen: `Marked ${title} as seen${previous === "watchlist" ? ", so it is off your watchlist" : ""}.`,
    watchlist: {
      hidden: `${title} is on your watchlist and no longer hidden.`,
      seen: `${title} is on your watchlist and no longer marked as seen.`,
    }[previous],
    null: {
      hidden: `We may suggest ${title} again.`,
      seen: `${title} is no longer marked as seen.`,
      watchlist: `Removed ${title} from your watchlist.`,
    }[previous],
  };
  if (previous === mark || !messages[mark]) return;
  showUndo(messages[mark], { movieId, title, mark: previous, previous: mark });
}

function showUndo(message, change) {
  showToast({ message, action: { label: "Undo", run: () => setMark({ ...change, quiet: true }) } });
}

/** A rating takes the mark away on the server; of the watchlist say so, and offer to keep the movie there. */
export function clearForRating({ movieId, title, previous }) {
  marks.forget({ movieId });
  announce({ movieId, title, mark: null, rated: true });
  if (previous !== "watchlist") return;
  showUndo(`You rated ${title}, so it is off your watchlist.`, { movieId, title, mark: "watchlist", previous: null });
}
