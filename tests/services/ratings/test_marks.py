"""The watchlist and hidden movies, and what lists leave out because of them."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from recommender.models import Mark, Movie, Rater
from recommender.services.lists import changes as list_changes
from recommender.services.lists import explanations, groups, marked
from recommender.services.lists.dials import Dials
from recommender.services.lists.recommendations import Recommendations, recommend_for
from recommender.services.ratings import marks, ratings
from recommender.services.versions import serving
from tests.support.sample_site import ALICE, store_movies, store_ratings

pytestmark = pytest.mark.django_db
WATCHLIST, HIDDEN = Mark.Kind.WATCHLIST, Mark.Kind.HIDDEN


def movie(movie_id: int) -> Movie:
    return Movie.objects.get(pk=movie_id)


def mark(rater: Rater, kind: Mark.Kind, *movie_ids: int) -> None:
    for movie_id in movie_ids:
        marks.put(rater=rater, movie=movie(movie_id), kind=kind)


def ids(listed: Recommendations | marked.MarkedMovies) -> list[int]:
    return [each.movie.pk for each in listed.results]


def test_a_hidden_movie_leaves_the_list_and_comes_back(alice_rated: Rater) -> None:
    usual = recommend_for(rater=alice_rated, limit=10)
    mark(alice_rated, HIDDEN, ids(usual)[0], ids(usual)[3])
    without = recommend_for(rater=alice_rated, limit=8)
    assert ids(without) == [each for place, each in enumerate(ids(usual)) if place not in (0, 3)]
    assert without.count == usual.count - 2
    for place in (0, 3):
        assert marks.remove(rater=alice_rated, movie=movie(ids(usual)[place]), kind=HIDDEN)
    assert ids(recommend_for(rater=alice_rated, limit=10)) == ids(usual)


def test_the_watchlist_stays_in_the_list_unless_excluded(alice_rated: Rater) -> None:
    usual = ids(recommend_for(rater=alice_rated, limit=10))
    mark(alice_rated, WATCHLIST, usual[0])
    assert ids(recommend_for(rater=alice_rated, limit=10)) == usual
    dials = Dials(exclude=frozenset({"seen", "hidden", "watchlist"}))
    assert ids(recommend_for(rater=alice_rated, limit=9, dials=dials)) == usual[1:]


def test_a_list_of_everything_excludes_nothing(alice_rated: Rater) -> None:
    mark(alice_rated, HIDDEN, 71)
    everything = recommend_for(rater=alice_rated, limit=100, dials=Dials(exclude=frozenset()))
    assert everything.count == Movie.objects.count()
    assert {71, *ALICE} & set(ids(everything)) == {71, *ALICE}
    unseen = recommend_for(rater=alice_rated, limit=100, dials=Dials(exclude=frozenset({"seen"})))
    assert set(ids(unseen)) & {71, *ALICE} == {71}


def test_filters_count_hidden_movies_once(alice_rated: Rater) -> None:
    dramas = recommend_for(rater=alice_rated, limit=100, dials=Dials(genre="Drama"))
    mark(alice_rated, HIDDEN, ids(dramas)[1])
    fewer = recommend_for(rater=alice_rated, limit=100, dials=Dials(genre="Drama"))
    assert (fewer.count, len(fewer.results)) == (dramas.count - 1, len(dramas.results) - 1)


def test_a_group_is_not_offered_what_one_of_it_has_hidden(alice_rated: Rater, bob: User) -> None:
    bob_rater = ratings.rater_of(bob)
    store_ratings(bob_rater, {71: 9, 91: 8})

    def together(**more: Any) -> list[int]:
        return ids(
            groups.recommend_for_group(rater=alice_rated, others=[bob_rater], strategy="average", limit=10, **more)
        )

    usual = together()
    mark(bob_rater, HIDDEN, usual[0])
    mark(bob_rater, WATCHLIST, usual[1])
    mark(alice_rated, WATCHLIST, usual[2])
    assert together()[:9] == usual[1:]
    assert together(exclude_watchlist=True)[:8] == [usual[1], *usual[3:]]


def test_what_changed_never_names_a_hidden_movie(alice_rated: Rater) -> None:
    disliked = ids(recommend_for(rater=alice_rated, limit=1))[0]

    def after_rating() -> list_changes.Changes:
        before = list_changes.before(rater=alice_rated, length=10)
        changes = list_changes.since(before, movie_id=disliked, half_stars=1)
        assert changes is not None
        return changes

    entered = after_rating().entered[0][0]
    mark(alice_rated, HIDDEN, entered)
    changes = after_rating()
    assert entered not in {movie_id for movie_id, _ in changes.entered + changes.left}


def test_places_are_those_of_the_list_without_hidden_movies(alice_rated: Rater) -> None:
    first, second = ids(recommend_for(rater=alice_rated, limit=2))
    mark(alice_rated, HIDDEN, first)
    assert explanations.explain(rater=alice_rated, movie_id=second).rank == 1
    assert explanations.explain(rater=alice_rated, movie_id=first).rank is None


def test_a_movie_has_one_mark_at_most(alice_rated: Rater) -> None:
    mark(alice_rated, WATCHLIST, 71)
    mark(alice_rated, HIDDEN, 71)
    assert Mark.objects.kinds_by_movie(alice_rated) == {71: "hidden"}
    assert not marks.remove(rater=alice_rated, movie=movie(71), kind=WATCHLIST)
    mark(alice_rated, WATCHLIST, 71)
    assert Mark.objects.kinds_by_movie(alice_rated) == {71: "watchlist"}


def test_the_same_mark_again_keeps_its_place(alice_rated: Rater) -> None:
    mark(alice_rated, WATCHLIST, 71, 91)
    mark(alice_rated, WATCHLIST, 71)
    assert ids(marked.listed(rater=alice_rated, kind=WATCHLIST, limit=10)) == [91, 71]


@pytest.mark.parametrize("kind", [WATCHLIST, HIDDEN])
def test_a_rating_takes_the_place_of_a_mark(alice_rated: Rater, bob: User, kind: Mark.Kind) -> None:
    bob_rater = ratings.rater_of(bob)
    mark(alice_rated, kind, 71, 91)
    mark(bob_rater, kind, 71)
    ratings.rate(rater=alice_rated, movie=movie(71), half_stars=8)
    assert Mark.objects.kinds_by_movie(alice_rated) == {91: kind}
    assert Mark.objects.kinds_by_movie(bob_rater) == {71: kind}


def test_a_rated_movie_can_be_put_on_the_watchlist_again(alice_rated: Rater) -> None:
    mark(alice_rated, WATCHLIST, 1)
    page = marked.listed(rater=alice_rated, kind=WATCHLIST, limit=10)
    assert ids(page) == [1]
    assert page.mine.half_stars[1] == ALICE[1]


def test_the_watchlist_has_four_orders_and_pages(alice_rated: Rater) -> None:
    mark(alice_rated, WATCHLIST, 71, 301, 91, 111)

    def listed(order: marked.Order, **page: int) -> marked.MarkedMovies:
        shown = {"limit": 10} | page
        return marked.listed(rater=alice_rated, kind=WATCHLIST, order=order, **shown)  # type: ignore[arg-type]

    assert ids(listed("added")) == [111, 91, 301, 71]
    assert ids(listed("title")) == [111, 301, 71, 91]
    assert ids(listed("year")) == sorted([71, 301, 91, 111], reverse=True)
    stars = [each.prediction.stars for each in listed("predicted").results if each.prediction]
    assert len(stars) == 4
    assert stars == sorted(stars, reverse=True)
    for order in ("added", "title", "year", "predicted"):
        pages = [ids(listed(order, limit=2, offset=offset)) for offset in (0, 2)]  # type: ignore[arg-type]
        assert [each for page in pages for each in page] == ids(listed(order))  # type: ignore[arg-type]
        assert listed(order, limit=1).count == 4  # type: ignore[arg-type]


def test_the_watchlist_works_without_a_model(db: None, alice_rater: Rater) -> None:
    store_movies()
    mark(alice_rater, WATCHLIST, 71)
    for order in ("added", "predicted"):
        page = marked.listed(rater=alice_rater, kind=WATCHLIST, order=order, limit=10)
        assert [each.prediction for each in page.results] == [None]


def test_a_page_takes_a_fixed_number_of_queries(
    alice_rated: Rater, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "CHECK_INTERVAL", 3600.0)
    mark(alice_rated, WATCHLIST, 71, 91, 111, 131)
    marked.listed(rater=alice_rated, kind=WATCHLIST, limit=1)
    for limit in (1, 50):
        with django_assert_num_queries(4):  # ratings, count, marks, movies
            marked.listed(rater=alice_rated, kind=WATCHLIST, limit=limit)
        with django_assert_num_queries(3):
            marked.listed(rater=alice_rated, kind=WATCHLIST, order="predicted", limit=limit)
