/** <follow-button person-id="1" name="Agnès Varda" followed>: follows a person, or no longer; with undo. */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import { goToSignIn, noteChange } from "../../session.js";
import { showToast } from "../toast-stack.js";

export class FollowButton extends HTMLElement {
  connectedCallback() {
    this.button = element("button", { type: "button", class: "button" });
    this.button.addEventListener("click", () => this.set(!this.followed));
    this.replaceChildren(this.button);
    this.draw();
  }

  get followed() {
    return this.hasAttribute("followed");
  }
  get name() {
    return this.getAttribute("name");
  }

  /** Show it at once; go back when the server refuses. */
  async set(follow, { quiet = false } = {}) {
    const id = this.getAttribute("person-id");
    this.show(follow);
    this.button.disabled = true;
    try {
      await (follow ? api.follow(id) : api.unfollow(id));
      noteChange();
      if (!quiet) this.announce(follow);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.show(!follow);
      const signedOut = error.status === 401 || error.status === 403;
      showToast({
        message: signedOut ? "You are signed out. Sign in to follow people." : error.message,
        action: signedOut
          ? { label: "Sign in", run: goToSignIn }
          : { label: "Try again", run: () => this.set(follow, { quiet }) },
      });
    } finally {
      this.button.disabled = false;
    }
  }

  announce(followed) {
    const message = followed
      ? `You follow ${this.name}: your home page shows what you have not seen.`
      : `You no longer follow ${this.name}.`;
    showToast({ message, action: { label: "Undo", run: () => this.set(!followed, { quiet: true }) } });
  }

  show(followed) {
    this.toggleAttribute("followed", followed);
    this.draw();
  }

  draw() {
    this.button.setAttribute("aria-pressed", this.followed);
    this.button.setAttribute("aria-label", `Follow ${this.name}`);
    this.button.textContent = this.followed ? "Following" : "Follow";
  }
}

customElements.define("follow-button", FollowButton);
