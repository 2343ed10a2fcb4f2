"""How well newcomers' next ratings are put in order, as a Markdown table: every rater is new once.

Run it with `MOVIELENS_DATA=FOLDER python -m tests.bench.bench_new_raters [ALGORITHM...]`.

The temporal split asks few raters with few ratings about four movies each. Here the raters are cut into five parts; a
model that has never seen a part's raters is given the first 16 ratings of each and asked about the ones that follow.
"""

import argparse

import numpy as np

from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Bool, Float64, Int64
from recommender.engine.evaluation.metrics import rating_sums
from recommender.engine.model.model import Model
from recommender.engine.model.training import TrainingOptions
from tests.bench.release import ratings_of_release

N_PARTS, N_GIVEN, ASKED = 5, 16, (4, 10, 30)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("algorithms", nargs="*", default=["mean", "als", "hybrid"], metavar="ALGORITHM")
    names = parser.parse_args().algorithms
    ratings, movies = ratings_of_release()
    measured = {name: np.concatenate(list(_of_parts(name, ratings, movies))) for name in names}
    print(f"| next | | agreement | against `{names[0]}` | RMSE |\n|---|---|---|---|---|")
    for column, n_asked in enumerate(ASKED):
        base = measured[names[0]][:, column, 0]
        for name in names:
            agreement, error, count = measured[name][:, column].T
            gain = (agreement - base)[~np.isnan(agreement - base)]
            chance = 1.96 * gain.std() / np.sqrt(gain.size)
            rmse = np.sqrt(error.sum() / count.sum())
            print(
                f"| {n_asked} | {name} | {np.nanmean(agreement):.4f} | {gain.mean():+.4f} ± {chance:.4f} | {rmse:.4f} |"
            )
        print(f"| | ({gain.size} raters) | | | |")


def _of_parts(name: str, ratings: RatingMatrix, movies: MovieFeatures):  # type: ignore[no-untyped-def]
    """Yield agreement, squared errors and number of ratings of each part's raters, (n, len(ASKED), 3)."""
    rng = np.random.default_rng(0)
    parts, rows = rng.integers(0, N_PARTS, ratings.n_raters), ratings.row_of_each_rating()
    in_time = np.lexsort((rng.random(rows.size), ratings.rated_at, rows))
    for part in range(N_PARTS):
        new = parts[rows] == part
        train = ratings.take(~new)
        seen = movies.without(ratings.rater_ids[rows[new]], ratings.movie_indices[new])
        model = ALGORITHMS[name].fit(train, seen, TrainingOptions(n_threads=2))
        known = train.movie_counts()[ratings.movie_indices] > 0
        yield np.array([
            _of_rater(model, ratings, known, in_time[ratings.rater_indptr[rater] : ratings.rater_indptr[rater + 1]])
            for rater in np.flatnonzero(parts == part)
        ])  # fmt: skip


def _of_rater(model: Model, ratings: RatingMatrix, known: Bool, stored: Int64) -> Float64:
    given = stored[:N_GIVEN][known[stored[:N_GIVEN]]]
    given = given[np.argsort(ratings.movie_indices[given])]
    predicted = model.predict(model.fold_in(ratings.movie_indices[given], ratings.half_stars[given]))
    figures = []
    for n_asked in ASKED:
        asked = stored[N_GIVEN : N_GIVEN + n_asked]
        asked = asked[known[asked]]
        stars = ratings.half_stars[asked] / 2
        sums, counts = rating_sums(np.array([0, asked.size]), stars, predicted[ratings.movie_indices[asked]])
        figures.append((sums[0, 0] if counts[0, 0] else np.nan, sums[0, 1], counts[0, 1]))
    return np.array(figures)


if __name__ == "__main__":
    main()
