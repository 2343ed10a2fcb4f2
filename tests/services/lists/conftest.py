"""A site with the real release and the hybrid of its ratings in service."""

import fcntl
import os
from pathlib import Path

import pytest
from django.conf import settings

from recommender.engine.algorithms.hybrid.hybrid import Hybrid
from recommender.engine.data.artifact import write_artifact
from recommender.formats.movielens import read_dataset
from recommender.services.lists import served_model
from recommender.services.lists.served_model import Served
from recommender.services.storage import artifacts
from recommender.services.training.from_dataset import ratings_and_movies
from recommender.services.versions import lifecycle
from tests.embedded_plugin import SHARED


@pytest.fixture(scope="session")
def hybrid_of_release(dataset_dir: Path) -> Path:
    """The hybrid of the release's ratings, fitted once for all processes."""
    if not settings.MOVIELENS_DATA:
        pytest.skip("Set MOVIELENS_DATA to a MovieLens release: these tests look at real movies.")
    folder = Path(os.environ.get(SHARED) or settings.DATA_DIR)
    file = folder / "hybrid-of-release.safetensors"
    with (folder / "hybrid-of-release.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            model = Hybrid().fit(*ratings_and_movies(read_dataset(dataset_dir)))
            write_artifact(file, model.to_arrays(), {"algorithm": "hybrid"})
    return file


@pytest.fixture
def real(site_data: None, hybrid_of_release: Path, tmp_path: Path) -> Served:
    """The hybrid in service, as visitors get it."""
    copy = tmp_path / "hybrid.safetensors"
    copy.write_bytes(hybrid_of_release.read_bytes())
    stored = artifacts.store(path=copy, name="hybrid")
    version = lifecycle.register(algorithm="hybrid", artifact=stored, data_fingerprint="f" * 64)
    lifecycle.activate(version=version)
    return served_model.served()
