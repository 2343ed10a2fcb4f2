"""The gate activates, rejects or leaves a candidate, and says why with the figures."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.snapshot import Snapshot
from recommender.engine.evaluation.gate import ACTIVE, CANDIDATE
from recommender.engine.evaluation.intervals import Interval
from recommender.models import Activation, ModelVersion
from recommender.services.training import gate
from recommender.services.training import train as training
from recommender.services.versions import lifecycle
from tests.support.factories import make_model_version
from tests.support.sample import sample_movies, sample_ratings

pytestmark = pytest.mark.django_db
State = ModelVersion.State
RATINGS = sample_ratings()
MOVIES = sample_movies(RATINGS)
DATA = Snapshot(RATINGS, MOVIES)
FEW = RatingMatrix.from_triples([1, 1, 1, 2, 2, 2], [1, 2, 3, 1, 2, 3], [9, 3, 5, 8, 4, 2])
GOOD, BAD = {"n_factors": 4}, {"n_factors": 1, "n_epochs": 1, "regularization": 9.0, "movie_damping": 900.0}


def train(hyperparameters: dict[str, Any], data: Snapshot = DATA) -> ModelVersion:
    return training.train_candidate(algorithm="als", hyperparameters=hyperparameters, data=data)


def decide(version: ModelVersion, ratings: RatingMatrix = RATINGS) -> ModelVersion:
    return gate.decide(version=version, data=Snapshot(ratings, sample_movies(ratings)))


def test_the_first_version_goes_into_service_unmeasured() -> None:
    version = decide(train(BAD))
    assert version.state == State.ACTIVE
    assert version.metrics["gate"]["sentence"] == "No model of this algorithm was in service yet."


def test_a_better_candidate_takes_over_with_its_figures() -> None:
    first = decide(train(BAD))
    second = decide(train(GOOD))
    first.refresh_from_db()
    assert (first.state, second.state) == (State.RETIRED, State.ACTIVE)
    verdict = second.metrics["gate"]
    assert verdict["outcome"] == "accepted"
    assert verdict["active_version"] == first.pk
    assert verdict["difference"]["low"] > 0
    assert verdict["candidate"] == second.metrics["rank_agreement"]
    assert verdict["sentence"].startswith(f"Rank agreement {verdict['candidate']['mean']:.4f} against ")
    assert second.metrics["raters"] >= verdict["raters"]
    assert "segments" in second.metrics
    assert verdict["worse"] == []
    assert verdict["sentence"].endswith("Not shown to be worse: Regret@10, Hit stars@20, Signed nDCG@10.")


def test_a_worse_candidate_is_rejected_with_the_numbers() -> None:
    first = decide(train(GOOD))
    second = decide(train(BAD))
    assert second.state == State.REJECTED
    assert ModelVersion.objects.active().get() == first
    verdict = second.metrics["gate"]
    assert verdict["outcome"] == "rejected"
    assert verdict["difference"]["high"] < 0
    assert f"of version {first.pk} with {verdict['raters']} raters" in verdict["sentence"]
    assert "more than the margin of 0.005" in verdict["sentence"]


def test_a_candidate_that_recommends_more_dislikes_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    decide(train(GOOD))
    compare = gate.compare

    def with_regret(*recipes: Any, **options: Any) -> Any:
        found = compare(*recipes, **options)
        found.evaluation.differences[CANDIDATE, ACTIVE]["regret_10"] = Interval(0.02, 0.01, 0.03)
        return found

    monkeypatch.setattr(gate, "compare", with_regret)
    second = decide(train(GOOD, data=Snapshot(sample_ratings(seed=1), MOVIES)))
    assert second.state == State.REJECTED
    verdict = second.metrics["gate"]
    assert verdict["worse"] == ["regret_10"]
    assert verdict["guarded"]["regret_10"]["difference"]["mean"] == 0.02
    assert "at worst 0.0000 lower, within the margin of 0.005. Regret@10 " in verdict["sentence"]
    assert verdict["sentence"].endswith("(difference +0.0200, 95 % interval +0.0100 to +0.0300): it is worse.")


def test_an_admin_may_override(bob: User) -> None:
    decide(train(GOOD))
    rejected = decide(train(BAD))
    assert lifecycle.activate(version=rejected, by=bob).state == State.ACTIVE
    activation = Activation.objects.latest("pk")
    assert (activation.version, activation.activated_by, activation.overrides_rejection) == (rejected, bob, True)
    assert ModelVersion.objects.get(pk=rejected.pk).metrics["gate"]["outcome"] == "rejected"


def test_the_margin_is_a_setting(settings: Any) -> None:
    decide(train(GOOD))
    settings.GATE_MARGIN = 1.0
    decided = decide(train({"n_factors": 1, "n_epochs": 1}))
    assert decided.state == State.ACTIVE, decided.metrics["gate"]["sentence"]


def test_the_same_recipe_on_other_ratings_takes_over() -> None:
    decide(train(GOOD))
    renewed = decide(train(GOOD, data=Snapshot(sample_ratings(seed=1), MOVIES)))
    assert renewed.state == State.ACTIVE
    assert renewed.metrics["gate"]["difference"] == {"mean": 0, "low": 0, "high": 0}


def test_the_same_bytes_change_nothing() -> None:
    first = decide(train(GOOD))
    again = decide(train(GOOD))
    assert again.state == State.REJECTED
    assert (
        again.metrics["gate"]["sentence"] == f"It is byte for byte the same as version {first.pk}, which is in service."
    )


def test_with_too_few_ratings_to_tell_it_stays_a_candidate() -> None:
    first = decide(train(GOOD))
    second = decide(train({"n_factors": 3}), FEW)
    assert second.state == State.CANDIDATE
    assert ModelVersion.objects.active().get() == first
    assert second.metrics["gate"]["outcome"] == "undecided"
    assert second.metrics["gate"]["sentence"].startswith(f"Too few ratings to compare it with version {first.pk}: ")
    assert lifecycle.activate(version=second).state == State.ACTIVE


def test_a_recipe_that_is_no_more_cannot_be_compared_with() -> None:
    first = decide(train(GOOD))
    ModelVersion.objects.filter(pk=first.pk).update(parameters={"colour": 1})
    second = decide(train({"n_factors": 3}))
    assert second.state == State.CANDIDATE
    assert "can no longer be trained" in second.metrics["gate"]["sentence"]


def test_it_compares_again_when_another_version_went_into_service_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    decide(train(BAD))
    rival, candidate = train(GOOD), train({"n_factors": 3})
    compared = []
    judge = gate.judge

    def overtaken(*, version: ModelVersion, active: ModelVersion, **more: Any) -> gate.Verdict:
        verdict = judge(version=version, active=active, **more)
        if not compared:
            lifecycle.activate(version=rival)
        compared.append(active.pk)
        return verdict

    monkeypatch.setattr(gate, "judge", overtaken)
    decided = decide(candidate)
    assert compared[-1] == rival.pk
    assert decided.metrics["gate"]["active_version"] == rival.pk


def test_what_was_decided_is_left_alone() -> None:
    rejected = lifecycle.reject(version=make_model_version())
    assert decide(rejected).state == State.REJECTED
    assert "gate" not in decide(rejected).metrics
