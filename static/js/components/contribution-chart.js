/**
 * <contribution-chart>: what each of my ratings adds to a predicted rating, as bars to both sides of zero.
 * `chart.contributions = [{title, my_stars, contribution}]`; a table says the same to assistive technology.
 */
import { element } from "../dom.js";
import { svg } from "../svg.js";
import { counted, decimal, signedStars } from "../words.js";

const N_BARS = 8;
const ROW = 48;
const BAR = 12;
const AXIS = 28;
const FIGURE_WIDTH = 56;

/** The strongest ratings by name, the rest in one bar: the bars add up to the whole. */
function bars(contributions) {
  const strongest = contributions.toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  const named = strongest.slice(0, strongest.length === N_BARS + 1 ? N_BARS + 1 : N_BARS);
  const rest = strongest.slice(named.length);
  const rows = named.map(({ title, my_stars: stars, contribution }) => ({ title, stars, contribution }));
  if (rest.length) rows.push({ title: counted(rest.length, "other rating"), contribution: rest.reduce((sum, each) => sum + each.contribution, 0) });
  return rows;
}

/** The largest of 1, 2 or 5 times a power of ten that fits. */
function niceStep(limit) {
  const power = 10 ** Math.floor(Math.log10(limit));
  return [5, 2, 1].map((factor) => factor * power).find((step) => step <= limit * 1.0001);
}

export class ContributionChart extends HTMLElement {
  connectedCallback() {
    this.resizeObserver = new ResizeObserver(() => this.draw());
    this.resizeObserver.observe(this);
  }

  disconnectedCallback() {
    this.resizeObserver.disconnect();
  }

  set contributions(contributions) {
    this.rows = bars(contributions);
    this.replaceChildren(this.table());
    this.draw();
  }

  draw() {
    const width = Math.round(this.clientWidth);
    if (!this.rows || !width || width === this.drawnWidth) return;
    this.querySelector("svg")?.remove();
    this.prepend(this.chart(width));
    for (const text of this.querySelectorAll(".chart-title")) shorten(text, width - (text.nextElementSibling?.getComputedTextLength() ?? 0));
    this.drawnWidth = width;
  }

  chart(width) {
    const height = this.rows.length * ROW + AXIS;
    const most = Math.max(...this.rows.map(({ contribution }) => Math.abs(contribution)), 0.01);
    const leftMost = Math.max(...this.rows.map(({ contribution }) => -contribution), 0);
    const rightMost = Math.max(...this.rows.map(({ contribution }) => contribution), 0);
    const left = leftMost ? FIGURE_WIDTH : 1;
    const scale = (width - left - (rightMost ? FIGURE_WIDTH : 1)) / (leftMost + rightMost || 1);
    const at = (stars) => left + (leftMost + stars) * scale;
    const picture = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
    const step = niceStep(most);
    const ticks = [-step, 0, step].filter((tick) => tick === 0 || (tick >= -leftMost && tick <= rightMost));
    for (const tick of ticks) {
      picture.append(svg("line", { class: tick ? "chart-grid" : "chart-zero", x1: at(tick), x2: at(tick), y1: 4, y2: height - AXIS }));
      const label = svg("text", { class: "chart-axis", x: at(tick), y: height - 8, "text-anchor": tick ? "middle" : zeroAnchor(at(0), width) }, tick ? signedStars(tick) : "0 stars");
      picture.append(label);
    }
    this.rows.forEach((row, index) => picture.append(...this.bar(row, index * ROW, at)));
    return picture;
  }

  bar({ title, stars, contribution }, top, at) {
    const start = Math.min(at(0), at(contribution));
    const length = Math.max(1, Math.abs(at(contribution) - at(0)));
    const positive = contribution >= 0;
    const label = svg("text", { class: "chart-label", x: 0, y: top + 18 });
    label.append(svg("tspan", { class: "chart-title" }, title), svg("tspan", { class: "chart-detail" }, stars ? ` · you gave ${decimal(stars)}` : ""));
    return [
      label,
      svg("rect", { class: positive ? "chart-bar" : "chart-bar chart-bar-against", x: start, y: top + 28, width: length, height: BAR, rx: 3 }),
      svg("text", { class: "chart-figure", x: at(contribution) + (positive ? 8 : -8), y: top + 28 + BAR - 1.5, "text-anchor": positive ? "start" : "end" }, signedStars(contribution)),
    ];
  }

  table() {
    const cell = (name, text) => element(name, name === "th" ? { scope: "row" } : {}, text);
    const head = ["Movie", "Your stars", "Adds"].map((text) => element("th", { scope: "col" }, text));
    return element("div", { class: "visually-hidden" }, element("table", {},
      element("caption", {}, "What each of your ratings adds to the prediction, in stars"),
      element("thead", {}, element("tr", {}, head)),
      element("tbody", {}, this.rows.map(({ title, stars, contribution }) =>
        element("tr", {}, cell("th", title), cell("td", stars ? decimal(stars) : "various"), cell("td", signedStars(contribution)))))));
  }
}

function zeroAnchor(x, width) {
  if (x < 30) return "start";
  return x > width - 30 ? "end" : "middle";
}

/** Cut a title that runs out of its line. */
function shorten(text, width) {
  const full = text.textContent;
  let length = full.length;
  while (length > 1 && text.getComputedTextLength() > width) {
    length -= 1;
    text.textContent = `${full.slice(0, length).trimEnd()}…`;
  }
}

customElements.define("contribution-chart", ContributionChart);
