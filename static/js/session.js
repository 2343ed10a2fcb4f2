/** Whether somebody is signed in, how to sign in, and whether their data has changed since a page was shown. */
import { pageMeta } from "./dom.js";

const CHANGED = "movierec-changed";
/** Under this name `shown-movies.js` remembers what lists have shown; whoever signs in next has seen nothing. */
export const SHOWN = "movierec-shown";

export const signedIn = pageMeta("signed-in") === "yes";

export function goToSignIn() {
  const url = new URL(pageMeta("sign-in-url"), location.origin);
  url.searchParams.set("next", location.pathname + location.search);
  location.assign(url);
}

/** Note that this user's data has changed, so that a page restored from the cache knows to reload. */
export function noteChange() {
  localStorage.setItem(CHANGED, `${signedIn} ${Date.now()}`);
}

/** A string that changes with every noted change, in this window or another. */
export function lastChange() {
  return localStorage.getItem(CHANGED);
}

if (!signedIn) localStorage.removeItem(SHOWN);
if (!localStorage.getItem(CHANGED)?.startsWith(`${signedIn} `)) noteChange();
