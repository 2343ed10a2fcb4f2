"""The kind of a version follows from its algorithm, whichever release of the code has inserted the row."""

import pytest
from django.db import ProgrammingError, connection

from recommender.models import ModelVersion
from tests.support.factories import make_model_version

pytestmark = pytest.mark.django_db
INSERT = """
INSERT INTO recommender_modelversion (algorithm, parameters, seed, n_threads, data_fingerprint, code_version,
    artifact_key, artifact_sha256, artifact_size, metrics, state, created_at)
VALUES (%s, '{}', 0, 1, '', '', 'some/key', repeat('0', 64), 1, '{}', 'candidate', now())
"""
"""The columns that code from before migration 0012 names."""


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [
        ("als", ModelVersion.Kind.MODEL),
        ("title_index", ModelVersion.Kind.INDEX),
        ("similar_movies", ModelVersion.Kind.NEIGHBOURS),
        ("snapshot", ModelVersion.Kind.SNAPSHOT),
    ],
)
def test_the_previous_release_can_still_insert_a_version(algorithm: str, kind: ModelVersion.Kind) -> None:
    with connection.cursor() as cursor:
        cursor.execute(INSERT, [algorithm])
    assert ModelVersion.objects.get().kind == kind


@pytest.mark.parametrize("kind", ModelVersion.Kind)
def test_a_new_version_has_the_kind_that_it_is_made_as(kind: ModelVersion.Kind) -> None:
    version = make_model_version(kind=kind)
    assert version.kind == ModelVersion.objects.get().kind == kind


def test_nothing_writes_a_kind_that_does_not_fit_the_algorithm() -> None:
    make_model_version()
    with pytest.raises(ProgrammingError, match="can only be updated to DEFAULT"), connection.cursor() as cursor:
        cursor.execute("UPDATE recommender_modelversion SET kind = 'index'")


def test_only_models_rank() -> None:
    for kind in ModelVersion.Kind:
        make_model_version(f"{kind}/1", kind=kind)
    assert [version.algorithm for version in ModelVersion.objects.ranking()] == ["als"]
