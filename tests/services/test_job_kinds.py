"""Every kind has stages with names of their own, and a kind may be put together from the stages of others.

What may be asked of a kind is checked before its job starts.
"""

from pathlib import Path
from typing import Any

import pytest

from recommender.engine.evaluation import MAX_RATERS, N_SPLITS
from recommender.formats.generator.generate import generate
from recommender.models import Job, ModelVersion, Rating
from recommender.services import job_kinds, jobs
from recommender.services.catalogue import title_search
from recommender.services.jobs.stages import stages_of
from recommender.services.movielens import release
from recommender.services.training import similar_movies, snapshots, train
from tests.support.job_plans import put_in_place, start


@pytest.mark.parametrize("kind", Job.Kind)
def test_every_kind_has_stages_that_can_be_told_apart(kind: Job.Kind) -> None:
    names = [stage.name for stage in stages_of(Job(kind=kind))]
    assert names
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("kind", Job.Kind)
def test_every_argument_can_be_described_in_an_error(kind: Job.Kind) -> None:
    assert all(field.description for field in job_kinds.KINDS[kind].arguments.model_fields.values())


@pytest.mark.parametrize(
    ("kind", "arguments", "kept"),
    [
        ("evaluate", {"n_splits": N_SPLITS, "seed": 0, "split": "random", "max_raters": MAX_RATERS}, {}),
        ("evaluate", {"algorithms": [], "n_splits": None, "split": "temporal"}, {"split": "temporal"}),
        (
            "train",
            {"algorithm": "als", "seed": "3", "hyperparameters": {"n_factors": "8", "regularization": "1e-1"}},
            {"algorithm": "als", "seed": 3, "hyperparameters": {"n_factors": 8, "regularization": 0.1}},
        ),
        (
            "train",  # a default that is asked for stays: the defaults of a later version may be others
            {"algorithm": "als", "hyperparameters": {"n_factors": 64}},
            {"algorithm": "als", "hyperparameters": {"n_factors": 64}},
        ),
        ("tune", {"algorithm": "als", "n_trials": 4, "seconds": None}, {"algorithm": "als", "n_trials": 4}),
    ],
)
def test_it_keeps_what_differs_from_the_defaults(kind: str, arguments: dict[str, Any], kept: dict[str, Any]) -> None:
    assert job_kinds.checked(kind=kind, arguments=arguments) == kept


@pytest.mark.parametrize(
    ("kind", "arguments", "sentence"),
    [
        ("import", {"path": " "}, "path is ' '; it must be the folder or zip of a MovieLens release"),
        ("train", {"algorithm": 3}, "algorithm is 3; it must be one of median, mean"),
        (
            "train",
            {"algorithm": "als", "hyperparameters": 8},
            "hyperparameters is 8; it must be names and values",
        ),
        (
            "train",
            {"algorithm": "als", "hyperparameters": {"n_factors": None}},
            "n_factors is None; it must be",
        ),
        ("train", {"algorithm": "als", "split": "monthly"}, "split is 'monthly'; it must be random or temporal."),
        ("train", {"algorithm": "magic", "hyperparameters": {"x": 1}}, "Unknown algorithm 'magic': choose from median"),
        ("evaluate", {"algorithms": "als"}, "algorithms is 'als'; it must be a list of names of algorithms."),
        ("evaluate", {"algorithms": ["als", "magic"]}, "Unknown algorithm 'magic': choose from median"),
    ],
)
def test_it_says_in_a_sentence_what_is_wrong(kind: str, arguments: dict[str, Any], sentence: str) -> None:
    with pytest.raises(job_kinds.BadRequest) as refused:
        job_kinds.checked(kind=kind, arguments=arguments)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("notified")
def test_stages_of_several_kinds_work_on_one_snapshot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    generate(tmp_path / "dataset", n_raters=80, n_movies=120, n_ratings=3_000, seed=1)
    release.import_movielens(path=tmp_path / "dataset")
    alone = similar_movies.build()
    put_in_place(
        monkeypatch,
        snapshots.TAKE_SNAPSHOT,
        train.TRAIN,
        train.GATE,
        similar_movies.COMPARE,
        similar_movies.PUT_TOGETHER,
        title_search.BUILD_INDEX,
    )
    job = start(algorithm="mean", co_ratings_per_chunk=30_000)
    jobs.run_chunk(job_id=job.pk)
    Rating.objects.filter(pk=Rating.objects.values_list("pk", flat=True)[0]).delete()
    job = jobs.run_here(job_id=job.pk)
    assert job.state == Job.State.SUCCEEDED, job.traceback
    assert job.chunks.filter(stage_name="compare").count() > 4
    found = {version.algorithm: version for version in ModelVersion.objects.active()}
    assert set(found) == {"mean", "similar_movies", "title_index"}
    assert found["similar_movies"].artifact_sha256 == alone.artifact_sha256
    assert found["mean"].data_fingerprint == alone.data_fingerprint
