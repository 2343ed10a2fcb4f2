/**
 * Changes to movies that show before the server has confirmed them. Each movie has at most one request under way; of
 * the values chosen meanwhile only the last is sent. When the server refuses, the movie goes back to the value it last
 * confirmed.
 */
import { ApiError } from "./api.js";
import { showToast } from "./components/toast-stack.js";
import { goToSignIn, signedIn } from "./session.js";

export class OptimisticChanges {
  entries = new Map();

  /**
   * `show(movie, value)` announces a value; `save(movie, value, confirmed)` sends it and returns the answer;
   * `saved(movie, value, {before, answer})` runs after the last request; "Try again" calls
   * `retry(movie, value, previous)`.
   */
  constructor({ show, save, saved = () => {}, retry, signInMessage }) {
    Object.assign(this, { show, save, saved, retry, signInMessage });
  }

  /** Show and send a value; `previous` is what the page showed before. Return false when nobody is signed in. */
  set(movie, value, previous) {
    if (!signedIn) {
      goToSignIn();
      return false;
    }
    const entry = this.entries.get(movie.movieId) ?? { sending: false };
    this.entries.set(movie.movieId, entry);
    if (!entry.sending) entry.confirmed = previous;
    entry.wanted = value;
    this.show(movie, value);
    if (!entry.sending) this.send(movie, entry);
    return true;
  }

  /** Forget what is known of a movie, whose value the server has changed by itself. */
  forget({ movieId }) {
    this.entries.delete(movieId);
  }

  async send(movie, entry) {
    const before = entry.confirmed;
    let answer = null;
    entry.sending = true;
    try {
      while (entry.wanted !== entry.confirmed) {
        const { wanted, confirmed } = entry;
        answer = await this.save(movie, wanted, confirmed);
        entry.confirmed = wanted;
      }
      this.saved(movie, entry.confirmed, { before, answer });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.rollBack(movie, entry, error);
    } finally {
      entry.sending = false;
    }
  }

  rollBack(movie, { wanted, confirmed }, error) {
    this.show(movie, confirmed);
    const signedOut = error.status === 401 || error.status === 403;
    showToast({
      message: signedOut ? this.signInMessage : error.message,
      action: signedOut
        ? { label: "Sign in", run: goToSignIn }
        : { label: "Try again", run: () => this.retry(movie, wanted, confirmed) },
    });
  }
}
