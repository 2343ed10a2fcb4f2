"""How many rows of other sites' files find their movie, over the 58,098 titles of the catalogue of 2018.

    MOVIELENS_DATA=path/to/ml-latest-small python -m tests.bench.bench_matching [--rows 5000] [--seed 1] [--wrong]

Rows have titles and years as other sites write them: each kind of difference on its own, then a mixture like that of a
real file. "absent" are rows of movies that have been taken out of the catalogue: each match is a wrong one.
Rows that have become the very title and year of another movie do not count.
"""

import argparse
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import numpy as np

from recommender.formats.exports import Candidates, ExportedRow, KnownMovie, MatchedRow, match_rows
from recommender.titles.building import build_title_index
from recommender.titles.document import TitleDocument
from recommender.titles.index import TitleIndex
from recommender.titles.text import display_title, fold, front_article, split_title, title_segments
from tests.titles.catalogue import catalogue_documents

Title = tuple[str, int | None]
Difference = Callable[[str, int], Iterable[Title]]
OUTCOMES: Final = ("matched", "to choose", "not found", "wrong")
ROMAN: Final = {"II": "2", "III": "3", "IV": "4", "V": "5", "VI": "6"}
WORDS: Final = {"2": "Two", "3": "Three", "4": "Four", "12": "Twelve", "13": "Thirteen", "21": "Twenty-One"}
SPELLINGS: Final = {"Color": "Colour", "Gray": "Grey", "Theater": "Theatre", "Chain Saw": "Chainsaw", " and ": " & "}
SHARE_UNCHANGED: Final = 0.75


def unchanged(title: str, year: int) -> Iterable[Title]:
    """As the catalogue writes it."""
    yield title, year


def year_off(title: str, year: int) -> Iterable[Title]:
    """One year earlier or later."""
    yield title, year + (1 if len(title) % 2 else -1)


def article(title: str, year: int) -> Iterable[Title]:
    """Without the leading article, or with one."""
    bare = re.sub(r"^(?:(?:The|A|An|La|Le|El|Das|Der|Il) |L')", "", title)
    yield (bare, year) if bare != title else (f"The {title}", year)


def trailing_article(title: str, year: int) -> Iterable[Title]:
    """With its article at the end."""
    if title.startswith("The "):
        yield f"{title[4:]}, The", year


def numerals(title: str, year: int) -> Iterable[Title]:
    """Roman numerals as digits and the other way round, digits as words."""
    for table in (ROMAN, {digit: roman for roman, digit in ROMAN.items()}, WORDS):
        changed = re.sub(r"(?<=\S )[\w]+\b", lambda match, table=table: table.get(match[0], match[0]), title)
        if changed != title:
            yield changed, year


def part_words(title: str, year: int) -> Iterable[Title]:
    """Part, Vol. and Episode written in full, in short or not at all."""
    for pattern, other in (
        (r"(?<=\S) Part (?=(?:II|III|IV|\d)\b)", " "),
        (r"\bVol\. ", "Volume "),
        (r"\bVolume ", "Vol. "),
    ):
        changed = re.sub(pattern, other, title)
        if changed != title:
            yield changed, year
    if re.search(r"\S Part I\b", title):
        yield title.replace("Part I", "Part 1"), year


def spelling(title: str, year: int) -> Iterable[Title]:
    """British spelling, "&", words written together."""
    for one, other in SPELLINGS.items():
        for old, new in ((one, other), (other, one)):
            changed = re.sub(rf"(?<!\w){old}(?!\w)", new, title)
            if changed != title:
                yield changed, year


def typography(title: str, year: int) -> Iterable[Title]:
    """Without accents, with other apostrophes and dashes, in capitals."""
    if fold(title) != title.casefold():
        yield fold(title), year
    if "'" in title or " - " in title:
        yield title.replace("'", "’").replace(" - ", " – "), year
    yield title.upper(), year


def colon(title: str, year: int) -> Iterable[Title]:
    """Colon and dash in place of each other."""
    if ": " in title or " - " in title:
        yield title.replace(": ", "\0").replace(" - ", ": ").replace("\0", " - "), year


def middle_left_out(title: str, year: int) -> Iterable[Title]:
    """Star Wars: The Force Awakens."""
    segments = title_segments(title)
    if len(segments) > 2:
        yield f"{segments[0]}: {segments[-1]}", year


def owner_left_out(title: str, year: int) -> Iterable[Title]:
    """Without "Monty Python's"."""
    match = re.match(r"^(?:[A-Z]\w+ )?[A-Z]\w+(?:'s|s') (?=[A-Z]\w+ \w)", title)
    if match:
        yield title[match.end() :], year


def owner_added(title: str, year: int) -> Iterable[Title]:
    """With the name of a studio."""
    yield f"Disney's {title}", year


def subtitle_added(title: str, year: int) -> Iterable[Title]:
    """With one more subtitle."""
    yield f"{title}: The Beginning of All", year


def last_segment_left_out(title: str, year: int) -> Iterable[Title]:
    """Without its subtitle; what is left may be the name of a series."""
    segments = title_segments(title)
    if len(segments) > 1:
        yield title[: title.rindex(segments[-1])].rstrip(" :-–"), year


