/**
 * <hide-button movie-id="1" movie-title="Alien" marked>: "Not interested", or "Suggest it again" for a hidden movie,
 * which is `marked`. Fires "mark".
 */
import { element } from "../dom.js";
import { icon } from "./icon.js";

const CROSS = "M7 7l10 10M17 7 7 17";
const BACK = "M9 7 5 11l4 4M5.500 11H15a4 4 0 0 1 0 8h-3";

export class HideButton extends HTMLElement {
  connectedCallback() {
    const on = this.hasAttribute("marked");
    const title = this.getAttribute("movie-title");
    const button = element(
      "button",
      {
        type: "button",
        class: "mark-button",
        title: on ? "Suggest it again" : "Not interested",
        "aria-label": on ? `Suggest ${title} again` : `Not interested in ${title}`,
      },
      icon(on ? BACK : CROSS),
    );
    button.addEventListener("click", () => this.choose(on));
    this.replaceChildren(button);
  }

  choose(on) {
    const onWatchlist = Boolean(this.parentElement.querySelector("watchlist-button[marked]"));
    const previous = on ? "hidden" : onWatchlist ? "watchlist" : null;
    const detail = {
      movieId: Number(this.getAttribute("movie-id")),
      title: this.getAttribute("movie-title"),
      mark: on ? null : "hidden",
      previous,
    };
    this.dispatchEvent(new CustomEvent("mark", { bubbles: true, detail }));
  }
}

customElements.define("hide-button", HideButton);
