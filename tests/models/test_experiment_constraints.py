"""The invariants of experiments, impressions and outcomes live in the database: every test tries to break one."""

from datetime import timedelta

import pytest
from django.utils import timezone

from recommender.models import (
    Experiment,
    Impression,
    ModelVersion,
    Outcome,
)
from tests.support.constraints import refused
from tests.support.factories import (
    LONG_AGO,
    make_model_version,
    make_movie,
    make_rater,
)

pytestmark = pytest.mark.django_db


def make_experiment(**more: object) -> Experiment:
    """Return a stored experiment of two new versions."""
    n = ModelVersion.objects.count()
    a, b = (make_model_version(f"als/{n + k}") for k in (1, 2))
    fields = {"version_a": a, "version_b": b, "share": 0.5, "started_at": LONG_AGO}
    return Experiment.objects.create(**(fields | more))


def make_impression(**more: object) -> Impression:
    """Return a stored list of two movies."""
    fields = {"rater": make_rater(), "algorithm": "als", "first_place": 1, "movie_ids": [1, 2], "shown_at": LONG_AGO}
    return Impression.objects.create(**(fields | more))


def test_it_rejects_a_second_running_experiment() -> None:
    make_experiment(ended_at=timezone.now())
    make_experiment(ended_at=timezone.now())
    make_experiment()
    assert refused("experiment_one_running", make_experiment)


def test_it_rejects_an_experiment_of_a_version_with_itself() -> None:
    version = make_model_version("als/0")
    assert refused("experiment_of_two_versions", lambda: make_experiment(version_a=version, version_b=version))


@pytest.mark.parametrize("share", [-0.1, 0, 1.01])
def test_it_rejects_a_share_of_nobody_or_of_more_than_all(share: float) -> None:
    assert refused("experiment_share_of_users", lambda: make_experiment(share=share))


def test_it_rejects_an_experiment_that_ended_before_it_started() -> None:
    ended = LONG_AGO - timedelta(seconds=1)
    assert refused("experiment_ends_after_its_start", lambda: make_experiment(ended_at=ended))


def test_it_rejects_a_list_that_starts_before_the_first_place() -> None:
    assert refused("impression_places_start_at_1", lambda: make_impression(first_place=0))


def test_it_rejects_teams_without_an_experiment_and_the_other_way_round() -> None:
    assert refused("impression_teams", lambda: make_impression(teams=[1, 2]))
    experiment = make_experiment()
    for teams in ([], [1], [1, 2, 1]):
        assert refused("impression_teams", lambda teams=teams: make_impression(experiment=experiment, teams=teams))  # type: ignore[misc]


@pytest.mark.parametrize(
    "what",
    [
        {"kind": "rating"},
        {"kind": "rating", "half_stars": 0},
        {"kind": "rating", "half_stars": 11},
        {"kind": "watchlist", "half_stars": 8},
        {"kind": "click"},
    ],
)
def test_it_rejects_an_outcome_that_cannot_be(what: dict[str, object]) -> None:
    movie, shown = make_movie(), make_impression()
    outcome = {"impression": shown, "movie": movie, "happened_at": LONG_AGO} | what
    assert refused("outcome_half_stars_of_a_rating", lambda: Outcome.objects.create(**outcome))


def test_it_rejects_an_unknown_team() -> None:
    movie, shown = make_movie(), make_impression()
    outcome = {"impression": shown, "movie": movie, "happened_at": LONG_AGO, "kind": "watchlist", "team": 3}
    assert refused("outcome_team_is_known", lambda: Outcome.objects.create(**outcome))
