"""How good similar movies are, by each measure: against raters who were left out, and by shared series and rare tags.

    python -m tests.bench.bench_similar_movies FOLDER...        # the figures on some MovieLens releases
    python -m tests.bench.bench_similar_movies --table FOLDER   # what some movies show before and after

A fifth of the raters is left out. Movies are grouped by how many ratings the others have given them. For every movie
and every left-out rater who likes it, `agreement` is the nDCG@20 of the movie's neighbours, where another movie that
this rater likes counts 1 / √(1 + its ratings): who names what everybody watches has said little (Steck 2011, "Item
Popularity and Recommendation Accuracy"). `kin` is the share of the first five neighbours that are of the movie's
series or share a rare tag with it (one that 2 to 15 movies have), for movies that have any such relatives. Tags that a
left-out rater gave to a movie they rated are hidden from the algorithms, not from `kin`.
"""

import argparse
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import numpy as np
from scipy.sparse import csr_array

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Bool, Float64, Int32, Int64
from recommender.engine.model.opinions import is_liked
from recommender.engine.similar_movies.neighbours import Measure, SimilarMovies
from recommender.formats.movielens import Dataset, read_dataset
from recommender.services.training.from_dataset import ratings_and_movies
from recommender.titles.series import SeriesTitle, find_series
from tests.bench.whole_catalogue import release_of_the_catalogue

LEFT_OUT = 0.2
LENGTH, FIRST = 20, 5
RARE = (2, 15)
GROUPS = ((0, 0), (1, 2), (3, 9), (10, 29), (30, 1 << 30))
MOST_MOVIES = 400
"""So many movies of a group are measured, drawn at random."""
MOVIES = {
    "classics": "Casablanca (1942); Citizen Kane (1941); Psycho (1960); Vertigo (1958); Some Like It Hot (1959); "
    "Sunset Blvd. (1950); Rear Window (1954); City Lights (1931)",
    "blockbusters": "Titanic (1997); Jurassic Park (1993); The Matrix (1999); Avatar (2009); The Dark Knight (2008); "
    "Pirates of the Caribbean: The Curse of the Black Pearl (2003); Inception (2010); Toy Story (1995)",
    "art house": "Stalker (1979); Solaris (1972); The Seventh Seal (1957); Persona (1966); Tokyo Story (1953); "
    "8 1/2 (1963); In the Mood For Love (2000); The Double Life of Veronique (1991)",
    "anime": "Akira (1988); Spirited Away (2001); Ghost in the Shell (1995); Perfect Blue (1997); Paprika (2006)",
    "documentaries": "Bowling for Columbine (2002); Hoop Dreams (1994); Grizzly Man (2005); Koyaanisqatsi (1983); "
    "March of the Penguins (2005)",
    "horror": "Saw (2004); Halloween (1978); Suspiria (1977); The Shining (1980); The Blair Witch Project (1999)",
    "sequels": "Aliens (1986); The Godfather: Part II (1974); Terminator 2: Judgment Day (1991); Rocky IV (1985); "
    "Harry Potter and the Goblet of Fire (2005)",
    "same title": "Psycho (1998); Titanic (1953); Solaris (2002); Sabrina (1954); Sabrina (1995); Dune (1984)",
    "few ratings": "Andrei Rublev (1969); Grey Gardens (1975); Deep Red (1975); Wings (1927); Daisies (1966)",
    "no ratings": "Toy Story of Terror (2013); The Mirror (1975); A Brighter Summer Day (1991); "
    "The Beales of Grey Gardens (2006); Jeanne Dielman, 23 Quai du Commerce, 1080 Bruxelles (1975)",
}


def read(folder: Path) -> tuple[Dataset, RatingMatrix, MovieFeatures]:
    """Return a release with the series that its titles tell of."""
    dataset = read_dataset(folder)
    ratings, movies = ratings_and_movies(dataset)
    rows = zip(dataset.movies.titles, dataset.movies.years, dataset.movies.genres, strict=True)
    series = np.full(ratings.n_movies, -1, dtype=np.int32)
    for number, members in enumerate(find_series([SeriesTitle(t, int(y) or None, frozenset(g)) for t, y, g in rows])):
        series[members] = number
    return dataset, ratings, replace(movies, series=series)


def left_out(ratings: RatingMatrix, seed: int) -> Bool:
    """Return which raters are left out, (n_raters,)."""
    return np.random.default_rng(seed).random(ratings.n_raters) < LEFT_OUT


def liked_by(ratings: RatingMatrix, raters: Int64) -> list[Int32]:
    """Return the movies that each rater likes."""
    rows = [slice(ratings.rater_indptr[rater], ratings.rater_indptr[rater + 1]) for rater in raters]
    return [ratings.movie_indices[row][is_liked(ratings.half_stars[row])] for row in rows]


def agreement(neighbours: Int32, likes: list[Int32], counts: Int64, movies: Int64) -> Float64:
    """Return the nDCG@20 of each movie, the mean over the raters who like it."""
    gains, discounts = 1 / np.sqrt(1.0 + counts), 1 / np.log2(np.arange(2, LENGTH + 2))
    found = np.zeros((movies.size, 2))
    position = {int(movie): place for place, movie in enumerate(movies)}
    for liked in likes:
        best_first = liked[np.argsort(-gains[liked], kind="stable")]
        for movie in [movie for movie in liked.tolist() if movie in position and liked.size > 1]:
            ideal = gains[best_first[best_first != movie][:LENGTH]]
            hits = np.where(np.isin(neighbours[movie], liked), gains[neighbours[movie]], 0)
            found[position[movie]] += (hits @ discounts) / (ideal @ discounts[: ideal.size]), 1
    return np.asarray(found[:, 0] / np.maximum(found[:, 1], 1))


