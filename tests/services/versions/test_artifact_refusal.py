"""A version whose artifact is damaged or foreign is never loaded."""

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine.data.artifact import ArtifactError, write_artifact
from recommender.models import ModelVersion
from recommender.services.storage import artifacts
from recommender.services.versions import loading
from tests.support.factories import small_artifact, small_model

WHOLE = small_artifact()


Kind = ModelVersion.Kind
WHATEVER = [("als", Kind.MODEL), ("hybrid", Kind.MODEL), ("", Kind.NEIGHBOURS), ("", Kind.SNAPSHOT), ("", Kind.INDEX)]


def version_of(
    content: bytes, algorithm: str = "als", kind: Kind = Kind.MODEL, *, expected: bytes | None = None
) -> ModelVersion:
    """Return a version, in memory, whose artifact is this content and whose sha256 is that of the expected one."""
    name = ModelVersion.NAMES.get(kind, algorithm)
    key = f"{name}/fuzzed.safetensors"
    storages["artifacts"].delete(key)
    storages["artifacts"].save(key, ContentFile(content))
    digest = sha256(content if expected is None else expected).hexdigest()
    return ModelVersion(pk=7, kind=kind, algorithm=name, artifact_key=key, artifact_sha256=digest)


@settings(max_examples=50, deadline=None)
@given(length=st.integers(0, len(WHOLE) - 1))
def test_it_refuses_a_model_cut_off_anywhere(length: int) -> None:
    with pytest.raises(ArtifactError, match=r"als/fuzzed\.safetensors is damaged"):
        loading.load(version_of(WHOLE[:length], expected=WHOLE))


@settings(max_examples=100, deadline=None)
@given(position=st.integers(0, len(WHOLE) - 1), flipped=st.integers(1, 255))
def test_it_refuses_a_model_with_any_byte_changed(position: int, flipped: int) -> None:
    changed = bytearray(WHOLE)
    changed[position] ^= flipped
    with pytest.raises(ArtifactError, match="is damaged: its sha256 is"):
        loading.load(version_of(bytes(changed), expected=WHOLE))


@settings(max_examples=50, deadline=None)
@given(content=st.binary(max_size=400), what=st.sampled_from(WHATEVER))
def test_it_refuses_anything_else_even_if_its_sha256_is_right(content: bytes, what: tuple[str, Kind]) -> None:
    with pytest.raises(ArtifactError):
        loading.load(version_of(content, *what))


@pytest.mark.parametrize("what", [("mean", Kind.MODEL), *WHATEVER[2:]])
def test_it_refuses_the_artifact_of_another_algorithm(what: tuple[str, Kind]) -> None:
    with pytest.raises(ArtifactError):
        loading.load(version_of(WHOLE, *what))


def test_it_refuses_an_algorithm_that_this_code_does_not_have() -> None:
    with pytest.raises(ArtifactError, match="magic version 7 cannot be loaded: Unknown algorithm 'magic'"):
        loading.load(version_of(small_artifact("magic"), "magic"))


def test_a_model_that_ranks_by_nonsense_is_not_activated(tmp_path: Path) -> None:
    arrays = small_model().to_arrays()
    arrays["offsets"] = np.full(2, 3e38, dtype=np.float32)
    arrays["ranking_offsets"] = np.full(2, 3e38, dtype=np.float32)
    write_artifact(tmp_path / "model", arrays, {"algorithm": "als"})
    version = version_of((tmp_path / "model").read_bytes())
    loading.load(version)
    with pytest.raises(ArtifactError, match="its scores are not numbers"):
        loading.check(version)


def test_it_refuses_a_title_index_of_another_format_even_if_its_sha256_is_right(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    folder.mkdir()
    (folder / "manifest.json").write_text('{"format": 99, "count": 0, "files": {}}')
    stored = artifacts.store_folder(path=folder, name="title_index")
    version = ModelVersion(pk=7, kind=Kind.INDEX, artifact_key=stored.key, artifact_sha256=stored.sha256)
    with pytest.raises(ArtifactError, match="has format 99, not 1; build the title index again"):
        loading.load(version)
