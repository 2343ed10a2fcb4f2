/** <rating-statistics>: how I rate, in figures and charts; updates when I rate or remove ratings on the page. */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import { decimal, whole } from "../../words.js";
import { errorMessage } from "../status-message.js";
import "../bar-chart.js";
import "../column-chart.js";

const PAUSE_MS = 600;
const N_GENRES = 12;
const MIN_MOVIES_FOR_CORRELATION = 10;
const WIDE = "(min-width: 1200px)";

export class RatingStatistics extends HTMLElement {
  connectedCallback() {
    this.details = this.querySelector("details");
    this.body = this.querySelector("[data-body]");
    this.details.open = matchMedia(WIDE).matches;
    document.addEventListener("rating-saved", this);
    this.load();
  }

  disconnectedCallback() {
    document.removeEventListener("rating-saved", this);
    clearTimeout(this.timer);
  }

  handleEvent() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.load(), PAUSE_MS);
  }

  async load() {
    try {
      this.show(await api.ratingStatistics());
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.body.replaceChildren(errorMessage(error, () => this.load()));
    }
  }

  show({ count, mean, histogram, decades, genres, agreement }) {
    this.hidden = count === 0;
    if (!count) return;
    const columns = document.createElement("column-chart");
    const [byDecade, byGenre] = [document.createElement("bar-chart"), document.createElement("bar-chart")];
    this.body.replaceChildren(
      element(
        "ul",
        { class: "statistics-facts" },
        [`Your average is ${decimal(mean)} stars.`, ...agreementSentences(agreement)].map((sentence) =>
          element("li", {}, sentence),
        ),
      ),
      part("Your stars", columns),
      part("By genre", byGenre),
      decades.length ? part("By decade", byDecade) : null,
    );
    columns.data = {
      rows: histogram.map((value, index) => ({ label: ((index + 1) / 2).toString(), value })),
      caption: "How often you gave each rating",
      head: ["Stars", "Ratings"],
      axis: "number of ratings by stars",
    };
    byGenre.data = barsOf("Genre", genres.slice(0, N_GENRES));
    byDecade.data = barsOf(
      "Decade",
      decades.map((each) => ({ ...each, name: `${each.name}s` })),
    );
  }
}

function part(heading, chart) {
  return element("section", { class: "taste-part" }, element("h3", {}, heading), chart);
}

function barsOf(kind, parts) {
  const others = ({ others_mean: theirs }) => (theirs === null ? "" : `, others ${decimal(theirs)}`);
  return {
    rows: parts.map((each) => ({
      label: each.name,
      detail: `you ${decimal(each.mean)}${others(each)}`,
      cells: [decimal(each.mean), each.others_mean === null ? "–" : decimal(each.others_mean)],
      value: each.count,
    })),
    caption: `${kind}: your average, that of others, and how many you rated`,
    head: [kind, "Your average", "Others’ average", "Ratings"],
    figure: whole,
    zero: "0 ratings",
  };
}

function agreementSentences({ n_movies: nMovies, sentence, correlation }) {
  if (!sentence) return [];
  if (correlation === null || nMovies < MIN_MOVIES_FOR_CORRELATION) return [sentence];
  const figure = correlation.toFixed(2).replace("-", "−");
  return [sentence, `${agreementInWords(correlation)}: the correlation is ${figure}, where 1 is full agreement.`];
}

function agreementInWords(correlation) {
  if (correlation >= 0.6) return "You mostly agree with the crowd";
  if (correlation >= 0.3) return "You often agree with the crowd";
  return correlation >= -0.1 ? "You go your own way" : "You like what others do not";
}

customElements.define("rating-statistics", RatingStatistics);
