/** <rating-filters>: search, sort, filter my ratings. `filters.show(state)`; fires "filters-changed". */
import { neutralRatings } from "../../ratings-address.js";

const PAUSE_MS = 120;

export class RatingFilters extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.clear = this.querySelector("[data-clear]");
    for (const type of ["submit", "input", "change"]) this.form.addEventListener(type, this);
    this.clear.addEventListener("click", this);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  handleEvent(event) {
    if (event.type === "submit") event.preventDefault();
    if (event.type === "click") {
      this.announce({ ...neutralRatings, sort: this.state.sort }, false);
      this.form.elements.q.focus();
    } else if (event.target.name === "q" && event.type === "input") {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.announce(this.state, true), PAUSE_MS);
    } else if (event.target.name !== "q" && event.type === "change") this.announce(this.state, false);
  }

  get fields() {
    return this.form.elements;
  }

  get state() {
    const { elements } = this.form;
    return Object.fromEntries(Object.keys(neutralRatings).map((name) => [name, elements[name].value.trim()]));
  }

  announce(state, typing) {
    clearTimeout(this.timer);
    this.dispatchEvent(new CustomEvent("filters-changed", { bubbles: true, detail: { state, typing } }));
  }

  show(state) {
    for (const [name, value] of Object.entries(state)) {
      const field = this.form.elements[name];
      if (field.value.trim() !== value) field.value = value;
    }
    this.clear.disabled = Object.keys(neutralRatings).every(
      (name) => name === "sort" || state[name] === neutralRatings[name],
    );
  }
}

customElements.define("rating-filters", RatingFilters);
