/** The first visit: groups of movies to rate, and how many ratings are left until the first list. */
import "../components/lists/onboarding-groups.js";
import { whole } from "../words.js";

const words = document.querySelector("[data-progress]");
const bar = document.querySelector("progress");
const nextLink = document.querySelector("[data-next]");
let rated = 0;
let enough = bar.max;

function show() {
  const done = rated >= enough;
  words.textContent = done ? `${whole(rated)} rated` : `${rated} of ${enough}`;
  bar.value = Math.min(rated, enough);
  bar.hidden = done;
  nextLink.textContent = done ? "See your list" : "Skip for now";
  nextLink.classList.toggle("button-primary", done);
  nextLink.classList.toggle("button-quiet", !done);
}

document.addEventListener("onboarding-loaded", ({ detail }) => {
  rated = detail.nRatings;
  enough = detail.enough;
  show();
});

document.addEventListener("rating-saved", ({ detail: { stars, before } }) => {
  rated += (before === null) - (stars === null);
  show();
});
