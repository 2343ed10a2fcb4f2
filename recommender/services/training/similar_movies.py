"""Find the similar movies of every movie and look them up.

A job divides the movies into ranges of about equal work, one chunk each. Together they are byte for byte what a single
process finds, because a movie's neighbours depend only on the snapshot.
"""

from collections.abc import Callable, Collection
from functools import lru_cache
from pathlib import Path

import numpy as np

from recommender.engine.data.artifact import read_artifact, write_artifact
from recommender.engine.progress import no_progress, subrange
from recommender.engine.similar_movies.neighbours import Comparison, Neighbours, SimilarMovies, movie_ranges
from recommender.models import Job, JobChunk, ModelVersion, Movie
from recommender.services.jobs import outputs
from recommender.services.jobs.concurrency import n_threads
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Arguments, Outcome, Stage
from recommender.services.storage import artifacts
from recommender.services.training import snapshots
from recommender.services.versions import lifecycle, serving

NAME = ModelVersion.NAMES[ModelVersion.Kind.NEIGHBOURS]
CO_RATINGS_PER_CHUNK = 2_000_000_000
"""About 5 s of one processor at 2.4 ns each (docs/kernels.md)."""


def build(*, job: Job | None = None, on_progress: OnProgress = no_progress) -> ModelVersion:
    """Compare all pairs of movies in this process, store the neighbours and put them in service."""
    on_progress(0.0, "Reading ratings")
    data = snapshots.current(with_times=False)
    comparing = subrange(on_progress, 0.1, 0.95, "Comparing movies")
    neighbours = SimilarMovies().fit(data.ratings, data.movies, n_threads=n_threads(), on_progress=comparing)
    return _store(neighbours, data.fingerprint(), job)()


def similar_to(*, movie: Movie, limit: int, exclude: Collection[int] = ()) -> list[Movie]:
    """Return the movies most similar to this one, best first, without those whose ids are in `exclude`."""
    neighbours = serving.neighbours()
    if neighbours is None:
        return []
    index = serving.title_index()
    left_out = {*exclude, *(index.duplicates if index else ())}
    similar = [movie_id for movie_id in neighbours.of(movie.pk) if movie_id not in left_out]
    return Movie.objects.in_order(similar[:limit])


def _plan(job: Job) -> list[Arguments]:
    per_chunk = job.arguments.get("co_ratings_per_chunk", CO_RATINGS_PER_CHUNK)
    ratings = snapshots.of_job(job).ratings
    return [{"first": first, "last": last} for first, last in movie_ranges(ratings, per_chunk)]


def _compare(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    on_progress(0.0, "Reading the snapshot")
    comparison = _comparison(outputs.file(job=chunk.job, stage=snapshots.STAGE))
    first, last = chunk.arguments["first"], chunk.arguments["last"]
    comparing = subrange(on_progress, 0.1, 0.95, "Comparing movies")
    neighbours, scores = comparison.neighbours_of(first, last, n_threads=n_threads(), on_progress=comparing)
    with artifacts.workspace() as folder:
        file = folder / "range.safetensors"
        write_artifact(file, {"neighbours": neighbours, "scores": scores}, {"algorithm": NAME})
        return Outcome(artifact=outputs.store(chunk=chunk, path=file))


@lru_cache(maxsize=1)
def _comparison(snapshot: Path) -> Comparison:
    """Prepare the comparison once for all chunks of a job that this process runs."""
    data = snapshots.read(snapshot)
    return Comparison.of(data.ratings, data.movies, SimilarMovies().tuned(data.ratings, data.movies))


def _put_together(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    on_progress(0.0, "Putting the neighbours together")
    data = snapshots.of_job(chunk.job)
    n = SimilarMovies().n
    neighbours = [np.empty((0, n), dtype=np.int32)]
    scores = [np.empty((0, n), dtype=np.float32)]
    for file in outputs.files(job=chunk.job, stage=COMPARE.name):
        arrays, _ = read_artifact(file)
        neighbours.append(arrays["neighbours"])
        scores.append(arrays["scores"])
    found = Neighbours(data.ratings.movie_ids, np.concatenate(neighbours), np.concatenate(scores))
    put_in_service = _store(found, data.fingerprint(), chunk.job)
    return Outcome(commit=lambda: {"model_version": put_in_service().pk})


def _store(neighbours: Neighbours, data_fingerprint: str, job: Job | None) -> Callable[[], ModelVersion]:
    """Store the neighbours; return a function that puts them in service."""
    manifest = {"algorithm": NAME, "data_fingerprint": data_fingerprint}
    with artifacts.workspace() as folder:
        file = folder / "neighbours.safetensors"
        write_artifact(file, neighbours.to_arrays(), manifest)
        stored = artifacts.store(path=file, name=NAME)

    def put_in_service() -> ModelVersion:
        version = lifecycle.register(
            kind=ModelVersion.Kind.NEIGHBOURS, artifact=stored, data_fingerprint=data_fingerprint, job=job
        )
        return lifecycle.activate(version=version)

    return put_in_service


COMPARE = Stage("compare", "Comparing movies", _compare, plan=_plan, weight=10, grows_with="co_ratings")
PUT_TOGETHER = Stage("put_together", "Putting the neighbours together", _put_together, grows_with="movies")
