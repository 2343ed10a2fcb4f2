/**
 * <movie-tags movie-id="1" movie-title="Alien">: the tags of a movie with their counts; each leads to the movies that
 * have it. For signed-in users its count is a button that adds or removes theirs, and a field adds others.
 */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import { signedIn } from "../../session.js";
import { counted, whole } from "../../words.js";
import { errorMessage } from "../status-message.js";
import { showToast } from "../toast-stack.js";

const N_FIRST = 16;
const N_MOST = 100;
const MAX_LENGTH = 64;
const N_SUGGESTIONS = 8;

export class MovieTags extends HTMLElement {
  connectedCallback() {
    this.limit = N_FIRST;
    this.list = element("ul", { class: "tags", "aria-label": "Tags" });
    this.announcement = element("p", { class: "visually-hidden", role: "status" });
    this.more = element("button", {
      class: "link-button",
      type: "button",
      hidden: true,
      onclick: () => this.loadAll(),
    });
    this.replaceChildren(...[signedIn ? this.form() : null, this.list, this.more, this.announcement].filter(Boolean));
    this.load();
  }

  disconnectedCallback() {
    this.controller?.abort();
  }

  get movieId() {
    return Number(this.getAttribute("movie-id"));
  }

  form() {
    this.suggestions = element("datalist", { id: "tag-suggestions" });
    this.field = element("input", {
      id: "tag-field",
      name: "tag",
      maxlength: MAX_LENGTH,
      autocomplete: "off",
      autocapitalize: "off",
      enterkeyhint: "done",
      list: "tag-suggestions",
      "aria-describedby": "tag-problem",
      oninput: () => this.complete(),
    });
    this.problem = element("p", { class: "field-errors", id: "tag-problem", role: "alert" });
    return element(
      "form",
      {
        class: "tag-form",
        onsubmit: (event) => {
          event.preventDefault();
          this.add();
        },
      },
      element("label", { for: "tag-field" }, "Add a tag"),
      this.field,
      this.suggestions,
      element("button", { class: "button", type: "submit" }, "Add"),
      this.problem,
    );
  }

  async load() {
    try {
      this.show(await api.tagsOf(this.movieId, { limit: this.limit }));
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      const message = errorMessage(error, () => {
        message.remove();
        this.load();
      });
      this.append(message);
    }
  }

  async loadAll() {
    this.limit = N_MOST;
    await this.load();
    this.list.querySelectorAll("button")[N_FIRST]?.focus();
  }

  show({ count, results }) {
    const focused = document.activeElement?.dataset?.tag;
    this.list.replaceChildren(...results.map((tag) => element("li", {}, this.chip(tag))));
    if (!count)
      this.list.replaceChildren(
        element("li", { class: "muted" }, signedIn ? "No tags yet. Add the first." : "No tags yet."),
      );
    this.more.hidden = count <= results.length || this.limit >= N_MOST;
    this.more.textContent = `Show ${counted(Math.min(count, N_MOST), "tag")}`;
    if (focused) [...this.list.querySelectorAll("button")].find((button) => button.dataset.tag === focused)?.focus();
  }

  chip(tag) {
    const link = element(
      "a",
      { class: "tag-name", href: `/?tag=${encodeURIComponent(tag.name)}`, title: "Movies with this tag" },
      tag.name,
    );
    const count = element(
      "span",
      { class: "tag-count figures" },
      element("span", { class: "visually-hidden" }, ", given by "),
      whole(tag.count),
    );
    if (!signedIn) return element("span", { class: "tag tag-split" }, link, count);
    const vote = element(
      "button",
      {
        class: "tag-vote",
        type: "button",
        "aria-pressed": String(tag.mine),
        "data-tag": tag.name,
        title: tag.mine ? "Remove your tag" : "Add this tag too",
        onclick: ({ currentTarget }) => this.toggle(tag, currentTarget),
      },
      element("span", { class: "visually-hidden" }, tag.name),
      element("span", { class: "tag-sign", "aria-hidden": "true" }),
      count,
    );
    return element("span", { class: "tag tag-split" }, link, vote);
  }

  /** The chip changes at once, and back when the server refuses. */
  async toggle(tag, button) {
    const mine = !tag.mine;
    button.setAttribute("aria-pressed", mine);
    button.lastElementChild.lastChild.textContent = whole(tag.count + (mine ? 1 : -1));
    try {
      await this.save(tag.name, mine);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      button.setAttribute("aria-pressed", !mine);
      button.lastElementChild.lastChild.textContent = whole(tag.count);
      showToast({ message: error.message });
    }
  }

  async add() {
    const name = this.field.value.trim();
    this.problem.textContent = "";
    if (!name) return;
    try {
      await this.save(name, true);
      this.field.value = "";
      this.suggestions.replaceChildren();
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.problem.textContent = error.message;
    }
  }

  async save(name, mine) {
    const write = mine ? api.putTag : api.deleteTag;
    this.show(await write(this.movieId, name, { limit: this.limit }));
    this.announcement.textContent = mine ? `Tagged “${name}”.` : `Removed “${name}”.`;
  }

  async complete() {
    this.controller?.abort();
    this.controller = new AbortController();
    const prefix = this.field.value.trim();
    if (!prefix) return;
    try {
      const { results } = await api.completeTag({ prefix, limit: N_SUGGESTIONS }, this.controller.signal);
      this.suggestions.replaceChildren(
        ...results.map(({ name, count }) => element("option", { value: name }, counted(count, "time"))),
      );
    } catch (error) {
      // The field works without suggestions, too.
      if (error.name !== "AbortError" && !(error instanceof api.ApiError)) throw error;
    }
  }
}

customElements.define("movie-tags", MovieTags);
