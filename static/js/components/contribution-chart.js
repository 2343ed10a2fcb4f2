/**
 * <contribution-chart>: what each of my ratings adds to a predicted rating.
 * `chart.contributions = [{title, my_stars, contribution}]`.
 */
import { counted, decimal } from "../words.js";
import { BarChart } from "./bar-chart.js";

const N_BARS = 8;

/** The largest contributions by title and the rest in one bar, so that the bars add up to the total. */
function bars(contributions) {
  const strongest = contributions.toSorted((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
  const named = strongest.slice(0, strongest.length === N_BARS + 1 ? N_BARS + 1 : N_BARS);
  const rest = strongest.slice(named.length);
  const rows = named.map(({ title, my_stars: stars, contribution }) => ({
    label: title,
    detail: `you gave ${decimal(stars)}`,
    cells: [decimal(stars)],
    value: contribution,
  }));
  if (rest.length)
    rows.push({
      label: counted(rest.length, "other rating"),
      cells: ["various"],
      value: rest.reduce((sum, each) => sum + each.contribution, 0),
    });
  return rows;
}

export class ContributionChart extends BarChart {
  set contributions(contributions) {
    this.data = {
      rows: bars(contributions),
      caption: "What each of your ratings adds to the prediction, in stars",
      head: ["Movie", "Your stars", "Adds"],
      zero: "0 stars",
    };
  }
}

customElements.define("contribution-chart", ContributionChart);