def relatives(movies: MovieFeatures) -> csr_array:
    """Return which movies are of one series or share a rare tag, (n_movies, n_movies), 0 on the diagonal."""
    tags = movies.tag_counts()
    n_tagged = np.bincount(tags.indices, minlength=tags.shape[1])
    tags = (tags[:, np.flatnonzero((n_tagged >= RARE[0]) & (n_tagged <= RARE[1]))] > 0).astype(np.int32)
    series = np.full(movies.movie_ids.size, -1) if movies.series is None else movies.series
    rows = np.flatnonzero(series >= 0)
    members = csr_array((np.ones(rows.size, np.int32), (rows, series[rows])), (series.size, int(series.max()) + 1))
    related = csr_array(tags @ tags.T + members @ members.T)
    related.setdiag(0)
    related.eliminate_zeros()
    return related


def kin(neighbours: Int32, related: csr_array, movies: Int64) -> Float64:
    """Return the share of the first five that are relatives, NaN for movies that have none."""
    shares = np.full(movies.size, np.nan)
    for place, movie in enumerate(movies):
        kindred = related.indices[related.indptr[movie] : related.indptr[movie + 1]]
        if kindred.size:
            shares[place] = np.isin(neighbours[movie, :FIRST], kindred).sum() / FIRST
    return shares


def measure(folder: Path, seed: int) -> None:
    """Print the figures of a release."""
    _, ratings, movies = read(folder)
    out = left_out(ratings, seed)
    held_out = out[ratings.row_of_each_rating()]
    training = ratings.take(~held_out)
    raters = ratings.rater_ids[ratings.row_of_each_rating()[held_out]]
    visible = movies.without(raters, ratings.movie_indices[held_out])
    counts, likes, related = training.movie_counts(), liked_by(ratings, np.flatnonzero(out)), relatives(movies)
    rng = np.random.default_rng(seed)
    is_liked_by_any = np.zeros(ratings.n_movies, dtype=np.bool_)
    is_liked_by_any[np.concatenate(likes)] = True
    groups = [np.flatnonzero(is_liked_by_any & (counts >= low) & (counts <= high)) for low, high in GROUPS]
    groups = [np.sort(rng.permutation(group)[:MOST_MOVIES]) for group in groups]
    print(f"\n### {folder.name}, {int(out.sum()):,} of {out.size:,} raters left out, seed {seed}\n")
    names = [f"{low}" if low == high else f"{low} to {high}" for low, high in GROUPS[:-1]] + [
        f"{GROUPS[-1][0]} or more"
    ]
    print("| measure | figure | " + " | ".join(f"{name} ratings" for name in names) + " | mean |")
    print("|---|---|" + "---|" * (len(names) + 1))
    for name, neighbours in lists(training, visible).items():
        for figure, values in (
            ("agreement", [agreement(neighbours, likes, counts, group).mean() for group in groups]),
            ("kin", [np.nanmean(kin(neighbours, related, group)) for group in groups]),
        ):
            print(f"| {name} | {figure} | " + " | ".join(f"{v:.3f}" for v in values) + f" | {np.mean(values):.3f} |")


def lists(ratings: RatingMatrix, movies: MovieFeatures) -> dict[str, Int32]:
    """Return the first neighbours of every movie by every measure, and what the same list for all would be."""
    most_rated = np.argsort(-ratings.movie_counts(), kind="stable")[:LENGTH].astype(np.int32)
    found = {"most rated": np.tile(most_rated, (ratings.n_movies, 1))}
    for name in reversed(get_args(Measure)):
        fitted = SimilarMovies(measure=name).fit(ratings, movies, n_threads=2)
        found[name] = fitted.neighbours[:, :LENGTH]
    return found


def table(folder: Path) -> None:
    """Print what the movies show by "co_rating" and by "blend", with all titles of the catalogue beside the release."""
    with TemporaryDirectory() as made:
        dataset, ratings, movies = read(release_of_the_catalogue(folder, Path(made)))
    titles = [f"{title} ({year})" for title, year in zip(dataset.movies.titles, dataset.movies.years, strict=True)]
    index, counts = {title: place for place, title in enumerate(titles)}, ratings.movie_counts()
    before, after = (SimilarMovies(measure=name).fit(ratings, movies, n_threads=2) for name in ("co_rating", "blend"))
    print("| movie | ratings | before | now |\n|---|---|---|---|")
    for kind, named in MOVIES.items():
        print(f"| **{kind}** | | | |")
        for title in named.split("; "):
            if title not in index:
                raise SystemExit(f"{title} is not in the catalogue.")
            first = [found.neighbours[index[title], :FIRST] for found in (before, after)]
            shown = [", ".join(dataset.movies.titles[other] for other in each if other >= 0) for each in first]
            print(f"| {title} | {counts[index[title]]} | {shown[0] or '–'} | {shown[1] or '–'} |")


def main() -> None:
    """Print the figures or the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER")
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    for folder in options.folders:
        if options.table:
            table(folder)
        else:
            measure(folder, options.seed)


if __name__ == "__main__":
    main()
