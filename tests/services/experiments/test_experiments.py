"""Experiments: who wins, when it is over, and what cannot be compared."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from recommender.models import Experiment, Impression, ModelVersion, Movie, Outcome, Rater
from recommender.services.catalogue.movies import Mine
from recommender.services.experiments import experiments, impressions
from recommender.services.experiments.outcomes import CREDIT_WINDOW
from recommender.services.lists import interleaved
from recommender.services.lists.recommendations import make_list, recommend_for
from recommender.services.ratings import ratings
from recommender.services.versions import retention
from tests.support.factories import LONG_AGO, make_model_version, make_user
from tests.support.sample_site import ALICE, put_in_service

pytestmark = pytest.mark.django_db


def store_list(
    experiment: Experiment, rater: Rater, *, days_ago: int, good_a: int = 0, good_b: int = 0, poor_a: int = 0
) -> None:
    """Store a list of ten movies, five picked by each version, and what was done with them."""
    shown_at = timezone.now() - timedelta(days=days_ago)
    movie_ids = list(Movie.objects.order_by("pk").values_list("pk", flat=True)[:10])
    shown = Impression.objects.create(
        rater=rater, algorithm="hybrid", experiment=experiment, first_place=1, movie_ids=movie_ids,
        teams=[1, 2] * 5, shown_at=shown_at,
    )  # fmt: skip
    outcomes = [
        *[(movie_id, 1, 9) for movie_id in movie_ids[0 : 2 * good_a : 2]],
        *[(movie_id, 2, 8) for movie_id in movie_ids[1 : 2 * good_b : 2]],
        *[(movie_id, 1, 7) for movie_id in movie_ids[10 - 2 * poor_a : 10 : 2]],
    ]
    for movie_id, team, half_stars in outcomes:
        Outcome.objects.create(
            impression=shown, movie_id=movie_id, kind="rating", half_stars=half_stars, team=team, happened_at=shown_at
        )


def last_point(experiment: Experiment) -> tuple[int, int, int]:
    point = experiments.progress(experiment=experiment).points[-1]
    return point.wins_a, point.wins_b, point.ties


def test_a_list_is_won_by_the_version_with_more_liked_movies(
    experiment: Experiment, alice_takes_part: Rater, bob: User
) -> None:
    bob_rater = ratings.rater_of(bob)
    store_list(experiment, alice_takes_part, days_ago=10, good_a=2, good_b=1)
    store_list(experiment, bob_rater, days_ago=10, good_b=1, poor_a=3)
    store_list(experiment, alice_takes_part, days_ago=9, good_a=1, good_b=1)
    store_list(experiment, bob_rater, days_ago=8)
    progress = experiments.progress(experiment=experiment)
    assert [(p.wins_a, p.wins_b, p.ties) for p in progress.points] == [(1, 1, 0), (1, 1, 1), (1, 1, 2)]
    assert progress.verdict == "go_on"
    assert len(progress.bounds) == 3


def test_a_place_on_the_watchlist_counts_and_a_movie_counts_once(
    experiment: Experiment, alice_takes_part: Rater
) -> None:
    store_list(experiment, alice_takes_part, days_ago=10, good_a=1)
    shown = Impression.objects.get()
    liked = shown.movie_ids[0]
    Outcome.objects.create(impression=shown, movie_id=liked, kind="watchlist", team=1, happened_at=timezone.now())
    assert last_point(experiment) == (1, 0, 0)
    store_list(experiment, alice_takes_part, days_ago=10, good_b=1)  # the same list of the same day, seen again
    assert last_point(experiment) == (0, 0, 1)


def test_lists_count_once_they_can_no_longer_change(experiment: Experiment, alice_takes_part: Rater) -> None:
    store_list(experiment, alice_takes_part, days_ago=CREDIT_WINDOW.days, good_a=1)
    assert experiments.progress(experiment=experiment).points == []
    store_list(experiment, alice_takes_part, days_ago=CREDIT_WINDOW.days + 1, good_a=1)
    assert last_point(experiment) == (1, 0, 0)


def test_the_stopping_rule_names_the_better_version(experiment: Experiment) -> None:
    raters = [ratings.rater_of(make_user(f"user{n}")) for n in range(4)]
    for day in range(12):
        for rater in raters:
            store_list(experiment, rater, days_ago=5 + day, good_b=1)
    progress = experiments.progress(experiment=experiment)
    assert (progress.verdict, progress.sentence) == ("b_is_better", "Version B is better.")
    assert progress.bounds[-1].high < 0.5


def test_counting_takes_two_queries(
    experiment: Experiment, alice_takes_part: Rater, django_assert_num_queries: Any
) -> None:
    for day in range(6):
        store_list(experiment, alice_takes_part, days_ago=5 + day, good_a=1)
    with django_assert_num_queries(2):
        experiments.progress(experiment=experiment)


def test_stopping_ends_it_and_keeps_the_wins(experiment: Experiment, alice_takes_part: Rater) -> None:
    store_list(experiment, alice_takes_part, days_ago=10, good_a=1)
    stopped = experiments.stop(experiment=experiment)
    again = experiments.stop(experiment=experiment)
    assert stopped.ended_at == again.ended_at is not None
    assert recommend_for(rater=alice_takes_part, limit=5).experiment_id is None
    impressions.set_consent(rater=alice_takes_part, share=False)
    assert Impression.objects.count() == 0
    assert last_point(Experiment.objects.get()) == (1, 0, 0)


def test_one_runs_at_a_time(experiment: Experiment, versions: tuple[ModelVersion, ModelVersion]) -> None:
    with pytest.raises(experiments.InvalidExperiment, match="already running; stop it first"):
        experiments.start(version_a=versions[1], version_b=versions[0], share=0.1, started_by=None)
    experiments.stop(experiment=experiment)
    experiments.start(version_a=versions[1], version_b=versions[0], share=0.1, started_by=None)


@pytest.mark.parametrize(
    ("b", "share", "sentence"),
    [
        ({"kind": "index"}, 0.5, "does not rank movies"),
        ({"state": ModelVersion.State.REJECTED}, 0.5, "was rejected"),
        ({"artifact_removed_at": LONG_AGO}, 0.5, "has been removed"),
        ({}, 0.0, "above 0 and at most 1"),
        ({}, 1.5, "above 0 and at most 1"),
        (None, 0.5, "are the same"),
    ],
)
def test_it_refuses_what_cannot_be_compared(db: None, b: dict[str, object] | None, share: float, sentence: str) -> None:
    a = make_model_version("als/a")
    other = a if b is None else make_model_version("als/b", **b)
    with pytest.raises(experiments.InvalidExperiment, match=sentence):
        experiments.start(version_a=a, version_b=other, share=share, started_by=None)
    assert Experiment.objects.count() == 0


def test_the_versions_of_a_running_experiment_are_kept(
    experiment: Experiment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "MODEL_VERSIONS_KEPT", 1)
    for _ in range(3):
        put_in_service("hybrid", tmp_path)
    compared = {experiment.version_a_id, experiment.version_b_id}
    for version in ModelVersion.objects.all():
        version.created_at = timezone.now() - timedelta(
            days=90 - (version.pk - experiment.version_b_id)
        )  # the later, the newer
        version.save(update_fields=["created_at"])
    assert not compared & set(retention.collect().versions)
    experiments.stop(experiment=experiment)
    assert experiment.version_a_id in retention.collect().versions


def test_it_stops_before_its_first_lists_are_forgotten(experiment: Experiment) -> None:
    assert experiments.stop_overdue() == 0
    long_ago = timezone.now() - timedelta(days=settings.IMPRESSION_RETENTION_DAYS)
    Experiment.objects.update(started_at=long_ago)
    assert experiments.stop_overdue() == 1
    assert Experiment.objects.running() is None


def test_two_versions_that_rank_alike_win_equally_often(
    versions: tuple[ModelVersion, ModelVersion], alice_takes_part: Rater, tmp_path: Path
) -> None:
    """The whole way on simulated people: who rates by their place in the list alone prefers no version."""
    twin = put_in_service("hybrid", tmp_path)
    experiment = experiments.start(version_a=versions[0], version_b=twin, share=1.0, started_by=None)
    first = []
    for day in range(60):
        trial = interleaved.trial_of(alice_takes_part, "hybrid")
        assert trial is not None
        seeded = interleaved.Trial(experiment.pk, trial.a, trial.b, seed=day)
        listed = make_list(seeded.a, Mine(ALICE), limit=2, trial=seeded)
        first.append(listed.teams[listed.results[0].movie.pk])
    assert 0.25 < np.mean(np.array(first) == 1) < 0.75
