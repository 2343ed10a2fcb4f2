/**
 * <movie-grid>: an endless grid of tiles. `grid.source = {load, first, empty, failed, renderVisibleFirst}`:
 * load(offset, limit, signal) resolves to {count, results}; `first` is the number of movies to start with; empty() and
 * failed(error) may return a node to show instead; `renderVisibleFirst` shows the tiles in the window first and the
 * others a frame later, for someone who is typing.
 * Fires "grid-loaded", and "grid-counted" when a movie leaves or comes back. <movie-grid keeps="watchlist"> hides
 * movies that lose that mark; <movie-grid shared> is a list for several people; <movie-grid lengths> shows how long
 * movies are.
 */
import { ApiError } from "../../api.js";
import { element } from "../../dom.js";
import { focusTile } from "../../grid-keys.js";
import { errorMessage } from "../status-message.js";
import { showToast } from "../toast-stack.js";
import "./movie-tile.js";

const PAGE = 40;
const N_SKELETONS = 24;

function skeletonTile() {
  return element(
    "li",
    { class: "tile-skeleton", "aria-hidden": "true" },
    element("span", { class: "skeleton-poster" }),
    element("span", { class: "skeleton-line" }),
    element("span", { class: "skeleton-line skeleton-short" }),
    element("span", { class: "skeleton-stars" }),
  );
}

export class MovieGrid extends HTMLElement {
  connectedCallback() {
    this.list = element("ul", { class: "movie-grid" });
    this.more = element(
      "button",
      { class: "button", type: "button", hidden: true, onclick: () => this.loadMore() },
      "Show more",
    );
    this.replaceChildren(this.list, element("p", { class: "list-end" }, this.more));
    this.observer = new IntersectionObserver(
      ([entry]) => {
        if (entry.isIntersecting && this.mayLoadMore()) this.loadMore();
      },
      { rootMargin: "800px" },
    );
    this.observer.observe(this.more);
    this.addEventListener("tile-moved", this);
    this.widths = new ResizeObserver(() => this.measure());
    this.widths.observe(this.list);
    this.showSkeletons();
  }

  disconnectedCallback() {
    this.observer.disconnect();
    this.widths.disconnect();
    this.controller?.abort();
  }

  /** All tiles are as wide as the first, so posters need not be measured one by one (css/posters.css). */
  measure() {
    const width = this.list.firstElementChild?.offsetWidth;
    this.toggleAttribute("data-poster-unit", Boolean(width));
    if (!width) return;
    this.style.setProperty("--poster-unit", `${width / 100}px`);
    const columns = Math.max(1, Math.floor(this.list.offsetWidth / width));
    this.screenful = columns * Math.ceil((0.8 * innerHeight) / this.list.firstElementChild.offsetHeight);
  }

  /** With keyboard focus on a tile or groups below, only the button loads more: people want to reach what follows. */
  mayLoadMore() {
    return !this.later && !this.more.hidden && !this.byButton && !this.list.querySelector(":focus-visible");
  }

  get busy() {
    return this.list.hasAttribute("aria-busy") && !this.later;
  }
  get size() {
    return this.list.querySelectorAll(":scope > li:not([hidden])").length;
  }

  handleEvent({ detail: { gone } }) {
    this.count += gone ? -1 : 1;
    this.message?.remove();
    if (!this.size && this.more.hidden) this.showMessage(this.currentSource.empty?.());
    this.dispatchEvent(new CustomEvent("grid-counted", { bubbles: true, detail: { count: this.count } }));
  }

  showSkeletons(length = N_SKELETONS) {
    this.later = null;
    this.list.setAttribute("aria-busy", "true");
    this.list.replaceChildren(...Array.from({ length }, skeletonTile));
  }

  set source(source) {
    this.currentSource = source;
    this.limit = source.limit ?? PAGE;
    if (source.first > this.limit && !this.querySelector("movie-tile")) this.showSkeletons(source.first);
    this.reload(Math.max(source.first ?? 0, this.limit));
  }

