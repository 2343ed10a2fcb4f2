/**
 * <onboarding-groups>: well-known movies in groups of similar ones, six at a time; "More like these" shows the next.
 * Fires "onboarding-loaded" {nRatings, enough}.
 */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import { errorMessage, statusMessage } from "../status-message.js";
import "../movies/movie-tile.js";

const N_SHOWN = 6;
const N_SKELETONS = 2;

function skeleton() {
  const tile = () =>
    element(
      "li",
      { class: "tile-skeleton" },
      ["skeleton-poster", "skeleton-line", "skeleton-line skeleton-short", "skeleton-stars"].map((name) =>
        element("span", { class: name }),
      ),
    );
  return element(
    "section",
    { class: "onboarding-group", "aria-hidden": "true" },
    element("div", { class: "section-head" }),
    element("ul", { class: "movie-grid" }, Array.from({ length: N_SHOWN }, tile)),
  );
}

export class OnboardingGroups extends HTMLElement {
  connectedCallback() {
    this.load();
  }

  async load() {
    this.setAttribute("aria-busy", "true");
    this.replaceChildren(...Array.from({ length: N_SKELETONS }, skeleton));
    try {
      const { n_ratings: nRatings, enough, groups } = await api.onboarding();
      this.replaceChildren(
        ...(groups.length ? groups.map((group, number) => this.group(group, number)) : [this.nothing()]),
      );
      this.dispatchEvent(new CustomEvent("onboarding-loaded", { bubbles: true, detail: { nRatings, enough } }));
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.replaceChildren(error.status === 404 ? this.nothing() : errorMessage(error, () => this.load()));
    } finally {
      this.removeAttribute("aria-busy");
    }
  }

  nothing() {
    return statusMessage({
      heading: "No movies to suggest yet",
      sentence: "The first model is still being trained. Meanwhile, search for movies you know.",
      button: { label: "Find movies to rate", href: "/" },
    });
  }

  group({ heading, movies }, number) {
    const id = `onboarding-${number}`;
    const list = element("ul", { class: "movie-grid" });
    const more = element(
      "button",
      { class: "button", type: "button", "aria-label": `More like these: ${heading}` },
      "More",
      element("span", { class: "desktop-only" }, " like these"),
    );
    let first = 0;
    const show = () => list.replaceChildren(...movies.slice(first, first + N_SHOWN).map((movie) => this.item(movie)));
    more.hidden = movies.length <= N_SHOWN;
    more.addEventListener("click", () => {
      first = first + N_SHOWN < movies.length ? first + N_SHOWN : 0;
      show();
    });
    show();
    return element(
      "section",
      { class: "onboarding-group", "aria-labelledby": id },
      element("div", { class: "section-head" }, element("h2", { id }, heading), more),
      list,
    );
  }

  /** Keep the stars for when the group comes back to this movie. */
  item(movie) {
    const tile = document.createElement("movie-tile");
    tile.movie = movie;
    tile.addEventListener("rate", ({ detail: { stars } }) => {
      movie.my_stars = stars;
    });
    return element("li", {}, tile);
  }
}

customElements.define("onboarding-groups", OnboardingGroups);
