"""A snapshot comes back from its file as it was, memory-mapped, and good enough for every algorithm."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.engine.data.artifact import read_artifact, write_artifact
from recommender.engine.data.snapshot import Snapshot
from recommender.engine.model.training import TrainingOptions
from tests.support.sample import sample_movies, sample_ratings

RATINGS = sample_ratings()
SNAPSHOT = Snapshot(RATINGS, replace(sample_movies(RATINGS), series=np.arange(RATINGS.n_movies, dtype=np.int32) // 2))


@pytest.fixture
def mapped(tmp_path: Path) -> Snapshot:
    """The sample, written and read."""
    write_artifact(tmp_path / "snapshot.safetensors", SNAPSHOT.to_arrays(), {})
    return Snapshot.from_arrays(read_artifact(tmp_path / "snapshot.safetensors")[0])


def test_it_comes_back_as_it_was(mapped: Snapshot) -> None:
    for field in fields(RATINGS):
        before, after = getattr(SNAPSHOT.ratings, field.name), getattr(mapped.ratings, field.name)
        assert (before is None) == (after is None)
        if before is not None:
            np.testing.assert_array_equal(after, before, strict=True)
    for field in fields(SNAPSHOT.movies):
        before, after = getattr(SNAPSHOT.movies, field.name), getattr(mapped.movies, field.name)
        if field.name == "genres":
            before, after = before.toarray(), after.toarray()
        np.testing.assert_array_equal(after, before)
    assert mapped.movies.genre_names == SNAPSHOT.movies.genre_names
    assert mapped.fingerprint() == SNAPSHOT.fingerprint()


def test_its_arrays_stay_in_the_file(mapped: Snapshot) -> None:
    assert not mapped.ratings.movie_indices.flags.writeable
    assert not mapped.ratings.movie_indices.flags.owndata


@pytest.mark.parametrize("name", ALGORITHMS)
def test_every_algorithm_can_be_fitted_to_it(name: str, mapped: Snapshot) -> None:
    before = ALGORITHMS[name].fit(SNAPSHOT.ratings, SNAPSHOT.movies, TrainingOptions(seed=1)).to_arrays()
    after = ALGORITHMS[name].fit(mapped.ratings, mapped.movies, TrainingOptions(seed=1)).to_arrays()
    for array in before:
        np.testing.assert_array_equal(after[array], before[array])


def test_the_fingerprint_tells_other_ratings_apart() -> None:
    keep = np.arange(RATINGS.n_ratings) > 0
    assert Snapshot(RATINGS.take(keep), SNAPSHOT.movies).fingerprint() != SNAPSHOT.fingerprint()


def test_one_written_before_there_were_series_has_none(tmp_path: Path) -> None:
    arrays = SNAPSHOT.to_arrays()
    del arrays["series"]
    write_artifact(tmp_path / "snapshot.safetensors", arrays, {})
    read = Snapshot.from_arrays(read_artifact(tmp_path / "snapshot.safetensors")[0])
    assert read.movies.series is None
    assert read.fingerprint() == SNAPSHOT.fingerprint()
