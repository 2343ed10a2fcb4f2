"""Measure algorithms on hold-out splits of the ratings in the database, or of a dataset on disk."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from recommender.engine import evaluation as engine
from recommender.engine.evaluation import Evaluation, SplitKind
from recommender.engine.evaluation.dataset import ratings_and_movies
from recommender.engine.movielens import read_dataset
from recommender.engine.registry import ALGORITHMS
from recommender.engine.registry import algorithm as registered
from recommender.services import model_versions, rating_arrays, threads
from recommender.services.progress import OnProgress, part, silent

READING = 0.05
MAX_RATERS = 5_000
"""A sample of so many raters gives intervals as narrow as anyone needs, in minutes on the full MovieLens."""


def evaluate(
    *,
    algorithms: Sequence[str] = (),
    n_splits: int = 5,
    seed: int = 0,
    split: SplitKind = "random",
    data: Path | None = None,
    max_raters: int | None = MAX_RATERS,
    on_progress: OnProgress = silent,
) -> Evaluation:
    """Measure the named algorithms, or all of them, on the same splits.

    The figures are kept with the versions in service. With `data`, a folder or zip of a MovieLens release, the
    database is not touched.

    Raises
    ------
    UnknownAlgorithm
        If an algorithm is not in the registry.
    CannotEvaluate
        If there are too few ratings, or a temporal split is asked of ratings without times.
    DatasetError
        If `data` cannot be read.
    """
    chosen = {name: registered(name) for name in dict.fromkeys(algorithms or ALGORITHMS)}
    on_progress(0.0, "Reading ratings")
    if data is not None:
        ratings, movies = ratings_and_movies(read_dataset(data))
    else:
        ratings = rating_arrays.rating_matrix(with_times=True)
        movies = rating_arrays.movie_features(ratings.movie_ids)
    outcome = engine.evaluate(
        chosen,
        ratings,
        movies,
        n_splits=n_splits,
        seed=seed,
        split=split,
        n_threads=threads.available(),
        max_raters=max_raters,
        on_progress=part(on_progress, READING, 1.0, "Fitting and measuring"),
    )
    if data is None:
        figures = outcome.to_json()
        about = {name: figures[name] for name in ("splits", "seed", "split", "raters")}
        model_versions.record_metrics(
            metrics={name: about | metrics for name, metrics in figures["algorithms"].items()},
            parameters={name: asdict(algorithm) for name, algorithm in chosen.items()},  # type: ignore[call-overload]
        )
    return outcome
