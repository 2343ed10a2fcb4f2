/** <toast-stack>: short messages at the bottom, each with at most one action, gone after six seconds. */
import { element } from "../dom.js";

const SECONDS = 6;

export class ToastStack extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "status");
    this.setAttribute("aria-live", "polite");
    for (const toast of this.querySelectorAll(".toast")) this.expire(toast);
    document.addEventListener("keydown", this);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this);
  }

  handleEvent(event) {
    if (event.key === "Escape") this.lastElementChild?.remove();
  }

  show({ message, action }) {
    const toast = element("div", { class: "toast" }, element("p", {}, message));
    if (action) {
      toast.append(
        element(
          "button",
          {
            type: "button",
            class: "toast-action",
            onclick: () => {
              toast.remove();
              action.run();
            },
          },
          action.label,
        ),
      );
    }
    this.append(toast);
    while (this.childElementCount > 3) this.firstElementChild.remove();
    this.expire(toast);
  }

  /** Remove the toast after its time, which starts again when pointer or focus leaves it. */
  expire(toast) {
    let timer = 0;
    const start = () => {
      clearTimeout(timer);
      timer = setTimeout(() => toast.remove(), SECONDS * 1000);
    };
    const stop = () => clearTimeout(timer);
    toast.addEventListener("pointerenter", stop);
    toast.addEventListener("pointerleave", start);
    toast.addEventListener("focusin", stop);
    toast.addEventListener("focusout", start);
    start();
  }
}

customElements.define("toast-stack", ToastStack);

export function showToast(toast) {
  document.querySelector("toast-stack").show(toast);
}