  async reload(limit = this.limit) {
    this.list.setAttribute("aria-busy", "true");
    const page = await this.fetchPage(0, limit);
    if (!page) return;
    this.count = page.count;
    this.byButton = Boolean(page.groups?.length);
    this.message?.remove();
    this.render(page.results, this.currentSource.renderVisibleFirst ? this.screenful : Infinity);
    if (!page.results.length) this.showMessage(this.currentSource.empty?.());
    this.settle(page);
  }

  async loadMore() {
    if (this.loadingMore) return;
    this.loadingMore = true;
    this.later?.();
    const present = this.size;
    const byButton = document.activeElement === this.more;
    const page = await this.fetchPage(present);
    this.loadingMore = false;
    if (!page) return;
    this.list.append(...page.results.map((movie) => this.item(movie)));
    this.settle(page);
    if (byButton && page.results.length) focusTile(this.list.children[present].querySelector("a"));
  }

  settle(page) {
    const endless = this.currentSource.endless ?? true;
    this.more.hidden = !endless || !page.results.length || Math.max(this.size, page.results.length) >= page.count;
    this.list.toggleAttribute("aria-busy", Boolean(this.later));
    this.dispatchEvent(new CustomEvent("grid-loaded", { bubbles: true, detail: page }));
    if (!this.later) this.observeAgain();
  }

  /** The observer only fires on a change; look again in case the button is still in view. */
  observeAgain() {
    this.observer.unobserve(this.more);
    this.observer.observe(this.more);
  }

  /** Resolve to a page, or to null when a newer request replaced this one or it failed. */
  async fetchPage(offset, limit = this.limit) {
    this.controller?.abort();
    const controller = new AbortController();
    this.controller = controller;
    try {
      const page = await this.currentSource.load(offset, limit, controller.signal);
      return controller.signal.aborted ? null : page;
    } catch (error) {
      if (error.name !== "AbortError" && !controller.signal.aborted) this.fail(error, offset);
      if (!(error instanceof ApiError) && error.name !== "AbortError") throw error;
      return null;
    }
  }

  fail(error, offset) {
    this.list.removeAttribute("aria-busy");
    if (offset) {
      showToast({ message: error.message, action: { label: "Try again", run: () => this.loadMore() } });
      return;
    }
    this.later = null;
    this.list.replaceChildren();
    this.more.hidden = true;
    this.showMessage(
      this.currentSource.failed?.(error) ??
        errorMessage(error, () => {
          this.message.remove();
          this.showSkeletons();
          this.reload();
        }),
    );
    this.dispatchEvent(new CustomEvent("grid-loaded", { bubbles: true, detail: { count: 0, results: [], error } }));
  }

  showMessage(node) {
    this.message?.remove();
    this.message = node;
    if (node) this.list.after(node);
  }

  /** Tiles of movies that stay are reused, so that posters do not flicker while someone is typing. */
  render(movies, nFirst = Infinity) {
    const tiles = new Map(
      Array.from(this.list.querySelectorAll("movie-tile"), (tile) => [tile.movieId, tile.parentElement]),
    );
    const items = (some) =>
      some.map((movie) => {
        const kept = tiles.get(movie.movie_id);
        if (kept) kept.firstElementChild.recommendation = movie;
        if (kept) kept.hidden = false;
        return kept ?? this.item(movie);
      });
    this.list.replaceChildren(...items(movies.slice(0, nFirst)));
    this.later = null;
    if (movies.length > nFirst) this.afterPaint(() => this.list.append(...items(movies.slice(nFirst))));
  }

  /** `this.later` appends the remaining tiles, unless a newer list has replaced this one. */
  afterPaint(append) {
    const later = () => {
      if (this.later !== later) return;
      this.later = null;
      append();
      this.list.removeAttribute("aria-busy");
      this.observeAgain();
    };
    this.later = later;
    requestAnimationFrame(() => setTimeout(later));
  }

  item(movie) {
    const tile = document.createElement("movie-tile");
    tile.keeps = this.getAttribute("keeps");
    tile.isShared = this.hasAttribute("shared");
    tile.hasLength = this.hasAttribute("lengths");
    tile.movie = movie;
    return element("li", {}, tile);
  }
}

customElements.define("movie-grid", MovieGrid);
