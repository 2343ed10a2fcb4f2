/** The watchlist in the order of the address; below it what is loaded when someone opens it. */
import * as api from "../api.js";
import "../components/lists/followed-people.js";
import "../components/movies/movie-grid.js";
import { statusMessage } from "../components/status-message.js";
import { correctAddress, optionFor } from "../address-options.js";
import { counted } from "../words.js";

const USUAL_ORDER = "added";
const grid = document.querySelector("[data-watchlist]");
const order = document.querySelector("[data-order]");
const line = document.querySelector("[data-count]");

function emptyWatchlist() {
  return statusMessage({
    heading: "Nothing on your watchlist",
    sentence: "Tap the ribbon under a movie to save it here.",
    button: { label: "See recommendations", href: "/recommendations/" },
  });
}

const OTHERS = {
  seen: {
    sentence: "No movie is marked as seen. Tap the eye on a movie that you have seen and do not want to rate.",
    button: { label: "Find movies", href: "/" },
  },
  hidden: {
    sentence: "Nothing is hidden. Choose “Not interested” on a recommendation to hide it.",
    button: { label: "See recommendations", href: "/recommendations/" },
  },
};

function addressOf(by) {
  const url = new URL(location.href);
  if (by === USUAL_ORDER) url.searchParams.delete("order");
  else url.searchParams.set("order", by);
  return url;
}

function show() {
  const by = optionFor(order, new URLSearchParams(location.search).get("order"), USUAL_ORDER);
  correctAddress(addressOf(by));
  order.value = by;
  grid.source = {
    load: (offset, limit, signal) => api.marked("watchlist", { offset, limit, order: by }, signal),
    empty: emptyWatchlist,
  };
}

function showCount(count) {
  line.textContent = count ? `${counted(count, "movie")} to watch.` : "\u00a0";
  order.parentElement.hidden = count === 0;
}

order.addEventListener("change", () => {
  history.pushState(null, "", addressOf(order.value));
  show();
});

grid.addEventListener("grid-loaded", ({ detail }) => {
  if (!detail.error) showCount(detail.count);
});
grid.addEventListener("grid-counted", ({ detail: { count } }) => showCount(count));

for (const [kind, message] of Object.entries(OTHERS)) {
  const section = document.querySelector(`#${kind}`);
  section.addEventListener("toggle", () => {
    if (!section.open) return;
    section.querySelector("movie-grid").source = {
      load: (offset, limit, signal) => api.marked(kind, { offset, limit }, signal),
      empty: () => statusMessage(message),
    };
  });
  if (location.hash === `#${kind}`) section.open = true;
}

const people = document.querySelector("#people");
people.addEventListener("toggle", () => people.open && people.querySelector("followed-people").load());
if (location.hash === "#people") people.open = true;

addEventListener("popstate", show);
show();
