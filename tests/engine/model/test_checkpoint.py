"""A fit that is interrupted anywhere and resumed gives the bytes of an undisturbed one."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.engine.algorithms import als
from recommender.engine.algorithms.als import ALS
from recommender.engine.algorithms.hybrid.hybrid import Hybrid
from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.engine.model.training import TrainingOptions
from recommender.engine.progress import no_progress
from tests.support.sample import sample_movies, sample_ratings

RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)
RESUMABLE = {
    "als": ALS(n_factors=6, n_epochs=4),
    "unregularised als": ALS(n_factors=3, n_epochs=3, regularization=0.0),
    "hybrid": Hybrid(n_factors=16),
}
N_MOMENTS = 12


class Interrupted(Exception):
    """The process died."""


class Kept:
    """A checkpoint in memory that counts its calls and raises before or after the n-th save if told to."""

    def __init__(self):
        self.state, self.n_saved, self.n_loaded, self.dies = None, 0, 0, None

    def load(self):
        self.n_loaded += self.state is not None
        return self.state

    def save(self, arrays):
        if self.dies == ("before", self.n_saved):
            raise Interrupted
        self.state = {name: np.array(array) for name, array in arrays.items()}
        self.n_saved += 1
        if self.dies == ("after", self.n_saved):
            raise Interrupted


def fit(algorithm, kept, on_progress=no_progress):
    return algorithm.fit(RATINGS, MOVIES, TrainingOptions(5, 2, on_progress, kept))


def bytes_of(model):
    return {name: array.tobytes() for name, array in model.to_arrays().items()}


@pytest.fixture(scope="module", params=list(RESUMABLE))
def algorithm(request):
    return RESUMABLE[request.param]


@pytest.fixture(scope="module")
def undisturbed(algorithm):
    return bytes_of(algorithm.fit(RATINGS, MOVIES, TrainingOptions(seed=5, n_threads=2)))


@pytest.fixture(scope="module")
def n_checkpoints(algorithm):
    kept = Kept()
    fit(algorithm, kept)
    return kept.n_saved


def test_it_saves_after_every_epoch_or_costly_step(algorithm, n_checkpoints):
    expected = algorithm.n_epochs if isinstance(algorithm, ALS) else 2 * (1 + algorithm.n_rounds + 1) + 2
    assert n_checkpoints == expected


def test_it_resumes_from_every_checkpoint_with_the_same_bytes(algorithm, undisturbed, n_checkpoints):
    for number in range(1, n_checkpoints + 1):
        kept = Kept()
        kept.dies = ("after", number)
        with pytest.raises(Interrupted):
            fit(algorithm, kept)
        kept.dies = None
        assert bytes_of(fit(algorithm, kept)) == undisturbed
        assert kept.n_loaded == 1
        assert kept.n_saved == n_checkpoints, "no step is done twice"


def test_it_resumes_from_any_moment_in_between(algorithm, undisturbed):
    moments = []
    fit(algorithm, Kept(), on_progress=moments.append)
    for moment in np.unique(np.linspace(0, len(moments) - 1, N_MOMENTS, dtype=int)):
        kept, seen = Kept(), []

        def die(share, seen=seen, moment=moment):
            seen.append(share)
            if len(seen) == moment + 1:
                raise Interrupted

        with pytest.raises(Interrupted):
            fit(algorithm, kept, on_progress=die)
        assert bytes_of(fit(algorithm, kept)) == undisturbed


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_it_survives_any_number_of_interruptions(data):
    name = data.draw(st.sampled_from(list(RESUMABLE)))
    kept = Kept()
    for _ in range(data.draw(st.integers(1, 4))):
        kept.dies = (data.draw(st.sampled_from(["before", "after"])), data.draw(st.integers(0, 5)))
        try:
            fit(RESUMABLE[name], kept)
        except Interrupted:
            continue
    kept.dies = None
    assert bytes_of(fit(RESUMABLE[name], kept)) == bytes_of(fit(RESUMABLE[name], Kept()))


def test_it_resumes_within_and_after_the_epochs_on_a_sample_of_raters(monkeypatch):
    monkeypatch.setattr(als, "WARM_UP_RATINGS", 200)
    algorithm = ALS(n_factors=4, n_epochs=6)
    undisturbed = bytes_of(fit(algorithm, Kept()))
    for number in range(1, 7):
        kept = Kept()
        kept.dies = ("after", number)
        with pytest.raises(Interrupted):
            fit(algorithm, kept)
        kept.dies = None
        assert bytes_of(fit(algorithm, kept)) == undisturbed


def test_progress_continues_where_it_stopped(algorithm):
    kept, shares = Kept(), []
    kept.dies = ("after", 2)
    with pytest.raises(Interrupted):
        fit(algorithm, kept)
    kept.dies = None
    fit(algorithm, kept, on_progress=shares.append)
    assert shares == sorted(shares)
    assert shares[0] >= 0.15
    assert shares[-1] == pytest.approx(1)


def test_a_quick_algorithm_saves_no_checkpoints():
    kept = Kept()
    model = fit(ALGORITHMS["mean"], kept)
    assert kept.n_saved == 0
    assert bytes_of(model) == bytes_of(ALGORITHMS["mean"].fit(RATINGS, MOVIES, TrainingOptions(seed=5)))
