"""What the dials of a list cost and bring, and how soon a list is personal, as Markdown tables.

Run it with `MOVIELENS_DATA=FOLDER python -m tests.bench.bench_lists [--splits N] [--new-raters N]`.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from recommender.engine.algorithms.als import ALS
from recommender.engine.algorithms.baselines import Mean
from recommender.engine.algorithms.ease.ease import EASE
from recommender.engine.algorithms.hybrid.hybrid import Hybrid
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Bool, Float64, Int8, Int32, Int64
from recommender.engine.evaluation.metrics import list_sums, self_information
from recommender.engine.evaluation.splits import Split, split_ratings
from recommender.engine.lists.reranking import POOL, reranked, similarities
from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.model import Algorithm, LinearModel, Model, top_n
from recommender.engine.model.training import TrainingOptions
from tests.bench.release import ratings_of_release

LIST_LENGTH, RECALL_LENGTH, RELEVANT_HALF_STARS = 10, 20, 8
DIALS = (
    ("as ranked", 0.0, 0.0),
    *((f"diversity {diversity}", 0.0, diversity) for diversity in (0.1, 0.2, 0.3, 0.5, 0.7, 1.0)),
    ("hidden gems (-2)", -2.0, 0.0),
    ("lesser known (-1)", -1.0, 0.0),
    ("better known (1)", 1.0, 0.0),
    ("well-known (2)", 2.0, 0.0),
    ("lesser known, diversity 0.3", -1.0, 0.3),
)
NEWER = (("newer (0.5)", 0.5),)
FILTERS = (
    ("everything", None, None),
    ("Comedy", "Comedy", None),
    ("Drama", "Drama", None),
    ("Horror", "Horror", None),
    ("1990s", None, 1990),
    ("1970s", None, 1970),
    ("Comedy, 1990s", "Comedy", 1990),
)
AFTER = (0, 1, 3, 5, 10)


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """One rater: what the model is told, and what they like of the rest."""

    movie_indices: Int32
    half_stars: Int8
    relevant: Int32


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--splits", type=int, default=3)
    parser.add_argument("--new-raters", type=int, default=150)
    options = parser.parse_args()
    ratings, movies = ratings_of_release()
    fitted = [_fitted(split_ratings(ratings, movies, seed=seed), seed) for seed in range(options.splits)]
    dials_table(fitted)
    filters_table(fitted)
    first_ratings_table(ratings, movies, options.splits, options.new_raters)


def _fitted(split: Split, seed: int) -> tuple[Split, LinearModel]:
    return split, Hybrid().fit(split.train, split.movies, TrainingOptions(seed=seed, n_threads=1))


def dials_table(fitted: list[tuple[Split, LinearModel]]) -> None:
    """Measure the hybrid's lists at every setting of the dials."""
    figures: dict[str, list[Float64]] = {name: [] for name, *_ in (*DIALS, *NEWER)}
    for split, model in fitted:
        for name, lists, asked in _lists(model, split):
            figures[name].append(_figures(lists, asked, split, model))
    n_movies = fitted[0][0].train.n_movies
    print(f"Hybrid, {len(fitted)} splits, {n_movies:,} movies, the first {POOL} re-ordered\n")
    print("| list | nDCG@10 | recall@20 | coverage | novelty, bits | similarity within the list |")
    print("|---|---|---|---|---|---|")
    for name, rows in figures.items():
        ndcg, recall, coverage, novelty, alike = np.mean(rows, axis=0)
        print(
            f"| {name} | {ndcg:.3f} | {recall:.3f} | {100 * coverage:.1f} % | {novelty:.2f} | {alike:.2f} |", flush=True
        )


