/**
 * <import-rows import-id="7" match="ambiguous">: rows of a file, each with the movies it may mean and, unless one was
 * found, a field that searches for others.
 */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import { counted, factsLine, whole } from "../../words.js";
import { errorMessage } from "../status-message.js";
import { showToast } from "../toast-stack.js";

const PAGE = 50;
const SKIPPED = "";
const N_HITS = 10;
const TYPING_PAUSE = 250;
const KINDS = { watchlist: "Watchlist", seen: "Seen", hidden: "Hidden" };
const UNDECIDED = { matched: "Skip", ambiguous: "Choose a movie", unmatched: "Not found: choose a movie" };

export class ImportRows extends HTMLElement {
  static observedAttributes = ["match"];

  connectedCallback() {
    this.restart();
  }

  attributeChangedCallback(_name, before) {
    if (this.isConnected && before !== null) this.restart();
  }

  disconnectedCallback() {
    this.loading?.abort();
  }

  restart() {
    this.loading?.abort();
    this.offset = 0;
    this.note = element("p", { class: "muted", role: "status" });
    this.list = element("ul", { class: "import-rows", "aria-busy": "true" });
    this.more = element(
      "button",
      { class: "button", type: "button", hidden: true, onclick: () => this.loadPage() },
      "Show more",
    );
    this.replaceChildren(this.note, this.list, element("p", { class: "list-end" }, this.more));
    this.loadPage();
  }

  async loadPage() {
    const loading = new AbortController();
    this.loading = loading;
    this.more.disabled = true;
    try {
      const page = await api.importRows(
        this.getAttribute("import-id"),
        { match: this.getAttribute("match"), offset: this.offset, limit: PAGE },
        loading.signal,
      );
      this.list.append(...page.results.map((row) => this.line(row)));
      this.offset += page.results.length;
      this.more.hidden = this.offset >= page.count;
      this.note.textContent = page.count > this.offset ? `${whole(this.offset)} of ${counted(page.count, "row")}` : "";
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof api.ApiError)) throw error;
      const message = errorMessage(error, () => {
        message.remove();
        this.loadPage();
      });
      this.list.after(message);
    } finally {
      this.more.disabled = false;
      this.list.removeAttribute("aria-busy");
    }
  }

  line(row) {
    const name = row.title || `Line ${whole(row.line)}`;
    const rated = row.stars === null ? (KINDS[row.kind] ?? "") : `${row.stars} ★`;
    return element(
      "li",
      { class: "import-row" },
      element(
        "p",
        { class: "import-row-text" },
        element("span", { class: "import-row-title" }, name, row.year ? ` (${row.year})` : ""),
        element("span", { class: "muted figures" }, rated),
      ),
      this.choice(row, name),
    );
  }

  choice(row, name) {
    const select = element("select", {
      "aria-label": `Movie for ${name}`,
      onchange: () => this.choose(row, select),
    });
    fill(select, row, row.candidates);
    const search = row.match === "matched" ? null : this.search(row, name, select);
    return element("div", { class: "import-row-choice" }, select, search);
  }

  /** A field whose hits take the place of the movies offered before. */
  search(row, name, select) {
    let typed = 0;
    const field = element("input", {
      type: "search",
      placeholder: "Search for another movie",
      "aria-label": `Search for the movie of ${name}`,
      oninput: () => {
        clearTimeout(typed);
        typed = setTimeout(() => this.offer(row, field, select), TYPING_PAUSE);
      },
    });
    return field;
  }

  async offer(row, field, select) {
    field.searching?.abort();
    const searching = new AbortController();
    field.searching = searching;
    const q = field.value.trim();
    try {
      const { results } = q ? await api.search({ q, limit: N_HITS }, searching.signal) : { results: row.candidates };
      if (searching.signal.aborted) return;
      fill(select, row, results);
      this.note.textContent = results.length ? `${counted(results.length, "movie")} to choose from` : "No movie found";
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof api.ApiError)) throw error;
      showToast({ message: error.message });
    }
  }

  async choose(row, select) {
    const wanted = select.value === SKIPPED ? null : Number(select.value);
    const before = row.movie_id;
    select.disabled = true;
    try {
      const chosen = await api.chooseForRow(this.getAttribute("import-id"), row.line, wanted);
      row.movie_id = chosen.movie_id;
      row.chosen = chosen.candidates.find((movie) => movie.movie_id === chosen.movie_id);
      const change = Number(row.movie_id !== null) - Number(before !== null);
      this.dispatchEvent(new CustomEvent("row-chosen", { bubbles: true, detail: { change } }));
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      select.value = String(before ?? SKIPPED);
      showToast({ message: error.message });
    } finally {
      select.disabled = false;
      select.focus();
    }
  }
}

/** Offer these movies for a row, beside the one chosen before. */
function fill(select, row, movies) {
  const kept = row.chosen && !movies.some((movie) => movie.movie_id === row.chosen.movie_id) ? [row.chosen] : [];
  const option = (value, label) =>
    element("option", { value, selected: String(row.movie_id ?? SKIPPED) === String(value) }, label);
  select.replaceChildren(
    option(SKIPPED, UNDECIDED[row.match]),
    ...[...kept, ...movies].map((movie) =>
      option(movie.movie_id, [movie.title, factsLine(movie)].filter(Boolean).join(", ")),
    ),
  );
}

customElements.define("import-rows", ImportRows);
