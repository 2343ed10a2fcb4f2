"""A series begins with its first unseen movie, and does not crowd a list."""

from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from recommender.models import Movie, Rater
from recommender.services.lists.dials import Dials
from recommender.services.lists.explanations import NamedMovie, explain
from recommender.services.lists.recommendations import recommend_for
from recommender.services.ratings import ratings
from recommender.services.versions import serving

ALL = Dials(series_in_order=False)


def movie_ids(rater: Rater, dials: Dials = ALL, **slice: int) -> list[int]:
    return [each.movie.pk for each in recommend_for(rater=rater, dials=dials, **({"limit": 20} | slice)).results]


@pytest.fixture
def put_in_series(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the title index in service know this series."""

    def put(*series: int) -> None:
        monkeypatch.setattr(serving, "title_index", lambda: SimpleNamespace(series=(series,), duplicates={}, coming={}))

    return put


def test_a_movie_is_left_out_until_the_day_of_its_release(alice_rated: Rater, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, *others = movie_ids(alice_rated, limit=20)
    days = {first: date.today().toordinal() + 1, second: date.today().toordinal()}
    monkeypatch.setattr(serving, "title_index", lambda: SimpleNamespace(series=(), duplicates={}, coming=days))
    assert movie_ids(alice_rated, limit=19) == [second, *others]


def test_the_first_unseen_movie_stands_where_its_sequel_would(alice_rated: Rater, put_in_series: Any) -> None:
    by_score = movie_ids(alice_rated)
    sequel, first = by_score[1], by_score[7]
    put_in_series(first, sequel)
    results = recommend_for(rater=alice_rated, limit=20).results
    assert [each.movie.pk for each in results] == [*by_score[:1], first, *by_score[2:7], sequel, *by_score[8:]]
    assert results[1].sentence == f"Start with {results[1].movie.title}"
    assert not results[7].sentence.startswith("Start with")


def test_a_series_begins_behind_what_i_have_seen(alice_rated: Rater, put_in_series: Any) -> None:
    by_score = movie_ids(alice_rated)
    sequel, first = by_score[1], by_score[7]
    put_in_series(first, sequel)
    ratings.rate(rater=alice_rated, movie=Movie.objects.get(pk=first), half_stars=8)
    assert first not in movie_ids(alice_rated, Dials())
    assert movie_ids(alice_rated, Dials()) == movie_ids(alice_rated)


def test_slices_of_a_list_with_series_fit_together(alice_rated: Rater, put_in_series: Any) -> None:
    put_in_series(*reversed(movie_ids(alice_rated, limit=50)[::5]))
    whole = movie_ids(alice_rated, Dials(), limit=50)
    assert len(set(whole)) == 50
    assert [
        pk for offset in range(0, 50, 10) for pk in movie_ids(alice_rated, Dials(), limit=10, offset=offset)
    ] == whole


def test_two_movies_of_a_series_in_twenty_are_enough(alice_rated: Rater, put_in_series: Any) -> None:
    series = movie_ids(alice_rated)[:5]
    put_in_series(*series)
    assert len(set(movie_ids(alice_rated, Dials())) & set(series)) == 2
    assert len(set(movie_ids(alice_rated, ALL)) & set(series)) == 5


def test_why_says_which_movie_it_stands_for_and_what_to_start_with(alice_rated: Rater, put_in_series: Any) -> None:
    by_score = movie_ids(alice_rated)
    sequel, first = by_score[1], by_score[7]
    put_in_series(first, sequel)
    tile = recommend_for(rater=alice_rated, limit=2).results[1]
    why = explain(rater=alice_rated, movie_id=first)
    assert (why.rank, why.sentence, why.match_percent) == (2, tile.sentence, tile.match_percent)
    assert why.stands_for == NamedMovie(sequel, f"Movie {sequel}")
    assert why.start_with is None
    of_sequel = explain(rater=alice_rated, movie_id=sequel)
    assert of_sequel.start_with == NamedMovie(first, f"Movie {first}")
    assert of_sequel.stands_for is None
    ratings.rate(rater=alice_rated, movie=Movie.objects.get(pk=first), half_stars=8)
    assert explain(rater=alice_rated, movie_id=sequel).start_with is None


def test_the_sequel_of_a_disliked_movie_comes_last(alice_rated: Rater, put_in_series: Any) -> None:
    by_score = movie_ids(alice_rated, limit=100)
    disliked, liked, sequel = 11, 1, by_score[0]
    assert sequel == movie_ids(alice_rated, Dials(), limit=1)[0]
    put_in_series(disliked, sequel)
    last = movie_ids(alice_rated, Dials(), limit=100)
    assert last.index(sequel) > 20
    assert explain(rater=alice_rated, movie_id=sequel).rank == last.index(sequel) + 1
    put_in_series(disliked, liked, sequel)
    assert movie_ids(alice_rated, Dials(), limit=1) == [sequel]


def test_others_have_no_sequels_of_what_was_shown(alice_rated: Rater, put_in_series: Any) -> None:
    by_score = movie_ids(alice_rated, limit=100)
    first, sequel = by_score[0], by_score[5]
    put_in_series(first, sequel)
    shown = frozenset(by_score[:2])
    others = movie_ids(alice_rated, Dials(shown_before=shown), limit=100)
    assert not others.count(sequel)
    assert set(others) == set(by_score) - shown - {sequel}
