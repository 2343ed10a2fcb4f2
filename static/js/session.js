/** Who is looking at this page, and how to become someone who can rate. */
import { pageMeta } from "./dom.js";

export const signedIn = pageMeta("signed-in") === "yes";

export function goToSignIn() {
  const url = new URL(pageMeta("sign-in-url"), location.origin);
  url.searchParams.set("next", location.pathname + location.search);
  location.assign(url);
}
