"""Each invariant of the data lives in the database: every test tries to break one."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recommender.models import (
    Job,
    JobChunk,
    JobLogLine,
    Mark,
    ModelVersion,
    Movie,
    MovieTag,
    Rater,
    Rating,
    Tag,
)
from tests.support.constraints import refused
from tests.support.factories import (
    LONG_AGO,
    make_chunk,
    make_job,
    make_model_version,
    make_movie,
    make_rater,
    make_rating,
)

pytestmark = pytest.mark.django_db


def job_in(state: str) -> dict[str, object]:
    """Return what goes with a state of a job."""
    return {
        "state": state,
        "started_at": LONG_AGO,
        "finished_at": LONG_AGO if state in Job.FINISHED else None,
        "error": "It broke." if state == Job.State.FAILED else "",
    }


def chunk_in(state: str) -> dict[str, object]:
    """Return what goes with a state of a chunk."""
    finished = state in (JobChunk.State.SUCCEEDED, JobChunk.State.FAILED)
    return {
        "state": state,
        "started_at": LONG_AGO,
        "finished_at": LONG_AGO if finished else None,
        "error": "It broke." if state == JobChunk.State.FAILED else "",
    }


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


def test_it_rejects_a_failed_job_without_an_error() -> None:
    assert refused("job_error_when_failed", lambda: make_job(state=Job.State.FAILED, finished_at=LONG_AGO))


def test_it_rejects_a_result_of_a_job_that_did_not_succeed() -> None:
    assert refused("job_result_when_succeeded", lambda: make_job(result={"found": 3}))


@pytest.mark.parametrize("state", [Job.State.QUEUED, Job.State.RUNNING])
def test_it_rejects_two_jobs_that_do_the_same_at_the_same_time(state: Job.State) -> None:
    make_job(arguments={"a": 1, "b": 2}, state=state, started_at=LONG_AGO)
    make_job(arguments={"a": 1})
    assert refused("job_one_at_a_time", lambda: make_job(arguments={"b": 2, "a": 1}))


@pytest.mark.parametrize("before", Job.State)
@pytest.mark.parametrize("after", Job.State)
def test_it_rejects_a_job_that_goes_where_it_cannot(before: Job.State, after: Job.State) -> None:
    job = make_job(**job_in(before))
    write = Job.objects.filter(pk=job.pk).update
    if before == after or (before, after) in Job.TRANSITIONS:
        assert write(**job_in(after)) == 1
    else:
        assert refused("job_state_transition", lambda: write(**job_in(after)))


@pytest.mark.parametrize("before", JobChunk.State)
@pytest.mark.parametrize("after", JobChunk.State)
def test_it_rejects_a_chunk_that_goes_where_it_cannot(before: JobChunk.State, after: JobChunk.State) -> None:
    chunk = make_chunk(**chunk_in(before))
    write = JobChunk.objects.filter(pk=chunk.pk).update
    if before == after or (before, after) in JobChunk.TRANSITIONS:
        assert write(**chunk_in(after)) == 1
    else:
        assert refused("job_chunk_state_transition", lambda: write(**chunk_in(after)))


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("job_chunk_progress_0_to_1", {"progress": 1.5}),
        ("job_chunk_attempts", {"attempts": 1, "losses": 2}),
        ("job_chunk_started_at_when_started", {"state": "running"}),
        ("job_chunk_finished_at_when_finished", {"state": "succeeded", "started_at": LONG_AGO}),
        ("job_chunk_finished_at_when_finished", {"finished_at": LONG_AGO}),
        ("job_chunk_error_when_failed", {"error": "It broke."}),
        ("job_chunk_error_when_failed", {"state": "failed", "started_at": LONG_AGO, "finished_at": LONG_AGO}),
        ("job_chunk_artifact_when_succeeded", {"artifact_key": "jobs/1/a", "artifact_sha256": "a" * 64}),
        ("job_chunk_artifact_when_succeeded", {"artifact_key": "jobs/1/a"}),
        ("job_chunk_result_when_succeeded", {"result": {"found": 3}}),
    ],
)
def test_it_rejects_a_chunk_that_contradicts_itself(constraint: str, fields: dict[str, object]) -> None:
    assert refused(constraint, lambda: make_chunk(**fields))


def test_it_rejects_two_chunks_in_the_same_place() -> None:
    chunk = make_chunk()
    assert refused("job_chunk_number", lambda: make_chunk(job=chunk.job))


def test_it_rejects_an_empty_log_line() -> None:
    job = make_job()
    assert refused("job_log_line_not_empty", lambda: JobLogLine.objects.create(job=job, text=""))


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


def test_it_rejects_consent_of_an_imported_rater() -> None:
    imported = Rater(movielens_id=7, shares_impressions=True)
    assert refused("rater_consents_as_a_user", lambda: imported.save(force_insert=True))
