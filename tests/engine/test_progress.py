"""A part of a computation moves the progress from its start to its end."""

import pytest

from recommender.engine.progress import no_progress, subrange


def test_it_maps_shares_of_the_part_to_shares_of_the_whole():
    shares = []
    report = subrange(shares.append, 0.2, 0.6)
    for share in (0.0, 0.5, 1.0):
        report(share)
    assert shares == pytest.approx([0.2, 0.4, 0.6])


def test_it_stays_within_its_part():
    shares = []
    report = subrange(shares.append, 0.2, 0.6)
    report(-1.0)
    report(1.1)
    assert shares == pytest.approx([0.2, 0.6])


def test_parts_can_be_divided_further():
    shares = []
    subrange(subrange(shares.append, 0.5, 1.0), 0.0, 0.5)(1.0)
    assert shares == pytest.approx([0.75])


@pytest.mark.parametrize(
    ("own", "passed", "reported"),
    [("Training", "", "Training"), ("", "Copying", "Copying"), ("Training", "x", "Training")],
)
def test_it_passes_on_its_own_message_or_the_one_it_gets(own, passed, reported):
    messages = []
    subrange(lambda share, message: messages.append(message), 0.0, 1.0, own)(0.5, passed)
    assert messages == [reported]


def test_progress_may_go_nowhere():
    assert subrange(no_progress, 0.0, 1.0, "Training")(0.5) is None
