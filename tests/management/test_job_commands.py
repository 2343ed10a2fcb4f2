"""Every kind of job from the command line: here with --local, in a worker otherwise, stopped by Ctrl-C."""

import io
import re
import signal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from recommender.formats.generator.generate import generate
from recommender.models import Job, JobChunk, ModelVersion, Movie, Rating
from recommender.services import jobs
from recommender.services.catalogue import title_search
from recommender.services.movielens import release as movielens
from recommender.titles.query import TitleQuery
from tests.support.factories import make_job
from tests.support.processes import PATIENCE, manage, wait_until
from tests.tasks.conftest import Workers, broker, broker_servers, broker_url, workers

__all__ = ["broker", "broker_servers", "broker_url", "workers"]
pytestmark = pytest.mark.django_db(transaction=True)
LOCAL = "--local"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release") / "dataset"
    generate(folder, n_raters=60, n_movies=80, n_ratings=2_000, seed=1)
    return folder


@pytest.fixture
def imported(release: Path) -> Path:
    movielens.import_movielens(path=release)
    return release


def run(*arguments: str) -> list[str]:
    """Return the lines that a command has written besides its progress."""
    output = io.StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue().splitlines()


def refusal(*arguments: str) -> str:
    with pytest.raises(CommandError) as refused:
        run(*arguments)
    return str(refused.value)


def test_it_imports_and_once_more_changes_nothing(release: Path) -> None:
    (line,) = run("import_movielens", str(release), LOCAL)
    n_ratings = Rating.objects.count()
    assert line.startswith(f"Imported {release}. Movies: 80 new, 0 changed")
    assert f"ratings: {n_ratings:,} new" in line
    most_rated = Movie.objects.most_rated()[0]
    assert most_rated in title_search.search(TitleQuery(most_rated.title)).movies
    (line,) = run("import_movielens", str(release), LOCAL)
    assert f"ratings: 0 new, 0 changed, 0 removed, {n_ratings:,} unchanged" in line


def test_it_lists_the_movies_that_it_cannot_map(imported: Path) -> None:
    Movie.objects.filter(pk=Movie.objects.latest("pk").pk).update(
        title="Renamed", year=1901, imdb_id=None, tmdb_id=None
    )
    first, unmapped, title = run("import_movielens", str(imported), "--match-titles", LOCAL)
    assert "Movies: 0 new, 0 changed, 0 removed, 0 unchanged" in first
    assert unmapped == "1 movie is not here or may be several; its ratings are left out:"
    assert title.startswith("  ")


def test_it_trains_with_other_hyperparameters(imported: Path) -> None:
    (line,) = run("train", "als", "--set", "n_factors=4", "regularization=0.1", "--seed", "3", LOCAL)
    version = ModelVersion.objects.active().get(algorithm="als")
    assert line == f"als is version {version.pk}, active. No model of this algorithm was in service yet."
    assert (version.parameters["n_factors"], version.parameters["regularization"], version.seed) == (4, 0.1, 3)
    (line,) = run("train", "als", "--set", "n_factors=4", "regularization=0.1", "--seed", "3", LOCAL)
    assert line.endswith(f"rejected. It is byte for byte the same as version {version.pk}, which is in service.")


def test_it_compares_on_the_split_that_was_asked_for(imported: Path) -> None:
    for rank in ("2", "3"):
        run("train", "als", "--set", f"n_factors={rank}", "n_epochs=1", "--split", "temporal", LOCAL)
    second = ModelVersion.objects.get(algorithm="als", parameters__n_factors=3)
    assert second.metrics["split"] == "temporal"
    assert Job.objects.filter(kind="train", arguments__split="temporal").count() == 2


def test_it_keeps_a_snapshot(imported: Path) -> None:
    (line,) = run("snapshot", LOCAL)
    version = ModelVersion.objects.active().get(kind=ModelVersion.Kind.SNAPSHOT)
    assert line == f"A snapshot of {Rating.objects.count():,} ratings is version {version.pk}."


@pytest.mark.parametrize(
    ("command", "kind"),
    [("title_index", ModelVersion.Kind.INDEX), ("similar_movies", ModelVersion.Kind.NEIGHBOURS)],
)
def test_it_builds(imported: Path, command: str, kind: ModelVersion.Kind) -> None:
    (line,) = run(command, LOCAL)
    version = ModelVersion.objects.active().get(kind=kind)
    assert line.endswith(f"in service as version {version.pk}.")


def test_it_retrains_what_is_in_service(imported: Path) -> None:
    run("train", "mean", LOCAL)
    (line,) = run("retrain", LOCAL)
    assert line == "Retrained: mean rejected, similar_movies active, title_index active."


def test_it_evaluates_as_on_disk(imported: Path) -> None:
    wanted = ("evaluate", "mean", "median", "--splits", "2")
    here, on_disk = run(*wanted, LOCAL), run(*wanted, "--data", str(imported))
    assert Job.objects.get().state == Job.State.SUCCEEDED
    assert [line.rsplit(maxsplit=1)[0] for line in here[:3]] == [line.rsplit(maxsplit=1)[0] for line in on_disk[:3]]


