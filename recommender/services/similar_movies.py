"""Find the similar movies of every movie and look them up."""

from recommender.engine.artifact import write_artifact
from recommender.engine.similar_movies import SimilarMovies
from recommender.models import Job, ModelVersion, Movie
from recommender.services import artifacts, model_versions, rating_arrays, serving, threads
from recommender.services.progress import OnProgress, part, silent
from recommender.services.training import fingerprint


def build(*, job: Job | None = None, on_progress: OnProgress = silent) -> ModelVersion:
    """Compare all pairs of movies, store the neighbours and put them in service."""
    on_progress(0.0, "Reading ratings")
    ratings = rating_arrays.rating_matrix()
    movies = rating_arrays.movie_features(ratings.movie_ids)
    comparing = part(on_progress, 0.1, 0.95, "Comparing movies")
    neighbours = SimilarMovies().fit(ratings, movies, n_threads=threads.available(), on_progress=comparing)
    data_fingerprint = fingerprint(ratings)
    manifest = {"algorithm": ModelVersion.SIMILAR_MOVIES, "data_fingerprint": data_fingerprint}
    with artifacts.workspace() as folder:
        file = folder / "neighbours.safetensors"
        write_artifact(file, neighbours.to_arrays(), manifest)
        stored = artifacts.store(path=file, name=ModelVersion.SIMILAR_MOVIES)
    version = model_versions.register(
        algorithm=ModelVersion.SIMILAR_MOVIES, artifact=stored, data_fingerprint=data_fingerprint, job=job
    )
    return model_versions.activate(version=version)


def similar_to(*, movie: Movie, limit: int) -> list[Movie]:
    """Return the movies most like this one, best first."""
    neighbours = serving.neighbours()
    if neighbours is None:
        return []
    return Movie.objects.in_order(neighbours.of(movie.pk)[:limit])
