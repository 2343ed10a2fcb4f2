/**
 * <taste-profile>: what an algorithm has learned about me. `profile.show(algorithm, label)` loads it when it comes near
 * the window.
 */
import * as api from "../api.js";
import { element } from "../dom.js";
import { counted, listed, signedStars } from "../words.js";
import { dataTable } from "./bar-chart.js";
import { errorMessage } from "./status-message.js";

const N_BARS = 10;
const PAUSE_MS = 800;
const BIAS = "bias";
const NAMED_IN_AXES = "Factors";
const MEANING = {
  stars: "How many stars this adds or takes away for you, all else being equal.",
  points: "Movies you liked add points, others subtract; rare features count more.",
  "stars per point": "How many stars one point adds to your predictions.",
};

export class TasteProfile extends HTMLElement {
  connectedCallback() {
    this.observer = new IntersectionObserver(
      ([entry]) => {
        this.near = entry.isIntersecting;
        if (this.near) this.load();
      },
      { rootMargin: "600px" },
    );
    this.observer.observe(this);
    document.addEventListener("rating-saved", this);
  }

  disconnectedCallback() {
    this.observer.disconnect();
    document.removeEventListener("rating-saved", this);
    clearTimeout(this.timer);
  }

  /** A rating changes the figures; several in a row update them once. */
  handleEvent() {
    this.stale = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.near) this.load();
    }, PAUSE_MS);
  }

  show(algorithm, label) {
    if (algorithm === this.algorithm) return;
    Object.assign(this, { algorithm, label, stale: true });
    if (this.near) this.load();
  }

  async load() {
    if (!this.stale || !this.algorithm) return;
    this.stale = false;
    const { algorithm } = this;
    try {
      const profile = await api.profile({ algorithm });
      if (algorithm === this.algorithm) this.render(profile);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.hidden = error.status === 404;
      this.replaceChildren(
        this.heading(),
        error.status === 409
          ? element("p", { class: "muted" }, "Rate more movies to see what your ratings say about you.")
          : errorMessage(error, () => {
              this.stale = true;
              this.load();
            }),
      );
    }
  }

  heading() {
    return element("h2", { id: "taste-heading" }, `What “${this.label}” knows about you`);
  }

  render({ n_ratings: nRatings, generosity, groups, axes }) {
    const others = groups.filter(({ values }) => values.length && values[0].name !== BIAS);
    const parts = [
      axes.length ? this.axes(axes) : null,
      ...others.filter(({ name }) => !(axes.length && name === NAMED_IN_AXES)).map((group) => this.group(group)),
    ].filter(Boolean);
    const summary = nRatings
      ? `From ${counted(nRatings, "rating")}. ${generosity}`
      : "Nothing yet. Rate a few movies to see your taste here.";
    this.hidden = false;
    this.replaceChildren(
      this.heading(),
      element(
        "p",
        { class: "muted" },
        summary,
        nRatings && !parts.length
          ? " It learns nothing else about you: it compares your ratings with everyone’s each time."
          : "",
      ),
      nRatings ? element("div", { class: "taste-parts" }, parts) : null,
    );
    const raw = others.find(({ name }) => name === NAMED_IN_AXES);
    if (nRatings && axes.length && raw) this.append(this.table(raw));
    for (const [chart, data] of this.pending ?? []) chart.data = data;
    this.pending = [];
  }

  axes(axes) {
    const titles = (movies) => listed(movies.map(({ title }) => title));
    const rows = axes.map(({ stars, liked, other }) => ({
      label: titles(liked.slice(0, 2)),
      note: `rather than ${titles(other.slice(0, 2))}`,
      value: stars,
    }));
    const table = axes.map(({ stars, liked, other }) => [titles(liked), titles(other), signedStars(stars)]);
    return this.part(
      "Dimensions of your taste",
      "How many more stars we expect you to give the first two than the others.",
      { rows, caption: "Dimensions of your taste", head: ["You like", "Stars more"], zero: "0 stars" },
      dataTable("Dimensions of your taste", ["You like", "Rather than", "Stars more"], table),
      counted(axes.length, "dimension"),
    );
  }

  group({ name, unit, values }) {
    const rows = values.slice(0, N_BARS).map(({ name: label, value }) => ({ label, value }));
    const figure = unit === "stars" ? signedStars : compact;
    return this.part(
      name,
      MEANING[unit] ?? `In ${unit}.`,
      { rows, caption: `${name}, in ${unit}`, head: ["Name", `In ${unit}`], figure, zero: "0" },
      this.tableOf({ name, unit, values }),
      counted(values.length, "figure"),
    );
  }

  part(heading, sentence, data, table, all) {
    const chart = document.createElement("bar-chart");
    (this.pending ??= []).push([chart, data]);
    return element(
      "section",
      { class: "taste-part" },
      element("h3", {}, heading),
      element("p", { class: "muted" }, sentence),
      chart,
      element(
        "details",
        { class: "why" },
        element("summary", {}, `All ${all} as a table`),
        element(
          "div",
          { class: "table-scroll", tabindex: "0", role: "group", "aria-label": `${heading}, table` },
          table,
        ),
      ),
    );
  }

  tableOf({ name, unit, values }) {
    const figure = unit === "stars" ? signedStars : compact;
    return dataTable(
      `${name}, in ${unit}`,
      ["Name", `In ${unit}`],
      values.map(({ name: label, value }) => [label, figure(value)]),
    );
  }

  table(group) {
    return element(
      "details",
      { class: "why" },
      element("summary", {}, `The ${counted(group.values.length, "raw factor")} as a table`),
      element(
        "div",
        { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "Factors, table" },
        this.tableOf(group),
      ),
    );
  }
}

/** Three significant digits, with a true minus sign. */
function compact(value) {
  return Number(value.toPrecision(3)).toString().replace("-", "−");
}

customElements.define("taste-profile", TasteProfile);
