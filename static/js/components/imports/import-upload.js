/** <import-upload>: a file field that uploads a file from another site for review; files can also be dropped on it. */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import { dayOf } from "../../words.js";
import "./import-columns.js";

const MAX_BYTES = 10 * 1024 * 1024;
const TOO_LARGE = "The file is larger than 10 MB. Choose the CSV file with your ratings only.";

const LISTS = { watchlist: "My watchlist", seen: "Movies I have seen" };

export class ImportUpload extends HTMLElement {
  connectedCallback() {
    this.field = element("input", {
      id: "import-file",
      type: "file",
      accept: ".csv,.zip,.json,.xlsx,.html,.xls,.txt,.tsv,text/csv,application/json,application/zip",
      required: true,
      onchange: () => this.start(),
    });
    this.problem = element("p", { class: "field-errors", id: "import-problem", role: "alert" });
    this.question = element("div", { class: "import-question", hidden: true });
    this.progress = element("p", { class: "muted", role: "status" });
    this.replaceChildren(
      element(
        "div",
        { class: "upload field" },
        element("label", { for: "import-file" }, "The exported file"),
        this.field,
        element("p", { class: "field-help", id: "import-help" }, "CSV, Excel (.xlsx), JSON, HTML or zip, up to 10 MB."),
        this.problem,
        this.question,
        this.progress,
      ),
    );
    this.describe();
    for (const name of ["dragover", "dragleave", "drop"]) this.addEventListener(name, this);
  }

  disconnectedCallback() {
    for (const name of ["dragover", "dragleave", "drop"]) this.removeEventListener(name, this);
  }

  handleEvent(event) {
    event.preventDefault();
    this.classList.toggle("is-target", event.type === "dragover");
    if (event.type !== "drop" || !event.dataTransfer.files.length) return;
    this.field.files = event.dataTransfer.files;
    this.start();
  }

  /** Send the chosen file; what was said about another one does not count any more. */
  start() {
    this.answers = {};
    this.describe();
    this.send({});
  }

  /** Send the file with what its owner has said about it so far. */
  async send(answers) {
    const [file] = this.field.files;
    if (!file || this.field.disabled) return;
    if (file.size > MAX_BYTES) {
      this.describe(TOO_LARGE);
      return;
    }
    Object.assign(this.answers, answers);
    this.field.disabled = true;
    this.progress.textContent = `Reading ${file.name} …`;
    try {
      const form = new FormData();
      form.append("file", file);
      for (const [name, value] of Object.entries(this.answers)) {
        for (const each of [value].flat()) if (each) form.append(name, each);
      }
      const made = await api.uploadImport(form);
      location.assign(`/account/imports/${made.import_id}/`);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.field.disabled = false;
      if (error.body.ask) {
        this.ask(error.body);
        return;
      }
      this.field.value = "";
      this.progress.textContent = "";
      this.describe(error.message);
      this.field.focus();
    }
  }

  ask(question) {
    this.progress.textContent = question.ask === "columns" ? "" : question.detail;
    const columns = this.question.querySelector("import-columns");
    if (question.ask === "columns" && columns && !this.question.hidden) {
      columns.refuse(question.detail);
      return;
    }
    this.question.hidden = false;
    if (question.ask === "columns") this.askColumns(question);
    else this.choose(question.ask === "dates" ? orders(question.readings) : LISTS, question.ask);
  }

  askColumns(question) {
    const columns = element("import-columns");
    columns.addEventListener("columns-chosen", ({ detail }) => this.send(detail));
    this.question.replaceChildren(columns);
    columns.ask(question);
  }

  /** Offer a button for each answer. */
  choose(labels, name) {
    const buttons = Object.entries(labels).map(([answer, label]) =>
      element("button", { class: "button", type: "button", onclick: () => this.send({ [name]: answer }) }, label),
    );
    this.question.replaceChildren(element("div", { class: "button-group" }, buttons));
    buttons[0].focus();
  }

  describe(problem = "") {
    this.question.hidden = true;
    this.problem.textContent = problem;
    this.field.setAttribute("aria-describedby", problem ? "import-problem import-help" : "import-help");
    if (problem) this.field.setAttribute("aria-invalid", "true");
    else this.field.removeAttribute("aria-invalid");
  }
}

/** What the two orders make of a date in the file. */
function orders({ day, month }) {
  const label = (first, reading) => (reading ? `${first} first: ${dayOf(`${reading}T12:00`)}` : `${first} first`);
  return { day: label("Day", day), month: label("Month", month) };
}

customElements.define("import-upload", ImportUpload);
