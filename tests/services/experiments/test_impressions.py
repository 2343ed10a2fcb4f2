"""What lists showed is recorded with consent alone, credited to its list, and forgotten in time."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone

from recommender.models import Impression, Mark, Movie, Outcome, Rater
from recommender.services.experiments import impressions
from recommender.services.experiments.outcomes import CREDIT_WINDOW
from recommender.services.lists.dials import Dials
from recommender.services.lists.recommendations import recommend_for
from recommender.services.ratings import marks, ratings
from recommender.services.versions import serving
from tests.support.impressions import record_list
from tests.support.sample_site import ALICE

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice_shares(alice_rated: Rater) -> Rater:
    """Alice has agreed."""
    impressions.set_consent(rater=alice_rated, share=True)
    return alice_rated


def show(rater: Rater, *, limit: int = 5, offset: int = 0) -> list[int]:
    """Show a list and record it; return its movies."""
    listed = recommend_for(rater=rater, limit=limit, offset=offset)
    record_list(rater, listed, first_place=offset + 1)
    return [each.movie.pk for each in listed.results]


def rate(rater: Rater, movie_id: int, half_stars: int) -> None:
    ratings.rate(rater=rater, movie=Movie.objects.get(pk=movie_id), half_stars=half_stars)


def noted() -> list[tuple[int, str, int | None]]:
    return list(Outcome.objects.order_by("movie_id", "kind").values_list("movie_id", "kind", "half_stars"))


def test_nothing_is_recorded_without_consent(alice_rated: Rater, django_assert_num_queries: Any) -> None:
    listed = recommend_for(rater=alice_rated, limit=5)
    with django_assert_num_queries(0):
        record_list(alice_rated, listed, first_place=1)
    rate(alice_rated, listed.results[0].movie.pk, 10)
    assert (Impression.objects.count(), Outcome.objects.count()) == (0, 0)


def test_a_list_is_recorded_in_one_row(alice_shares: Rater, django_assert_num_queries: Any) -> None:
    listed = recommend_for(rater=alice_shares, limit=5, offset=10)
    with django_assert_num_queries(1):
        record_list(alice_shares, listed, first_place=11)
    shown = Impression.objects.get()
    assert shown.movie_ids == [each.movie.pk for each in listed.results]
    assert (shown.first_place, shown.algorithm, shown.experiment, shown.teams) == (11, "hybrid", None, [])


def test_a_list_without_consent_takes_no_query_more(
    alice_rated: Rater, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "CHECK_INTERVAL", 3600.0)
    show(alice_rated)
    with django_assert_num_queries(6):  # the chosen algorithm, ratings, marks, titles of reasons, people, movies
        show(alice_rated)


def test_what_follows_a_list_is_noted(alice_shares: Rater) -> None:
    first, second, third, *_ = show(alice_shares)
    rate(alice_shares, first, 9)
    marks.put(rater=alice_shares, movie=Movie.objects.get(pk=second), kind=Mark.Kind.WATCHLIST)
    marks.put(rater=alice_shares, movie=Movie.objects.get(pk=third), kind=Mark.Kind.HIDDEN)
    assert sorted(noted()) == sorted([(first, "rating", 9), (second, "watchlist", None)])


def test_what_no_list_showed_is_not_noted(alice_shares: Rater, bob: User) -> None:
    shown = show(alice_shares)
    rate(alice_shares, next(pk for pk in Movie.objects.values_list("pk", flat=True) if pk not in {*shown, *ALICE}), 9)
    bob_rater = ratings.rater_of(bob)
    impressions.set_consent(rater=bob_rater, share=True)
    rate(bob_rater, shown[0], 9)
    assert noted() == []


def test_a_second_rating_replaces_the_first_and_undo_takes_it_back(alice_shares: Rater) -> None:
    first, second, *_ = show(alice_shares)
    rate(alice_shares, first, 9)
    rate(alice_shares, first, 3)
    assert noted() == [(first, "rating", 3)]
    ratings.remove(rater=alice_shares, movie=Movie.objects.get(pk=first))
    movie = Movie.objects.get(pk=second)
    marks.put(rater=alice_shares, movie=movie, kind=Mark.Kind.WATCHLIST)
    marks.remove(rater=alice_shares, movie=movie, kind=Mark.Kind.WATCHLIST)
    assert noted() == []


def test_a_rating_follows_the_last_list_that_showed_the_movie(alice_shares: Rater) -> None:
    first = show(alice_shares)[0]
    show(alice_shares)
    rate(alice_shares, first, 9)
    assert Outcome.objects.get().impression == Impression.objects.latest("shown_at")


def test_a_rating_after_the_window_follows_nothing(alice_shares: Rater) -> None:
    first = show(alice_shares)[0]
    Impression.objects.update(shown_at=timezone.now() - CREDIT_WINDOW - timedelta(seconds=1))
    rate(alice_shares, first, 9)
    assert noted() == []


def test_what_is_taken_back_after_another_list_loses_its_credit(alice_shares: Rater) -> None:
    movie = Movie.objects.get(pk=show(alice_shares)[0])
    marks.put(rater=alice_shares, movie=movie, kind=Mark.Kind.WATCHLIST)
    assert movie.pk in show(alice_shares)
    marks.remove(rater=alice_shares, movie=movie, kind=Mark.Kind.WATCHLIST)
    assert noted() == []


def test_hiding_a_movie_of_the_watchlist_takes_its_credit_back(alice_shares: Rater) -> None:
    movie = Movie.objects.get(pk=show(alice_shares)[0])
    marks.put(rater=alice_shares, movie=movie, kind=Mark.Kind.WATCHLIST)
    marks.put(rater=alice_shares, movie=movie, kind=Mark.Kind.HIDDEN)
    assert noted() == []


def test_a_movie_is_credited_to_one_list_however_often_it_is_shown(alice_shares: Rater) -> None:
    movie_id = show(alice_shares)[0]
    rate(alice_shares, movie_id, 10)
    again = recommend_for(rater=alice_shares, limit=50, dials=Dials(exclude=frozenset()))
    record_list(alice_shares, again, first_place=1)
    assert movie_id in Impression.objects.latest("pk").movie_ids
    rate(alice_shares, movie_id, 9)
    assert noted() == [(movie_id, "rating", 9)]


def test_withdrawing_consent_deletes_all_of_mine_and_nothing_of_others(alice_shares: Rater, bob: User) -> None:
    bob_rater = ratings.rater_of(bob)
    impressions.set_consent(rater=bob_rater, share=True)
    show(bob_rater)
    rate(alice_shares, show(alice_shares)[0], 9)
    impressions.set_consent(rater=alice_shares, share=False)
    assert set(Impression.objects.values_list("rater", flat=True)) == {bob_rater.pk}
    assert noted() == []
    assert not Rater.objects.get(pk=alice_shares.pk).shares_impressions
    show(alice_shares)
    assert Impression.objects.filter(rater=alice_shares).count() == 0


def test_old_lists_and_those_without_consent_are_forgotten(alice_shares: Rater) -> None:
    for _ in range(3):
        show(alice_shares)
    limit = timedelta(days=settings.IMPRESSION_RETENTION_DAYS)
    old, recent, _ = Impression.objects.order_by("pk")
    Impression.objects.filter(pk=old.pk).update(shown_at=timezone.now() - limit - timedelta(hours=1))
    Impression.objects.filter(pk=recent.pk).update(shown_at=timezone.now() - limit + timedelta(hours=1))
    assert impressions.forget_old_impressions() == 1
    assert not Impression.objects.filter(pk=old.pk).exists()
    Rater.objects.update(shares_impressions=False)  # as if a list was shown while consent was withdrawn
    assert impressions.forget_old_impressions() == 2
