/** What we expect: the match in percent, the predicted rating with its interval, both in words for screen readers. */
import { element } from "./dom.js";
import { decimal } from "./words.js";

/** "± 0.9"; where the end of the scale cuts the interval off, its longer side. The admin writes it the same way. */
export function margin(stars, [low, high]) {
  return `± ${decimal(Math.round(100 * Math.max(high - stars, stars - low)) / 100)}`;
}

/** "4.8 ± 0.9", or "4.8" without an interval. */
export function starsWithMargin(stars, interval) {
  return interval ? `${decimal(stars)} ${margin(stars, interval)}` : decimal(stars);
}

export function predictionInWords(stars, interval) {
  const expected = `We expect you to give it ${starsWithMargin(stars, interval)} stars`;
  return interval ? `${expected}, right four times out of five` : expected;
}

export function matchInWords(match) {
  return `${match} % match: of the movies shown with this figure, people like ${match} in 100 (3.5 stars or more)`;
}

/** The sentence of a reason as nodes; the name of a person in it leads to their page. */
export function reasonNodes(sentence, person) {
  const at = person ? sentence.lastIndexOf(person.name) : -1;
  if (at < 0) return [sentence];
  const link = element("a", { href: `/people/${person.person_id}/` }, person.name);
  return [sentence.slice(0, at), link, sentence.slice(at + person.name.length)];
}

/** <span class="prediction">82 % match 4.2 ± 0.4</span>, or null without a prediction. */
export function predictionFigure({ predicted_stars: stars, interval, match_percent: match }) {
  if (stars === undefined || stars === null) return null;
  const words = [match && matchInWords(match), predictionInWords(stars, interval)].filter(Boolean).join(". ");
  return element(
    "span",
    { class: "prediction figures", title: words },
    element("span", { class: "visually-hidden" }, `${words}. `),
    element(
      "span",
      { "aria-hidden": "true" },
      match ? element("span", { class: "prediction-match" }, `${match} % match`) : null,
      element("span", { class: "prediction-stars" }, decimal(stars)),
      interval ? element("span", { class: "prediction-interval" }, ` ${margin(stars, interval)}`) : null,
    ),
  );
}
