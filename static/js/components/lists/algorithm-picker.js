/**
 * <algorithm-picker>: radio buttons for the algorithms, in a fold that says which one is chosen.
 * `picker.show(name)`; fires "algorithm-chosen".
 */
export class AlgorithmPicker extends HTMLElement {
  connectedCallback() {
    this.addEventListener("change", this);
  }

  handleEvent({ target: { value } }) {
    this.dispatchEvent(new CustomEvent("algorithm-chosen", { bubbles: true, detail: { algorithm: value } }));
  }

  /** The algorithms that the server offers: [{name, label, minimumRatings, isDefault, isChosen}]. */
  get choices() {
    return Array.from(this.querySelectorAll("input"), ({ value, dataset }) => ({
      name: value,
      label: dataset.label,
      minimumRatings: Number(dataset.minimumRatings),
      isDefault: "default" in dataset,
      isChosen: "chosen" in dataset,
    }));
  }

  show(name) {
    const radio = Array.from(this.querySelectorAll("input")).find((input) => input.value === name);
    if (!radio) return;
    radio.checked = true;
    const now = this.parentElement.querySelector("[data-now]");
    now.textContent = "default" in radio.dataset ? "" : `Your list is from “${radio.dataset.label}”.`;
  }
}

customElements.define("algorithm-picker", AlgorithmPicker);
