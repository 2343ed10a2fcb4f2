/** <movie-explanation movie-id="1">: the predicted rating, a sentence on the reason, and the details under "Why?". */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import { matchInWords, predictionFigure, reasonNodes, starsWithMargin } from "../../prediction.js";
import { counted, decimal, ended, listed, whole } from "../../words.js";
import { N_BARS } from "./contribution-chart.js";

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
      this.show(await api.explanation(this.movieId, { fresh: true }));
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
      ...this.startWith(explanation),
      element("p", { class: "muted for-you-reason" }, ...this.reason(explanation)),
      element("details", { class: "why", open }, element("summary", {}, "Why?"), this.panel(explanation)),
    );
  }

  startWith({ start_with: first }) {
    if (!first) return [];
    const link = element("a", { href: `/movies/${first.movie_id}/` }, first.title);
    return [element("p", {}, "Start with ", link, ", which comes earlier in its series: you have not rated it yet.")];
  }

  reason(explanation) {
    const sentence = ended(explanation.sentence);
    return sentence ? reasonNodes(sentence, explanation.person) : [this.withoutReason(explanation)];
  }

  withoutReason({ contributions }) {
    if (!contributions.length) return "Rate a few movies to make this prediction your own.";
    return contributions.some(({ sentence }) => sentence)
      ? "No movie you liked speaks for this one."
      : "Your ratings say little about this one yet.";
  }

  panel(explanation) {
    return element(
      "div",
      { class: "why-panel" },
      this.part("What your ratings say about it", ...this.place(explanation)),
      this.part("Its series", this.brought(explanation)),
      this.part("In common with movies you liked", ...this.shared(explanation)),
      this.part(
        "How we got the figures",
        ...this.match(explanation),
        element("p", {}, this.sum(explanation)),
        this.interval(explanation),
      ),
    );
  }

  /** The contributions that the sentence above comes from, and what the place would be without some of them. */
  place({ contributions, counterfactuals, rank, person }) {
    const counting = contributions.filter(({ sentence }) => sentence);
    if (!counting.length) return [];
    const chart = document.createElement("contribution-chart");
    chart.contributions = counting;
    return [
      person ? element("p", {}, ...withPerson(person)) : null,
      element(
        "p",
        { class: "muted" },
        "How much each counts for its place on your list (+) or against it (−), of all your ratings together.",
      ),
      chart,
      element(
        "ul",
        { class: "counterfactuals" },
        rank === null ? null : element("li", {}, placeInWords(rank)),
        counterfactuals.map((each) => this.counterfactual(each)),
        counting
          .slice(0, N_BARS)
          .filter(({ ranking_contribution: added, sentence }) => added > 0 && sentence.startsWith("You disliked"))
          .map(({ sentence }) => element("li", {}, ended(sentence))),
      ),
    ];
  }

  brought({ stands_for: later }) {
    if (!later) return null;
    const from = "It stands where your ratings put ";
    const rule = ": we show the first movie of a series that you have not rated.";
    return element("p", {}, from, element("strong", {}, later.title), rule);
  }

  match({ match_percent: match }) {
    if (!match) return [];
    const sentence = ended(matchInWords(match));
    const note = element("p", { class: "muted why-note" }, "The figure never rises down your list.");
    return [element("p", {}, sentence), note];
  }

  counterfactual({ title, rank_without: place }) {
    return element(
      "li",
      {},
      "Without your rating of ",
      element("strong", {}, title),
      ` it would be number ${whole(place)}.`,
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

  interval({ interval, predicted_stars: stars }) {
    if (!interval) return null;
    const expected = starsWithMargin(stars, interval);
    const sentence = `We expect ${expected} stars: that is right four times out of five.`;
    return element("p", { class: "muted why-note" }, sentence);
  }
}

function withPerson(person) {
  const before = `You like ${listed(person.titles)} with `;
  return reasonNodes(`${before}${person.name}: of the movies you like, they speak for this one most.`, person);
}

function placeInWords(rank) {
  return rank <= MAX_PLACE_NAMED
    ? `This movie is number ${whole(rank)} on your list.`
    : "This movie is far down your list.";
}

customElements.define("movie-explanation", MovieExplanation);
