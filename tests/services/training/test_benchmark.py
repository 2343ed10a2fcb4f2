"""`manage.py benchmark`: figures, files of published splits, fits that are kept, and sentences about what is wrong.

No database mark: pytest-django would refuse any query.
"""

import json
import math
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from recommender.formats.generator.generate import generate
from recommender.services.training import benchmark
from recommender.services.training.benchmark_progress import Fit, Pace


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("benchmark") / "small"
    generate(folder, n_raters=40, n_movies=60, n_ratings=1200)
    return folder


@pytest.fixture
def run(dataset, tmp_path):
    def run(*arguments, folders=(dataset,), **options):
        out = StringIO()
        options = {"algorithms": ["mean", "als"], "keep": tmp_path / "kept"} | options
        call_command("benchmark", *map(str, folders), *arguments, stdout=out, stderr=StringIO(), **options)
        return out.getvalue()

    return run


def figures_of(path):
    return {(run["dataset"], run["protocol"]): run for run in json.loads(path.read_text())["runs"]}


def without_seconds(runs):
    return [{name: value for name, value in run.items() if name != "seconds"} for run in runs.values()]


def rows_of(dataset):
    """(rater, movie, stars, time) of every rating, as written."""
    return [line.split(",") for line in (dataset / "ratings.csv").read_text().splitlines()[1:]]


def write(path, rows):
    path.write_text("".join("\t".join(row) + "\n" for row in rows))
    return path


def test_all_protocols_on_two_folders_as_markdown_and_json(run, dataset, tmp_path):
    other = tmp_path / "other"
    generate(other, n_raters=30, n_movies=50, n_ratings=700, seed=5)
    figures, tables = tmp_path / "figures.json", tmp_path / "tables.md"
    printed = run(folders=(dataset, other), json=figures, markdown=tables)
    runs = figures_of(figures)
    assert set(runs) == {(name, protocol) for name in ("small", "other") for protocol in benchmark.PROTOCOLS}
    for (name, protocol), each in runs.items():
        assert set(each["algorithms"]) == {"mean", "popularity", "als"}
        assert set(each["differences"]) == {"mean", "popularity"}
        assert set(each["differences"]["mean"]) == {"popularity", "als"}
        wanted = {measure.name for measure in benchmark.PROTOCOLS[protocol].measures}
        for condition in each["raters"]:
            assert set(each["algorithms"]["als"][condition]) == wanted
        assert f"## {protocol} on {name}\n" in tables.read_text()
    n_fits = 2 * 3 * sum(protocol.n_rounds for protocol in benchmark.PROTOCOLS.values())
    last = printed.splitlines()[-1]
    assert last.startswith(f"Benchmarked 3 algorithms by 7 protocols on 2 datasets: {n_fits} fits, in ")
    assert last.endswith(f"; written to {figures} and {tables}.")


def test_without_a_file_the_tables_are_printed(run):
    printed = run("--protocol", "leave-one-out", baseline=["popularity"], algorithms=["mean"])
    assert printed.startswith("## leave-one-out on small\n")
    assert "| minus `popularity` |" in printed
    assert "on 1 dataset: 2 fits, in " in printed.splitlines()[-1]


