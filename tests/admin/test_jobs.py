"""The screens of jobs: who sees and does what, live progress, starting with validation."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.models import Job, JobLogLine
from recommender.services.jobs import forecast
from tests.support.factories import make_chunk, make_job

pytestmark = pytest.mark.django_db
BASE = "/admin/recommender/job/"
OUTSIDE = {"anonymous": 302, "plain": 302, "no_rights": 403}


def running(progress: float = 0.25) -> Job:
    return make_job(state=Job.State.RUNNING, started_at=timezone.now(), progress=progress)


def failed() -> Job:
    now = timezone.now()
    return make_job(
        state=Job.State.FAILED, error="The disk is full.", traceback="Traceback: here", started_at=now, finished_at=now
    )


@pytest.mark.parametrize(("who", "status"), [*OUTSIDE.items(), ("viewer", 200), ("changer", 200)])
def test_those_with_view_rights_see_jobs(visitors: dict[str, Client], who: str, status: int) -> None:
    job = running()
    for address in ("", f"{job.pk}/change/", f"progress/?id={job.pk}"):
        assert visitors[who].get(BASE + address).status_code == status, address


@pytest.mark.parametrize("who", [*OUTSIDE, "viewer"])
def test_others_start_cancel_and_retry_nothing(visitors: dict[str, Client], who: str) -> None:
    job, broken = running(), failed()
    status = OUTSIDE.get(who, 403)
    for address, body in (
        ("start/", {"kind": "retrain"}), (f"{job.pk}/cancel/", {}), (f"{broken.pk}/retry/", {}),
    ):  # fmt: skip
        assert visitors[who].post(BASE + address, body).status_code == status, address
    assert visitors[who].get(BASE + "start/").status_code == status
    visitors[who].post(BASE, {"action": "cancel", "_selected_action": [job.pk]})
    visitors[who].post(BASE, {"action": "retry", "_selected_action": [broken.pk]})
    assert set(Job.objects.values_list("pk", "state")) == {(job.pk, "running"), (broken.pk, "failed")}


@pytest.mark.parametrize("kind", ["retrain", "similar_movies", "title_index", "tmdb", "snapshot"])
def test_those_with_change_rights_start_every_kind(visitors: dict[str, Client], kind: str) -> None:
    answer = visitors["changer"].post(BASE + "start/", {"kind": kind})
    job = Job.objects.get(kind=kind)
    assert answer["Location"] == f"{BASE}{job.pk}/change/"
    assert str(job.requested_by) == "dave"


@pytest.mark.parametrize(
    ("body", "arguments"),
    [
        (
            {"kind": "train", "algorithm": "als", "seed": 3, "split": "temporal"},
            {"algorithm": "als", "seed": 3, "split": "temporal"},
        ),
        (  # what is the default anyway is left out, as the commands do
            {"kind": "train", "algorithm": "als", "seed": 0, "split": "random", "n_factors": 8, "regularization": 0.1},
            {"algorithm": "als", "hyperparameters": {"n_factors": 8, "regularization": 0.1}},
        ),
        (
            {"kind": "evaluate", "algorithms": ["als"], "split": "temporal", "n_splits": 2, "seed": 1},
            {"algorithms": ["als"], "split": "temporal", "n_splits": 2, "seed": 1},
        ),
        ({"kind": "import", "path": "/data/ml-latest"}, {"path": "/data/ml-latest"}),
    ],
)
def test_it_starts_what_the_form_says(
    visitors: dict[str, Client], settings: Any, body: dict[str, Any], arguments: dict[str, Any]
) -> None:
    settings.IMPORT_FOLDERS = [Path("/data")]
    visitors["changer"].post(BASE + "start/", body)
    assert Job.objects.get(kind=body["kind"]).arguments == arguments


@pytest.mark.parametrize("path", ["/etc", "/data/../etc", "/database", "{link}"])
def test_an_import_stays_under_the_folders_of_the_setting(
    visitors: dict[str, Client], settings: Any, tmp_path: Path, path: str
) -> None:
    settings.IMPORT_FOLDERS = [Path("/data"), tmp_path]
    (tmp_path / "link").symlink_to("/etc")
    wanted = path.format(link=tmp_path / "link")
    answer = visitors["changer"].post(BASE + "start/", {"kind": "import", "path": wanted})
    assert "is outside the folders of imports (/data" in answer.content.decode()
    assert not Job.objects.exists()
    arguments = {"kind": "import", "arguments": {"path": wanted}}
    schedule = {
        "name": "x",
        "regtask": "recommender.tasks.jobs.start_job",
        "args": "[]",
        "kwargs": json.dumps(arguments),
    }
    answer = visitors["root"].post("/admin/django_celery_beat/periodictask/add/", schedule)
    assert "is outside the folders of imports (/data" in answer.content.decode()


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"algorithm": "als", "seed": 0, "n_factors": 0}, "greater than or equal to 1"),
        ({"algorithm": "median", "seed": 0, "n_factors": 8}, "median has no n_factors"),
        ({"algorithm": "ease", "seed": 0, "regularization": 0}, "regularization must be above 0"),
        ({"algorithm": "als", "seed": 0, "split": "monthly"}, "monthly is not one of the available choices"),
        ({"algorithm": "als", "seed": -1}, "greater than or equal to 0"),
        ({"algorithm": "oracle", "seed": 0}, "oracle is not one of the available choices"),
        ({"algorithm": "als", "seed": 0, "regularization": "nan"}, "Enter a number"),
    ],
)
def test_it_says_in_a_sentence_what_cannot_be_trained(
    visitors: dict[str, Client], body: dict[str, Any], sentence: str
) -> None:
    answer = visitors["changer"].post(BASE + "start/", {"kind": "train", "split": "random"} | body)
    assert sentence in answer.content.decode()
    assert not Job.objects.exists()


def test_those_with_change_rights_cancel_and_retry(visitors: dict[str, Client]) -> None:
    job, broken = running(), failed()
    make_chunk(job=job, state="running", started_at=timezone.now(), attempts=1)
    dave = visitors["changer"]
    dave.post(f"{BASE}{job.pk}/cancel/")
    dave.post(f"{BASE}{broken.pk}/retry/")
    assert [Job.objects.get(pk=each.pk).state for each in (job, broken)] == ["cancelling", "queued"]
    assert "only a job that failed" in dave.post(f"{BASE}{job.pk}/retry/", follow=True).content.decode()
    assert dave.post(f"{BASE}999999/cancel/").status_code == 404
    assert dave.get(f"{BASE}{job.pk}/cancel/").status_code == 405


def test_a_button_needs_the_token_of_its_page(visitors: dict[str, Client]) -> None:
    strict = visitors["changer"]
    strict.handler.enforce_csrf_checks = True
    assert strict.post(BASE + "start/", {"kind": "retrain"}).status_code == 403


def test_it_tells_how_far_jobs_are(visitors: dict[str, Client], django_assert_max_num_queries: Any) -> None:
    ids = [running(0.25).pk, failed().pk]
    with django_assert_max_num_queries(5):  # session, user, two for rights, jobs
        answer = visitors["viewer"].get(BASE + "progress/", {"id": [*ids, "x", "9" * 30]}).json()["jobs"]
    shown = {"progress": 0.25, "words": "25%", "message": "", "step": "running 0", "live": True}
    assert answer[str(ids[0])] == shown
    assert answer[str(ids[1])]["live"] is False


def test_a_job_shows_log_chunks_error_and_traceback(visitors: dict[str, Client]) -> None:
    job = failed()
    make_chunk(job=job, stage_name="compare", attempts=7)
    JobLogLine.objects.create(job=job, text="Half way <there>.")
    page = visitors["viewer"].get(f"{BASE}{job.pk}/change/").content.decode()
    for words in (
        "The disk is full.",
        "Traceback: here",
        "compare",
        '<td class="number">7</td>',
        "Half way &lt;there&gt;.",
    ):
        assert words in page
    assert "/retry/" not in page
    assert f"{job.pk}/retry/" in visitors["changer"].get(f"{BASE}{job.pk}/change/").content.decode()


FIGURE = {"mean": 0.8, "low": 0.7, "high": 0.9}
WORSE = {"mean": 0.6, "low": 0.5, "high": 0.7}
EVALUATION = {
    "splits": 2, "seed": 0, "split": "temporal", "raters": 1200,
    "algorithms": {
        "mean": {"rank_agreement": WORSE, "segments": {"new": {"raters": 9, "rank_agreement": WORSE}}, "seconds": 1},
        "als": {"rank_agreement": FIGURE, "segments": {"new": {"raters": 9, "rank_agreement": FIGURE}}, "seconds": 1},
    },
    "differences": {"als": {"mean": {"rank_agreement": {"mean": 0.2, "low": 0.1, "high": 0.3}}}},
}  # fmt: skip


def test_it_draws_what_an_evaluation_found(visitors: dict[str, Client]) -> None:
    now = timezone.now()
    job = make_job(
        kind="evaluate", state="succeeded", started_at=now, finished_at=now, result={"evaluation": EVALUATION}
    )
    page = visitors["viewer"].get(f"{BASE}{job.pk}/change/").content.decode()
    assert "The newest ratings held out, 1,200 raters, 2 splits." in page
    first, second, *_ = page.split('<th scope="row">')[1:]
    assert first.startswith("als <small>best</small>")
    assert second.startswith("mean <small>worse by 0.1000 to 0.3000</small>")
    assert 'class="interval" x1="50.0" x2="100.0"' in first  # of 0.5 to 0.9
    assert 'class="mean" x1="75.0"' in first
    assert "New raters, up to 20 ratings" in page


def test_less_regret_is_better(visitors: dict[str, Client]) -> None:
    algorithms = {"mean": {"regret_10": FIGURE, "seconds": 1}, "als": {"regret_10": WORSE, "seconds": 1}}
    differences = {"mean": {"als": {"regret_10": {"mean": 0.2, "low": 0.1, "high": 0.3}}}}
    result = {"evaluation": EVALUATION | {"algorithms": algorithms, "differences": differences}}
    now = timezone.now()
    job = make_job(kind="evaluate", state="succeeded", started_at=now, finished_at=now, result=result)
    page = visitors["viewer"].get(f"{BASE}{job.pk}/change/").content.decode()
    assert "Regret@10" in page
    first, second, *_ = page.split('<th scope="row">')[1:]
    assert first.startswith("als <small>best</small>")
    assert second.startswith("mean <small>worse by 0.1000 to 0.3000</small>")


def test_a_bar_follows_its_job_only_on_the_page_of_the_job(visitors: dict[str, Client]) -> None:
    job = running()
    assert " follow>" in visitors["viewer"].get(f"{BASE}{job.pk}/change/").content.decode()
    assert " follow>" not in visitors["viewer"].get(BASE).content.decode()


def test_it_says_in_words_what_was_asked_for_and_came_out(visitors: dict[str, Client]) -> None:
    now = timezone.now()
    job = make_job(
        kind="train", state="succeeded", started_at=now, finished_at=now, peak_memory=3 * 2**20,
        arguments={"algorithm": "als", "hyperparameters": {"n_factors": 8}},
        result={"model_version": 7, "ratings": 12345},
    )  # fmt: skip
    page = visitors["viewer"].get(f"{BASE}{job.pk}/change/").content.decode()
    assert "algorithm als, rank 8" in page
    assert '<a href="/admin/recommender/modelversion/7/change/">model version 7</a>, ratings 12,345' in page
    assert "3.0\xa0MB" in page


def test_there_is_no_such_kind(visitors: dict[str, Client]) -> None:
    assert visitors["changer"].post(BASE + "start/", {"kind": "tune"}).status_code == 404
    assert not Job.objects.exists()


@pytest.mark.parametrize("who", ["viewer", "changer", "root"])
def test_nobody_adds_edits_or_deletes_a_job_by_hand(visitors: dict[str, Client], who: str) -> None:
    job = running()
    for address in (f"{job.pk}/change/", f"{job.pk}/delete/", "add/"):
        assert visitors[who].post(BASE + address, {"post": "yes", "state": "succeeded"}).status_code == 403, address
    visitors[who].post(BASE, {"action": "delete_selected", "_selected_action": [job.pk], "post": "yes"})
    assert list(Job.objects.values_list("pk", "state")) == [(job.pk, "running")]


def test_it_says_how_long_jobs_take_and_what_they_cost(visitors: dict[str, Client], settings: Any) -> None:
    settings.PRICE_PER_HOUR, settings.PRICE_CURRENCY = 3.6, "EUR"
    now = timezone.now()
    job = make_job(
        state=Job.State.SUCCEEDED, started_at=now, finished_at=now + timedelta(seconds=130), forecast_seconds=100,
        forecast={"stages": [100], "machine_seconds": 100}, machine_seconds=130,
    )  # fmt: skip
    for address in ("", f"{job.pk}/change/"):
        page = visitors["viewer"].get(BASE + address).content.decode()
        assert "about 1 min 40 s, 0.10 EUR" in page
        assert "2 min 10 s, 0.13 EUR, 30 % more than expected" in page


def test_the_page_that_starts_jobs_says_what_to_expect(
    visitors: dict[str, Client], monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: Any
) -> None:
    page = visitors["changer"].get(BASE + "start/").content.decode()
    assert page.count("no forecast yet") == 6 + 2 + len(ALGORITHMS)
    now = timezone.now()
    monkeypatch.setattr(forecast, "estimated_counts", lambda *models: dict.fromkeys(models, 100))
    for number in range(10):
        job = make_job(
            state=Job.State.SUCCEEDED, attempts=1, started_at=now, finished_at=now + timedelta(seconds=20),
            data_size={"movies": 100}, arguments={"number": number},
        )  # fmt: skip
        done = {"state": "succeeded", "started_at": now, "finished_at": now + timedelta(seconds=20), "attempts": 1}
        make_chunk(job=job, stage_name="title_index", **done)
    with django_assert_max_num_queries(20):
        page = visitors["changer"].get(BASE + "start/").content.decode()
    assert "Expected: about 20 s." in page
