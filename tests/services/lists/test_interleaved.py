"""Lists of an experiment: who gets them, how two versions pick in turn, and what is recorded."""

from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import storages

from recommender.engine.model.item_features import ItemFeatures
from recommender.engine.model.model import LinearModel
from recommender.models import Experiment, Impression, Mark, ModelVersion, Movie, Outcome, Rater
from recommender.services.catalogue.movies import Mine
from recommender.services.experiments import experiments, impressions
from recommender.services.lists import interleaved
from recommender.services.lists.dials import Dials
from recommender.services.lists.recommendations import Recommendations, make_list, recommend_for
from recommender.services.lists.served_model import Served
from recommender.services.ratings import marks, ratings
from recommender.services.versions import lifecycle, serving
from tests.support.factories import make_model_version, make_movie
from tests.support.impressions import record_list
from tests.support.sample_site import ALICE, put_in_service, store_ratings

pytestmark = pytest.mark.django_db
BY_SCORE = Dials(diversity=0.0, series_in_order=False, below_average=True)


def ids(listed: Recommendations) -> list[int]:
    return [each.movie.pk for each in listed.results]


def alone(rater: Rater, algorithm: str, limit: int = 100) -> list[int]:
    """The list of one algorithm for somebody who takes part in nothing."""
    rater.shares_impressions = False
    try:
        return ids(recommend_for(rater=rater, limit=limit, algorithm=algorithm))
    finally:
        rater.shares_impressions = True


def test_both_versions_pick_in_turn(experiment: Experiment, alice_takes_part: Rater) -> None:
    listed = recommend_for(rater=alice_takes_part, limit=20)
    assert listed.experiment_id == experiment.pk
    assert listed.algorithm == "hybrid"
    teams = [listed.teams[movie_id] for movie_id in ids(listed)]
    assert teams.count(1) == teams.count(2) == 10
    for team, algorithm in ((1, "hybrid"), (2, "mean")):
        picked = [movie_id for movie_id in ids(listed) if listed.teams[movie_id] == team]
        ranking = alone(alice_takes_part, algorithm)
        assert picked == sorted(picked, key=ranking.index)
    assert set(ids(listed)[:2]) & {alone(alice_takes_part, "hybrid")[0]}
    assert not set(ids(listed)) & set(ALICE)


def test_slices_of_a_day_fit_together_and_lose_no_movie(
    experiment: Experiment, alice_takes_part: Rater, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interleaved, "DEPTH", 12)
    whole = recommend_for(rater=alice_takes_part, limit=100)
    slices = [ids(recommend_for(rater=alice_takes_part, limit=8, offset=offset)) for offset in (0, 8, 16)]
    assert [each for part in slices for each in part] == ids(whole)[:24]
    assert sorted(ids(whole)) == sorted(alone(alice_takes_part, "hybrid"))
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
    return Served("mean", LinearModel(features))


def test_slices_fit_together_where_one_version_knows_more_movies() -> None:
    a, b = ranking(list(range(1, 31))), ranking([101, 102, 103, *range(30, 0, -1)])
    trial = interleaved.Trial(1, a, b, seed=3)
    for movie_id in range(1, 31):
        make_movie(movie_id)

    def slice_of_list(limit: int, offset: int) -> list[int]:
        return ids(make_list(a, Mine(), BY_SCORE, limit=limit, offset=offset, trial=trial))

    whole = slice_of_list(30, 0)
    assert sorted(whole) == list(range(1, 31))
    assert [movie_id for offset in range(0, 30, 5) for movie_id in slice_of_list(5, offset)] == whole


def test_dials_and_hidden_movies_hold_for_both(experiment: Experiment, alice_takes_part: Rater) -> None:
    hidden = alone(alice_takes_part, "mean")[0]
    marks.put(rater=alice_takes_part, movie=Movie.objects.get(pk=hidden), kind=Mark.Kind.HIDDEN)
    listed = recommend_for(rater=alice_takes_part, limit=100, dials=Dials(genre="Drama", diversity=0.3))
    assert hidden not in ids(listed)
    assert all("Drama" in each.movie.genre_names for each in listed.results)


def test_one_version_describes_all_movies(experiment: Experiment, alice_takes_part: Rater) -> None:
    listed = recommend_for(rater=alice_takes_part, limit=20)
    alice_takes_part.shares_impressions = False
    plain = {
        each.movie.pk: each for each in recommend_for(rater=alice_takes_part, limit=100, algorithm="hybrid").results
    }
    for each in listed.results:
        assert each.predicted_stars == pytest.approx(plain[each.movie.pk].predicted_stars)
        assert each.interval == pytest.approx(plain[each.movie.pk].interval)


def test_nobody_takes_part_without_consent_or_in_another_list(experiment: Experiment, alice_takes_part: Rater) -> None:
    assert recommend_for(rater=alice_takes_part, limit=5, algorithm="mean").experiment_id is None
    alice_takes_part.shares_impressions = False
    assert recommend_for(rater=alice_takes_part, limit=5).experiment_id is None


def test_a_share_of_users_takes_part_and_stays(versions: tuple[ModelVersion, ModelVersion]) -> None:
    experiments.start(version_a=versions[0], version_b=versions[1], share=0.5, started_by=None)
    raters = [Rater(pk=pk, shares_impressions=True) for pk in range(1, 201)]
    taking_part = [interleaved.trial_of(rater, "hybrid") is not None for rater in raters]
    assert 70 < sum(taking_part) < 130
    assert [interleaved.trial_of(rater, "hybrid") is not None for rater in raters] == taking_part


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
    experiment: Experiment, alice_takes_part: Rater, caplog: pytest.LogCaptureFixture
) -> None:
    lifecycle.activate(version=make_model_version("mean/2", algorithm="mean"))
    Path(storages["artifacts"].path(experiment.version_b.artifact_key)).unlink()
    listed = recommend_for(rater=alice_takes_part, limit=5)
    assert listed.experiment_id is None
    assert ids(listed) == alone(alice_takes_part, "hybrid", 5)


def test_a_version_out_of_service_still_takes_part(
    experiment: Experiment, alice_takes_part: Rater, tmp_path: Path
) -> None:
    before = ids(recommend_for(rater=alice_takes_part, limit=20))
    put_in_service("hybrid", tmp_path)
    experiment.version_a.refresh_from_db()
    assert experiment.version_a.state == ModelVersion.State.RETIRED
    serving.clear()
    listed = recommend_for(rater=alice_takes_part, limit=20)
    assert (listed.experiment_id, ids(listed)) == (experiment.pk, before)


def test_a_list_is_recorded_with_its_teams_and_credited(experiment: Experiment, alice_takes_part: Rater) -> None:
    listed = recommend_for(rater=alice_takes_part, limit=6)
    record_list(alice_takes_part, listed, first_place=1)
    shown = Impression.objects.get()
    assert shown.experiment == experiment
    assert shown.teams == [listed.teams[movie_id] for movie_id in shown.movie_ids]
    ratings.rate(rater=alice_takes_part, movie=Movie.objects.get(pk=shown.movie_ids[1]), half_stars=9)
    assert Outcome.objects.get().team == shown.teams[1]
