/** Tonight: three movies; the address holds how long there is and, with somebody else, their invitation. */
import * as api from "../api.js";
import { invitationProblem } from "../components/lists/group-invitation.js";
import "../components/movies/movie-grid.js";
import { statusMessage } from "../components/status-message.js";
import { counted } from "../words.js";

const AT_ONCE = 3;

const grid = document.querySelector("movie-grid");
const lengths = document.querySelector("[data-lengths]");
const others = document.querySelector("[data-others]");
const said = document.querySelector("[data-said]");
let first = 0;

const inAddress = (name) => new URLSearchParams(location.search).get(name) ?? "";

/** One of the lengths on offer, or empty: then the address says nothing of it either. */
function longestInAddress() {
  const wanted = inAddress("longest");
  return lengths?.querySelector(`input[value="${CSS.escape(wanted)}"]`) ? wanted : "";
}

function show() {
  const token = inAddress("token");
  const longest = longestInAddress();
  const query = { limit: AT_ONCE, ...(longest && { longest }) };
  if (lengths) lengths.querySelector(`[value="${longest}"]`).checked = true;
  others.hidden = true;
  grid.source = {
    limit: AT_ONCE,
    endless: false,
    load: (offset, limit, signal) =>
      token
        ? api.groupRecommendations({ ...query, token, offset: first }, signal)
        : api.recommendations({ ...query, offset: first }, signal),
    empty: nothingLeft,
    failed: (error) => (token ? invitationProblem(error) : null),
  };
}

function nothingLeft() {
  if (first) return startAgain("That was the whole list", "See it again from the top.");
  if (longestInAddress())
    return statusMessage({
      heading: "Nothing that short is left",
      sentence: "With a little more time there is something.",
      button: { label: "Any length", run: () => go("") },
    });
  return statusMessage({
    heading: "Nothing left to recommend",
    sentence: "You have seen it all, or no model is trained yet.",
    button: { label: "Search the catalogue", href: "/" },
  });
}

function startAgain(heading, sentence) {
  const run = () => go(longestInAddress());
  return statusMessage({ heading, sentence, button: { label: "From the top", run } });
}

function go(longest) {
  const url = new URL(location.href);
  url.searchParams.delete("longest");
  if (longest) url.searchParams.set("longest", longest);
  if (url.href !== location.href) history.pushState(null, "", url);
  first = 0;
  grid.showSkeletons(AT_ONCE);
  show();
}

grid.addEventListener("grid-loaded", ({ detail: { results, count } }) => {
  others.hidden = !results.length || first + results.length >= count;
  const titles = results.map((movie) => movie.title).join(", ");
  said.textContent = titles && `${counted(results.length, "movie")}: ${titles}`;
});

others.addEventListener("click", () => {
  first += AT_ONCE;
  show();
});

lengths?.addEventListener("change", ({ target }) => go(target.value));
addEventListener("popstate", () => {
  first = 0;
  show();
});
grid.showSkeletons(AT_ONCE);
show();
