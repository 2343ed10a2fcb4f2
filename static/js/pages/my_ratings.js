/** My ratings: the count above, the list below. */
import "../components/rating-list.js";
import { counted } from "../words.js";

const line = document.querySelector("[data-count]");
document.addEventListener("ratings-counted", ({ detail: { count } }) => {
  line.textContent = count ? `You have rated ${counted(count, "movie")}.` : "\u00a0";
});
