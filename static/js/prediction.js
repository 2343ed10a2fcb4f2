/** A predicted rating: the figure, its interval, and both in words for screen readers. */
import { element } from "./dom.js";
import { decimal } from "./words.js";

/** "± 0.4" when the figure is in the middle of its interval; the bounds when the end of the scale cuts it off. */
export function spread(stars, [low, high]) {
  const above = high - stars;
  const below = stars - low;
  return Math.abs(above - below) < 0.1 ? `± ${decimal((above + below) / 2)}` : `(${decimal(low)}–${decimal(high)})`;
}

export function predictionInWords(stars, interval) {
  const expected = `We expect you to give it ${decimal(stars)} stars`;
  return interval
    ? `${expected}; four times out of five between ${decimal(interval[0])} and ${decimal(interval[1])}`
    : expected;
}

/** <span class="prediction">4.2 ± 0.4</span>, or null without a prediction. */
export function predictionFigure(
  { predicted_stars: stars, interval },
  words = predictionInWords(stars ?? 0, interval),
) {
  if (stars === undefined || stars === null) return null;
  return element(
    "span",
    { class: "prediction figures", title: words },
    element("span", { class: "visually-hidden" }, `${words}. `),
    element(
      "span",
      { "aria-hidden": "true" },
      element("span", { class: "prediction-stars" }, decimal(stars)),
      interval ? element("span", { class: "prediction-interval" }, ` ${spread(stars, interval)}`) : null,
    ),
  );
}
