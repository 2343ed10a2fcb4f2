/**
 * <title-search>: the search field; "/" focuses it, Escape clears it, typing fires "search-typed" on document. On pages
 * that do not show results, movies are suggested under the field.
 */
import { isShortcut } from "../../dom.js";

export class TitleSearch extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.field = this.querySelector("input");
    this.form.addEventListener("submit", this);
    this.field.addEventListener("input", this);
    document.addEventListener("keydown", this);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this);
  }

  handleEvent(event) {
    if (event.type === "keydown") this.onKey(event);
    else this.announce(event);
  }

  onKey(event) {
    if (isShortcut(event, "/")) {
      event.preventDefault();
      this.field.focus();
      this.field.select();
    } else if (event.key === "Escape" && event.target === this.field && this.field.value) {
      event.preventDefault();
      this.field.value = "";
      this.announce(event);
    }
  }

  /** A page that shows results cancels the event; on all others, Enter opens the search page. */
  announce(event) {
    const shown = !document.dispatchEvent(
      new CustomEvent("search-typed", {
        detail: { query: this.field.value.trim(), submitted: event.type === "submit" },
        cancelable: true,
      }),
    );
    if (shown && event.type === "submit") event.preventDefault();
    if (!shown && event.type !== "submit") this.suggest();
  }

  /** Loaded when first needed: most visits search for nothing. */
  async suggest() {
    await import("./title-suggestions.js");
    if (!this.querySelector("title-suggestions")) this.form.append(document.createElement("title-suggestions"));
    this.querySelector("title-suggestions").suggest(this.field.value.trim());
  }
}

customElements.define("title-search", TitleSearch);
