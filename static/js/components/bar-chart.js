/**
 * <bar-chart>: named figures as bars to both sides of zero. `chart.data = {rows: [{label, detail, note, cells, value}],
 * caption, head, figure, zero}`; a note is a second line under the label, and so is the detail on a narrow chart. A
 * table holds the same for screen readers.
 */
import { element } from "../dom.js";
import { drawingWidth, svg } from "../svg.js";
import { signedStars } from "../words.js";

const ROW = 48;
const NOTE = 20;
const BAR = 12;
const AXIS = 28;
const DIGIT_WIDTH = 8;

/** The largest of 1, 2 or 5 times a power of ten that fits. */
export function niceStep(limit) {
  const power = 10 ** Math.floor(Math.log10(limit));
  return [5, 2, 1].map((factor) => factor * power).find((step) => step <= limit * 1.0001);
}

export class BarChart extends HTMLElement {
  narrow = 240;

  connectedCallback() {
    this.resizeObserver = new ResizeObserver(() => this.draw());
    this.resizeObserver.observe(this);
  }

  disconnectedCallback() {
    this.resizeObserver.disconnect();
  }

  set data({ rows, caption, head, figure = signedStars, zero = "0" }) {
    Object.assign(this, { rows, caption, head, figure, zero, drawnWidth: 0 });
    this.replaceChildren(this.table());
    this.draw();
  }

  draw() {
    const width = drawingWidth(this);
    if (!this.rows || !width || width === this.drawnWidth) return;
    this.querySelector("svg")?.remove();
    this.prepend(this.chart(width));
    for (const text of this.querySelectorAll(".chart-title"))
      shorten(text, width - (text.nextElementSibling?.getComputedTextLength() ?? 0));
    for (const text of this.querySelectorAll(".chart-note")) shorten(text, width);
    this.drawnWidth = width;
  }

  chart(width) {
    const rows =
      width < this.narrow ? this.rows.map(({ detail, note = detail, ...each }) => ({ ...each, note })) : this.rows;
    const row = ROW + (rows.some(({ note }) => note) ? NOTE : 0);
    const height = rows.length * row + AXIS;
    const values = this.rows.map(({ value }) => value);
    const max = Math.max(...values.map(Math.abs), 1e-3);
    const maxLeft = Math.max(...values.map((value) => -value), 0);
    const maxRight = Math.max(...values, 0);
    const figures = 16 + DIGIT_WIDTH * Math.max(...values.map((value) => this.figure(value).length));
    const left = maxLeft ? figures : 1;
    const scale = (width - left - (maxRight ? figures : 1)) / (maxLeft + maxRight || 1);
    const at = (value) => left + (maxLeft + value) * scale;
    const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
    const step = niceStep(max);
    const ticks = [-step, 0, step].filter((tick) => tick === 0 || (tick >= -maxLeft && tick <= maxRight));
    for (const tick of ticks) {
      drawing.append(
        svg("line", {
          class: tick ? "chart-grid" : "chart-zero",
          x1: at(tick),
          x2: at(tick),
          y1: 4,
          y2: height - AXIS,
        }),
      );
      drawing.append(
        svg(
          "text",
          {
            class: "chart-axis",
            x: at(tick),
            y: height - 8,
            "text-anchor": tick ? "middle" : zeroAnchor(at(0), width),
          },
          tick ? this.figure(tick) : this.zero,
        ),
      );
    }
    rows.forEach((each, index) => drawing.append(...this.bar(each, index * row, at)));
    return drawing;
  }

  bar({ label, detail, note, value }, top, at) {
    const positive = value >= 0;
    const y = top + 28 + (note ? NOTE : 0);
    const text = svg("text", { class: "chart-label", x: 0, y: top + 18 });
    text.append(
      svg("tspan", { class: "chart-title" }, label),
      svg("tspan", { class: "chart-detail" }, detail ? ` · ${detail}` : ""),
    );
    return [
      text,
      svg("text", { class: "chart-note", x: 0, y: top + 18 + NOTE }, note ?? ""),
      svg("rect", {
        class: positive ? "chart-bar" : "chart-bar chart-bar-against",
        x: Math.min(at(0), at(value)),
        y,
        width: Math.max(1, Math.abs(at(value) - at(0))),
        height: BAR,
        rx: 3,
      }),
      svg(
        "text",
        {
          class: "chart-figure",
          x: at(value) + (positive ? 8 : -8),
          y: y + BAR - 1.5,
          "text-anchor": positive ? "start" : "end",
        },
        this.figure(value),
      ),
    ];
  }

  table() {
    return element(
      "div",
      { class: "visually-hidden" },
      dataTable(
        this.caption,
        this.head,
        this.rows.map(({ label, cells, value }) => [label, ...(cells ?? []), this.figure(value)]),
      ),
    );
  }
}

/** A table whose first column names the row. */
export function dataTable(caption, head, rows) {
  return element(
    "table",
    {},
    element("caption", {}, caption),
    element(
      "thead",
      {},
      element(
        "tr",
        {},
        head.map((text) => element("th", { scope: "col" }, text)),
      ),
    ),
    element(
      "tbody",
      {},
      rows.map(([name, ...cells]) =>
        element(
          "tr",
          {},
          element("th", { scope: "row" }, name),
          cells.map((text) => element("td", {}, text)),
        ),
      ),
    ),
  );
}

function zeroAnchor(x, width) {
  if (x < 30) return "start";
  return x > width - 30 ? "end" : "middle";
}

/** Shorten a title that is longer than its line. */
function shorten(text, width) {
  const full = text.textContent;
  let length = full.length;
  while (length > 1 && text.getComputedTextLength() > width) {
    length -= 1;
    text.textContent = `${full.slice(0, length).trimEnd()}…`;
  }
}

customElements.define("bar-chart", BarChart);
