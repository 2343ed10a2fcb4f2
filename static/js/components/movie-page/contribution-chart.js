/**
 * <contribution-chart>: how much each of my ratings counts for a movie's place on my list or against it, as a share of
 * all that counts. `chart.contributions = [{title, my_stars, ranking_contribution, sentence}]`, the largest first.
 */
import { counted, decimal, signedPercent } from "../../words.js";
import { BarChart } from "../bar-chart.js";

export const N_BARS = 8;

/** The largest contributions by title and the rest in one bar, so that the bars add up to the total. */
function bars(contributions) {
  const all = contributions.reduce((sum, each) => sum + Math.abs(each.ranking_contribution), 0);
  const share = (each) => (100 * each.ranking_contribution) / all;
  const named = contributions.slice(0, contributions.length === N_BARS + 1 ? N_BARS + 1 : N_BARS);
  const rest = contributions.slice(named.length);
  const rows = named.map((each) => ({
    label: each.title,
    detail: `you gave ${decimal(each.my_stars)}, counts ${each.ranking_contribution < 0 ? "against" : "for"} it`,
    cells: [decimal(each.my_stars), each.sentence],
    value: share(each),
  }));
  if (rest.length)
    rows.push({
      label: counted(rest.length, "other rating"),
      cells: ["various", "together"],
      value: rest.reduce((sum, each) => sum + share(each), 0),
    });
  return rows;
}

export class ContributionChart extends BarChart {
  narrow = 520;

  set contributions(contributions) {
    this.data = {
      rows: bars(contributions),
      caption: "How much each of your ratings counts for this place or against it, as a share of all that counts",
      head: ["Movie", "Your stars", "What it does", "Share"],
      figure: signedPercent,
      zero: "0 %",
    };
  }
}

customElements.define("contribution-chart", ContributionChart);