def filters_table(fitted: list[tuple[Split, LinearModel]]) -> None:
    """Measure lists cut to a genre or a decade against what is liked of it."""
    figures: dict[str, list[Float64]] = {name: [] for name, _, _ in FILTERS}
    for split, model in fitted:
        asked = _asked(split)
        profiles = [model.fold_in(each.movie_indices, each.half_stars) for each in asked]
        counts = split.train.movie_counts()
        for name, genre, decade in FILTERS:
            inside = _inside(split.movies, genre, decade) & (counts > 0)
            left_out = np.flatnonzero(~inside).astype(np.int32)
            lists = np.stack([_list(model, profile, left_out, counts, 0.0, 0.0) for profile in profiles])
            of_it = [replace(each, relevant=each.relevant[inside[each.relevant]]) for each in asked]
            row = _figures(lists, of_it, split, model)
            row[2] *= np.count_nonzero(counts) / np.count_nonzero(inside)  # of the movies inside
            figures[name].append(np.append(row, np.count_nonzero(inside)))
    print("\nHybrid, lists cut to a genre or a decade, for those who like a held-out movie of it\n")
    print("| list | movies | nDCG@10 | recall@20 | coverage of these | novelty, bits |")
    print("|---|---|---|---|---|---|")
    for name, rows in figures.items():
        ndcg, recall, coverage, novelty, _, n_inside = np.mean(rows, axis=0)
        print(
            f"| {name} | {n_inside:,.0f} | {ndcg:.3f} | {recall:.3f} | {100 * coverage:.1f} % | {novelty:.2f} |",
            flush=True,
        )


def _inside(movies: MovieFeatures, genre: str | None, decade: int | None) -> Bool:
    inside = np.ones(movies.movie_ids.size, dtype=np.bool_)
    if genre is not None:
        inside &= movies.genres[:, [movies.genre_names.index(genre)]].toarray().reshape(-1) > 0
    if decade is not None:
        inside &= movies.years // 10 * 10 == decade
    return inside


def first_ratings_table(ratings: RatingMatrix, movies: MovieFeatures, n_splits: int, n_new: int) -> None:
    """Fit without some raters, then measure their lists after their first ratings, drawn at random."""
    algorithms: dict[str, Algorithm] = {
        "popular (mean)": Mean(),
        "als": ALS(),
        "ease": EASE(),
        "hybrid": Hybrid(),
    }
    figures: dict[str, list[Float64]] = {name: [] for name in (*algorithms, "hybrid, varied (0.3)")}
    for seed in range(n_splits):
        train, seen, new = without_some_raters(ratings, movies, n_new, seed)
        for name, algorithm in algorithms.items():
            model = algorithm.fit(train, seen, TrainingOptions(seed=seed, n_threads=1))
            figures[name].append(_after_first_ratings(model, train, new, 0.0))
            if name == "hybrid":
                figures["hybrid, varied (0.3)"].append(_after_first_ratings(model, train, new, 0.3))
    print(f"\nnDCG@10 of {n_new} new raters, {n_splits} samples, after so many of their ratings\n")
    print("| | " + " | ".join(str(n_first) for n_first in AFTER) + " |")
    print("|---" * (len(AFTER) + 1) + "|")
    for name, rows in figures.items():
        print(f"| {name} | " + " | ".join(f"{value:.3f}" for value in np.mean(rows, axis=0)) + " |", flush=True)


def _lists(model: LinearModel, split: Split) -> Iterator[tuple[str, Int32, list[Asked]]]:
    asked = _asked(split)
    profiles = [model.fold_in(each.movie_indices, each.half_stars) for each in asked]
    counts = split.train.movie_counts()
    never = np.flatnonzero(counts == 0).astype(np.int32)
    for name, popularity, diversity in DIALS:
        rows = [_list(model, profile, never, counts, popularity, diversity) for profile in profiles]
        yield name, np.stack(rows), asked
    ages = split.movies.years.max() - np.maximum(split.movies.years, split.movies.years[split.movies.years > 0].min())
    for name, newness in NEWER:
        rows = [_newer(model, profile, never, ages.astype(np.int32), newness) for profile in profiles]
        yield name, np.stack(rows), asked


def _asked(split: Split) -> list[Asked]:
    return [
        Asked(*_of(split.train, rater), _liked(*_of(split.test, rater)))
        for rater in np.flatnonzero(split.test.rater_counts())
    ]


