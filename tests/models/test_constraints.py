"""Each invariant of the data lives in the database: every test tries to break one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from recommender.models import (
    Experiment,
    Impression,
    Job,
    JobChunk,
    JobLogLine,
    Mark,
    ModelVersion,
    Movie,
    MovieTag,
    Outcome,
    Rater,
    Rating,
    Tag,
)
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


def refused(constraint: str, write: Callable[[], object]) -> bool:
    """Tell whether the database refuses a write because of a constraint."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        write()
    return constraint in str(error.value)


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


def make_experiment(**more: object) -> Experiment:
    """Return a stored experiment of two new versions."""
    n = ModelVersion.objects.count()
    a, b = (make_model_version(f"als/{n + k}") for k in (1, 2))
    fields = {"version_a": a, "version_b": b, "share": 0.5, "started_at": LONG_AGO}
    return Experiment.objects.create(**(fields | more))


def make_impression(**more: object) -> Impression:
    """Return a stored list of two movies."""
    fields = {"rater": make_rater(), "algorithm": "als", "first_place": 1, "movie_ids": [1, 2], "shown_at": LONG_AGO}
    return Impression.objects.create(**(fields | more))


def test_it_rejects_a_second_running_experiment() -> None:
    make_experiment(ended_at=timezone.now())
    make_experiment(ended_at=timezone.now())
    make_experiment()
    assert refused("experiment_one_running", make_experiment)


def test_it_rejects_an_experiment_of_a_version_with_itself() -> None:
    version = make_model_version("als/0")
    assert refused("experiment_of_two_versions", lambda: make_experiment(version_a=version, version_b=version))


@pytest.mark.parametrize("share", [-0.1, 0, 1.01])
def test_it_rejects_a_share_of_nobody_or_of_more_than_all(share: float) -> None:
    assert refused("experiment_share_of_users", lambda: make_experiment(share=share))


def test_it_rejects_an_experiment_that_ended_before_it_started() -> None:
    ended = LONG_AGO - timedelta(seconds=1)
    assert refused("experiment_ends_after_its_start", lambda: make_experiment(ended_at=ended))


def test_it_rejects_a_list_that_starts_before_the_first_place() -> None:
    assert refused("impression_places_start_at_1", lambda: make_impression(first_place=0))


def test_it_rejects_teams_without_an_experiment_and_the_other_way_round() -> None:
    assert refused("impression_teams", lambda: make_impression(teams=[1, 2]))
    experiment = make_experiment()
    for teams in ([], [1], [1, 2, 1]):
        assert refused("impression_teams", lambda teams=teams: make_impression(experiment=experiment, teams=teams))  # type: ignore[misc]


@pytest.mark.parametrize(
    "what",
    [
        {"kind": "rating"},
        {"kind": "rating", "half_stars": 0},
        {"kind": "rating", "half_stars": 11},
        {"kind": "watchlist", "half_stars": 8},
        {"kind": "click"},
    ],
)
def test_it_rejects_an_outcome_that_cannot_be(what: dict[str, object]) -> None:
    movie, shown = make_movie(), make_impression()
    outcome = {"impression": shown, "movie": movie, "happened_at": LONG_AGO} | what
    assert refused("outcome_half_stars_of_a_rating", lambda: Outcome.objects.create(**outcome))


def test_it_rejects_an_unknown_team() -> None:
    movie, shown = make_movie(), make_impression()
    outcome = {"impression": shown, "movie": movie, "happened_at": LONG_AGO, "kind": "watchlist", "team": 3}
    assert refused("outcome_team_is_known", lambda: Outcome.objects.create(**outcome))
