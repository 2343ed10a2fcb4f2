/** <algorithm-picker>: radio pills with a sentence on the chosen one. `picker.show(choices, chosen)`; fires "algorithm-chosen". */
import { element } from "../dom.js";

export class AlgorithmPicker extends HTMLElement {
  connectedCallback() {
    this.pills = element("div", { class: "pills" });
    this.sentence = element("p", { class: "muted", "aria-live": "polite" });
    this.replaceChildren(
      element("fieldset", { class: "picker" }, element("legend", { class: "visually-hidden" }, "Algorithm"), this.pills),
      this.sentence,
    );
    this.addEventListener("change", this);
  }

  handleEvent(event) {
    this.describe(event.target.value);
    this.dispatchEvent(new CustomEvent("algorithm-chosen", { bubbles: true, detail: { algorithm: event.target.value } }));
  }

  show(choices, chosen) {
    this.choices = choices;
    this.hidden = choices.length === 0;
    this.pills.replaceChildren(...choices.map(({ name, label }) =>
      element("label", { class: "pill" },
        element("input", { type: "radio", name: "algorithm", value: name, checked: name === chosen }),
        element("span", {}, label))));
    this.describe(chosen);
    this.pills.querySelector(":checked")?.parentElement.scrollIntoView({ block: "nearest", inline: "center" });
  }

  describe(name) {
    this.sentence.textContent = this.choices.find((choice) => choice.name === name)?.description ?? "";
  }
}

customElements.define("algorithm-picker", AlgorithmPicker);
