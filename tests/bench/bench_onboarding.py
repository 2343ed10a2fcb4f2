"""What five ratings from the groups of the first visit are worth, against five others, as a Markdown table.

Run it with `MOVIELENS_DATA=FOLDER python -m tests.bench.bench_onboarding [--splits N] [--new-raters N]`.

Raters whom the model has never seen read the page down and rate the first movies that they know. What they know is a
random half of their ratings; the other half is what their list is measured on. All of the first half is left out of the
list, whichever of it they were asked about, so that the lists differ by what the ratings say and not by what they hide.
"""

import argparse
from collections.abc import Iterator

import numpy as np

from recommender.engine.algorithms.hybrid.hybrid import Hybrid
from recommender.engine.algorithms.hybrid.model import HybridModel
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Int8, Int32, Int64
from recommender.engine.evaluation.metrics import RECALL_LENGTH, list_sums
from recommender.engine.lists.onboarding import groups_of_similar
from recommender.engine.model.model import top_n
from recommender.engine.model.training import TrainingOptions
from tests.bench.bench_lists import without_some_raters
from tests.bench.release import ratings_of_release

POOL, N_GROUPS, GROUP_SIZE, SHOWN = 500, 12, 24, 6
N_ASKED, N_POPULAR, RELEVANT_HALF_STARS = 5, 100, 8


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--splits", type=int, default=5)
    parser.add_argument("--new-raters", type=int, default=150)
    options = parser.parse_args()
    ratings, movies = ratings_of_release()
    figures: dict[str, list[tuple[float, int]]] = {}
    for seed in range(options.splits):
        train, seen, new = without_some_raters(ratings, movies, options.new_raters, seed)
        model = Hybrid().fit(train, seen, TrainingOptions(seed=seed, n_threads=1))
        rng = np.random.default_rng(seed)
        for each in new:
            for name, figure in measured(model, train, each.movie_indices, each.half_stars, rng):
                figures.setdefault(name, []).append(figure)
    print(f"nDCG@10 of {options.new_raters} new raters, {options.splits} samples\n")
    print("| rated | nDCG@10 | against random popular ones | ratings given |")
    print("|---|---|---|---|")
    random = np.array(figures["random, of the 100 most popular"])
    for name, rows in figures.items():
        table = np.array(rows)
        known = ~np.isnan(table[:, 0])
        gain = (table - random)[known, 0]
        error = 1.96 * gain.std(ddof=1) / np.sqrt(gain.size)
        print(
            f"| {name} | {table[known, 0].mean():.3f} | {gain.mean():+.3f} ± {error:.3f} | {table[:, 1].mean():.1f} |"
        )


def measured(
    model: HybridModel, train: RatingMatrix, movies: Int32, half_stars: Int8, rng: np.random.Generator
) -> Iterator[tuple[str, tuple[float, int]]]:
    """Ask one rater in every way; give nDCG@10 (NaN where the rater likes none of the rest) and how many they rated."""
    counts = train.movie_counts()
    order = rng.permutation(movies.size)
    known, rest = order[: order.size // 2], order[order.size // 2 :]
    mine = dict(zip(movies[known].tolist(), half_stars[known].tolist(), strict=True))
    relevant = movies[rest][half_stars[rest] >= RELEVANT_HALF_STARS]
    relevant = relevant[counts[relevant] > 0]
    hidden = np.concatenate([movies[known], np.flatnonzero(counts == 0).astype(np.int32)])
    for name, asked in asked_about(model, counts, rng).items():
        rated = np.sort(np.array([movie for movie in asked if movie in mine][:N_ASKED], dtype=np.int32))
        profile = model.fold_in(rated, np.array([mine[movie] for movie in rated.tolist()], dtype=np.int8))
        hits = np.isin(top_n(model.scores(profile), n=RECALL_LENGTH, exclude=hidden), relevant)
        numerator, denominator = list_sums(hits[None, :], np.array([relevant.size]))
        yield name, (numerator[0, 0] / denominator[0, 0] if denominator[0, 0] else np.nan, rated.size)


def asked_about(model: HybridModel, counts: Int64, rng: np.random.Generator) -> dict[str, list[int]]:
    """Return the movies each way of asking shows, in the order they are read."""
    popular = np.argsort(-counts, kind="stable")
    pool = np.sort(popular[:POOL]).astype(np.int32)
    groups = groups_of_similar(
        model.item_features.rows(pool), counts[pool] / counts.max(), n_groups=N_GROUPS, group_size=GROUP_SIZE
    )
    screens = range(0, GROUP_SIZE, SHOWN)
    return {
        "nothing": [],
        "the most popular": popular[:POOL].tolist(),
        "random, of the 100 most popular": rng.permutation(popular[:N_POPULAR]).tolist(),
        "random, of the 500 most popular": rng.permutation(popular[:POOL]).tolist(),
        "the groups, read down": [m for n in screens for g in groups for m in pool[g[n : n + SHOWN]].tolist()],
        "the groups, one of each": [m for n in range(GROUP_SIZE) for g in groups for m in pool[g[n : n + 1]].tolist()],
    }


if __name__ == "__main__":
    main()
