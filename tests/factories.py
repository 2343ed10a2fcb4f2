"""Rows for tests, with sensible values for whatever a test does not care about."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.contrib.auth.models import User

from recommender.models import Genre, Job, JobChunk, ModelVersion, Movie, Rater, Rating

LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


def make_movie(
    movie_id: int = 1, title: str = "Alien", year: int | None = 1979, genres: str = "Horror", **more: Any
) -> Movie:
    """Return a stored movie with genres such as "Horror|Sci-Fi"."""
    movie = Movie.objects.create(pk=movie_id, title=title, year=year, **more)
    movie.genres.set([Genre.objects.get_or_create(name=name)[0] for name in genres.split("|")])
    return movie


def make_rater(movielens_id: int = 1) -> Rater:
    """Return a stored imported rater."""
    return Rater.objects.create(movielens_id=movielens_id)


def make_rating(rater: Rater, movie: Movie, half_stars: int = 8) -> Rating:
    """Return a stored rating; the movie's statistics stay as they are."""
    return Rating.objects.create(rater=rater, movie=movie, half_stars=half_stars, rated_at=LONG_AGO)


def make_job(**more: Any) -> Job:
    """Return a stored job."""
    return Job.objects.create(**({"kind": Job.Kind.TITLE_INDEX, "heartbeat_at": LONG_AGO} | more))


def make_chunk(**more: Any) -> JobChunk:
    """Return a stored chunk, of a job of its own unless one is given."""
    job = more.pop("job", None) or make_job()
    return JobChunk.objects.create(**({"job": job, "stage": 0, "stage_name": "only", "number": 0} | more))


def make_model_version(key: str = "als/1", algorithm: str = "als", **more: Any) -> ModelVersion:
    """Return a stored candidate."""
    fields: dict[str, Any] = {
        "algorithm": algorithm,
        "artifact_key": key,
        "artifact_sha256": sha256(key.encode()).hexdigest(),
        "artifact_size": 1,
        "data_fingerprint": "f" * 64,
        "code_version": "0",
    }
    return ModelVersion.objects.create(**(fields | more))


def make_user(username: str) -> User:
    """Return a stored user who can sign in with "a fine long password"."""
    return User.objects.create_user(username, f"{username}@example.org", "a fine long password")
