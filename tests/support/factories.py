"""Rows for tests, with sensible values for whatever a test does not care about."""

import tempfile
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django_celery_beat.models import CrontabSchedule, PeriodicTask

from recommender.engine.data.artifact import write_artifact
from recommender.engine.model.item_features import ItemFeatures
from recommender.engine.model.model import LinearModel
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


def make_model_version(key: str = "als/1", algorithm: str = "als", stars: float = 3.0, **more: Any) -> ModelVersion:
    """Return a stored candidate: a model that predicts so many stars for two movies, or another `kind`."""
    algorithm = ModelVersion.NAMES.get(more.get("kind", ModelVersion.Kind.MODEL), algorithm)
    content = small_artifact(algorithm, stars)
    storages["artifacts"].delete(key)
    storages["artifacts"].save(key, ContentFile(content))
    fields: dict[str, Any] = {
        "algorithm": algorithm,
        "artifact_key": key,
        "artifact_sha256": sha256(content).hexdigest(),
        "artifact_size": len(content),
        "data_fingerprint": "f" * 64,
        "code_version": "0",
    }
    return ModelVersion.objects.create(**(fields | more))


def small_model(stars: float = 3.0) -> LinearModel:
    """Return a model that predicts the same for everyone and the movies 1 and 2."""
    return LinearModel(
        ItemFeatures(
            movie_ids=np.array([1, 2], dtype=np.int32),
            offsets=np.full(2, stars, dtype=np.float32),
            factors=np.zeros((2, 1), dtype=np.float32),
            prior_precision=np.ones(1, dtype=np.float32),
            bias_precision=1.0,
        )
    )


def small_artifact(algorithm: str = "als", stars: float = 3.0) -> bytes:
    """Return the content of the artifact of a small model."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "model.safetensors"
        write_artifact(file, small_model(stars).to_arrays(), {"algorithm": algorithm})
        return file.read_bytes()


@cache
def hashed(password: str) -> str:
    """Return what the site keeps of a password; made once, for it is slow on purpose."""
    return make_password(password)


def make_user(username: str, password: str = "a fine long password", **fields: Any) -> User:
    """Return a stored user who can sign in with this password."""
    user: User = User.objects.create(
        username=username, email=f"{username}@example.org", password=hashed(password), **fields
    )
    return user


def nightly_retrain() -> PeriodicTask:
    """Return the schedule that migrations offer, made again if a test that empties all tables has removed it."""
    when, _ = CrontabSchedule.objects.get_or_create(minute="0", hour="3", timezone="UTC")
    defaults = {"task": "recommender.tasks.jobs.start_job", "crontab": when, "enabled": False}
    return PeriodicTask.objects.get_or_create(name="Nightly retrain", defaults=defaults)[0]