DIFFERENCES: Final[tuple[Difference, ...]] = (
    unchanged, year_off, article, trailing_article, numerals, part_words, spelling, typography, colon, middle_left_out,
    owner_left_out, owner_added, subtitle_added, last_segment_left_out,
)  # fmt: skip
# Kinds of a real file; a part of a title alone, or an invented subtitle, is not asked to be found.
MIXED: Final = DIFFERENCES[1:-2]


class Catalogue:
    """The movies in memory, with their title index."""

    def __init__(self, documents: list[TitleDocument], index: TitleIndex) -> None:
        self.index = index
        self.known = {document.movie_id: _known(document) for document in documents}
        self.named: dict[Title, set[int]] = {}
        for movie_id, movie in self.known.items():
            for name in movie.names:
                self.named.setdefault((name.casefold(), movie.year), set()).add(movie_id)

    def says_another(self, movie_id: int, title: Title) -> bool:
        """Tell whether a row has the very title and year of another movie, which nobody could tell from its own."""
        return bool(self.named.get((title[0].casefold(), title[1]), set()) - {movie_id})

    def match(self, rows: list[ExportedRow], *, without: Iterable[int] = ()) -> list[MatchedRow]:
        absent = frozenset(without)
        titled, alike = self.index.titled, self.index.alike
        candidates = Candidates(
            by_imdb_id={},
            by_tmdb_id={},
            titled=lambda title: [each for each in titled(title) if each not in absent],
            alike=lambda title: [each for each in alike(title) if each not in absent],
            movies=lambda ids: {each: self.known[each] for each in ids if each in self.known},
        )
        return match_rows(rows, candidates)


def _known(document: TitleDocument) -> KnownMovie:
    title, year, others = split_title(document.title)
    return KnownMovie((front_article(title), *map(front_article, others)), year)


def main() -> None:
    """Print a table: the kind of difference, rows, and what became of them."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--wrong", action="store_true", help="print the rows that were not matched right")
    options = parser.parse_args()
    rng = np.random.default_rng(options.seed)
    documents = [document for document in catalogue_documents() if document.release_year]
    with tempfile.TemporaryDirectory() as folder:
        build_title_index(catalogue_documents(), Path(folder) / "index")
        catalogue = Catalogue(catalogue_documents(), TitleIndex(Path(folder) / "index"))
        print(f"{'':24}{'rows':>7}" + "".join(f"{name:>11}" for name in OUTCOMES))
        for difference in DIFFERENCES:
            measure(difference.__doc__ or "", _changed(documents, [difference], options.rows, rng), catalogue, options)
        measure("mixture", _mixture(documents, options.rows, rng), catalogue, options)
        measure("absent", _mixture(documents, options.rows, rng), catalogue, options, absent=True)


def measure(
    name: str,
    wanted: list[tuple[int, Title]],
    catalogue: Catalogue,
    options: argparse.Namespace,
    *,
    absent: bool = False,
) -> None:
    """Match rows and print what became of them."""
    rows = [ExportedRow(line, title, year, 8, None) for line, (_, (title, year)) in enumerate(wanted, 2)]
    if absent:
        found = [catalogue.match([row], without=[movie_id])[0] for row, (movie_id, _) in zip(rows, wanted, strict=True)]
    else:
        found = catalogue.match(rows)
    counts = Counter[str]()
    for (movie_id, title), matched in zip(wanted, found, strict=True):
        if catalogue.says_another(movie_id, title):
            continue
        if matched.movie_id is not None:
            outcome = "matched" if matched.movie_id == movie_id and not absent else "wrong"
        else:
            outcome = "to choose" if matched.candidates else "not found"
        counts[outcome] += 1
        if options.wrong and outcome != ("not found" if absent else "matched") and (outcome == "wrong" or not absent):
            names = [f"{catalogue.known[each].names[0]} ({catalogue.known[each].year})" for each in matched.candidates]
            print(f"    {outcome}: {title[0]}, {title[1]} -> {'; '.join(names)}")
    n_rows = max(counts.total(), 1)
    print(f"{name[:24]:24}{counts.total():>7,}" + "".join(f"{counts[each] / n_rows:>11.2%}" for each in OUTCOMES))


def _mixture(documents: list[TitleDocument], n_rows: int, rng: np.random.Generator) -> list[tuple[int, Title]]:
    """Return rows of which three in four are unchanged, the more rated movies more often, each movie once."""
    weights = np.array([document.rating_count + 0.2 for document in documents])
    chosen = rng.choice(len(documents), size=n_rows, replace=False, p=weights / weights.sum())
    rows = []
    for place in chosen.tolist():
        document = documents[place]
        title, year = _title_of(document)
        changes = [(title, year)]
        if rng.random() > SHARE_UNCHANGED:
            changes = [each for change in MIXED for each in change(title, year)] or changes
        rows.append((document.movie_id, changes[int(rng.integers(len(changes)))]))
    return rows


def _changed(
    documents: list[TitleDocument], differences: list[Difference], n_rows: int, rng: np.random.Generator
) -> list[tuple[int, Title]]:
    rows: list[tuple[int, Title]] = []
    for place in rng.permutation(len(documents)).tolist():
        document = documents[place]
        rows += [(document.movie_id, each) for change in differences for each in change(*_title_of(document))]
        if len(rows) >= n_rows:
            break
    return rows[:n_rows]


def _title_of(document: TitleDocument) -> tuple[str, int]:
    year = document.release_year
    assert year is not None
    return display_title(document.title), year


if __name__ == "__main__":
    main()
