"""Every kind has stages with names of their own, and a kind may be put together from the stages of others."""

from pathlib import Path

import pytest

from recommender.formats.generator.generate import generate
from recommender.models import Job, ModelVersion, Rating
from recommender.services import jobs
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
