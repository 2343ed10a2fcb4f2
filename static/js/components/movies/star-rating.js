/**
 * <star-rating movie-id="1" movie-title="Alien" stars="4.5" expected="4.2">: five stars in half steps, a slider for
 * screen readers; `expected` is the predicted rating that is shown beside it, if there is one.
 * Hover and drag preview, a click sets, a click on the same value or Backspace removes. Fires "rate" and saves nothing.
 */
import { starsInWords } from "../../words.js";

const KEY_STEPS = { ArrowRight: 0.5, ArrowUp: 0.5, ArrowLeft: -0.5, ArrowDown: -0.5, PageUp: 1, PageDown: -1 };
const KEY_PAUSE_MS = 350;
const TOUCH_SLOP_PX = 6;

export class StarRating extends HTMLElement {
  static observedAttributes = ["stars"];

  connectedCallback() {
    this.setAttribute("role", "slider");
    this.setAttribute("tabindex", "0");
    this.setAttribute("aria-valuemin", "0");
    this.setAttribute("aria-valuemax", "5");
    this.setAttribute("aria-label", `Your rating of ${this.movieTitle}`);
    for (const type of [
      "pointerdown",
      "pointermove",
      "pointerup",
      "pointercancel",
      "pointerleave",
      "keydown",
      "blur",
    ]) {
      this.addEventListener(type, this);
    }
    document.addEventListener("rating-changed", this);
    this.draw(this.stars);
  }

  disconnectedCallback() {
    document.removeEventListener("rating-changed", this);
    clearTimeout(this.keyTimer);
  }

  attributeChangedCallback() {
    if (this.isConnected) this.draw(this.stars);
  }

  get movieId() {
    return Number(this.getAttribute("movie-id"));
  }
  get movieTitle() {
    return this.getAttribute("movie-title");
  }
  get stars() {
    return this.hasAttribute("stars") ? Number(this.getAttribute("stars")) : null;
  }

  get expected() {
    return this.hasAttribute("expected") ? Number(this.getAttribute("expected")) : null;
  }

  set stars(stars) {
    if (stars === null) this.removeAttribute("stars");
    else this.setAttribute("stars", stars);
  }

  handleEvent(event) {
    if (event.type === "rating-changed") {
      if (event.detail.movieId === this.movieId) this.stars = event.detail.stars;
    } else if (event.type === "keydown") this.onKey(event);
    else if (event.type === "blur") this.commitKeys();
    else this.onPointer(event);
  }

  onPointer(event) {
    if (event.type === "pointerdown") {
      if (event.button !== 0) return;
      this.pressedAt = event.clientX;
      this.dragged = false;
      this.setPointerCapture(event.pointerId);
    }
    if (event.type === "pointercancel" || event.type === "pointerleave") {
      this.pressedAt = undefined;
      this.draw(this.stars);
      return;
    }
    if (event.type === "pointermove" && event.pointerType === "touch" && this.pressedAt === undefined) return;
    const pointed = this.starsAt(event.clientX);
    if (this.pressedAt !== undefined && Math.abs(event.clientX - this.pressedAt) > TOUCH_SLOP_PX) this.dragged = true;
    if (event.type === "pointerup" && this.pressedAt !== undefined) {
      this.pressedAt = undefined;
      this.rate(!this.dragged && pointed === this.stars ? null : pointed);
    } else this.draw(pointed);
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const from = this.typed === undefined ? this.stars : this.typed;
    let to;
    if (event.key in KEY_STEPS) to = Math.min(5, Math.max(0.5, (from ?? 0) + KEY_STEPS[event.key]));
    else if (event.key === "Home") to = 0.5;
    else if (event.key === "End") to = 5;
    else if (/^[1-5]$/.test(event.key)) to = Number(event.key);
    else if (event.key === "Backspace" || event.key === "Delete") to = null;
    else return;
    event.preventDefault();
    this.typed = to;
    this.draw(to);
    clearTimeout(this.keyTimer);
    this.keyTimer = setTimeout(() => this.commitKeys(), KEY_PAUSE_MS);
  }

  /** Keys step quickly through values; only the last one is saved. */
  commitKeys() {
    clearTimeout(this.keyTimer);
    const typed = this.typed;
    this.typed = undefined;
    if (typed !== undefined) this.rate(typed);
  }

  starsAt(clientX) {
    const { left, width } = this.getBoundingClientRect();
    const halves = Math.ceil(((clientX - left) / width) * 10);
    return Math.min(10, Math.max(1, halves)) / 2;
  }

  rate(stars) {
    const previous = this.stars;
    if (stars === previous) {
      this.draw(previous);
      return;
    }
    this.stars = stars;
    const detail = { movieId: this.movieId, title: this.movieTitle, stars, previous, expected: this.expected };
    this.dispatchEvent(new CustomEvent("rate", { bubbles: true, detail }));
  }

  draw(stars) {
    this.style.setProperty("--stars", stars ?? 0);
    this.setAttribute("aria-valuenow", stars ?? 0);
    this.setAttribute("aria-valuetext", `${starsInWords(stars)}, ${this.movieTitle}`);
    this.toggleAttribute("data-preview", stars !== this.stars);
  }
}

customElements.define("star-rating", StarRating);
