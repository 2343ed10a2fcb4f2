/** Who is looking at this page, how to become someone who can rate, and the algorithm they chose. */
import { pageMeta } from "./dom.js";

const REMEMBERED = "movierec-algorithm";

export const signedIn = pageMeta("signed-in") === "yes";

export function goToSignIn() {
  const url = new URL(pageMeta("sign-in-url"), location.origin);
  url.searchParams.set("next", location.pathname + location.search);
  location.assign(url);
}

export function rememberedAlgorithm() {
  return localStorage.getItem(REMEMBERED);
}

export function rememberAlgorithm(name) {
  localStorage.setItem(REMEMBERED, name);
}
