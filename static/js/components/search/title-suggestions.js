/**
 * <title-suggestions>: movies under the search field of pages that do not show results. Up and Down choose one; Enter
 * opens it or, with none chosen, all results; Escape closes the list. A combobox for screen readers.
 */
import { ApiError, search } from "../../api.js";
import { element } from "../../dom.js";
import { counted } from "../../words.js";

const N_SUGGESTIONS = 6;

export class TitleSuggestions extends HTMLElement {
  connectedCallback() {
    this.field = this.parentElement.querySelector("input");
    this.list = element("div", {
      class: "suggestions",
      id: "title-suggestions",
      role: "listbox",
      "aria-label": "Movies",
      hidden: true,
    });
    this.status = element("p", { class: "visually-hidden", role: "status" });
    this.replaceChildren(this.list, this.status);
    const roles = {
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    };
    for (const [name, value] of Object.entries(roles)) this.field.setAttribute(name, value);
    this.field.addEventListener("keydown", this);
    this.field.addEventListener("blur", this);
    this.list.addEventListener("pointerdown", this);
  }

  /** A press on a suggestion keeps the focus in the field: losing it would close the list before the click. */
  handleEvent(event) {
    if (event.type === "blur") this.close();
    else if (event.type === "pointerdown") event.preventDefault();
    else this.onKey(event);
  }

  onKey(event) {
    if (this.list.hidden || event.isComposing) return;
    const options = Array.from(this.list.children);
    const at = options.indexOf(this.chosen);
    if (event.key === "ArrowDown") this.choose(options[at + 1] ?? null);
    else if (event.key === "ArrowUp") this.choose(at < 0 ? options.at(-1) : (options[at - 1] ?? null));
    else if (event.key === "Enter" && this.chosen) this.chosen.click();
    else if (event.key === "Escape") {
      event.stopPropagation();
      this.close();
    } else return;
    event.preventDefault();
  }

  choose(option) {
    this.chosen?.setAttribute("aria-selected", "false");
    this.chosen = option;
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.field.setAttribute("aria-activedescendant", option.id);
    else this.field.removeAttribute("aria-activedescendant");
  }

  close() {
    this.controller?.abort();
    this.choose(null);
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
  }

  /** When the request fails there are no suggestions; Enter still opens the results. */
  async suggest(query) {
    this.controller?.abort();
    if (!query) {
      this.close();
      return;
    }
    const controller = new AbortController();
    this.controller = controller;
    try {
      const page = await search({ q: query, limit: N_SUGGESTIONS }, controller.signal);
      if (!controller.signal.aborted) this.show(query, page);
    } catch (error) {
      if (error instanceof ApiError) this.close();
      else if (error.name !== "AbortError") throw error;
    }
  }

  show(query, { count, results }) {
    this.choose(null);
    const movies = results.map((movie) =>
      this.option(
        movie.movie_id,
        `/movies/${movie.movie_id}/`,
        element("span", { class: "suggestion-title" }, movie.title),
        element("span", { class: "muted figures" }, movie.year ? String(movie.year) : ""),
      ),
    );
    const all = count ? `All ${counted(count, "result")}` : "No matching movies";
    const url = new URL(this.field.form.action);
    url.searchParams.set("q", query);
    this.list.replaceChildren(...movies, this.option("all", url.href, element("span", { class: "muted" }, all)));
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.status.textContent = count ? `${counted(results.length, "suggestion")}, ${counted(count, "result")}` : all;
  }

  option(id, href, ...parts) {
    return element(
      "a",
      { id: `suggestion-${id}`, role: "option", "aria-selected": "false", href, tabindex: "-1" },
      parts,
    );
  }
}

customElements.define("title-suggestions", TitleSuggestions);
