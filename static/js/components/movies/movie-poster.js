/** <movie-poster>: the poster image over a typographic poster, which stays when there is no image. */
import { element } from "../../dom.js";
import "./typographic-poster.js";

export class MoviePoster extends HTMLElement {
  set movie(movie) {
    const typographic = document.createElement("typographic-poster");
    typographic.movie = movie;
    this.replaceChildren(typographic);
    if (movie.poster_url) this.append(this.image(movie.poster_url));
  }

  image(url) {
    const image = element("img", {
      alt: "",
      width: 342,
      height: 513,
      loading: "lazy",
      decoding: "async",
      referrerpolicy: "no-referrer",
    });
    image.addEventListener("load", () => image.classList.add("loaded"));
    image.addEventListener("error", () => image.remove());
    image.src = url;
    return image;
  }
}

customElements.define("movie-poster", MoviePoster);
