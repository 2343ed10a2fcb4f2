"""Experiments: who takes part, what their lists look like, who wins, and when it is over."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.storage import storages
from django.utils import timezone

from recommender.engine.item_features import ItemFeatures
from recommender.engine.recommender import LinearModel
from recommender.models import Experiment, Impression, Mark, ModelVersion, Movie, Outcome, Rater
from recommender.services import (
    experiments,
    impressions,
    marks,
    model_versions,
    ratings,
    retention,
    serving,
    trials,
)
from recommender.services.outcomes import CREDIT_WINDOW
from recommender.services.profiles import Served
from recommender.services.recommendations import Recommendations, recommend_for
from recommender.services.reranking import Dials
from tests.factories import LONG_AGO, make_model_version, make_user
from tests.services.sample_site import ALICE, put_in_service, store_movies, store_ratings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _look_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "LOOK_EVERY", 0.0)


@pytest.fixture
def versions(db: None, tmp_path: Path) -> tuple[ModelVersion, ModelVersion]:
    """The hybrid in service and popularity, which is not what anybody gets by default."""
    store_movies()
    mean = put_in_service("mean", tmp_path)
    return put_in_service("hybrid", tmp_path), mean


@pytest.fixture
def experiment(versions: tuple[ModelVersion, ModelVersion]) -> Experiment:
    """The hybrid against popularity, for everybody who agreed."""
    return experiments.start(version_a=versions[0], version_b=versions[1], share=1.0, started_by=None)


@pytest.fixture
def alice_shares(versions: object, alice_rater: Rater) -> Rater:
    """Alice has rated ten movies and agreed."""
    store_ratings(alice_rater, ALICE)
    impressions.set_consent(rater=alice_rater, share=True)
    return alice_rater


def ids(listed: Recommendations) -> list[int]:
    return [each.movie.pk for each in listed.results]


def alone(rater: Rater, algorithm: str, limit: int = 100) -> list[int]:
    """The list of one algorithm for somebody who takes part in nothing."""
    rater.shares_impressions = False
    try:
        return ids(recommend_for(rater=rater, limit=limit, algorithm=algorithm))
    finally:
        rater.shares_impressions = True


def test_both_versions_pick_in_turn(experiment: Experiment, alice_shares: Rater) -> None:
    listed = recommend_for(rater=alice_shares, limit=20)
    assert listed.experiment_id == experiment.pk
    assert listed.algorithm == "hybrid"
    teams = [listed.teams[movie_id] for movie_id in ids(listed)]
    assert teams.count(1) == teams.count(2) == 10
    for team, algorithm in ((1, "hybrid"), (2, "mean")):
        picked = [movie_id for movie_id in ids(listed) if listed.teams[movie_id] == team]
        ranking = alone(alice_shares, algorithm)
        assert picked == sorted(picked, key=ranking.index)
    assert set(ids(listed)[:2]) & {alone(alice_shares, "hybrid")[0]}
    assert not set(ids(listed)) & set(ALICE)


def test_slices_of_a_day_fit_together_and_lose_no_movie(
    experiment: Experiment, alice_shares: Rater, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "DEPTH", 12)
    whole = recommend_for(rater=alice_shares, limit=100)
    slices = [ids(recommend_for(rater=alice_shares, limit=8, offset=offset)) for offset in (0, 8, 16)]
    assert [each for part in slices for each in part] == ids(whole)[:24]
    assert sorted(ids(whole)) == sorted(alone(alice_shares, "hybrid"))
    assert whole.count == len(ids(whole))


def ranking(movie_ids: list[int]) -> Served:
    """A model that ranks these movies in this order for everybody."""
    order = np.argsort(movie_ids)
    features = ItemFeatures(
        movie_ids=np.array(movie_ids, dtype=np.int32)[order],
        offsets=np.linspace(5, 1, len(movie_ids), dtype=np.float32)[order],
        factors=np.zeros((len(movie_ids), 0), dtype=np.float32),
        prior_precision=np.zeros(0, dtype=np.float32),
        bias_precision=1.0,
    )
    return Served("als", LinearModel(features))


def test_slices_fit_together_where_one_version_knows_more_movies() -> None:
    a, b = ranking(list(range(1, 31))), ranking([101, 102, 103, *range(30, 0, -1)])
    trial = trials.Trial(1, a, b, seed=3)
    profile, dials = a.fold_in({}), Dials(diversity=0.0)

    def page(limit: int, offset: int) -> list[int]:
        return trials.page(trial, profile, trials.Mine(), dials, limit=limit, offset=offset).movie_indices.tolist()

    whole = page(30, 0)
    assert sorted(whole) == list(range(30))
    assert [index for offset in range(0, 30, 5) for index in page(5, offset)] == whole


def test_dials_and_hidden_movies_hold_for_both(experiment: Experiment, alice_shares: Rater) -> None:
    hidden = alone(alice_shares, "mean")[0]
    marks.put(rater=alice_shares, movie=Movie.objects.get(pk=hidden), kind=Mark.Kind.HIDDEN)
    listed = recommend_for(rater=alice_shares, limit=100, dials=Dials(genre="Drama", diversity=0.3))
    assert hidden not in ids(listed)
    assert all("Drama" in each.movie.genre_names for each in listed.results)


def test_one_version_describes_all_movies(experiment: Experiment, alice_shares: Rater) -> None:
    listed = recommend_for(rater=alice_shares, limit=20)
    alice_shares.shares_impressions = False
    plain = {each.movie.pk: each for each in recommend_for(rater=alice_shares, limit=100, algorithm="hybrid").results}
    for each in listed.results:
        assert each.predicted_stars == pytest.approx(plain[each.movie.pk].predicted_stars)
        assert each.interval == pytest.approx(plain[each.movie.pk].interval)


def test_nobody_takes_part_without_consent_or_in_another_list(experiment: Experiment, alice_shares: Rater) -> None:
    assert recommend_for(rater=alice_shares, limit=5, algorithm="mean").experiment_id is None
    alice_shares.shares_impressions = False
    assert recommend_for(rater=alice_shares, limit=5).experiment_id is None


def test_a_share_of_users_takes_part_and_stays(versions: tuple[ModelVersion, ModelVersion]) -> None:
    experiments.start(version_a=versions[0], version_b=versions[1], share=0.5, started_by=None)
    raters = [Rater(pk=pk, shares_impressions=True) for pk in range(1, 201)]
    taking_part = [trials.of(rater, "hybrid") is not None for rater in raters]
    assert 70 < sum(taking_part) < 130
    assert [trials.of(rater, "hybrid") is not None for rater in raters] == taking_part


def test_too_few_ratings_for_one_version_leave_the_list_as_it_is(
    versions: tuple[ModelVersion, ModelVersion], alice_rater: Rater, tmp_path: Path
) -> None:
    als = put_in_service("als", tmp_path)
    experiments.start(version_a=versions[0], version_b=als, share=1.0, started_by=None)
    impressions.set_consent(rater=alice_rater, share=True)
    assert recommend_for(rater=alice_rater, limit=5).experiment_id is None
    store_ratings(alice_rater, ALICE)
    assert recommend_for(rater=alice_rater, limit=5).experiment_id is not None


def test_a_version_that_cannot_be_read_leaves_the_list_as_it_is(
    experiment: Experiment, alice_shares: Rater, caplog: pytest.LogCaptureFixture
) -> None:
    model_versions.activate(version=make_model_version("mean/2", algorithm="mean"))
    Path(storages["artifacts"].path(experiment.version_b.artifact_key)).unlink()
    listed = recommend_for(rater=alice_shares, limit=5)
    assert listed.experiment_id is None
    assert ids(listed) == alone(alice_shares, "hybrid", 5)


def test_a_version_out_of_service_still_takes_part(experiment: Experiment, alice_shares: Rater, tmp_path: Path) -> None:
    before = ids(recommend_for(rater=alice_shares, limit=20))
    put_in_service("hybrid", tmp_path)
    experiment.version_a.refresh_from_db()
    assert experiment.version_a.state == ModelVersion.State.RETIRED
    serving.clear()
    listed = recommend_for(rater=alice_shares, limit=20)
    assert (listed.experiment_id, ids(listed)) == (experiment.pk, before)


def test_a_list_is_recorded_with_its_teams_and_credited(experiment: Experiment, alice_shares: Rater) -> None:
    listed = recommend_for(rater=alice_shares, limit=6)
    impressions.record(rater=alice_shares, listed=listed, first_place=1)
    shown = Impression.objects.get()
    assert shown.experiment == experiment
    assert shown.teams == [listed.teams[movie_id] for movie_id in shown.movie_ids]
    ratings.rate(rater=alice_shares, movie=Movie.objects.get(pk=shown.movie_ids[1]), half_stars=9)
    assert Outcome.objects.get().team == shown.teams[1]


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
    experiment: Experiment, alice_shares: Rater, bob: User
) -> None:
    bob_rater = ratings.rater_of(bob)
    store_list(experiment, alice_shares, days_ago=10, good_a=2, good_b=1)
    store_list(experiment, bob_rater, days_ago=10, good_b=1, poor_a=3)
    store_list(experiment, alice_shares, days_ago=9, good_a=1, good_b=1)
    store_list(experiment, bob_rater, days_ago=8)
    progress = experiments.progress(experiment=experiment)
    assert [(p.wins_a, p.wins_b, p.ties) for p in progress.points] == [(1, 1, 0), (1, 1, 1), (1, 1, 2)]
    assert progress.verdict == "go_on"
    assert len(progress.sure) == 3


def test_a_place_on_the_watchlist_counts_and_a_movie_counts_once(experiment: Experiment, alice_shares: Rater) -> None:
    store_list(experiment, alice_shares, days_ago=10, good_a=1)
    shown = Impression.objects.get()
    liked = shown.movie_ids[0]
    Outcome.objects.create(impression=shown, movie_id=liked, kind="watchlist", team=1, happened_at=timezone.now())
    assert last_point(experiment) == (1, 0, 0)
    store_list(experiment, alice_shares, days_ago=10, good_b=1)  # the same list of the same day, seen again
    assert last_point(experiment) == (0, 0, 1)


def test_lists_count_once_they_can_no_longer_change(experiment: Experiment, alice_shares: Rater) -> None:
    store_list(experiment, alice_shares, days_ago=CREDIT_WINDOW.days, good_a=1)
    assert experiments.progress(experiment=experiment).points == []
    store_list(experiment, alice_shares, days_ago=CREDIT_WINDOW.days + 1, good_a=1)
    assert last_point(experiment) == (1, 0, 0)


def test_the_stopping_rule_names_the_better_version(experiment: Experiment) -> None:
    raters = [ratings.rater_of(make_user(f"user{n}")) for n in range(4)]
    for day in range(12):
        for rater in raters:
            store_list(experiment, rater, days_ago=5 + day, good_b=1)
    progress = experiments.progress(experiment=experiment)
    assert (progress.verdict, progress.sentence) == ("b_is_better", "Version B is better.")
    assert progress.sure[-1].high < 0.5


def test_counting_takes_two_queries(
    experiment: Experiment, alice_shares: Rater, django_assert_num_queries: Any
) -> None:
    for day in range(6):
        store_list(experiment, alice_shares, days_ago=5 + day, good_a=1)
    with django_assert_num_queries(2):
        experiments.progress(experiment=experiment)


def test_stopping_ends_it_and_keeps_the_wins(experiment: Experiment, alice_shares: Rater) -> None:
    store_list(experiment, alice_shares, days_ago=10, good_a=1)
    stopped = experiments.stop(experiment=experiment)
    again = experiments.stop(experiment=experiment)
    assert stopped.ended_at == again.ended_at is not None
    assert recommend_for(rater=alice_shares, limit=5).experiment_id is None
    impressions.set_consent(rater=alice_shares, share=False)
    assert Impression.objects.count() == 0
    assert last_point(Experiment.objects.get()) == (1, 0, 0)


def test_one_runs_at_a_time(experiment: Experiment, versions: tuple[ModelVersion, ModelVersion]) -> None:
    with pytest.raises(experiments.InvalidExperiment, match="running already; stop it first"):
        experiments.start(version_a=versions[1], version_b=versions[0], share=0.1, started_by=None)
    experiments.stop(experiment=experiment)
    experiments.start(version_a=versions[1], version_b=versions[0], share=0.1, started_by=None)


@pytest.mark.parametrize(
    ("b", "share", "sentence"),
    [
        ({"algorithm": "title_index"}, 0.5, "does not rank movies"),
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
    versions: tuple[ModelVersion, ModelVersion], alice_shares: Rater, tmp_path: Path
) -> None:
    """The whole way on simulated people: who rates by their place in the list alone prefers no version."""
    twin = put_in_service("hybrid", tmp_path)
    experiment = experiments.start(version_a=versions[0], version_b=twin, share=1.0, started_by=None)
    first = []
    for day in range(60):
        trial = trials.of(alice_shares, "hybrid")
        assert trial is not None
        seeded = trials.Trial(experiment.pk, trial.a, trial.b, seed=day)
        profile = trial.a.fold_in(ALICE)
        page = trials.page(seeded, profile, trials.Mine(ALICE), Dials(), limit=2, offset=0)
        first.append(page.teams[int(trial.a.model.movie_ids[page.movie_indices[0]])])
    assert 0.25 < np.mean(np.array(first) == 1) < 0.75
