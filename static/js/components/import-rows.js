/** <import-rows import-id="7" match="ambiguous">: rows of a file, each with the movies it may mean. */
import * as api from "../api.js";
import { element } from "../dom.js";
import { counted, factsLine, whole } from "../words.js";
import { errorMessage } from "./status-message.js";
import { showToast } from "./toast-stack.js";

const PAGE = 50;
const SKIPPED = "";

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
    const rated = row.stars === null ? "" : `${row.stars} ★`;
    return element(
      "li",
      { class: "import-row" },
      element(
        "p",
        { class: "import-row-text" },
        element("span", { class: "import-row-title" }, name, row.year ? ` (${row.year})` : ""),
        element("span", { class: "muted figures" }, rated),
      ),
      row.candidates.length ? this.choice(row, name) : element("p", { class: "muted" }, "Not in this catalogue"),
    );
  }

  choice(row, name) {
    const option = (value, label) =>
      element("option", { value, selected: String(row.movie_id ?? SKIPPED) === String(value) }, label);
    const select = element(
      "select",
      { "aria-label": `Movie for ${name}`, onchange: () => this.choose(row, select) },
      option(SKIPPED, row.match === "ambiguous" ? "Choose a movie" : "Skip"),
      row.candidates.map((movie) => option(movie.movie_id, [movie.title, factsLine(movie)].filter(Boolean).join(", "))),
    );
    return select;
  }

  async choose(row, select) {
    const wanted = select.value === SKIPPED ? null : Number(select.value);
    const before = row.movie_id;
    select.disabled = true;
    try {
      row.movie_id = (await api.chooseForRow(this.getAttribute("import-id"), row.line, wanted)).movie_id;
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

customElements.define("import-rows", ImportRows);
