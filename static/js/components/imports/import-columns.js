/** <import-columns>: asks what is in the columns of a table, and on which scale its ratings are. */
import { element } from "../../dom.js";

const ROLES = {
  title: "Title",
  year: "Year",
  rating: "Rating",
  date: "Date",
  imdb_id: "IMDb id",
  tmdb_id: "TMDB id",
  nothing: "Nothing of these",
};
const SCALES = { 4: "4", 5: "5", 10: "10", 20: "20", 100: "100", letters: "letters, A+ to F" };

export class ImportColumns extends HTMLElement {
  /** Show what the API asks; `detail.columns`, `scale` and `first_row` of "columns-chosen" are the answer. */
  ask({ detail, columns, first_row: firstRow }) {
    this.columns = columns;
    this.selects = columns.map((column) => this.roles(column));
    this.values = columns.map(() => element("span", { class: "muted" }));
    this.names = columns.map(() => element("span", { class: "import-row-title" }));
    this.hasNames = element("input", { type: "checkbox", id: "has-names", checked: firstRow === "names" });
    this.hasNames.addEventListener("change", () => this.describe());
    this.scale = element("select", { id: "import-scale" }, this.scales());
    this.scaleField = element(
      "div",
      { class: "import-row" },
      element("label", { for: "import-scale" }, "The best rating is"),
      this.scale,
    );
    this.problem = element("p", { class: "field-errors", role: "alert" });
    this.heading = element("h2", { tabindex: "-1" }, detail);
    this.replaceChildren(this.form());
    this.describe();
    this.guessScale();
    this.heading.focus();
  }

  /** Say what is wrong with the answer, and leave it as it is. */
  refuse(problem) {
    this.problem.textContent = problem;
    this.selects[0].focus();
  }

  form() {
    const rows = this.columns.map((_column, n) =>
      element(
        "li",
        { class: "import-row" },
        element("p", { class: "import-row-text" }, this.names[n], this.values[n]),
        this.selects[n],
      ),
    );
    return element(
      "form",
      { onsubmit: (event) => this.send(event) },
      this.heading,
      element(
        "div",
        { class: "field-choice" },
        this.hasNames,
        element("label", { for: "has-names" }, "The first row has the names of the columns"),
      ),
      element("ul", { class: "import-rows" }, rows),
      this.scaleField,
      this.problem,
      element("button", { class: "button button-primary", type: "submit" }, "Read this table"),
    );
  }

  roles({ role }) {
    const options = Object.entries(ROLES).map(([value, label]) =>
      element("option", { value, selected: value === role }, label),
    );
    return element("select", { onchange: () => this.guessScale() }, options);
  }

  scales() {
    const options = Object.entries(SCALES).map(([value, label]) => element("option", { value }, label));
    return [element("option", { value: "" }, "Choose the scale"), ...options];
  }

  /** Name the columns and show their first values, among them the first row unless it has names. */
  describe() {
    this.columns.forEach(({ name, values }, n) => {
      const named = this.hasNames.checked && name ? name : `Column ${n + 1}`;
      const shown = this.hasNames.checked ? values : [name, ...values];
      this.names[n].textContent = named;
      this.values[n].textContent = shown.filter(Boolean).join(" · ");
      this.selects[n].setAttribute("aria-label", `What is in ${named}`);
    });
  }

  /** Ask for the scale of the column that holds ratings now. */
  guessScale() {
    const rated = this.columns[this.selects.findIndex((select) => select.value === "rating")];
    this.scaleField.hidden = !rated;
    this.scale.value = rated?.scale ?? "";
  }

  send(event) {
    event.preventDefault();
    this.problem.textContent = "";
    const detail = {
      columns: this.selects.map((select) => select.value),
      scale: this.scale.value,
      first_row: this.hasNames.checked ? "names" : "values",
    };
    this.dispatchEvent(new CustomEvent("columns-chosen", { detail }));
  }
}

customElements.define("import-columns", ImportColumns);
