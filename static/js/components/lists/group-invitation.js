/** <group-invitation token="…">: makes a link to one list for both of us, unless it has one, and helps to send it. */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import { momentOf } from "../../words.js";
import { statusMessage } from "../status-message.js";
import { showToast } from "../toast-stack.js";

const CONSENT =
  "The list does not show your stars, but it leaves out movies you have rated and favours movies you may like. Send " +
  "the link only to people who may know that.";

export class GroupInvitation extends HTMLElement {
  connectedCallback() {
    if (this.hasAttribute("token")) {
      this.show({ token: this.getAttribute("token") });
      return;
    }
    this.button = element(
      "button",
      { class: "button button-primary", type: "button", onclick: () => this.invite() },
      "Create a link",
    );
    this.replaceChildren(element("div", { class: "invitation" }, element("p", {}, CONSENT), this.button));
  }

  async invite() {
    this.button.disabled = true;
    try {
      this.show(await api.inviteToGroup());
      this.querySelector("button").focus();
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.button.disabled = false;
      showToast({ message: error.message, action: { label: "Try again", run: () => this.invite() } });
    }
  }

  show({ token, expires_at: expiresAt }) {
    const url = new URL(location.pathname, location.origin);
    url.searchParams.set("token", token);
    this.field = element("input", {
      id: "invitation-link",
      type: "url",
      readonly: true,
      value: url.href,
      onfocus: () => this.field.select(),
    });
    const copy = element(
      "button",
      { class: "button button-primary", type: "button", onclick: () => this.copy() },
      "Copy the link",
    );
    const share =
      navigator.share &&
      element("button", { class: "button", type: "button", onclick: () => this.share(url.href) }, "Share");
    this.replaceChildren(
      element(
        "div",
        { class: "invitation" },
        element("div", { class: "field" }, element("label", { for: "invitation-link" }, "Your link"), this.field),
        element("p", { class: "invitation-actions" }, copy, share || null),
        element("p", { class: "muted" }, expiresAt ? `It works until ${momentOf(expiresAt)}. ` : "", CONSENT),
      ),
    );
  }

  /** Copy the link, or select it where the browser allows no access to the clipboard. */
  async copy() {
    try {
      await navigator.clipboard.writeText(this.field.value);
      showToast({ message: "Copied. Now send it." });
    } catch {
      this.field.focus();
      showToast({ message: "The link is selected. Copy it with your keyboard or menu." });
    }
  }

  async share(url) {
    try {
      await navigator.share({ title: "Watch together", text: "Choose a movie with me", url });
    } catch (error) {
      if (error.name !== "AbortError") await this.copy();
    }
  }
}

customElements.define("group-invitation", GroupInvitation);

/** The message for an invitation that does not work. */
export function invitationProblem(error) {
  if (error.status === 409) {
    return statusMessage({
      heading: "Rate a few movies first",
      sentence: error.message,
      button: { label: "Find movies to rate", href: "/" },
    });
  }
  if (error.status !== 404 && error.status !== 422) return null;
  return statusMessage({
    heading: "This link does not work",
    sentence: error.message,
    button: { label: "Create your own link", href: location.pathname },
  });
}
