/** <services-setting>: those of my country's services that I have; each change is saved at once. */
import * as api from "../../api.js";
import { showNames } from "../../code-names.js";
import { element } from "../../dom.js";
import { counted } from "../../words.js";
import { showToast } from "../toast-stack.js";

const N_FIRST = 12;

export class ServicesSetting extends HTMLElement {
  connectedCallback() {
    document.addEventListener("country-saved", this);
    this.load();
  }

  disconnectedCallback() {
    document.removeEventListener("country-saved", this);
  }

  handleEvent() {
    this.load();
  }

  /** My services in other countries stay mine. */
  async load() {
    try {
      const [{ services }, { country, results }] = await Promise.all([api.settings(), api.services()]);
      this.chosen = new Set(services);
      this.show(country, results);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.replaceChildren(element("p", { class: "field-errors" }, error.message));
    }
  }

  show(country, results) {
    if (!results.length) return this.replaceChildren();
    const boxes = results.map((service) => this.box(service));
    const label = `Show ${counted(boxes.length, "service")}`;
    const more = element("button", { class: "link-button", type: "button" }, label);
    const rest = boxes.filter((box, place) => place >= N_FIRST && !results[place].mine);
    for (const box of rest) box.hidden = true;
    more.hidden = rest.length === 0;
    more.addEventListener("click", () => {
      for (const box of rest) box.hidden = false;
      more.hidden = true;
      rest[0].querySelector("input").focus();
    });
    const legend = element("legend", {}, "My services in ", element("span", { "data-region": country }, country));
    this.replaceChildren(element("fieldset", {}, legend, ...boxes), more);
    showNames(this);
  }

  box({ provider_id: id, name, mine }) {
    const input = element("input", { type: "checkbox", checked: mine, onchange: () => this.save(id, input) });
    return element("label", { class: "dial-check" }, input, element("span", {}, name));
  }

  async save(id, input) {
    const change = (has) => this.chosen[has ? "add" : "delete"](id);
    change(input.checked);
    try {
      await api.putSettings({ services: [...this.chosen] });
      showToast({ message: "Saved." });
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      input.checked = !input.checked;
      change(input.checked);
      showToast({ message: error.message });
    }
  }
}

customElements.define("services-setting", ServicesSetting);
