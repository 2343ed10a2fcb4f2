/**
 * <rating-histogram movie-id="1" my-stars="4.5">: the distribution of a movie's ratings as columns, with mine
 * highlighted. A table holds the same for screen readers.
 */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import { drawingWidth, svg } from "../../svg.js";
import { counted, decimal, whole } from "../../words.js";
import { errorMessage } from "../status-message.js";

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

  get movieId() {
    return Number(this.getAttribute("movie-id"));
  }
  get myStars() {
    return Number(this.getAttribute("my-stars")) || null;
  }

  handleEvent({ detail: { movieId, stars } }) {
    if (movieId !== this.movieId) return;
    this.setAttribute("my-stars", stars ?? "");
    this.load();
  }

  async load() {
    try {
      this.histogram = await api.histogram(this.movieId);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.replaceChildren(errorMessage(error, () => this.load()));
      return;
    }
    this.drawnWidth = 0;
    if (this.histogram.count) this.replaceChildren(this.table());
    else this.replaceChildren(element("p", { class: "muted" }, "No ratings yet. Be the first to rate it."));
    this.draw();
  }

  draw() {
    const width = drawingWidth(this);
    if (!this.histogram?.count || !width || width === this.drawnWidth) return;
    this.querySelector("svg")?.remove();
    this.prepend(this.chart(width));
    this.drawnWidth = width;
  }

  chart(width) {
    const { results, count } = this.histogram;
    const max = Math.max(...results.map((step) => step.count));
    const step = width / results.length;
    const drawing = svg("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, "aria-hidden": "true" });
    results.forEach(({ stars, count: n }, place) => {
      const mine = stars === this.myStars;
      const height = Math.max(n ? 2 : 0, (n / max) * (HEIGHT - TOP - AXIS));
      const x = (place + 0.5) * step;
      const y = HEIGHT - AXIS - height;
      drawing.append(
        svg("rect", {
          class: mine ? "histogram-bar histogram-mine" : "histogram-bar",
          x: x - (step * (1 - GAP)) / 2,
          y,
          width: step * (1 - GAP),
          height,
          rx: 3,
        }),
      );
      if (n && (mine || n === max || width >= NARROW))
        drawing.append(
          svg(
            "text",
            {
              class: mine ? "histogram-figure histogram-you" : "histogram-figure",
              x,
              y: y - 7,
              "text-anchor": "middle",
            },
            mine ? "you" : `${Math.round((100 * n) / count)} %`,
          ),
        );
      if (Number.isInteger(stars))
        drawing.append(
          svg("text", { class: "histogram-axis", x, y: HEIGHT - 8, "text-anchor": "middle" }, `${stars} ★`),
        );
    });
    drawing.append(
      svg("line", { class: "chart-zero", x1: 0, x2: width, y1: HEIGHT - AXIS + 0.5, y2: HEIGHT - AXIS + 0.5 }),
    );
    return drawing;
  }

  table() {
    const head = ["Stars", "Ratings"].map((text) => element("th", { scope: "col" }, text));
    const line = ({ stars, count }) =>
      element(
        "tr",
        {},
        element("th", { scope: "row" }, stars === this.myStars ? `${decimal(stars)} (yours)` : decimal(stars)),
        element("td", {}, whole(count)),
      );
    return element(
      "div",
      { class: "visually-hidden" },
      element(
        "table",
        {},
        element("caption", {}, `Distribution of ${counted(this.histogram.count, "rating")}`),
        element("thead", {}, element("tr", {}, head)),
        element("tbody", {}, this.histogram.results.map(line)),
      ),
    );
  }
}

customElements.define("rating-histogram", RatingHistogram);
