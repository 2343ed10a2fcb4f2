/**
 * <onboarding-groups>: well-known movies in groups of like ones, six at a time; "More like these" passes over those shown.
 * Fires "onboarding-loaded" {nRatings, enough}.
 */
import * as api from "../api.js";
import { element } from "../dom.js";
import { errorMessage, statusMessage } from "./status-message.js";
import "./movie-tile.js";

const SHOWN = 6;
const N_SKELETONS = 2;

function skeleton() {
  const tile = () => element("li", { class: "tile-skeleton" }, ["skeleton-poster", "skeleton-line", "skeleton-line skeleton-short", "skeleton-stars"].map((name) => element("span", { class: name })));
  return element("section", { class: "onboarding-group", "aria-hidden": "true" }, element("div", { class: "section-head" }), element("ul", { class: "movie-grid" }, Array.from({ length: SHOWN }, tile)));
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
      this.replaceChildren(...(groups.length ? groups.map((group, number) => this.group(group, number)) : [this.nothing()]));
      this.dispatchEvent(new CustomEvent("onboarding-loaded", { bubbles: true, detail: { nRatings, enough } }));
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.replaceChildren(error.status === 404 ? this.nothing() : errorMessage(error, () => this.load()));
    } finally {
      this.removeAttribute("aria-busy");
    }
  }

  nothing() {
    return statusMessage({ heading: "Nothing to ask yet", sentence: "The first model is still being trained. Search for movies you know meanwhile.", button: { label: "Find movies to rate", href: "/" } });
  }

  group({ heading, movies }, number) {
    const id = `onboarding-${number}`;
    const list = element("ul", { class: "movie-grid" });
    const more = element("button", { class: "button", type: "button", "aria-label": `More like these: ${heading}` }, "More", element("span", { class: "desktop-only" }, " like these"));
    let first = 0;
    const show = () => list.replaceChildren(...movies.slice(first, first + SHOWN).map((movie) => this.item(movie)));
    more.hidden = movies.length <= SHOWN;
    more.addEventListener("click", () => {
      first = first + SHOWN < movies.length ? first + SHOWN : 0;
      show();
    });
    show();
    return element("section", { class: "onboarding-group", "aria-labelledby": id }, element("div", { class: "section-head" }, element("h2", { id }, heading), more), list);
  }

  /** Stars given before a group turned over are still there when it comes round again. */
  item(movie) {
    const tile = document.createElement("movie-tile");
    tile.movie = movie;
    tile.addEventListener("rate", ({ detail: { stars } }) => { movie.my_stars = stars; });
    return element("li", {}, tile);
  }
}

customElements.define("onboarding-groups", OnboardingGroups);
