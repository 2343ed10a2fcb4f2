/** The watchlist in the order of the address, and below it the hidden movies, read when someone opens them. */
import * as api from "../api.js";
import "../components/movie-grid.js";
import { statusMessage } from "../components/status-message.js";
import { counted } from "../words.js";

const grid = document.querySelector("[data-watchlist]");
const order = document.querySelector("[data-order]");
const line = document.querySelector("[data-count]");
const hidden = document.querySelector(".hidden-movies");
const hiddenGrid = document.querySelector("[data-hidden]");

function emptyWatchlist() {
  return statusMessage({ heading: "Nothing on your watchlist", sentence: "The ribbon under a movie keeps it here for later.", button: { label: "See recommendations", href: "/recommendations/" } });
}

function emptyHidden() {
  return statusMessage({ sentence: "Nothing is hidden. “Not interested” on a recommendation puts it here." });
}

function orderInAddress() {
  const wanted = new URLSearchParams(location.search).get("order");
  return Array.from(order.options).some((option) => option.value === wanted) ? wanted : "added";
}

function show() {
  const by = orderInAddress();
  order.value = by;
  grid.source = {
    load: (offset, limit, signal) => api.marked("watchlist", { offset, limit, order: by }, signal),
    empty: emptyWatchlist,
  };
}

function tell(count) {
  line.textContent = count ? `${counted(count, "movie")} to watch.` : "\u00a0";
  order.parentElement.hidden = count === 0;
}

order.addEventListener("change", () => {
  const url = new URL(location.href);
  url.searchParams.set("order", order.value);
  history.pushState(null, "", url);
  show();
});

grid.addEventListener("grid-loaded", ({ detail }) => { if (!detail.error) tell(detail.count); });
grid.addEventListener("grid-counted", ({ detail: { count } }) => tell(count));

hidden.addEventListener("toggle", () => {
  if (!hidden.open) return;
  hiddenGrid.source = { load: (offset, limit, signal) => api.marked("hidden", { offset, limit }, signal), empty: emptyHidden };
});

addEventListener("popstate", show);
if (location.hash === "#hidden") hidden.open = true;
show();
