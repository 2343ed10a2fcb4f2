"""Tuning as a service, a job and a command: the trace is kept as it grows and taken up again."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from recommender.formats.generator.generate import generate
from recommender.management.commands.tune import budget
from recommender.models import Job
from recommender.services import jobs
from recommender.services.movielens import release
from recommender.services.training import tune


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tuning") / "release"
    generate(folder, n_raters=40, n_movies=60, n_ratings=1200)
    return folder


def run(*arguments, **options):
    out = StringIO()
    call_command("tune", *arguments, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def without_seconds(trace):
    return [(trial["number"], trial["parameters"], trial["value"]) for trial in trace["trials"]]


def test_the_command_keeps_the_trace_and_says_what_came_of_it(dataset, tmp_path):
    """No database mark: pytest-django would refuse any query."""
    file = tmp_path / "trace.json"
    printed = run("mean", "--budget=4", data=dataset, seed=2, json=file)
    trace = json.loads(file.read_text())
    assert (trace["algorithm"], trace["seed"], trace["objective"]) == ("mean", 2, {"rank_agreement": 1.0})
    assert [trial["number"] for trial in trace["trials"]] == [0, 1, 2, 3]
    assert {"parameters", "value", "seconds"} <= set(trace["trials"][0])
    assert trace["best"]["value"] == max(trial["value"] for trial in trace["trials"])
    assert set(trace["held_out"]["algorithms"]) == {"tuned", "before"}
    *parameters, last = printed.splitlines()
    shown = ["movie_damping", "rater_damping"] if trace["recommended"] else []
    assert [line.split(" = ")[0] for line in parameters] == shown
    assert trace["recommended"] == (trace["gain"]["low"] > 0)
    assert last.startswith("Tuned mean in 4 trials and ")
    assert last.endswith(f"written to {file}.")
    assert [path.name for path in tmp_path.iterdir()] == ["trace.json"]


GAIN = {"mean": 0.01, "low": 0.002, "high": 0.018}


@pytest.mark.parametrize(
    ("recommended", "best", "low", "advice"),
    [
        (True, 1, 0.002, "so the setting above is better than the current one"),
        (False, 1, -0.001, "which may be luck, so the current setting stays"),
        (False, 0, 0.0, "because no trial beat the current setting, which stays"),
    ],
)
def test_a_setting_is_shown_only_if_it_is_recommended(dataset, monkeypatch, recommended, best, low, advice):
    found = {
        "algorithm": "mean",
        "objective": {"rank_agreement": 1.0},
        "trials": [{"value": 0.6}, {"value": 0.61}],
        "best": {"number": best, "value": 0.61, "parameters": {"movie_damping": 3.0}},
        "gain": GAIN | {"low": low},
        "recommended": recommended,
    }
    monkeypatch.setattr(tune, "tune", lambda **_: found)
    *parameters, last = run("mean", "--budget=2", data=dataset).splitlines()
    assert parameters == (["movie_damping = 3"] if recommended else [])
    assert advice in last


def test_an_interrupted_command_goes_on_where_it_stopped(dataset, tmp_path, monkeypatch):
    whole, stopped = tmp_path / "whole.json", tmp_path / "stopped.json"
    run("mean", "--budget=5", data=dataset, json=whole)
    keep = tune.engine.search

    def interrupted(*arguments, **options):
        for trial in keep(*arguments, **options):
            yield trial
            if trial.number == 2:
                raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(tune.engine, "search", interrupted)
        with pytest.raises(CommandError, match=r"Stopped after 3 trials\. The same command continues") as error:
            run("mean", "--budget=5", data=dataset, json=stopped)
    assert error.value.returncode == 130
    first = json.loads(stopped.read_text())["trials"]
    assert len(first) == 3
    run("mean", "--budget=5", data=dataset, json=stopped)
    trace = json.loads(stopped.read_text())
    assert trace["trials"][:3] == first
    assert without_seconds(trace) == without_seconds(json.loads(whole.read_text()))


def test_it_does_not_go_on_from_another_search(dataset, tmp_path):
    file = tmp_path / "trace.json"
    run("mean", "--budget=1", data=dataset, json=file)
    kept = file.read_text()
    with pytest.raises(CommandError, match=r"trace\.json: The trace belongs to another search: its seed is 0, not 1"):
        run("mean", "--budget=1", data=dataset, json=file, seed=1)
    with pytest.raises(CommandError, match="its algorithm is mean, not median"):
        run("median", "--budget=1", data=dataset, json=file)
    assert file.read_text() == kept
    file.write_text(json.dumps({name: value for name, value in json.loads(kept).items() if name != "inner_splits"}))
    with pytest.raises(CommandError, match=r"written by an earlier version of movierec.*Name another file"):
        run("mean", "--budget=1", data=dataset, json=file)
    file.write_text("{")
    with pytest.raises(CommandError, match=r"trace\.json: this file is not the trace of a tuning"):
        run("mean", "--budget=1", data=dataset, json=file)


def test_a_job_keeps_its_trace_and_another_attempt_goes_on(transactional_db, dataset):
    release.import_movielens(path=dataset)
    arguments = {"algorithm": "mean", "n_trials": 4}
    whole = jobs.run_here(job_id=jobs.start(kind=Job.Kind.TUNE, arguments=arguments).pk)
    assert (whole.state, whole.error) == (Job.State.SUCCEEDED, "")
    assert len(whole.result["trials"]) == 4
    assert "best" in whole.result
    resumed = jobs.start(kind=Job.Kind.TUNE, arguments=arguments)
    jobs.run_chunk(job_id=resumed.pk)  # the snapshot
    trace = whole.chunks.get(stage_name="tune").notes
    resumed.chunks.filter(stage_name="tune").update(notes=trace | {"trials": trace["trials"][:2]})
    resumed = jobs.run_here(job_id=resumed.pk)
    assert resumed.result["trials"][:2] == whole.result["trials"][:2]  # not tried again: the seconds are the same
    assert without_seconds(resumed.result) == without_seconds(whole.result)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["magic", "--budget=1"], "Unknown algorithm 'magic': choose from median"),
        (["mean", "--budget=soon"], '"soon" is neither a number of trials'),
        (["mean", "--budget=0"], '"0" is neither a number of trials'),
        (["mean", "--budget=1", "--json=/no/such/folder/x.json"], "the folder /no/such/folder does not exist"),
        (["mean", "--budget=1", "--data=/no/such/folder"], "/no/such/folder"),
    ],
)
def test_it_says_what_is_wrong(dataset, arguments, sentence):
    options = {} if any("--data" in each for each in arguments) else {"data": dataset}
    with pytest.raises(CommandError, match=sentence):
        run(*arguments, **options)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("40", {"n_trials": 40}),
        ("90s", {"seconds": 90}),
        ("10m", {"seconds": 600}),
        ("2h", {"seconds": 7200}),
    ],
)
def test_a_budget_is_a_number_of_trials_or_a_time(text, meaning):
    assert budget(text) == meaning
