/**
 * <algorithm-picker>: radio buttons, the featured algorithms first and the others under "More", with a description of
 * the chosen one. `picker.show(name)`; fires "algorithm-chosen".
 */
export class AlgorithmPicker extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", this);
    this.more = this.querySelector("[data-more]");
    this.more?.addEventListener("click", () => this.open(!this.hasAttribute("open")));
  }

  handleEvent({ target: { value } }) {
    this.describe(value);
    this.dispatchEvent(new CustomEvent("algorithm-chosen", { bubbles: true, detail: { algorithm: value } }));
  }

  open(open) {
    this.toggleAttribute("open", open);
    this.more.setAttribute("aria-expanded", open);
    this.more.textContent = open ? "Fewer" : "More";
  }

  /** The algorithms that the server offers: [{name, label, description, minimumRatings, isDefault}]. */
  get choices() {
    return Array.from(this.querySelectorAll("input"), ({ value, dataset }) => ({
      name: value,
      label: dataset.label,
      description: dataset.description,
      minimumRatings: Number(dataset.minimumRatings),
      isDefault: "default" in dataset,
      isChosen: "chosen" in dataset,
    }));
  }

  show(name) {
    const pill = Array.from(this.querySelectorAll("input")).find((input) => input.value === name);
    if (!pill) return;
    pill.checked = true;
    this.describe(name);
    const pills = pill.closest(".pills");
    pills.scrollLeft = pill.parentElement.offsetLeft - (pills.clientWidth - pill.parentElement.offsetWidth) / 2;
  }

  describe(name) {
    const sentence = this.querySelector("[data-sentence]");
    const { description } = this.choices.find((choice) => choice.name === name);
    if (sentence.textContent !== description) sentence.textContent = description;
  }
}

customElements.define("algorithm-picker", AlgorithmPicker);