def test_it_shows_how_far_it_is(imported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("title_index", LOCAL)
    expected, started, *_, done, took = capsys.readouterr().out.splitlines()
    assert (expected, started) == ("Title index: no forecast yet", "Title index: started")
    assert done.startswith("Title index: done in ")
    assert took.startswith("Title index: took ")


def test_it_says_what_to_expect_and_how_far_off_that_was(
    imported: Path, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.PRICE_PER_HOUR, settings.PRICE_CURRENCY = 1000.0, "EUR"
    for _ in range(2):
        run("title_index", LOCAL)
    *_, second = capsys.readouterr().out.split("Title index: took ")[1].split("Title index: about ")
    assert re.match(r"\d+ s, \d+\.\d\d EUR\n", second)
    assert Job.objects.latest("pk").forecast_error is not None


def test_local_work_needs_no_broker(imported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notified: list[object] = []
    monkeypatch.setattr("recommender.services.jobs.broker.current_app.send_task", lambda *sent: notified.append(sent))
    run("title_index", LOCAL)
    assert Job.objects.get().state == Job.State.SUCCEEDED
    assert notified == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["train", "magic"], "Unknown algorithm 'magic': choose from median"),
        (["train", "als", "--set", "rank=3"], "als has no rank: choose from n_factors"),
        (["train", "als", "--set", "n_factors"], "--set n_factors: write NAME=VALUE"),
        (["train", "als", "--set", "n_factors=2.5"], "n_factors is '2.5'; it must be a whole number, such as 64."),
        (["train", "als", "--set", "regularization=nan"], "regularization is 'nan'; it must be a number"),
        (["train", "als", "--set", "n_factors=0"], "als cannot be trained like this: n_factors and n_epochs must be"),
        (["train", "als", "--split", "monthly"], "argument --split: invalid choice: 'monthly'"),
        (["train", "als", "--seed", "-1"], "seed is -1; it must be a whole number of at least 0."),
        (["evaluate", "magic"], "Unknown algorithm 'magic'"),
        (["evaluate", "--splits", "0"], "n_splits is 0; it must be a whole number of at least 1."),
        (["import_movielens", "/no/such/folder"], "/no/such/folder does not exist: give a folder or a zip"),
        (["cancel_job", "0"], "There is no job 0."),
        (["retry_job", "0"], "There is no job 0."),
    ],
)  # fmt: skip
def test_it_says_what_is_wrong_and_starts_nothing(arguments: list[str], sentence: str) -> None:
    assert sentence in refusal(*arguments)
    assert not Job.objects.exists()


def test_a_job_that_fails_is_the_error_of_the_command() -> None:
    assert refusal("train", "als", LOCAL) == "There are no ratings to train on; import a dataset first."


def test_a_job_can_be_cancelled_and_retried() -> None:
    job = make_job()
    assert run("cancel_job", str(job.pk)) == [f"{job} is cancelled."]
    assert run("retry_job", str(job.pk)) == [f"{job} is queued again."]
    assert "only a job that failed or was cancelled can be retried" in refusal("retry_job", str(job.pk))


@pytest.mark.slow
def test_a_worker_does_it_and_the_command_follows(imported: Path, workers: Workers) -> None:
    workers.start()
    (line,) = run("title_index")
    job = Job.objects.get()
    assert job.worker.startswith("worker-1@")
    assert line == f"The title index is in service as version {job.result['model_version']}."  # type: ignore[index]


@pytest.mark.slow
def test_ctrl_c_cancels_a_queued_job() -> None:
    with manage("train", "als") as command:
        assert wait_until(lambda: Job.objects.filter(kind=Job.Kind.TRAIN).exists())
        command.send_signal(signal.SIGINT)
        _, errors = command.communicate(timeout=PATIENCE)
    job = Job.objects.get()
    assert (command.returncode, job.state) == (1, Job.State.CANCELLED)
    assert f"Interrupted; {job} is cancelled. `manage.py retry_job {job.pk}` continues it." in errors


@pytest.mark.slow
def test_ctrl_c_leaves_a_job_that_was_there_before() -> None:
    job = jobs.start(kind=Job.Kind.TITLE_INDEX)
    with manage("title_index") as command:
        assert command.stdout is not None
        assert "is already running; following it." in command.stdout.readline() + command.stdout.readline()
        command.send_signal(signal.SIGINT)
        _, errors = command.communicate(timeout=PATIENCE)
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
    assert "was already running and continues" in errors


@pytest.mark.slow
def test_ctrl_c_interrupts_local_work_and_a_retry_goes_on(imported: Path) -> None:
    command_line = ("evaluate", "mean", "als", "--splits", "30", LOCAL)
    with manage(*command_line) as command:
        finished = JobChunk.objects.filter(stage_name="measure", state=JobChunk.State.SUCCEEDED)
        assert wait_until(finished.exists)
        command.send_signal(signal.SIGINT)
        _, errors = command.communicate(timeout=PATIENCE)
    job = Job.objects.get()
    assert f"Interrupted; {job} is cancelled. `manage.py retry_job {job.pk}` continues it." in errors
    assert job.state == Job.State.CANCELLED
    assert not job.chunks.running().exists()
    done = set(finished.values_list("pk", "attempts", "finished_at"))
    assert 0 < len(done) < 60
    assert run("retry_job", str(job.pk)) == [f"{job} is queued again."]
    assert run(*command_line)[0] == f"{job} is already running; following it."
    job.refresh_from_db()
    assert job.state == Job.State.SUCCEEDED
    assert finished.count() == 60
    assert done <= set(finished.values_list("pk", "attempts", "finished_at"))
