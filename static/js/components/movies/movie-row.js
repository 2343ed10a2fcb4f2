/**
 * <movie-row heading="…" more="/url/" more-label="…" reasons>: a horizontal list of movies; with `reasons` each tile
 * gives the reason for its movie. Elements inside stand beside the heading.
 * Call `row.load(load)`; skeletons hold the place until the movies are there. A page of movies may have a `heading` of
 * its own, and the address of `more` movies.
 */
import { element } from "../../dom.js";
import { errorMessage } from "../status-message.js";
import "./movie-tile.js";

function arrow(label, path) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  svg.append(line);
  return element("button", { class: "row-arrow", type: "button", "aria-label": label }, svg);
}

let rowCount = 0;

export class MovieRow extends HTMLElement {
  connectedCallback() {
    const id = `row-${++rowCount}`;
    const heading = this.getAttribute("heading");
    const besideHeading = [...this.children];
    this.list = element(
      "ul",
      { class: "movie-row", "aria-busy": "true" },
      Array.from({ length: 12 }, () => this.skeleton()),
    );
    this.back = arrow("Scroll back", "m15 5-7 7 7 7");
    this.forward = arrow("Scroll forward", "m9 5 7 7-7 7");
    this.back.addEventListener("click", () => this.scroll(-1));
    this.forward.addEventListener("click", () => this.scroll(1));
    this.list.addEventListener("scroll", () => this.updateArrows(), { passive: true });
    this.resizeObserver = new ResizeObserver(() => this.updateArrows());
    this.resizeObserver.observe(this.list);
    this.section = element(
      "section",
      { class: "movie-row-section", "aria-labelledby": id },
      element(
        "div",
        { class: "section-head" },
        (this.heading = element("h2", { id }, heading)),
        this.moreLink(),
        ...besideHeading,
        element("span", { class: "row-arrows" }, this.back, this.forward),
      ),
      this.list,
    );
    this.replaceChildren(this.section);
  }

  disconnectedCallback() {
    this.resizeObserver.disconnect();
  }

  moreLink() {
    return this.hasAttribute("more")
      ? element("a", { class: "section-link", href: this.getAttribute("more") }, this.getAttribute("more-label"))
      : null;
  }

  headLine({ heading, more }) {
    this.heading.textContent = heading;
    if (more) this.heading.after(element("a", { class: "section-link", href: more }, "All movies"));
  }

  skeleton() {
    const lines = [
      "skeleton-line",
      "skeleton-line skeleton-short",
      ...(this.hasAttribute("reasons") ? ["skeleton-line skeleton-reason"] : []),
      "skeleton-stars",
    ];
    return element(
      "li",
      { class: "tile-skeleton", "aria-hidden": "true" },
      element("span", { class: "skeleton-poster" }),
      lines.map((line) => element("span", { class: line })),
    );
  }

  /**
   * Show the movies of `load()`. Without movies, or after an error, show the node that `otherwise(error)` returns; hide
   * the row when that is null, and show the error when it is undefined.
   */
  async load(load, otherwise = (error) => (error ? undefined : null)) {
    let page = { results: [] };
    let message = null;
    try {
      page = await load();
      if (!page.results.length) message = otherwise(null);
    } catch (error) {
      message = otherwise(error);
      if (message === undefined) message = errorMessage(error, () => this.load(load, otherwise));
    }
    if (page.heading) this.headLine(page);
    this.list.removeAttribute("aria-busy");
    this.message?.remove();
    this.message = message;
    if (message) this.section.append(message);
    this.list.hidden = Boolean(message);
    this.hidden = !message && !page.results.length;
    this.list.replaceChildren(
      ...page.results.map((movie) => {
        const tile = document.createElement("movie-tile");
        tile.movie = movie;
        return element("li", {}, tile);
      }),
    );
    this.updateArrows();
  }

  scroll(direction) {
    this.list.scrollBy({ left: direction * this.list.clientWidth * 0.85 });
  }

  updateArrows() {
    const end = this.list.scrollWidth - this.list.clientWidth;
    this.back.disabled = this.list.scrollLeft <= 1;
    this.forward.disabled = this.list.scrollLeft >= end - 1;
    this.back.parentElement.hidden = this.list.hidden || end <= 1;
  }
}

customElements.define("movie-row", MovieRow);
