/**
 * <search-groups>: what a search finds besides titles, a row of movies for each group: of a person, or with a tag.
 * `element.groups` sets them; fires "groups-shown" with the links to them.
 */
import { element } from "../../dom.js";
import { counted } from "../../words.js";
import "../movies/movie-row.js";

const KINDS = {
  person: ({ name, person_id: id }) => ({
    row: { id: `group-person-${id}`, heading: name, more: `/people/${id}/`, "more-label": "All movies" },
    words: `with ${name}`,
  }),
  tag: ({ name }) => ({ row: { id: "group-tag", heading: `Tagged “${name}”` }, words: `tagged “${name}”` }),
};

export class SearchGroups extends HTMLElement {
  set groups(groups) {
    const known = groups.filter(({ kind }) => kind in KINDS);
    const key = JSON.stringify(known.map(({ name, results }) => [name, results.map((movie) => movie.movie_id)]));
    if (key === this.key) return;
    this.key = key;
    const shown = known.map((group) => ({ group, ...KINDS[group.kind](group) }));
    const rows = shown.map(({ row }) => element("movie-row", row));
    this.replaceChildren(...rows);
    for (const [place, row] of rows.entries()) row.load(() => known[place]);
    const links = shown.map(({ group, row, words }) =>
      element("a", { class: "section-link", href: `#${row.id}` }, `${counted(group.count, "movie")} ${words}`),
    );
    this.dispatchEvent(new CustomEvent("groups-shown", { detail: links }));
  }
}

customElements.define("search-groups", SearchGroups);
