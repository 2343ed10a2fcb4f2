/** Tonight: three movies; the address holds how much time there is, on which services and with whose invitation. */
import * as api from "../api.js";
import { invitationProblem } from "../components/lists/group-invitation.js";
import "../components/movies/movie-grid.js";
import { statusMessage } from "../components/status-message.js";
import { counted } from "../words.js";

const AT_ONCE = 3;

const grid = document.querySelector("movie-grid");
const lengths = document.querySelector("[data-lengths]");
const services = document.querySelector("[data-services]");
const others = document.querySelector("[data-others]");
const said = document.querySelector("[data-said]");
let first = 0;

/**
 * What is asked for: with whom, unless the invitation is one's own; one of the lengths on offer or none, and whether
 * only on my services.
 */
function asked() {
  const address = new URLSearchParams(location.search);
  const wanted = address.get("runtime") ?? "";
  return {
    token: (grid.hasAttribute("shared") && address.get("token")) || "",
    runtime: lengths?.querySelector(`input[value="${CSS.escape(wanted)}"]`) ? wanted : "",
    my_services: services && address.has("my_services") ? "true" : "",
  };
}

function show() {
  const { token, ...filters } = asked();
  const chosen = Object.entries(filters).filter(([, value]) => value);
  if (lengths) lengths.querySelector(`[value="${filters.runtime}"]`).checked = true;
  if (services) services.checked = Boolean(filters.my_services);
  others.hidden = true;
  grid.source = {
    limit: AT_ONCE,
    endless: false,
    load: (_, limit, signal) => {
      const query = { ...Object.fromEntries(chosen), limit, offset: first };
      return token ? api.groupRecommendations({ ...query, token }, signal) : api.recommendations(query, signal);
    },
    empty: () => nothingLeft(chosen.length > 0),
    failed: (error) => (token ? invitationProblem(error) : null),
  };
}

function nothingLeft(isFiltered) {
  if (first) {
    return statusMessage({
      heading: "That was the whole list",
      sentence: "See it again from the top.",
      button: { label: "From the top", run: () => go({}) },
    });
  }
  if (isFiltered) {
    return statusMessage({
      heading: "Nothing like that is left",
      sentence: "With more time, or on any service, there is something.",
      button: { label: "Any length, any service", run: () => go({ runtime: "", my_services: "" }) },
    });
  }
  return statusMessage({
    heading: "Nothing left to recommend",
    sentence: "You have seen it all, or no model is trained yet.",
    button: { label: "Search the catalogue", href: "/" },
  });
}

function go(changes) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  if (url.href !== location.href) history.pushState(null, "", url);
  start();
}

function start() {
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

lengths?.addEventListener("change", ({ target }) => go({ runtime: target.value }));
services?.addEventListener("change", () => go({ my_services: services.checked ? "true" : "" }));
addEventListener("popstate", start);
start();
