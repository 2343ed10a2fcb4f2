/** The watchlist in the order of the address, and below it the hidden movies, loaded when someone opens them. */
import * as api from "../api.js";
import "../components/movie-grid.js";
import { statusMessage } from "../components/status-message.js";
import { correctAddress, optionFor } from "../address-options.js";
import { counted } from "../words.js";

const USUAL_ORDER = "added";
const grid = document.querySelector("[data-watchlist]");
const order = document.querySelector("[data-order]");
const line = document.querySelector("[data-count]");
const hidden = document.querySelector(".hidden-movies");
const hiddenGrid = document.querySelector("[data-hidden]");

function emptyWatchlist() {
  return statusMessage({
    heading: "Nothing on your watchlist",
    sentence: "Tap the ribbon under a movie to save it here.",
    button: { label: "See recommendations", href: "/recommendations/" },
  });
}

function emptyHidden() {
  return statusMessage({
    sentence: "Nothing is hidden. Choose “Not interested” on a recommendation to hide it.",
    button: { label: "See recommendations", href: "/recommendations/" },
  });
}

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

hidden.addEventListener("toggle", () => {
  if (!hidden.open) return;
  hiddenGrid.source = {
    load: (offset, limit, signal) => api.marked("hidden", { offset, limit }, signal),
    empty: emptyHidden,
  };
});

addEventListener("popstate", show);
if (location.hash === "#hidden") hidden.open = true;
show();
