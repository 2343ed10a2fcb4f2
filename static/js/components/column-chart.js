/**
 * <column-chart>: counts as columns. `chart.data = {rows: [{label, value}], caption, head, axis}`; a table holds the
 * same for screen readers.
 */
import { element } from "../dom.js";
import { whole } from "../words.js";
import { drawingWidth, svg } from "../svg.js";
import { dataTable } from "./bar-chart.js";

const HEIGHT = 180;
const TOP = 24;
const LABELS = 24;
const LABEL_WIDTH = 22;
const GAP = 0.24;

export class ColumnChart extends HTMLElement {
  connectedCallback() {
    this.resizeObserver = new ResizeObserver(() => this.draw());
    this.resizeObserver.observe(this);
  }

  disconnectedCallback() {
    this.resizeObserver.disconnect();
  }

  set data({ rows, caption, head, axis }) {
    Object.assign(this, { rows, drawnWidth: 0 });
    this.replaceChildren(
      element("p", { class: "column-axis muted", "aria-hidden": "true" }, axis),
      element(
        "div",
        { class: "visually-hidden" },
        dataTable(
          caption,
          head,
          rows.map(({ label, value }) => [label, whole(value)]),
        ),
      ),
    );
    this.draw();
  }

  draw() {
    const width = drawingWidth(this);
    if (!this.rows || !width || width === this.drawnWidth) return;
    this.querySelector("svg")?.remove();
    this.prepend(this.chart(width));
    this.drawnWidth = width;
  }

  chart(width) {
    const height = HEIGHT + LABELS;
    const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, "aria-hidden": "true" });
    const max = Math.max(...this.rows.map(({ value }) => value), 1);
    const step = width / this.rows.length;
    const every = Math.ceil(LABEL_WIDTH / step);
    drawing.append(svg("line", { class: "chart-zero", x1: 0, x2: width, y1: HEIGHT, y2: HEIGHT }));
    this.rows.forEach(({ label, value }, index) => {
      const columnHeight = ((HEIGHT - TOP) * value) / max;
      const middle = (index + 0.5) * step;
      drawing.append(
        svg("rect", {
          class: "chart-bar",
          x: index * step + (step * GAP) / 2,
          y: HEIGHT - columnHeight,
          width: step * (1 - GAP),
          height: columnHeight,
          rx: 3,
        }),
        svg(
          "text",
          { class: "chart-figure", x: middle, y: HEIGHT - columnHeight - 6, "text-anchor": "middle" },
          value ? whole(value) : "",
        ),
        svg(
          "text",
          { class: "chart-axis", x: middle, y: HEIGHT + 18, "text-anchor": "middle" },
          (index + 1) % every ? "" : label,
        ),
      );
    });
    return drawing;
  }
}

customElements.define("column-chart", ColumnChart);
