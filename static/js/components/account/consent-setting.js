/** <consent-setting>: a switch for recording what lists show; saves at once, and switches back when that fails. */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import { showToast } from "../toast-stack.js";

const SENTENCE =
  "With your consent we record which movies your lists show and what you do with them, to find out which algorithm " +
  "is better. Nobody else sees these records. If you turn this off, they are deleted.";

export class ConsentSetting extends HTMLElement {
  async connectedCallback() {
    this.box = element("input", {
      type: "checkbox",
      role: "switch",
      disabled: true,
      "aria-describedby": "consent-sentence",
    });
    this.box.addEventListener("change", () => this.save(this.box.checked));
    this.replaceChildren(
      element("label", { class: "consent" }, this.box, "Help improve recommendations"),
      element("p", { class: "muted", id: "consent-sentence" }, SENTENCE),
    );
    try {
      this.box.checked = (await api.settings()).share_impressions;
      this.box.disabled = false;
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
    }
  }

  async save(share) {
    try {
      await api.putSettings({ share_impressions: share });
      showToast({
        message: share ? "Thank you. You can turn this off at any time." : "Turned off. The records are deleted.",
      });
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.box.checked = !share;
      showToast({
        message: error.message,
        action: {
          label: "Try again",
          run: () => {
            this.box.checked = share;
            this.save(share);
          },
        },
      });
    }
  }
}

customElements.define("consent-setting", ConsentSetting);