def _list(
    model: Model,
    profile: UserProfile,
    never: Int32,
    counts: Int64,
    popularity: float,
    diversity: float,
) -> Int32:
    scores = model.scores(profile)
    pool = top_n(scores, n=POOL, rated=profile.movie_indices, exclude=never)
    order = reranked(
        scores[pool],
        popularity=popularity,
        counts=counts[pool] if popularity else None,
        diversity=diversity,
        features=model.item_features.factors[pool] if isinstance(model, LinearModel) else None,
    )
    return pool[order[:RECALL_LENGTH]]


def _newer(model: Model, profile: UserProfile, never: Int32, ages: Int32, newness: float) -> Int32:
    scores = model.scores(profile)
    pool = top_n(scores, n=POOL, rated=profile.movie_indices, exclude=never)
    return pool[reranked(scores[pool], newness=newness, ages=ages[pool])[:RECALL_LENGTH]]


def _figures(lists: Int32, asked: list[Asked], split: Split, model: LinearModel) -> Float64:
    hits = np.stack([np.isin(row, each.relevant) for row, each in zip(lists, asked, strict=True)])
    shown = lists[:, :LIST_LENGTH]
    counts = split.train.movie_counts()
    surprise = self_information(counts, int(np.count_nonzero(split.train.rater_counts())))
    factors = model.item_features.factors
    above = np.triu_indices(LIST_LENGTH, 1)
    alike = [similarities(factors[row])[above].mean() for row in shown]
    coverage = np.unique(shown).size / np.count_nonzero(counts)
    return np.array([*_accuracy(hits, asked), coverage, surprise[shown].mean(), np.mean(alike)])


def _accuracy(hits: Bool, asked: list[Asked]) -> Float64:
    n_relevant = np.array([each.relevant.size for each in asked])
    numerators, denominators = list_sums(hits, n_relevant)
    return np.asarray(numerators.sum(axis=0) / np.maximum(denominators.sum(axis=0), 1))


def without_some_raters(
    ratings: RatingMatrix, movies: MovieFeatures, n_new: int, seed: int
) -> tuple[RatingMatrix, MovieFeatures, list[Asked]]:
    """Return the ratings and tags of all but some raters, and those raters with their ratings in random order."""
    rng = np.random.default_rng(seed)
    eligible = np.flatnonzero(ratings.rater_counts() >= 2 * max(AFTER))
    chosen = rng.permutation(eligible)[:n_new]
    rows = ratings.row_of_each_rating()
    taken = np.isin(rows, chosen)
    train = ratings.take(~taken)
    seen = movies.without(ratings.rater_ids[rows[taken]], ratings.movie_indices[taken])
    known = train.movie_counts() > 0
    new = []
    for rater in chosen:
        indices, half_stars = _of(ratings, int(rater))
        order = rng.permutation(indices.size)
        later = order[max(AFTER) :]
        liked = _liked(indices[later], half_stars[later])
        new.append(Asked(indices[order], half_stars[order], liked[known[liked]]))
    return train, seen, new


def _after_first_ratings(model: Model, train: RatingMatrix, new: list[Asked], diversity: float) -> Float64:
    counts = train.movie_counts()
    never = np.flatnonzero(counts == 0).astype(np.int32)
    found = []
    for n_first in AFTER:
        hits = []
        for each in new:
            by_index = np.argsort(each.movie_indices[:n_first])
            first = each.movie_indices[:n_first][by_index], each.half_stars[:n_first][by_index]
            row = _list(model, model.fold_in(*first), never, counts, 0.0, diversity)
            hits.append(np.isin(row, each.relevant))
        found.append(_accuracy(np.stack(hits), new)[0])
    return np.array(found)


def _of(ratings: RatingMatrix, rater: int) -> tuple[Int32, Int8]:
    stored = slice(int(ratings.rater_indptr[rater]), int(ratings.rater_indptr[rater + 1]))
    return ratings.movie_indices[stored], ratings.half_stars[stored]


def _liked(movie_indices: Int32, half_stars: Int8) -> Int32:
    return movie_indices[half_stars >= RELEVANT_HALF_STARS]


if __name__ == "__main__":
    main()
