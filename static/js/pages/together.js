/** Watch together: without an invitation in the address make one, with one show the list for both. */
import * as api from "../api.js";
import { invitationProblem } from "../components/lists/group-invitation.js";
import "../components/movies/movie-grid.js";
import { statusMessage } from "../components/status-message.js";

const SENTENCES = {
  average: "Both tastes count equally.",
  least_misery: "The pickier viewer decides.",
};

const grid = document.querySelector("movie-grid");
const sentence = document.querySelector("[data-strategy-sentence]");
const strategies = document.querySelector("[data-strategies]");

function strategyInAddress() {
  const wanted = new URLSearchParams(location.search).get("strategy");
  return wanted in SENTENCES ? wanted : "average";
}

function show() {
  const strategy = strategyInAddress();
  const token = new URLSearchParams(location.search).get("token");
  strategies.querySelector(`[value="${strategy}"]`).checked = true;
  sentence.textContent = SENTENCES[strategy];
  grid.source = {
    load: (offset, limit, signal) => api.groupRecommendations({ token, strategy, offset, limit }, signal),
    empty: () =>
      statusMessage({
        heading: "Nothing left for both of you",
        sentence: "Between you, you have rated it all.",
        button: { label: "Search the catalogue", href: "/" },
      }),
    failed: invitationProblem,
  };
}

strategies?.addEventListener("change", ({ target }) => {
  const url = new URL(location.href);
  url.searchParams.set("strategy", target.value);
  history.pushState(null, "", url);
  grid.showSkeletons();
  show();
});

if (strategies) {
  addEventListener("popstate", show);
  show();
}
