"""The small world of the engine tests as rows, with models of it in service."""

from functools import cache
from pathlib import Path

import numpy as np

from recommender.engine.algorithms.registry import algorithm
from recommender.engine.data.artifact import write_artifact
from recommender.engine.model.model import Model
from recommender.engine.model.training import TrainingOptions
from recommender.models import Genre, ModelVersion, Movie, MovieTag, Rater, Rating, Tag
from recommender.services.storage import artifacts
from recommender.services.versions import lifecycle
from tests.support.factories import LONG_AGO
from tests.support.sample import sample_movies, sample_ratings

RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)
SMALL = {"als": {"n_factors": 8}, "hybrid": {"n_factors": 16}}
ALICE = {1: 9, 11: 3, 21: 8, 31: 2, 41: 10, 51: 4, 61: 8, 121: 9, 301: 8, 441: 9}
"""Half stars by movie id: fond of the movies of the even raters."""


def store_movies() -> None:
    """Store the movies with their genres, tags and rating counts; the first is of 1940, the next of 1941 …."""
    genres = Genre.objects.bulk_create(Genre(name=name) for name in MOVIES.genre_names)
    tags = Tag.objects.bulk_create(Tag(name=name) for name in MOVIES.tag_names)
    movies = [
        Movie(
            pk=movie_id,
            title=f"Movie {movie_id}",
            year=1940 + index,
            rating_count=count,
            rating_mean=3.5 if count else None,
            rating_median=3.5 if count else None,
        )
        for index, (movie_id, count) in enumerate(zip(RATINGS.movie_ids.tolist(), RATINGS.movie_counts(), strict=True))
    ]
    Movie.objects.bulk_create(movies)
    of_genre, tagged = MOVIES.genres.tocoo(), MOVIES.tag_counts().tocoo()
    Movie.genres.through.objects.bulk_create(
        Movie.genres.through(movie=movies[row], genre=genres[column])
        for row, column in zip(*of_genre.coords, strict=True)
    )
    MovieTag.objects.bulk_create(
        MovieTag(movie=movies[row], tag=tags[column], count=int(count))
        for row, column, count in zip(*tagged.coords, tagged.data, strict=True)
    )


def put_in_service(name: str, folder: Path) -> ModelVersion:
    """Fit an algorithm to the sample and activate it."""
    file = folder / f"{name}.safetensors"
    write_artifact(file, _fitted(name).to_arrays(), {"algorithm": name})
    stored = artifacts.store(path=file, name=name)
    version = lifecycle.register(algorithm=name, artifact=stored, data_fingerprint="f" * 64)
    return lifecycle.activate(version=version)


@cache
def _fitted(name: str) -> Model:
    return algorithm(name, **SMALL.get(name, {})).fit(RATINGS, MOVIES, TrainingOptions(seed=1))


def store_ratings(rater: Rater, half_stars: dict[int, int]) -> None:
    """Store ratings of a rater."""
    Rating.objects.bulk_create(
        Rating(rater=rater, movie_id=movie_id, half_stars=value, rated_at=LONG_AGO)
        for movie_id, value in half_stars.items()
    )


def index_of(movie_id: int) -> int:
    """Return the column of a movie."""
    return int(np.searchsorted(RATINGS.movie_ids, movie_id))
