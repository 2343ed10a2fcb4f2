/** <import-history>: links to earlier imports; empty when there are none. */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import { dayOf } from "../../words.js";

const STATES = { review: "waiting for your review", applied: "applied", undone: "undone" };

export class ImportHistory extends HTMLElement {
  async connectedCallback() {
    let imports;
    try {
      imports = await api.ratingImports({ limit: 20 });
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.replaceChildren(element("p", { class: "muted" }, error.message));
      return;
    }
    if (!imports.count || !this.isConnected) return;
    this.replaceChildren(
      element(
        "section",
        { class: "account-section", "aria-labelledby": "history-heading" },
        element("h2", { id: "history-heading" }, "Your imports"),
        element(
          "ul",
          { class: "import-history" },
          imports.results.map((made) =>
            element(
              "li",
              {},
              element("a", { href: `/account/imports/${made.import_id}/` }, made.file_name || made.label),
              element(
                "span",
                { class: "muted figures" },
                `${made.label}, ${dayOf(made.created_at)}, ${STATES[made.state]}`,
              ),
            ),
          ),
        ),
      ),
    );
  }
}

customElements.define("import-history", ImportHistory);
