/**
 * <country-setting>: the country whose providers movie pages show; saves at once, fires "country-saved" on document,
 * and goes back when that fails.
 */
import * as api from "../../api.js";
import { showNames } from "../../code-names.js";
import { showToast } from "../toast-stack.js";

export class CountrySetting extends HTMLElement {
  async connectedCallback() {
    showNames(this);
    this.list = this.querySelector("select");
    this.list.addEventListener("change", () => this.save(this.list.value));
    try {
      this.saved = (await api.settings()).country;
      this.list.value = this.saved;
      this.list.disabled = false;
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
    }
  }

  async save(country) {
    try {
      this.saved = (await api.putSettings({ country })).country;
      document.dispatchEvent(new CustomEvent("country-saved"));
      showToast({ message: "Saved." });
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.list.value = this.saved;
      showToast({ message: error.message });
    }
  }
}

customElements.define("country-setting", CountrySetting);
