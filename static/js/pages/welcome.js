/** The first visit: groups to pick from, and how far one is on the way to a list of one's own. */
import "../components/onboarding-groups.js";
import { whole } from "../words.js";

const words = document.querySelector("[data-progress]");
const bar = document.querySelector("progress");
const on = document.querySelector("[data-on]");
let rated = 0;
let enough = bar.max;

function show() {
  const done = rated >= enough;
  words.textContent = done ? `${whole(rated)} rated` : `${rated} of ${enough}`;
  bar.value = Math.min(rated, enough);
  bar.hidden = done;
  on.textContent = done ? "See your list" : "Skip for now";
  on.classList.toggle("button-primary", done);
  on.classList.toggle("button-quiet", !done);
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
