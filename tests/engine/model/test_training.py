"""The options of a training, and of a training within another."""

import pytest

from recommender.engine.model.checkpoint import NO_CHECKPOINT
from recommender.engine.model.training import TrainingOptions


class Unused:
    """A checkpoint that nobody may touch."""


def test_a_training_within_another_keeps_seed_and_threads():
    part = TrainingOptions(seed=4, n_threads=3).for_part(0.0, 0.5)
    assert (part.seed, part.n_threads) == (4, 3)


def test_a_training_within_another_reports_its_part_of_the_progress():
    shares = []
    TrainingOptions(on_progress=shares.append).for_part(0.5, 0.75).on_progress(1.0)
    assert shares == pytest.approx([0.75])


def test_a_training_within_another_leaves_the_checkpoint_alone():
    assert TrainingOptions(checkpoint=Unused()).for_part(0.0, 0.5).checkpoint is NO_CHECKPOINT
