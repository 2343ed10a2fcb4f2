"""How many of the movies shown with a match are liked, and what a list of the day costs, as Markdown tables.

Run it with `MOVIELENS_DATA=FOLDER python -m tests.bench.bench_match [--splits N] [--raters N]`. Everybody's list is
made from four fifths of their ratings, without series; the figures are compared with the rest of their ratings.
"""

import argparse
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from recommender.engine.algorithms.hybrid.hybrid import Hybrid
from recommender.engine.data.types import Float64, Int32
from recommender.engine.evaluation.splits import Split, split_ratings
from recommender.engine.lists.fresh import FIRST_DRAWN, drawn
from recommender.engine.lists.match import among_watched, chances, never_rising
from recommender.engine.lists.reranking import POOL
from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.model import Model, top_n
from recommender.engine.model.opinions import LIKED_STARS, TOLERANCE, middle_of
from tests.bench.release import ratings_of_release

BINS = (0, 40, 50, 60, 70, 80, 90, 100)
LENGTHS = (10, 20)
RELEVANT_STARS = 4.0
FIRST_SEED = 3
"""How often the daily draw halves was chosen on these splits of ml-latest-small, nothing else was."""


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """One rater's list: figures, own chances and held-out stars (NaN where there are none) by place, best first."""

    match: Float64
    chance: Float64
    stars: Float64
    fresh_stars: Float64


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--splits", type=int, default=2)
    parser.add_argument("--raters", type=int, default=600)
    options = parser.parse_args()
    ratings, movies = ratings_of_release()
    shown: list[Shown] = []
    for seed in range(FIRST_SEED, FIRST_SEED + options.splits):
        split = split_ratings(ratings, movies, seed=seed)
        model = Hybrid().fit(split.train, split.movies)
        asked = np.flatnonzero((split.test.rater_counts() > 0) & (split.train.rater_counts() > 0))
        for rater in np.random.default_rng(seed).permutation(asked)[: options.raters].tolist():
            shown += _shown(model, split, rater)
    _print_calibration(shown)
    _print_cost_of_the_day(shown)


def _shown(model: Model, split: Split, rater: int) -> list[Shown]:
    train, test = split.train, split.test
    mine = slice(int(train.rater_indptr[rater]), int(train.rater_indptr[rater + 1]))
    profile = model.fold_in(train.movie_indices[mine], train.half_stars[mine])
    predicted = model.predict(profile)
    last = predicted < middle_of(profile.half_stars) - TOLERANCE
    left_out = np.union1d(np.flatnonzero((train.movie_counts() == 0) | last), profile.movie_indices).astype(np.int32)
    movies = top_n(model.scores(profile), n=POOL, exclude=left_out)
    chance = chances(model, profile, movies)
    if chance is None or movies.size < POOL:
        return []
    held_out = slice(int(test.rater_indptr[rater]), int(test.rater_indptr[rater + 1]))
    stars = np.full(train.n_movies, np.nan)
    stars[test.movie_indices[held_out]] = test.half_stars[held_out] / 2
    match = among_watched(never_rising(chance, n_averaged=POOL))
    return [Shown(match, chance, stars[movies], stars[_of_the_day(model, split, movies, profile, rater)])]


def _of_the_day(model: Model, split: Split, movies: Int32, profile: UserProfile, rater: int) -> Int32:
    bounds = model.interval(profile, movies[: FIRST_DRAWN - 1])
    allowed = model.predict(profile, movies) >= (float(bounds[0].max()) if bounds else -np.inf)
    return movies[drawn(movies, allowed, seed=rater, n_movies=split.train.n_movies)]


def _print_calibration(shown: list[Shown]) -> None:
    match = 100 * np.concatenate([each.match for each in shown])
    stars = np.concatenate([each.stars for each in shown])
    rated = ~np.isnan(stars)
    print("| shown with | ratings | shown on average | liked |\n|---|---|---|---|")
    for low, high in pairwise(BINS):
        chosen = rated & (match >= low) & (match < high)
        if chosen.any():
            liked = 100 * float(np.mean(stars[chosen] >= LIKED_STARS))
            print(f"| {low} to {high} % | {chosen.sum():,} | {match[chosen].mean():.0f} % | {liked:.0f} % |")
    top = slice(0, max(LENGTHS))
    gap = np.abs(np.concatenate([(each.match - each.chance)[top] for each in shown]))
    print(f"\nIn the first {max(LENGTHS)}, figure and own chance differ by {100 * gap.mean():.1f} points on average,")
    print(f"by more than 20 points for {100 * np.mean(gap > 0.2):.1f} % of the movies.\n")


def _print_cost_of_the_day(shown: list[Shown]) -> None:
    print("| list | nDCG@10 of its hits | hits among 20 | their mean stars |\n|---|---|---|---|")
    for name, lists in (
        ("the same every day", [each.stars for each in shown]),
        ("drawn for the day", [each.fresh_stars for each in shown]),
    ):
        hits = np.stack([stars[: max(LENGTHS)] for stars in lists])
        gains = (hits[:, : LENGTHS[0]] >= RELEVANT_STARS) / np.log2(np.arange(2, LENGTHS[0] + 2))
        relevant = np.stack([stars >= RELEVANT_STARS for stars in lists]).sum(axis=1)
        ideal = np.array([np.sum(1 / np.log2(np.arange(2, 2 + min(n, LENGTHS[0])))) for n in relevant.tolist()])
        ndcg = float(np.mean((gains.sum(axis=1) / np.maximum(ideal, 1e-9))[relevant > 0]))
        liked = float(np.mean((hits >= RELEVANT_STARS).sum(axis=1)))
        print(f"| {name} | {ndcg:.3f} | {liked:.2f} | {np.nanmean(hits):.2f} |")


if __name__ == "__main__":
    main()
