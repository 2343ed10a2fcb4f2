/**
 * <title-lookup>: offers to look up the title of a search when no movie found has exactly this title, and adds the film
 * that is chosen. Follows the grid's "grid-loaded".
 */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import { noteChange } from "../../session.js";
import { statusMessage } from "../status-message.js";

const SHORTEST = 2;

export class TitleLookup extends HTMLElement {
  connectedCallback() {
    this.onLoaded = ({ detail }) => this.follow(detail);
    document.addEventListener("grid-loaded", this.onLoaded);
  }

  disconnectedCallback() {
    document.removeEventListener("grid-loaded", this.onLoaded);
  }

  /** Further pages of the same search change nothing: its first one has the titles that are alike. */
  follow({ results, error }) {
    const title = (new URLSearchParams(location.search).get("q") ?? "").trim();
    if (title === this.title) return;
    this.title = error ? null : title;
    const isThere = results.some((movie) => sameTitle(movie.title, title));
    this.replaceChildren(...(error || isThere || title.length < SHORTEST ? [] : [this.offer()]));
  }

  offer() {
    return statusMessage({
      sentence: `Is “${this.title}” missing here?`,
      button: { label: "Look it up", run: () => this.lookUp() },
    });
  }

  async lookUp() {
    const title = this.title;
    this.show(statusMessage({ sentence: "Looking it up …" }));
    await this.attempt(async () => {
      const { results } = await api.lookUp(title);
      if (title === this.title) this.show(results.length ? this.choices(results) : nothingFound(title));
    });
  }

  choices(results) {
    const message = statusMessage({ sentence: "Which one do you mean?" });
    const items = results.map((film) =>
      element(
        "li",
        {},
        film.movie_id
          ? element("a", { class: "button", href: `/movies/${film.movie_id}/` }, labelOf(film))
          : element("button", { class: "button", type: "button", onclick: () => this.add(film) }, labelOf(film)),
      ),
    );
    message.append(element("ul", { class: "lookup-list" }, ...items));
    return message;
  }

  async add(film) {
    this.show(statusMessage({ sentence: `Adding ${labelOf(film)} …` }));
    await this.attempt(async () => {
      const movie = await api.addLookedUp(film.tmdb_id);
      noteChange();
      location.assign(`/movies/${movie.movie_id}/`);
    });
  }

  async attempt(action) {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.show(statusMessage({ sentence: error.message, button: { label: "Try again", run: () => this.lookUp() } }));
    }
  }

  /** What was clicked is gone, so the keyboard goes on from what takes its place. */
  show(message) {
    message.setAttribute("role", "status");
    message.tabIndex = -1;
    this.replaceChildren(message);
    message.focus();
  }
}

function nothingFound(title) {
  return statusMessage({ sentence: `The Movie Database has no film called “${title}” either.` });
}

function labelOf({ title, year }) {
  return year ? `${title} (${year})` : title;
}

function sameTitle(one, other) {
  return one.localeCompare(other, undefined, { sensitivity: "base", ignorePunctuation: true }) === 0;
}

customElements.define("title-lookup", TitleLookup);
