/**
 * <search-filters>: genre, decade, number of ratings, order, hiding what I have seen. `filters.search` sets it; fires
 * "search-filtered" with the whole search. On small screens the filters fold behind a button.
 */
import { activeFilters, withoutFilters } from "../search-address.js";
import { counted } from "../words.js";

export class SearchFilters extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.toggle = this.querySelector("[data-toggle]");
    this.clear = this.querySelector("[data-clear]");
    this.relevance = this.form.elements.order.querySelector("[value=relevance]");
    this.popularity = this.form.elements.order.querySelector("[value=popularity]");
    this.form.addEventListener("change", this);
    this.form.addEventListener("submit", this);
    this.toggle.addEventListener("click", this);
    this.clear.addEventListener("click", this);
  }

  handleEvent(event) {
    if (event.type === "submit") event.preventDefault();
    else if (event.currentTarget === this.toggle) this.open = !this.open;
    else if (event.currentTarget === this.clear) {
      this.announce(withoutFilters(this.current));
      (this.open || !this.toggle.offsetParent ? this.form.elements.genre : this.toggle).focus();
    } else this.announce(this.chosen());
  }

  get fields() {
    return this.form.elements;
  }

  get open() {
    return this.hasAttribute("open");
  }

  set open(open) {
    this.toggleAttribute("open", open);
    this.toggle.setAttribute("aria-expanded", open);
  }

  /** Set only what differs, for speed while someone is typing: setting a select to its own value lays it out again. */
  set search(search) {
    this.current = search;
    const { elements } = this.form;
    for (const name of ["genre", "decade", "min_ratings", "order"]) {
      if (elements[name].value !== search[name]) elements[name].value = search[name];
    }
    if (elements.hide_rated) elements.hide_rated.checked = search.hide_rated !== "";
    // Without a query, the best match is the most rated.
    this.relevance.textContent = search.q ? "Best match" : "Most rated";
    this.popularity.hidden = search.q === "";
    if (search.q === "" && search.order === "popularity") elements.order.value = "relevance";
    const active = activeFilters(search);
    this.clear.disabled = active.length === 0;
    this.querySelector("[data-turned]").textContent = active.length ? `${counted(active.length, "filter")} on` : "";
  }

  chosen() {
    const { genre, decade, min_ratings: minRatings, order, hide_rated: hideRated } = this.form.elements;
    return {
      ...this.current,
      genre: genre.value,
      decade: decade.value,
      min_ratings: minRatings.value,
      order: order.value,
      hide_rated: hideRated?.checked ? "1" : "",
    };
  }

  announce(search) {
    this.dispatchEvent(new CustomEvent("search-filtered", { bubbles: true, detail: search }));
  }
}

customElements.define("search-filters", SearchFilters);