def test_an_interrupted_benchmark_goes_on_where_it_stopped(run, tmp_path, monkeypatch):
    whole, stopped = tmp_path / "whole.json", tmp_path / "stopped.json"
    run("--protocol", "five-folds", json=whole, keep=tmp_path / "elsewhere")
    measure, begun = benchmark.measure, []

    def interrupted(*arguments, **options):
        begun.append(arguments)
        if len(begun) > 6:
            raise KeyboardInterrupt
        return measure(*arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(benchmark, "measure", interrupted)
        with pytest.raises(CommandError, match="Interrupted; finished fits are kept") as error:
            run("--protocol", "five-folds", json=stopped)
    assert error.value.returncode == 130
    assert not stopped.exists()
    n_kept = len(list((tmp_path / "kept").iterdir()))
    assert 0 < n_kept < 15
    printed = run("--protocol", "five-folds", json=stopped)
    assert f"15 fits, {n_kept} of them kept from before, in " in printed.splitlines()[-1]
    assert without_seconds(figures_of(stopped)) == without_seconds(figures_of(whole))


def test_another_seed_setting_or_split_is_fitted_again(run, tmp_path, monkeypatch):
    run("--protocol", "stratified-75")
    assert "3 fits, 3 of them kept from before" in run("--protocol", "stratified-75")
    assert "kept from before" not in run("--protocol", "stratified-75", seed=1)
    assert "kept from before" not in run("--protocol", "stratified-75", raters=5)
    assert "kept from before" not in run("--protocol", "leave-one-out")
    changed = benchmark.registered("als", n_factors=3)
    monkeypatch.setattr(benchmark, "registered", lambda name: changed if name == "als" else benchmark.AVAILABLE[name])
    assert "3 fits, 2 of them kept from before" in run("--protocol", "stratified-75")


def test_conditions_of_kept_fits_stand_in_the_order_of_the_protocol(run):
    first, again = (run("--protocol", "new-members", algorithms=["mean"]) for _ in range(2))
    heading = next(line for line in first.splitlines() if line.startswith("| RMSE |"))
    assert heading.startswith("| RMSE | 0 in time | 1 in time | 3 in time | 5 in time | 10 in time | 20 in time | 0 at")
    assert first.splitlines()[:-1] == again.splitlines()[:-1]
    assert "10 of them kept from before" in again


def test_a_kept_fit_that_is_damaged_is_made_again(run, tmp_path):
    run("--protocol", "leave-one-out")
    for file in (tmp_path / "kept").iterdir():
        file.write_bytes(file.read_bytes()[:100])
    assert "kept from before" not in run("--protocol", "leave-one-out")
    assert "3 fits, 3 of them kept from before" in run("--protocol", "leave-one-out")


def test_pairs_of_files_and_folds_are_the_same_five_folds(run, dataset, tmp_path):
    rows = rows_of(dataset)
    parts = [rows[n::5] for n in range(5)]
    folds = [str(write(tmp_path / f"fold{n}.txt", part)) for n, part in enumerate(parts)]
    pairs = []
    for n, part in enumerate(parts, 1):
        rest = [row for other in parts if other is not part for row in other]
        pairs += [str(write(tmp_path / f"u{n}.base", rest)), str(write(tmp_path / f"u{n}.test", part))]
    of_folds, of_pairs = tmp_path / "folds.json", tmp_path / "pairs.json"
    run("--protocol", "five-folds", *folds, json=of_folds)
    assert "15 of them kept from before" in run("--protocol", "five-folds", *pairs, json=of_pairs)
    one, other = (figures_of(path)["small", "five-folds"] for path in (of_folds, of_pairs))
    assert one["algorithms"] == other["algorithms"]
    assert "u1.base" in other["description"]


def test_the_rmse_of_published_folds_is_the_mean_of_theirs(run, dataset, tmp_path):
    """Popularity predicts the mean of the training ratings, so its RMSE can be had by hand."""
    rows = rows_of(dataset)
    files, errors = [], []
    for n in range(2):
        base, test = [row for k, row in enumerate(rows) if k % 7 != n], rows[n::7]
        files += [str(write(tmp_path / f"u{n}.base", base)), str(write(tmp_path / f"u{n}.test", test))]
        mean = sum(float(row[2]) for row in base) / len(base)
        errors.append(math.sqrt(sum((float(row[2]) - mean) ** 2 for row in test) / len(test)))
    path = tmp_path / "figures.json"
    run("--protocol", "five-folds", *files, json=path, baseline=["popularity"])
    figure = figures_of(path)["small", "five-folds"]["algorithms"]["popularity"][""]["rmse"]["mean"]
    assert figure == pytest.approx(sum(errors) / 2, abs=2e-6)


def test_published_train_valid_and_test_files_without_stars_take_those_of_the_release(run, dataset, tmp_path):
    rows = rows_of(dataset)
    names = []
    for n, name in enumerate(("train", "valid", "test")):
        part = [row[:2] for k, row in enumerate(rows) if min(k % 5, 4) in ((0, 1, 2), (3,), (4,))[n]]
        names.append(str(write(tmp_path / f"{name}.txt", part)))
    path = tmp_path / "figures.json"
    run("--protocol", "published", *names, json=path)
    found = figures_of(path)["small", "published"]
    assert found["ratings"] == len(rows)
    assert {"recall_40_rated", "ndcg_40_rated"} <= set(found["algorithms"]["als"][""])
    assert "its movies are left out of lists" in found["description"]
    assert found["algorithms"]["mean"][""]["rmse"]["mean"] > 0.3  # with 4 stars each it would be 0
    run("--protocol", "published", *names, json=path, folders=[tmp_path])  # a folder without a release
    assert figures_of(path)[tmp_path.name, "published"]["algorithms"]["mean"][""]["rmse"]["mean"] < 0.01


def test_files_are_looked_for_in_the_folder_first(run, dataset, tmp_path):
    rows = rows_of(dataset)
    folder = tmp_path / "with files"
    folder.mkdir()
    write(folder / "a.train", rows[::2])
    write(folder / "a.test", rows[1::2])
    assert "## five-folds on with files" in run("--protocol", "five-folds", "a.train", "a.test", folders=[folder])


def test_ratings_can_be_filtered_first(run, dataset, tmp_path):
    path = tmp_path / "figures.json"
    run("--protocol", "leave-one-out", at_least=4.0, core=5, json=path)
    liked = [row for row in rows_of(dataset) if float(row[2]) >= 4]
    while True:
        counts = [{}, {}]
        for row in liked:
            for count, key in zip(counts, row[:2], strict=True):
                count[key] = count.get(key, 0) + 1
        kept = [row for row in liked if counts[0][row[0]] >= 5 and counts[1][row[1]] >= 5]
        if kept == liked:
            break
        liked = kept
    assert figures_of(path)["small", "leave-one-out"]["ratings"] == len(liked)


@pytest.mark.parametrize(
    ("arguments", "options", "sentence"),
    [
        (["--protocol", "magic"], {}, "Unknown protocol 'magic': choose from stratified-75"),
        (["--protocol", "temporal", "x.txt"], {}, "temporal makes its own split and takes no files."),
        (["--protocol", "published"], {}, "published needs the files of a split"),
        (["--protocol", "published", "nowhere.txt", "x"], {}, "nowhere.txt cannot be read"),
        (["--protocol", "five-folds", "a", "b"], {"core": 5}, "are taken as they are: leave out --at-least and --core"),
        ([], {"algorithms": ["magic"]}, "Unknown algorithm 'magic'"),
        ([], {"baseline": ["magic"]}, "Unknown algorithm 'magic'"),
        ([], {"core": 500}, "small has no ratings left with --at-least and --core."),
        (
            [],
            {"json": Path("/no/such/folder/x.json")},
            "--json /no/such/folder/x.json: the folder /no/such/folder does not",
        ),
        ([], {"folders": [Path("/no/such/folder")]}, "/no/such/folder does not exist"),
    ],
)
def test_it_says_what_is_wrong(run, arguments, options, sentence):
    with pytest.raises(CommandError, match=sentence):
        run(*arguments, **options)


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["u1.base", "u1.test", "u2.base"], "five-folds cannot pair u1.base, u1.test, u2.base"),
        (["u1.base", "fold.txt"], "five-folds cannot pair u1.base, fold.txt"),
        (["fold.txt"], "five-folds needs two files at least"),
    ],
)
def test_it_says_which_files_do_not_go_together(run, dataset, tmp_path, names, sentence):
    files = [str(write(tmp_path / name, rows_of(dataset)[:50])) for name in names]
    with pytest.raises(CommandError, match=sentence):
        run("--protocol", "five-folds", *files)


def test_the_time_left_is_that_of_similar_fits():
    fits = [Fit("small", protocol, name) for protocol in ("a", "b") for name in ("mean", "hybrid") for _ in range(2)]
    reports = []
    pace = Pace(fits, lambda share, message="", *, seconds_left=None: reports.append((share, message, seconds_left)))
    pace.report("small", "a", 1)
    pace.finished(Fit("small", "a", "mean"), 1.0)
    pace.report("small", "a", 1)  # nothing is known of the hybrid: as slow as the slowest
    pace.finished(Fit("small", "a", "hybrid"), 100.0)
    pace.report("small", "a", 2)
    assert [left for _, _, left in reports] == [None, 7.0, (1 + 100 + 2 * (1 + 100)) / 2]
    assert reports[-1][:2] == (2 / 8, "a on small, 2 of 8 fits")
