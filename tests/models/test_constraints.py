"""Each invariant of the data lives in the database: every test tries to break one."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from recommender.models import Job, Mark, ModelVersion, Movie, MovieTag, Rater, Rating, Tag
from tests.factories import LONG_AGO, make_job, make_model_version, make_movie, make_rater, make_rating

pytestmark = pytest.mark.django_db


def refused(constraint: str, write: Callable[[], object]) -> bool:
    """Tell whether the database refuses a write because of a constraint."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        write()
    return constraint in str(error.value)


@pytest.mark.parametrize("half_stars", [-1, 0, 11])
def test_it_rejects_a_rating_off_the_scale(half_stars: int) -> None:
    rater, movie = make_rater(), make_movie()
    assert refused("rating_half_stars_1_to_10", lambda: make_rating(rater, movie, half_stars))


def test_it_rejects_a_second_rating_of_a_movie_by_a_rater() -> None:
    rater, movie = make_rater(), make_movie()
    make_rating(rater, movie)
    again = Rating(rater=rater, movie=movie, half_stars=3, rated_at=LONG_AGO)
    assert refused("recommender_rating_pkey", lambda: again.save(force_insert=True))


def test_it_rejects_a_rater_who_is_nobody() -> None:
    assert refused("rater_is_a_user_or_imported", Rater.objects.create)


def test_it_rejects_an_imported_rater_with_an_account(alice: User) -> None:
    assert refused("rater_is_a_user_or_imported", lambda: Rater.objects.create(user=alice, movielens_id=7))


def test_it_rejects_two_raters_of_one_user(alice: User) -> None:
    Rater.objects.create(user=alice)
    assert refused("user_id", lambda: Rater.objects.create(user=alice))


@pytest.mark.parametrize(
    "statistics",
    [
        {"rating_count": -1},
        {"rating_count": 0, "rating_mean": 3.0, "rating_median": 3.0},
        {"rating_count": 2, "rating_mean": None, "rating_median": None},
        {"rating_count": 2, "rating_mean": 5.5, "rating_median": 3.0},
        {"rating_count": 2, "rating_mean": 3.0, "rating_median": None},
    ],
)
def test_it_rejects_rating_statistics_that_cannot_be(statistics: dict[str, float | None]) -> None:
    assert refused("movie_rating", lambda: make_movie(**statistics))  # type: ignore[arg-type]


def test_it_rejects_a_movie_without_a_title() -> None:
    assert refused("movie_title_not_empty", lambda: Movie.objects.create(pk=1, title=""))


@pytest.mark.parametrize("name", ["", "Space", " space", "space "])
def test_it_rejects_a_tag_that_is_not_normalised(name: str) -> None:
    assert refused("tag_name", lambda: Tag.objects.create(name=name))


def test_it_rejects_a_tag_count_of_zero() -> None:
    movie, tag = make_movie(), Tag.objects.create(name="space")
    assert refused("movie_tag_count_positive", lambda: MovieTag.objects.create(movie=movie, tag=tag, count=0))


@pytest.mark.parametrize("progress", [-0.1, 1.1])
def test_it_rejects_progress_beyond_its_bounds(progress: float) -> None:
    assert refused("job_progress_0_to_1", lambda: make_job(progress=progress))


def test_it_rejects_a_finished_job_that_never_finished() -> None:
    assert refused("job_finished_at_when_finished", lambda: make_job(state=Job.State.CANCELLED))


def test_it_rejects_a_running_job_that_never_started() -> None:
    assert refused("job_started_at_when_started", lambda: make_job(state=Job.State.RUNNING))


def test_it_rejects_an_error_on_a_job_that_did_not_fail() -> None:
    assert refused("job_error_when_failed", lambda: make_job(error="It broke."))


def test_it_rejects_two_active_versions_of_one_algorithm() -> None:
    active = {"state": ModelVersion.State.ACTIVE, "activated_at": timezone.now()}
    make_model_version("als/1", **active)
    make_model_version("mean/1", algorithm="mean", **active)
    assert refused("one_active_per_algorithm", lambda: make_model_version("als/2", **active))


def test_it_rejects_an_active_version_that_was_never_activated() -> None:
    assert refused("model_version_activated_at", lambda: make_model_version(state=ModelVersion.State.ACTIVE))


def test_it_rejects_a_checksum_that_is_none() -> None:
    assert refused("model_version_sha256_is_hex", lambda: make_model_version(artifact_sha256="none"))


def test_it_rejects_a_second_mark_on_a_movie() -> None:
    rater, movie = make_rater(), make_movie()
    Mark.objects.create(rater=rater, movie=movie, kind=Mark.Kind.HIDDEN, marked_at=LONG_AGO)
    again = Mark(rater=rater, movie=movie, kind=Mark.Kind.WATCHLIST, marked_at=LONG_AGO)
    assert refused("recommender_mark_pkey", lambda: again.save(force_insert=True))


def test_it_rejects_a_mark_of_no_kind() -> None:
    rater, movie = make_rater(), make_movie()
    unknown = Mark(rater=rater, movie=movie, kind="maybe", marked_at=LONG_AGO)
    assert refused("mark_kind_is_known", lambda: unknown.save(force_insert=True))
