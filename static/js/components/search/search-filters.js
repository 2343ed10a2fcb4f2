/**
 * <search-filters>: the filters and the order that the page offers. `filters.search` sets it; fires "search-filtered"
 * with the whole search. On small screens the filters fold behind a button.
 */
import { showNames } from "../../code-names.js";
import { activeFilters, CHECKS, SELECTS, withoutFilters, withRegion } from "../../search-address.js";
import { counted } from "../../words.js";

export class SearchFilters extends HTMLElement {
  connectedCallback() {
    showNames(this);
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
    for (const name of SELECTS) {
      if (elements[name] && elements[name].value !== search[name]) elements[name].value = search[name];
    }
    for (const name of CHECKS) if (elements[name]) elements[name].checked = search[name] !== "";
    // Without a query, the best match is the most rated.
    this.relevance.textContent = search.q ? "Best match" : "Most rated";
    this.popularity.hidden = search.q === "";
    if (search.q === "" && search.order === "popularity") elements.order.value = "relevance";
    const active = activeFilters(search);
    this.clear.disabled = active.length === 0;
    this.querySelector("[data-turned]").textContent = active.length ? `${counted(active.length, "filter")} on` : "";
  }

  chosen() {
    const { elements } = this.form;
    const selected = SELECTS.map((name) => [name, elements[name]?.value ?? ""]);
    const checked = CHECKS.map((name) => [name, elements[name]?.checked ? "1" : ""]);
    return withRegion({ ...this.current, ...Object.fromEntries([...selected, ...checked]) }, elements);
  }

  /** What the chosen option of a filter says; nothing while it is neutral. */
  wordsOf(name) {
    const select = this.form.elements[name];
    return select?.value ? select.selectedOptions[0].textContent : "";
  }

  announce(search) {
    this.dispatchEvent(new CustomEvent("search-filtered", { bubbles: true, detail: search }));
  }
}

customElements.define("search-filters", SearchFilters);
