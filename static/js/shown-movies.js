/** Which movies lists have shown on this device in the last week; nothing is sent before somebody asks for others. */
import { SHOWN } from "./session.js";

const WEEK = 7 * 24 * 60 * 60 * 1000;
const MOST = 5000;

/** [[movie id, when it was first shown]], the oldest first; none if somebody has edited what is stored. */
function remembered() {
  try {
    return JSON.parse(localStorage.getItem(SHOWN)) ?? [];
  } catch {
    return [];
  }
}

export function noteShown(movieIds) {
  const now = Date.now();
  const times = new Map(remembered().filter(([, at]) => now - at < WEEK));
  for (const id of movieIds) if (!times.has(id)) times.set(id, now);
  localStorage.setItem(SHOWN, JSON.stringify([...times].slice(-MOST)));
}

/** The ids of the movies shown in the week before a moment, so that an address keeps its list. */
export function shownBefore(moment) {
  return remembered()
    .filter(([, at]) => at < moment && moment - at < WEEK)
    .map(([id]) => id);
}
