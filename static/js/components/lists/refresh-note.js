/**
 * <refresh-note>: says what a rating changed in the list and offers the new one. Its button fires "list-wanted"; the
 * other one, or Escape, puts the note away until the next rating.
 */
export class RefreshNote extends HTMLElement {
  connectedCallback() {
    this.sentence = this.querySelector("[data-changes]");
    this.addEventListener("click", this);
    this.addEventListener("focusin", this);
    document.addEventListener("keydown", this);
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this);
  }

  show(sentence) {
    this.sentence.textContent = sentence;
    this.hidden = false;
  }

  handleEvent(event) {
    if (event.type === "focusin") this.noteFocus(event);
    else if (event.type === "keydown") this.onKey(event);
    else if (event.target.closest("[data-close]")) this.close();
    else if (event.target.closest("[data-show]")) this.dispatchEvent(new CustomEvent("list-wanted"));
  }

  noteFocus({ relatedTarget }) {
    if (!this.contains(relatedTarget)) this.before = relatedTarget;
  }

  onKey(event) {
    const forOthers = event.defaultPrevented || document.querySelector(":modal, :popover-open");
    if (event.key === "Escape" && !this.hidden && !forOthers) this.close();
  }

  /** Focus goes back to where it came from, often the stars that were just set. */
  close() {
    if (this.contains(document.activeElement)) this.before?.focus({ preventScroll: true });
    this.hidden = true;
  }
}

customElements.define("refresh-note", RefreshNote);
