"""A damaged or foreign artifact is refused with one kind of error, whatever is wrong with it."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine.algorithms.registry import ALGORITHMS, algorithm, load_model
from recommender.engine.data.artifact import ArtifactError, read_artifact, write_artifact
from recommender.engine.model.training import TrainingOptions
from recommender.engine.similar_movies.neighbours import Neighbours, SimilarMovies
from tests.support.sample import sample_movies, sample_ratings

RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)
SMALL = {"als": {"n_factors": 4}, "hybrid": {"n_factors": 8}}
OPTIONAL = {"ranking_offsets", "half_widths", "width_by_stars", "settled_offsets", "strengths"}
KINDS = ("median", "tag_count", "tag_ls", "als", "ease", "hybrid")
"""One of each class of model."""


@cache
def arrays_of(name):
    return algorithm(name, **SMALL.get(name, {})).fit(RATINGS, MOVIES, TrainingOptions(seed=1)).to_arrays()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("artifacts")


@cache
def content_of(name, folder):
    file = folder / name
    write_artifact(file, arrays_of(name), {"algorithm": name})
    return file.read_bytes()


def load(name, file: Path):
    return load_model(name, *read_artifact(file))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_it_refuses_an_artifact_cut_off_anywhere(folder, data):
    name = data.draw(st.sampled_from(KINDS))
    content = content_of(name, folder)
    file = folder / "cut"
    file.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(ArtifactError):
        load(name, file)


@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_changed_bytes_are_refused_or_harmless(folder, data):
    """Without its sha256 a changed number cannot be told from a right one, but nothing else ever happens."""
    name = data.draw(st.sampled_from(KINDS))
    content = bytearray(content_of(name, folder))
    header = 8 + int.from_bytes(content[:8], "little")
    for _ in range(data.draw(st.integers(1, 8))):
        end = data.draw(st.sampled_from([8, header, len(content)]))
        content[data.draw(st.integers(0, end - 1))] = data.draw(st.integers(0, 255))
    file = folder / "changed"
    file.write_bytes(content)
    try:
        model = load(name, file)
    except ArtifactError:
        return
    assert model.movie_ids.size == RATINGS.n_movies


@pytest.mark.parametrize("name", KINDS)
def test_it_refuses_missing_arrays_and_other_dtypes_and_shapes(name):
    whole = arrays_of(name)
    for key, array in whole.items():
        changed = {
            "another dtype": {**whole, key: array.astype(np.int16)},
            "a dimension more": {**whole, key: array[None]},
        }
        if array.shape[0] and key not in {"names", "genre_names"}:
            changed["another length"] = {**whole, key: np.concatenate([array, array[-1:]])}
        if key not in OPTIONAL:
            changed["none of it"] = {other: whole[other] for other in whole if other != key}
        for arrays in changed.values():
            with pytest.raises(ArtifactError):
                load_model(name, arrays, {"algorithm": name})


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("als", "offsets", np.nan),
        ("als", "factors", np.inf),
        ("als", "movie_ids", 10**6),
        ("tag_ls", "factors_indices", 10**6),
        ("tag_ls", "factors_indices", -1),
        ("tag_ls", "n_genres", 10**6),
        ("ease", "ease_indices", 10**6),
        ("ease", "ease_indptr", 10**6),
        ("hybrid", "movie_noise", np.nan),
    ],
)
def test_it_refuses_values_that_would_lead_astray(name, key, value):
    array = arrays_of(name)[key].copy()
    array.flat[0] = value
    with pytest.raises(ArtifactError, match=key):
        load_model(name, {**arrays_of(name), key: array}, {"algorithm": name})


@pytest.mark.parametrize(("name", "key"), [("tag_ls", "names"), ("hybrid", "genre_names")])
@pytest.mark.parametrize("text", ["[", '["one"]', "{}", "3"])
def test_it_refuses_names_that_do_not_fit(name, key, text):
    names = np.frombuffer(text.encode(), dtype=np.uint8)
    with pytest.raises(ArtifactError, match=f"artifact of {name} cannot be read"):
        load_model(name, {**arrays_of(name), key: names}, {"algorithm": name})


@pytest.mark.parametrize("manifest", [{}, {"algorithm": "mean"}])
def test_it_refuses_the_artifact_of_another_algorithm(manifest):
    with pytest.raises(ArtifactError, match="not by 'als'; roll back"):
        load_model("als", arrays_of("als"), manifest)


def test_it_refuses_another_format_version(tmp_path, monkeypatch):
    monkeypatch.setattr("recommender.engine.data.artifact.FORMAT_VERSION", "2")
    write_artifact(tmp_path / "model", arrays_of("als"), {"algorithm": "als"})
    monkeypatch.undo()
    with pytest.raises(ArtifactError, match="not an artifact of format version 1; train again"):
        read_artifact(tmp_path / "model")


def test_it_refuses_types_that_it_does_not_know(tmp_path):
    entry = {"dtype": "BF16", "shape": [1], "data_offsets": [0, 2]}
    manifest = {"movierec": json.dumps({"format_version": "1"})}
    header = json.dumps({"__metadata__": manifest, "factors": entry}).encode()
    (tmp_path / "model").write_bytes(len(header).to_bytes(8, "little") + header + bytes(2))
    with pytest.raises(ArtifactError, match="model holds factors as BF16"):
        read_artifact(tmp_path / "model")


def test_neighbours_are_among_the_movies():
    arrays = SimilarMovies().fit(RATINGS, MOVIES).to_arrays()
    Neighbours.from_arrays(arrays)
    stray = arrays["neighbours"].copy()
    stray[0, 0] = RATINGS.n_movies
    with pytest.raises(ArtifactError, match="not among the movies"):
        Neighbours.from_arrays({**arrays, "neighbours": stray})


def test_every_model_says_what_it_is_made_of():
    for name in ALGORITHMS:
        model = algorithm(name, **SMALL.get(name, {})).fit(RATINGS, MOVIES, TrainingOptions(seed=1))
        assert {shape.name for shape in model.array_shapes} >= set(model.to_arrays())
