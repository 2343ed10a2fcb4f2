/**
 * <taste-profile>: what an algorithm has learned about me. `profile.show(algorithm, label)` loads it when it comes near
 * the window.
 */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import { errorMessage } from "../status-message.js";

const PAUSE_MS = 800;

export class TasteProfile extends HTMLElement {
  connectedCallback() {
    this.observer = new IntersectionObserver(
      ([entry]) => {
        this.near = entry.isIntersecting;
        if (this.near) this.load();
      },
      { rootMargin: "600px" },
    );
    this.observer.observe(this);
    document.addEventListener("rating-saved", this);
  }

  disconnectedCallback() {
    this.observer.disconnect();
    document.removeEventListener("rating-saved", this);
    clearTimeout(this.timer);
  }

  /** A rating changes the figures; several in a row update them once. */
  handleEvent() {
    this.stale = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.near) this.load();
    }, PAUSE_MS);
  }

  show(algorithm, label) {
    if (algorithm === this.algorithm) return;
    Object.assign(this, { algorithm, label, stale: true });
    if (this.near) this.load();
  }

  async load() {
    if (!this.stale || !this.algorithm) return;
    this.stale = false;
    const { algorithm } = this;
    try {
      const profile = await api.profile({ algorithm });
      const charts = profile.n_ratings ? await import("./taste-charts.js").catch(api.connectionFailed) : null;
      if (algorithm !== this.algorithm) return;
      this.hidden = false;
      if (charts) charts.drawTaste(this, this.heading(), profile);
      else this.say("Nothing yet. Rate a few movies to see your taste here.");
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.hidden = error.status === 404;
      if (error.status === 409) this.say("Rate more movies to see what your ratings say about you.");
      else this.replaceChildren(this.heading(), errorMessage(error, () => this.tryAgain()));
    }
  }

  tryAgain() {
    this.stale = true;
    this.load();
  }

  say(sentence) {
    this.replaceChildren(this.heading(), element("p", { class: "muted" }, sentence));
  }

  heading() {
    return element("h2", { id: "taste-heading" }, `What “${this.label}” knows about you`);
  }
}

customElements.define("taste-profile", TasteProfile);
