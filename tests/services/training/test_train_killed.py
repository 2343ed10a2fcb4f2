"""A training process that is killed again and again ends with the artifact of an undisturbed one."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings

from recommender.engine.algorithms.registry import algorithm
from recommender.engine.data.artifact import write_artifact
from recommender.engine.model.training import TrainingOptions
from recommender.services.storage import artifacts
from recommender.services.storage.checkpoints import StoredCheckpoint
from tests.support.sample import sample_movies, sample_ratings

ROOT = Path(__file__).resolve().parents[3]
TRAINING = """
import sys, time, django
django.setup()
from pathlib import Path
from recommender.engine.algorithms.registry import algorithm
from recommender.engine.data.artifact import write_artifact
from recommender.engine.model.training import TrainingOptions
from recommender.services.storage.checkpoints import StoredCheckpoint
from tests.support.sample import sample_movies, sample_ratings
ratings = sample_ratings()
chosen = algorithm("als", n_factors=8, n_epochs=12)
kept = StoredCheckpoint.of({"test": "killed"})
slowly = lambda share: time.sleep(0.05)
model = chosen.fit(ratings, sample_movies(ratings), TrainingOptions(3, 2, slowly, kept))
write_artifact(Path(sys.argv[1]), model.to_arrays(), {"algorithm": "als"})
kept.remove()
"""


@pytest.fixture
def kept() -> StoredCheckpoint:
    checkpoint = StoredCheckpoint.of({"test": "killed"})
    checkpoint.remove()
    return checkpoint


def start(result: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "movierec_site.settings",
        "DATABASE_URL": "postgresql://nowhere/none",
        "MOVIEREC_DATA_DIR": str(settings.DATA_DIR),
    }
    return subprocess.Popen([sys.executable, "-c", TRAINING, str(result)], cwd=ROOT, env=environment)


def epochs_kept(checkpoint: StoredCheckpoint) -> int:
    names = [key.rpartition("/")[2] for key, _ in artifacts.listing(folder=checkpoint.folder)]
    return max((int(name[:6]) for name in names), default=0)


def test_it_ends_with_the_same_bytes(kept: StoredCheckpoint, tmp_path: Path) -> None:
    result, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    rng = random.Random(0)
    for reached in (2, 6):
        process = start(result)
        while epochs_kept(kept) < reached:
            assert process.poll() is None
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.1))
        process.kill()
        process.wait()
        assert not result.exists()
    assert epochs_kept(kept) >= 6
    assert start(result).wait() == 0
    ratings = sample_ratings()
    model = algorithm("als", n_factors=8, n_epochs=12).fit(
        ratings, sample_movies(ratings), TrainingOptions(seed=3, n_threads=2)
    )
    write_artifact(undisturbed, model.to_arrays(), {"algorithm": "als"})
    assert result.read_bytes() == undisturbed.read_bytes()
    assert epochs_kept(kept) == 0
