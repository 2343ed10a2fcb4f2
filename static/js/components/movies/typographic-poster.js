/**
 * <typographic-poster>: a poster set in type, for movies without an image and while one loads.
 * The hue comes from the first genre (css/posters.css), everything else from the movie id, so that a
 * movie always looks the same and its neighbours look different.
 */
import { element } from "../../dom.js";

const MOTIFS = ["moon", "horizon", "beam", "rings", "split", "stripes", "arch"];
const TONES = ["deep", "mid", "bright", "deep", "pale", "mid"];
const LETTER_WIDTH = 0.54;
/** Widths of letters in the widest serif of the stack, in em, so that no word breaks on a poster. */
const LETTERS = [
  [/[MW@]/u, 1.12],
  [/[mw]/u, 1.06],
  [/[A-Z&]/u, 0.84],
  [/[fijlrt.,:;'’!]/u, 0.5],
];
const OTHER_LETTER = 0.72;
const LINE_HEIGHT = 1.1;

/** Spread consecutive ids over 0..2³²−1 (the finaliser of MurmurHash3). */
function hashed(id) {
  let h = Math.imul(id ^ (id >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function wordWidth(word) {
  return [...word].reduce(
    (sum, letter) => sum + (LETTERS.find(([shape]) => shape.test(letter))?.[1] ?? OTHER_LETTER),
    0,
  );
}

/** Font size in percent of the poster's width: the longest word fits a line, all lines fit the title's area. */
function titleSize(title) {
  const byWord = 80 / Math.max(...title.split(/[\s-]+/u).map(wordWidth));
  const byArea = Math.sqrt((80 * 74) / (LETTER_WIDTH * LINE_HEIGHT * title.length));
  return Math.max(7.5, Math.min(19, byWord, byArea));
}

/** About how far down the lines of the title reach, in percent of the width: the motif starts below. */
function titleHeight(title, size) {
  return Math.ceil((LETTER_WIDTH * size * title.length) / 72) * size * LINE_HEIGHT;
}

/** Drop "(a.k.a. …)" from a title: a poster shows one name. */
function posterTitle(title) {
  return (title.replaceAll(/\s*\([^)]*\)/g, "").trim() || title).replaceAll(" - ", "\u00a0\u2013 ");
}

export class TypographicPoster extends HTMLElement {
  set movie({ movie_id: id, title, year, genres }) {
    const seed = hashed(id);
    const name = posterTitle(title);
    this.setAttribute("aria-hidden", "true");
    this.dataset.genre = (genres[0] ?? "").toLowerCase().replaceAll(/[^a-z]+/g, "-");
    this.dataset.motif = MOTIFS[seed % MOTIFS.length];
    this.dataset.tone = TONES[(seed >>> 4) % TONES.length];
    this.style.setProperty("--turn", `${(seed >>> 8) % 360}deg`);
    this.style.setProperty("--shift", ((seed >>> 16) % 100) / 100);
    this.style.setProperty("--hue-drift", ((seed >>> 12) % 41) - 20);
    this.style.setProperty("--title-size", titleSize(name).toFixed(2));
    this.style.setProperty("--title-height", titleHeight(name, titleSize(name)).toFixed(2));
    this.replaceChildren(
      element("span", { class: "poster-title" }, name),
      element("span", { class: "poster-genre" }, genres[0] && !genres[0].startsWith("(") ? genres[0] : ""),
      element("span", { class: "poster-year" }, year ? String(year) : ""),
    );
  }
}

customElements.define("typographic-poster", TypographicPoster);
