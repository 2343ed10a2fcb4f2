/** <movie-explanation movie-id="1">: the predicted rating, a sentence on the reason, and the details under "Why?". */
import * as api from "../api.js";
import { element } from "../dom.js";
import { predictionFigure } from "../prediction.js";
import { counted, decimal, ended, listed, whole } from "../words.js";
import "./contribution-chart.js";

const MAX_PLACE_NAMED = 1000;
const CUT_OFF = 0.05;

export class MovieExplanation extends HTMLElement {
  connectedCallback() {
    document.addEventListener("rating-saved", this);
    this.load();
  }

  disconnectedCallback() {
    document.removeEventListener("rating-saved", this);
  }

  get movieId() {
    return Number(this.getAttribute("movie-id"));
  }

  /** A rating of another movie may change this prediction; a rating of this movie replaces it. */
  handleEvent({ detail: { movieId } }) {
    if (movieId !== this.movieId) this.load();
  }

  async load() {
    try {
      this.show(await api.explanation(this.movieId));
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.showProblem(error);
    }
  }

  showProblem(error) {
    if (error.status === 409) {
      const needed = counted(error.body.needed ?? 1, "more movie");
      this.replaceChildren(
        element("p", { class: "muted" }, `Rate ${needed} you know to see how much you may like this one.`),
      );
    } else if (error.status === 401 || error.status === 404) this.hidden = true;
    else this.replaceChildren(element("p", { class: "muted" }, error.message));
  }

  show(explanation) {
    const open = this.querySelector("details")?.open ?? false;
    this.hidden = false;
    this.replaceChildren(
      element(
        "p",
        { class: "for-you" },
        element("span", { class: "for-you-label" }, "For you:"),
        " ",
        predictionFigure(explanation),
      ),
      element("p", { class: "muted for-you-reason" }, ended(explanation.sentence) || this.withoutReason(explanation)),
      element("details", { class: "why", open }, element("summary", {}, "Why?"), this.panel(explanation)),
    );
  }

  withoutReason({ contributions }) {
    return contributions.length
      ? "Your ratings say little about this one yet."
      : "Rate a few movies to make this prediction your own.";
  }

  panel(explanation) {
    const { contributions } = explanation;
    return element(
      "div",
      { class: "why-panel" },
      this.part("How we got this figure", element("p", {}, this.sum(explanation)), this.chart(contributions)),
      this.part("In common with movies you liked", ...this.shared(explanation)),
      this.part("What each rating changes", this.counterfactuals(explanation)),
      this.interval(explanation),
    );
  }

  part(heading, ...content) {
    const present = content.filter(Boolean);
    return present.length ? element("section", { class: "why-part" }, element("h2", {}, heading), present) : null;
  }

  sum({ offset, contributions, predicted_stars: stars }) {
    const [n, expected] = [contributions.length, decimal(offset)];
    const from = `Without your ratings we would expect ${expected} stars.`;
    const added = contributions.reduce((sum, each) => sum + each.contribution, 0);
    if (!contributions.some((each) => Math.abs(each.contribution) >= 0.005))
      return `${from} Your ratings do not change that.`;
    const total = offset + added;
    if (decimal(total) === expected)
      return `${from} ${n === 1 ? "Your rating hardly changes that." : `Your ${counted(n, "rating")} cancel out.`}`;
    const ratings = n === 1 ? "Your rating makes" : `Your ${counted(n, "rating")} make`;
    const cut = Math.abs(total - stars) > CUT_OFF && (stars >= 5 || stars <= 0.5);
    return `${from} ${ratings} it ${decimal(total)}${cut ? `, which the scale limits to ${decimal(stars)}` : ""}.`;
  }

  chart(contributions) {
    if (!contributions.some((each) => Math.abs(each.contribution) >= 0.005)) return null;
    const chart = document.createElement("contribution-chart");
    chart.contributions = contributions;
    return chart;
  }

  shared({ shared_genres: genres, shared_tags: tags }) {
    const chips = (label, words) =>
      words.length
        ? element(
            "div",
            { class: "chip-line" },
            element("span", { class: "muted" }, label),
            element(
              "ul",
              { class: "chips" },
              words.map((word) => element("li", { class: "chip" }, word)),
            ),
          )
        : null;
    return [chips("Genres", genres), chips("Tags", tags)];
  }

  counterfactuals({ counterfactuals, rank }) {
    const moved = counterfactuals.filter((each) => each.rank !== each.rank_without);
    if (rank === null || !counterfactuals.length) return null;
    const now =
      rank <= MAX_PLACE_NAMED
        ? `This movie is number ${whole(rank)} on your list.`
        : "This movie is far down your list.";
    const still = counterfactuals.filter((each) => each.rank === each.rank_without).map(({ title }) => title);
    return element(
      "ul",
      { class: "counterfactuals" },
      element("li", {}, now),
      moved.map(({ title, rank_without: place }) =>
        element(
          "li",
          {},
          "Without your rating of ",
          element("strong", {}, title),
          ` it would be number ${whole(place)}.`,
        ),
      ),
      still.length ? element("li", {}, `Without ${listed(still)} it would stay where it is.`) : null,
    );
  }

  interval({ interval, predicted_stars: stars }) {
    if (!interval) return null;
    const [low, high, expected] = [...interval, stars].map(decimal);
    return element(
      "p",
      { class: "muted why-note" },
      `Four times out of five we expect you to give between ${low} and ${high} stars; our estimate is ${expected}.`,
    );
  }
}

customElements.define("movie-explanation", MovieExplanation);
