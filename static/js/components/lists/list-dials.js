/**
 * <list-dials>: genre, decade, popularity, variety and newness of a list, and switches. `dials.show({genre, …})` sets
 * them; it fires "dials-changed".
 */
import { neutralDials, turned } from "../../list-address.js";
import { counted } from "../../words.js";

const POPULARITY = {
  "-2": "hidden gems",
  "-1": "lesser known",
  0: "no preference",
  1: "better known",
  2: "well-known",
};
const VARIETY = {
  0: "close to my taste",
  0.25: "a little varied",
  0.5: "varied",
  0.75: "very varied",
  1: "as varied as possible",
};

const NEWNESS = { 0: "any year", 0.5: "newer first", 1: "only the last two years" };

export class ListDials extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.toggle = this.querySelector("[data-toggle]");
    this.form.addEventListener("submit", this);
    this.form.addEventListener("change", this);
    this.form.addEventListener("input", this);
    this.querySelector("[data-clear]").addEventListener("click", this);
    this.toggle.addEventListener("click", this);
  }

  handleEvent(event) {
    if (event.type === "submit") event.preventDefault();
    else if (event.type === "input") this.describe();
    else if (event.type === "change") this.announce(this.chosen());
    else if (event.currentTarget === this.toggle) this.open(!this.hasAttribute("open"));
    else this.announce(neutralDials);
  }

  get fields() {
    return this.form.elements;
  }

  open(open) {
    this.toggleAttribute("open", open);
    this.toggle.setAttribute("aria-expanded", open);
  }

  /** The slider runs from well-known on the left to hidden on the right, the API the other way. */
  chosen() {
    const { genre, decade, hidden, diversity, newness, below_average, all_of_series, steady } = this.form.elements;
    return {
      genre: genre.value,
      decade: decade.value,
      popularity: 0 - Number(hidden.value),
      diversity: Number(diversity.value),
      newness: Number(newness.value),
      below_average: below_average.checked,
      all_of_series: all_of_series.checked,
      steady: steady.checked,
    };
  }

  announce(dials) {
    this.dispatchEvent(new CustomEvent("dials-changed", { bubbles: true, detail: dials }));
  }

  show({ genre, decade, popularity, diversity, newness, ...switches }) {
    const { elements } = this.form;
    elements.genre.value = genre;
    elements.decade.value = decade;
    elements.hidden.value = 0 - popularity;
    elements.diversity.value = diversity;
    elements.newness.value = newness;
    for (const name of ["below_average", "all_of_series", "steady"]) elements[name].checked = switches[name];
    this.describe();
  }

  describe() {
    const chosen = this.chosen();
    const { hidden, diversity, newness } = this.form.elements;
    hidden.setAttribute("aria-valuetext", POPULARITY[chosen.popularity]);
    diversity.setAttribute("aria-valuetext", VARIETY[chosen.diversity]);
    newness.setAttribute("aria-valuetext", NEWNESS[chosen.newness]);
    const active = turned(chosen).length;
    this.querySelector("[data-turned]").textContent = active ? `${counted(active, "filter")} on` : "";
    this.querySelector("[data-clear]").disabled = !active;
  }
}

customElements.define("list-dials", ListDials);
