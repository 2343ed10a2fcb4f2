"""Evaluating from a dataset on disk and from the database, as a service and as a command."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from recommender.models import Job
from recommender.services import jobs
from recommender.services.movielens import release
from recommender.services.training import evaluate


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("release")
    (folder / "movies.csv").write_text(
        "movieId,title,genres\n" + "".join(f"{movie},Movie {movie} (2001),Drama\n" for movie in range(1, 21))
    )
    rows = [
        (rater, movie, 1 + (rater + movie) % 9 / 2, 1000 + 7 * rater * movie % 23)
        for rater in range(1, 16)
        for movie in range(1, 21)
        if (rater * movie) % 3
    ]
    (folder / "ratings.csv").write_text(
        "userId,movieId,rating,timestamp\n" + "".join(f"{r},{m},{s},{t}\n" for r, m, s, t in rows)
    )
    return folder


def run(*arguments, **options):
    out = StringIO()
    call_command("evaluate", *arguments, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def test_it_evaluates_a_dataset_on_disk_without_a_database(dataset, tmp_path):
    """No database mark: pytest-django would refuse any query."""
    file = tmp_path / "figures.json"
    printed = run("median", "mean", data=dataset, splits=2, seed=7, json=file)
    outcome = json.loads(file.read_text())
    assert (outcome["splits"], outcome["seed"], outcome["split"]) == (2, 7, "random")
    assert set(outcome["algorithms"]) == {"median", "mean"}
    assert "mean" in outcome["differences"]["median"]
    assert {"regret_10", "hit_stars_20", "signed_ndcg_10"} <= set(outcome["algorithms"]["mean"])
    assert "Regret@10" in printed.splitlines()[0]
    *_, mean_line, last = printed.splitlines()
    assert mean_line.startswith("mean")
    assert last.startswith("Evaluated 2 algorithms on 2 random splits, 10 raters, in ")
    assert last.endswith(f"written to {file}.")
    assert [path.name for path in tmp_path.iterdir()] == ["figures.json"]


def test_it_evaluates_the_ratings_in_the_database_alike(transactional_db, dataset):
    release.import_movielens(path=dataset)
    options = {"algorithms": ["mean", "tag_count"], "n_splits": 2}
    stored = evaluate.evaluate(**options).to_json()
    on_disk = evaluate.evaluate(**options, data=dataset).to_json()
    for outcome in (stored, on_disk):
        for figures in outcome["algorithms"].values():
            figures.pop("seconds")
    assert stored == on_disk


@pytest.mark.usefixtures("transactional_db", "notified")
def test_a_job_finds_the_algorithm_of_each_file_whatever_their_order(dataset, monkeypatch):
    release.import_movielens(path=dataset)
    arguments = {"algorithms": ["mean", "tag_count"], "n_splits": 2}
    alone = evaluate.evaluate(**arguments).to_json()["algorithms"]
    in_order = evaluate.outputs.files
    monkeypatch.setattr(evaluate.outputs, "files", lambda **named: in_order(**named)[::-1])
    job = jobs.run_here(job_id=jobs.start(kind=Job.Kind.EVALUATE, arguments=arguments).pk)
    assert job.state == Job.State.SUCCEEDED, job.traceback
    found = job.result["evaluation"]["algorithms"]
    for name, figures in alone.items():
        assert found[name]["rank_agreement"]["mean"] == pytest.approx(figures["rank_agreement"]["mean"])
    assert found["mean"]["rank_agreement"] != found["tag_count"]["rank_agreement"]


def test_it_evaluates_a_temporal_split(dataset):
    assert "1 temporal splits" in run("median", data=dataset, splits=1, split="temporal")


def test_it_reports_what_it_is_doing(dataset):
    seen = []
    evaluate.evaluate(
        algorithms=["median"], n_splits=1, data=dataset, on_progress=lambda share, message="": seen.append(message)
    )
    assert seen[0] == "Reading ratings"
    assert seen[-1] == "Fitting and measuring"


@pytest.mark.parametrize(
    ("arguments", "options", "sentence"),
    [
        (["magic"], {}, "Unknown algorithm 'magic': choose from median"),
        (["median"], {"splits": 0}, "at least one algorithm and one split"),
        (["median"], {"json": "/no/such/folder/x.json"}, "the folder /no/such/folder does not exist"),
    ],
)
def test_it_says_what_is_wrong(dataset, arguments, options, sentence):
    flags = [f"--{name}={value}" for name, value in options.items()]
    with pytest.raises(CommandError, match=sentence):
        run(*arguments, f"--data={dataset}", *flags)


def test_it_says_that_a_dataset_is_missing(tmp_path):
    with pytest.raises(CommandError, match="does not exist: give a folder or a zip"):
        run("median", data=tmp_path / "nothing")
