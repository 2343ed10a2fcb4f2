/** <password-toggle> around a password field: a button shows the password; submitting the form hides it. */
import { element } from "../../dom.js";

export class PasswordToggle extends HTMLElement {
  connectedCallback() {
    if (this.button) return;
    this.input = this.querySelector("input");
    this.button = element(
      "button",
      {
        type: "button",
        class: "password-button",
        "aria-pressed": "false",
        "aria-controls": this.input.id,
        "aria-label": "Show the password",
        onclick: () => this.show(this.input.type === "password"),
      },
      "Show",
    );
    this.append(this.button);
    this.input.form?.addEventListener("submit", this);
  }

  disconnectedCallback() {
    this.input.form?.removeEventListener("submit", this);
  }

  handleEvent() {
    this.show(false);
  }

  show(visible) {
    this.input.type = visible ? "text" : "password";
    this.button.setAttribute("aria-pressed", String(visible));
    this.button.textContent = visible ? "Hide" : "Show";
  }
}

customElements.define("password-toggle", PasswordToggle);
