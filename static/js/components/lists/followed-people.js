/** <followed-people>: the people I follow, each with a link and a button to follow them no longer; call `load()`. */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import "./follow-button.js";
import { errorMessage, statusMessage } from "../status-message.js";

const AT_ONCE = 50;

export class FollowedPeople extends HTMLElement {
  async load() {
    this.list = element("ul", { class: "followed-people" });
    await this.more();
  }

  async more() {
    const offset = this.list.children.length;
    try {
      const { count, results } = await api.following({ limit: AT_ONCE, offset });
      this.list.append(...results.map(line));
      const left = count > this.list.children.length && results.length > 0;
      const button = element("button", { class: "button", type: "button", onclick: () => this.more() }, "Show more");
      this.replaceChildren(count ? this.list : nobody(), ...(left ? [button] : []));
      if (offset) this.list.children[offset]?.querySelector("a").focus();
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.replaceChildren(errorMessage(error, () => this.more()));
    }
  }
}

function line({ person_id: id, name }) {
  return element(
    "li",
    {},
    element("a", { href: `/people/${id}/` }, name),
    element("follow-button", { "person-id": id, name, followed: true }),
  );
}

function nobody() {
  return statusMessage({
    sentence: "You follow nobody. Open the page of somebody who made a movie you like, and choose “Follow”.",
    button: { label: "Find movies", href: "/" },
  });
}

customElements.define("followed-people", FollowedPeople);
