/**
 * <rating-histogram movie-id="1" my-stars="4.5">: how the ratings of a movie are spread, as columns with the share of each
 * step; mine stands out. A table says the same to assistive technology.
 */
import * as api from "../api.js";
import { element } from "../dom.js";
import { drawingWidth, svg } from "../svg.js";
import { counted, decimal, whole } from "../words.js";
import { errorMessage } from "./status-message.js";

const HEIGHT = 200;
const TOP = 24;
const AXIS = 28;
const GAP = 0.22;
const NARROW = 420;

export class RatingHistogram extends HTMLElement {
  connectedCallback() {
    document.addEventListener("rating-saved", this);
    this.resizeObserver = new ResizeObserver(() => this.draw());
    this.resizeObserver.observe(this);
    this.load();
  }

  disconnectedCallback() {
    document.removeEventListener("rating-saved", this);
    this.resizeObserver.disconnect();
  }

  get movieId() { return Number(this.getAttribute("movie-id")); }
  get myStars() { return Number(this.getAttribute("my-stars")) || null; }

  handleEvent({ detail: { movieId, stars } }) {
    if (movieId !== this.movieId) return;
    this.setAttribute("my-stars", stars ?? "");
    this.load();
  }

  async load() {
    try {
      this.spread = await api.histogram(this.movieId);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.replaceChildren(errorMessage(error, () => this.load()));
      return;
    }
    this.drawnWidth = 0;
    if (this.spread.count) this.replaceChildren(this.table());
    else this.replaceChildren(element("p", { class: "muted" }, "Nobody has rated it yet. Yours would be the first stars."));
    this.draw();
  }

  draw() {
    const width = drawingWidth(this);
    if (!this.spread?.count || !width || width === this.drawnWidth) return;
    this.querySelector("svg")?.remove();
    this.prepend(this.chart(width));
    this.drawnWidth = width;
  }

  chart(width) {
    const { results, count } = this.spread;
    const most = Math.max(...results.map((step) => step.count));
    const step = width / results.length;
    const picture = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, "aria-hidden": "true" });
    results.forEach(({ stars, count: n }, place) => {
      const mine = stars === this.myStars;
      const height = Math.max(n ? 2 : 0, (n / most) * (HEIGHT - TOP - AXIS));
      const x = (place + 0.5) * step;
      const y = HEIGHT - AXIS - height;
      picture.append(svg("rect", { class: mine ? "histogram-bar histogram-mine" : "histogram-bar", x: x - (step * (1 - GAP)) / 2, y, width: step * (1 - GAP), height, rx: 3 }));
      if (n && (mine || n === most || width >= NARROW)) picture.append(svg("text", { class: mine ? "histogram-figure histogram-you" : "histogram-figure", x, y: y - 7, "text-anchor": "middle" }, mine ? "you" : `${Math.round((100 * n) / count)} %`));
      if (Number.isInteger(stars)) picture.append(svg("text", { class: "histogram-axis", x, y: HEIGHT - 8, "text-anchor": "middle" }, `${stars} ★`));
    });
    picture.append(svg("line", { class: "chart-zero", x1: 0, x2: width, y1: HEIGHT - AXIS + 0.5, y2: HEIGHT - AXIS + 0.5 }));
    return picture;
  }

  table() {
    const head = ["Stars", "Ratings"].map((text) => element("th", { scope: "col" }, text));
    const line = ({ stars, count }) => element("tr", {},
      element("th", { scope: "row" }, stars === this.myStars ? `${decimal(stars)} (yours)` : decimal(stars)),
      element("td", {}, whole(count)));
    return element("div", { class: "visually-hidden" }, element("table", {},
      element("caption", {}, `How ${counted(this.spread.count, "rating")} are spread`),
      element("thead", {}, element("tr", {}, head)),
      element("tbody", {}, this.spread.results.map(line))));
  }
}

customElements.define("rating-histogram", RatingHistogram);
