/** <import-upload>: a file field that uploads a file from another site for review; files can also be dropped on it. */
import * as api from "../api.js";
import { element } from "../dom.js";

const MAX_BYTES = 10 * 1024 * 1024;
const TOO_LARGE = "The file is larger than 10 MB. Choose the CSV file with your ratings only.";

export class ImportUpload extends HTMLElement {
  connectedCallback() {
    this.field = element("input", {
      id: "import-file",
      type: "file",
      accept: ".csv,.zip,.txt,.tsv,text/csv,application/zip",
      required: true,
      onchange: () => this.send(),
    });
    this.problem = element("p", { class: "field-errors", id: "import-problem", role: "alert" });
    this.progress = element("p", { class: "muted", role: "status" });
    this.replaceChildren(
      element(
        "div",
        { class: "upload field" },
        element("label", { for: "import-file" }, "The exported file"),
        this.field,
        element("p", { class: "field-help", id: "import-help" }, "CSV or zip, up to 10 MB."),
        this.problem,
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
    this.send();
  }

  async send() {
    const [file] = this.field.files;
    if (!file || this.field.disabled) return;
    this.describe(file.size > MAX_BYTES ? TOO_LARGE : "");
    if (file.size > MAX_BYTES) return;
    this.field.disabled = true;
    this.progress.textContent = `Reading ${file.name} …`;
    try {
      const form = new FormData();
      form.append("file", file);
      const made = await api.uploadImport(form);
      location.assign(`/account/imports/${made.import_id}/`);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.field.disabled = false;
      this.field.value = "";
      this.progress.textContent = "";
      this.describe(error.message);
      this.field.focus();
    }
  }

  describe(problem = "") {
    this.problem.textContent = problem;
    this.field.setAttribute("aria-describedby", problem ? "import-problem import-help" : "import-help");
    if (problem) this.field.setAttribute("aria-invalid", "true");
    else this.field.removeAttribute("aria-invalid");
  }
}

customElements.define("import-upload", ImportUpload);
