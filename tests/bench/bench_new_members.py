"""RMSE for members whom no model has seen, by how many ratings they have given, as a Markdown table.

Run it with `MOVIELENS_DATA=FOLDER python -m tests.bench.bench_new_members [ALGORITHM...]`; figures are compared with
the first algorithm.

The raters are cut into five parts. A model that has never seen a part's raters gets the first ratings of each, in time
or at random, and predicts all others. Intervals are 95 %, from a paired bootstrap over raters.
"""

import argparse
from collections.abc import Iterator

import numpy as np

from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Bool, Float64, Int64
from recommender.engine.evaluation.intervals import bootstrap_ratios, percentile_interval
from recommender.engine.evaluation.metrics import HIGHEST_STARS, LOWEST_STARS
from recommender.engine.model.model import Model
from recommender.engine.model.training import TrainingOptions
from tests.bench.release import ratings_of_release

N_PARTS = 5
GIVEN = (0, 1, 3, 5, 10, 20)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("algorithms", nargs="*", default=["mean", "als", "hybrid"], metavar="ALGORITHM")
    names = parser.parse_args().algorithms
    ratings, movies = ratings_of_release()
    measured = dict(zip(names, np.concatenate(list(_of_parts(names, ratings, movies)), axis=1), strict=True))
    print("| first ratings | |" + "".join(f" {n_given} |" for n_given in GIVEN) + "\n|---|---|" + "---|" * len(GIVEN))
    for number, order in enumerate(("in time", "at random")):
        for name in names:
            cells = [_cell(measured, names[0], name, number, column) for column in range(len(GIVEN))]
            print(f"| {order} | `{name}` | " + " | ".join(cells) + " |")


def _cell(measured: dict[str, Float64], baseline: str, name: str, number: int, column: int) -> str:
    """Return the RMSE, and for all but the baseline the interval of the difference."""
    errors, counts = np.stack([measured[each][:, number, column] for each in (name, baseline)], axis=1).T
    rmse = np.sqrt(errors.sum(axis=1) / counts.sum(axis=1))
    if name == baseline:
        return f"{rmse[0]:.4f}"
    replicates = np.sqrt(bootstrap_ratios(errors.T, counts.T))
    difference = percentile_interval(rmse[0] - rmse[1], replicates[:, 0] - replicates[:, 1])
    return f"{rmse[0]:.4f} ({difference.low:+.4f} to {difference.high:+.4f})"


def _of_parts(names: list[str], ratings: RatingMatrix, movies: MovieFeatures) -> Iterator[Float64]:
    """Yield each part's squared errors and numbers of ratings, (n_names, n_raters, 2 orders, len(GIVEN), 2)."""
    rng = np.random.default_rng(0)
    parts, rows = rng.integers(0, N_PARTS, ratings.n_raters), ratings.row_of_each_rating()
    shuffled = rng.random(rows.size)
    orders = [np.lexsort((shuffled, ratings.rated_at, rows)), np.lexsort((shuffled, rows))]
    for part in range(N_PARTS):
        new = parts[rows] == part
        train = ratings.take(~new)
        seen = movies.without(ratings.rater_ids[rows[new]], ratings.movie_indices[new])
        known = train.movie_counts()[ratings.movie_indices] > 0
        models = [ALGORITHMS[name].fit(train, seen, TrainingOptions(n_threads=2)) for name in names]
        members = [slice(*ratings.rater_indptr[rater : rater + 2]) for rater in np.flatnonzero(parts == part)]
        yield np.array([
            [[_of_member(model, ratings, known, order[stored]) for order in orders] for stored in members]
            for model in models
        ])  # fmt: skip


def _of_member(model: Model, ratings: RatingMatrix, known: Bool, stored: Int64) -> Float64:
    """Return the sum of squared errors and the number of ratings after each number of given ones."""
    sums = np.zeros((len(GIVEN), 2))
    for row, n_given in enumerate(GIVEN):
        given, asked = (part[known[part]] for part in (stored[:n_given], stored[n_given:]))
        given = given[np.argsort(ratings.movie_indices[given])]
        profile = model.fold_in(ratings.movie_indices[given], ratings.half_stars[given])
        predicted = np.clip(model.predict(profile, ratings.movie_indices[asked]), LOWEST_STARS, HIGHEST_STARS)
        sums[row] = np.square(predicted - ratings.half_stars[asked] / 2).sum(), asked.size
    return sums


if __name__ == "__main__":
    main()
