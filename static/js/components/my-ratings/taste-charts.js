/** The charts and tables of a taste profile, loaded when it comes near the window. */
import { element } from "../../dom.js";
import { counted, listed, signedStars } from "../../words.js";
import { dataTable } from "../bar-chart.js";

const N_BARS = 10;
const BIAS = "bias";
const NAMED_IN_AXES = "Factors";
const MEANING = {
  stars: "How many stars this adds or takes away for you, all else being equal.",
  points: "Movies you liked add points, others subtract; rare features count more.",
  "stars per point": "How many stars one point adds to your predictions.",
};

/** Charts that get their data once they are in the document. */
let pending = [];

/** Show what an algorithm has learned about me in `place`. */
export function drawTaste(place, heading, { n_ratings: nRatings, generosity, groups, axes }) {
  const others = groups.filter(({ values }) => values.length && values[0].name !== BIAS);
  const parts = [
    axes.length ? axesPart(axes) : null,
    ...others.filter(({ name }) => !(axes.length && name === NAMED_IN_AXES)).map(groupPart),
  ].filter(Boolean);
  place.replaceChildren(
    heading,
    element(
      "p",
      { class: "muted" },
      `From ${counted(nRatings, "rating")}. ${generosity}`,
      parts.length
        ? ""
        : " It learns nothing else about you: it compares your ratings with everyone’s each time.",
    ),
    element("div", { class: "taste-parts" }, parts),
  );
  const raw = others.find(({ name }) => name === NAMED_IN_AXES);
  if (axes.length && raw) place.append(factorTable(raw));
  for (const [chart, data] of pending) chart.data = data;
  pending = [];
}

function axesPart(axes) {
  const titles = (movies) => listed(movies.map(({ title }) => title));
  const rows = axes.map(({ stars, liked, other }) => ({
    label: titles(liked.slice(0, 2)),
    note: `rather than ${titles(other.slice(0, 2))}`,
    value: stars,
  }));
  const table = axes.map(({ stars, liked, other }) => [titles(liked), titles(other), signedStars(stars)]);
  return part(
    "Dimensions of your taste",
    "How many more stars we expect you to give the first two than the others.",
    { rows, caption: "Dimensions of your taste", head: ["You like", "Stars more"], zero: "0 stars" },
    dataTable("Dimensions of your taste", ["You like", "Rather than", "Stars more"], table),
    counted(axes.length, "dimension"),
  );
}

function groupPart({ name, unit, values }) {
  const rows = values.slice(0, N_BARS).map(({ name: label, value }) => ({ label, value }));
  const figure = unit === "stars" ? signedStars : compact;
  return part(
    name,
    MEANING[unit] ?? `In ${unit}.`,
    { rows, caption: `${name}, in ${unit}`, head: ["Name", `In ${unit}`], figure, zero: "0" },
    tableOf({ name, unit, values }),
    counted(values.length, "figure"),
  );
}

function part(heading, sentence, data, table, all) {
  const chart = document.createElement("bar-chart");
  pending.push([chart, data]);
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

function tableOf({ name, unit, values }) {
  const figure = unit === "stars" ? signedStars : compact;
  return dataTable(
    `${name}, in ${unit}`,
    ["Name", `In ${unit}`],
    values.map(({ name: label, value }) => [label, figure(value)]),
  );
}

function factorTable(group) {
  return element(
    "details",
    { class: "why" },
    element("summary", {}, `The ${counted(group.values.length, "raw factor")} as a table`),
    element(
      "div",
      { class: "table-scroll", tabindex: "0", role: "group", "aria-label": "Factors, table" },
      tableOf(group),
    ),
  );
}

/** Three significant digits, with a true minus sign. */
function compact(value) {
  return Number(value.toPrecision(3)).toString().replace("-", "−");
}
