/** <poster-wall>: popular posters beside the account forms on wide screens, for decoration. */
import * as api from "../../api.js";
import { element } from "../../dom.js";
import "./movie-poster.js";

const N_POSTERS = 12;
const WIDE = "(min-width: 1024px)";

export class PosterWall extends HTMLElement {
  connectedCallback() {
    this.wide = matchMedia(WIDE);
    this.wide.addEventListener("change", this);
    this.fill();
  }

  disconnectedCallback() {
    this.wide.removeEventListener("change", this);
  }

  handleEvent() {
    this.fill();
  }

  async fill() {
    if (!this.wide.matches || this.childElementCount) return;
    try {
      const { results } = await api.search({ limit: N_POSTERS });
      this.replaceChildren(
        element(
          "div",
          { class: "poster-wall" },
          results.map((movie) => {
            const poster = document.createElement("movie-poster");
            poster.movie = movie;
            return poster;
          }),
        ),
      );
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
    }
  }
}

customElements.define("poster-wall", PosterWall);
