/** Who is looking at this page, how to become someone who can rate, and whether anything has changed since. */
import { pageMeta } from "./dom.js";

const CHANGED = "movierec-changed";

export const signedIn = pageMeta("signed-in") === "yes";

export function goToSignIn() {
  const url = new URL(pageMeta("sign-in-url"), location.origin);
  url.searchParams.set("next", location.pathname + location.search);
  location.assign(url);
}

/** Note that what pages show of this person has changed: a restored page compares and loads anew. */
export function noteChange() {
  localStorage.setItem(CHANGED, `${signedIn} ${Date.now()}`);
}

/** A text that stays the same until something changes, here or in another window. */
export function asOfNow() {
  return localStorage.getItem(CHANGED);
}

if (!localStorage.getItem(CHANGED)?.startsWith(`${signedIn} `)) noteChange();
