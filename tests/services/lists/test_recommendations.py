"""Lists: intervals and reasons, filters and dials, the first list, groups, and what a rating changed."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.core import signing

from recommender.models import Movie, Rater, Rating
from recommender.services.lists import changes as list_changes
from recommender.services.lists import groups, served_model
from recommender.services.lists.dials import Dials
from recommender.services.lists.recommendations import Recommendations, make_list, recommend_for
from recommender.services.lists.steps import content_with, ranking_of, said_by
from recommender.services.ratings import ratings
from recommender.services.versions import serving
from tests.support.sample_site import ALICE, RATINGS, put_in_service, store_movies, store_ratings

pytestmark = pytest.mark.django_db
EVERYTHING = RATINGS.n_movies


@pytest.fixture
def site(db: None, tmp_path: Path) -> None:
    store_movies()
    for name in ("hybrid", "als", "ease", "mean", "median"):
        put_in_service(name, tmp_path)


@pytest.fixture
def bob_rated(site: None, bob: User) -> Rater:
    """Bob likes what alice does not."""
    rater = ratings.rater_of(bob)
    store_ratings(rater, {71: 9, 91: 8, 111: 10, 201: 2, 81: 3})
    return rater


def ids(listed: Recommendations) -> list[int]:
    return [each.movie.pk for each in listed.results]


@pytest.mark.parametrize("algorithm", ["hybrid", "ease", "als", "mean"])
def test_every_movie_of_a_list_has_an_interval_around_its_stars(alice_rated: Rater, algorithm: str) -> None:
    results = recommend_for(rater=alice_rated, limit=20, algorithm=algorithm).results
    assert len(results) == 20
    for each in results:
        assert each.interval is not None
        low, high = each.interval
        assert 0.5 <= low <= each.predicted_stars <= high <= 5


def test_the_median_has_neither_interval_nor_reasons(alice_rated: Rater) -> None:
    for each in recommend_for(rater=alice_rated, limit=5, algorithm="median").results:
        assert each.interval is None
        assert (each.reasons, each.sentence) == ([], "")


@pytest.mark.parametrize("algorithm", ["hybrid", "ease", "als"])
def test_reasons_are_my_strongest_ratings(alice_rated: Rater, algorithm: str) -> None:
    results = recommend_for(rater=alice_rated, limit=20, algorithm=algorithm).results
    assert any(each.reasons for each in results)
    for each in results:
        added = [reason.contribution for reason in each.reasons]
        assert len(added) <= 3
        assert added == sorted(added, reverse=True)
        assert all(value > 0 for value in added)
        for reason in each.reasons:
            assert reason.title == f"Movie {reason.movie_id}"
            assert reason.my_stars == ALICE[reason.movie_id] / 2


def test_a_list_takes_a_fixed_number_of_queries(
    alice_rated: Rater, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "CHECK_INTERVAL", 3600.0)
    recommend_for(rater=alice_rated, limit=1)
    for limit in (1, 50):
        with django_assert_num_queries(6):  # my choice, ratings, marks, titles of reasons, people, movies
            recommend_for(rater=alice_rated, limit=limit)


@pytest.mark.parametrize("dials", [Dials(), Dials(diversity=0.5), Dials(genre="Drama", popularity=-1)])
def test_the_order_alone_is_that_of_the_list(alice_rated: Rater, dials: Dials) -> None:
    served, mine = served_model.for_rater(alice_rated), said_by(alice_rated)
    order = ranking_of(served, mine, dials, n=12)
    assert served.model.movie_ids[order].tolist() == ids(make_list(served, mine, dials, limit=12))


def test_a_genre_and_a_decade_leave_the_others_out(alice_rated: Rater) -> None:
    dramas = recommend_for(rater=alice_rated, limit=100, dials=Dials(genre="drama"))
    unrated = Movie.objects.exclude(pk__in=ALICE)
    assert set(ids(dramas)) == set(unrated.filter(genres__name="Drama").values_list("pk", flat=True))
    assert dramas.count == len(dramas.results)
    both = recommend_for(rater=alice_rated, limit=100, dials=Dials(genre="Drama", decade=1950))
    expected = unrated.filter(genres__name="Drama", year__gte=1950, year__lt=1960)
    assert set(ids(both)) == set(expected.values_list("pk", flat=True)) != set()
    assert ids(both) == [movie_id for movie_id in ids(dramas) if movie_id in ids(both)]
    assert recommend_for(rater=alice_rated, limit=10, dials=Dials(genre="Polka")).count == 0


def test_the_popularity_dial_moves_the_list(alice_rated: Rater) -> None:
    def popularity(dial: float) -> float:
        listed = recommend_for(rater=alice_rated, limit=10, algorithm="ease", dials=Dials(popularity=dial))
        return float(np.mean([each.movie.rating_count for each in listed.results]))

    assert popularity(-2) < popularity(-1) < popularity(0) <= popularity(1) <= popularity(2)


@pytest.mark.parametrize("algorithm", ["hybrid", "mean"])
def test_diversity_brings_other_genres_up_and_loses_no_movie(alice_rated: Rater, algorithm: str) -> None:
    usual = recommend_for(rater=alice_rated, limit=100, algorithm=algorithm)
    varied = recommend_for(rater=alice_rated, limit=100, algorithm=algorithm, dials=Dials(diversity=0.9))
    assert ids(varied) != ids(usual)
    assert ids(varied)[0] == ids(usual)[0]
    assert sorted(ids(varied)) == sorted(ids(usual))


@pytest.mark.parametrize("dials", [Dials(diversity=0.5), Dials(popularity=-1), Dials(genre="Comedy", diversity=0.2)])
def test_slices_of_a_turned_list_fit_together(alice_rated: Rater, dials: Dials) -> None:
    whole = ids(recommend_for(rater=alice_rated, limit=12, dials=dials))
    slices = [ids(recommend_for(rater=alice_rated, limit=4, offset=offset, dials=dials)) for offset in (0, 4, 8)]
    assert [movie_id for part in slices for movie_id in part] == whole


def test_the_first_list_is_popular_and_varied(site: None, alice_rater: Rater) -> None:
    first = recommend_for(rater=alice_rater, limit=10)
    assert first.algorithm == "hybrid"
    assert all(each.reasons == [] and each.sentence == "" for each in first.results)
    assert np.mean([each.movie.rating_count for each in first.results]) > RATINGS.movie_counts().mean()
    plain = recommend_for(rater=alice_rater, limit=10, dials=Dials(diversity=0))
    assert ids(first) != ids(plain)
    with pytest.raises(served_model.TooFewRatings):
        recommend_for(rater=alice_rater, limit=10, algorithm="ease")


def test_a_group_sees_what_none_of_them_has_rated(alice_rated: Rater, bob_rated: Rater) -> None:
    together = groups.recommend_for_group(rater=alice_rated, others=[bob_rated], strategy="average", limit=100)
    rated = set(Rating.objects.values_list("movie_id", flat=True))
    assert set(ids(together)) == set(RATINGS.movie_ids.tolist()) - rated
    assert together.count == EVERYTHING - len(rated)
    assert all(each.interval is None for each in together.results)
    reasons = {reason.movie_id for each in together.results for reason in each.reasons}
    assert reasons
    assert reasons <= set(ALICE)


def test_least_misery_shows_the_stars_of_whom_it_suits_least(alice_rated: Rater, bob_rated: Rater) -> None:
    both, worst, alice_alone = (
        {each.movie.pk: each.predicted_stars for each in listed.results}
        for listed in (
            *(
                groups.recommend_for_group(rater=alice_rated, others=[bob_rated], strategy=strategy, limit=100)
                for strategy in ("average", "least_misery")
            ),
            recommend_for(rater=alice_rated, limit=100),
        )
    )
    assert all(worst[movie_id] <= both[movie_id] for movie_id in both)
    assert all(worst[movie_id] <= alice_alone[movie_id] + 1e-6 for movie_id in both)
    assert worst != both


def test_a_group_with_oneself_is_oneself(alice_rated: Rater) -> None:
    alone = groups.recommend_for_group(rater=alice_rated, others=[alice_rated], strategy="average", limit=20)
    assert ids(alone) == ids(recommend_for(rater=alice_rated, limit=20))


def test_an_invitation_names_its_author_until_it_ends(bob_rated: Rater, monkeypatch: pytest.MonkeyPatch) -> None:
    token = groups.invite(rater=bob_rated).token
    assert groups.accept(token=token) == bob_rated
    for forged in (token[:-1] + ("a" if token[-1] != "a" else "b"), "", signing.dumps({"rater": bob_rated.pk})):
        with pytest.raises(groups.InvalidInvitation, match="not from this site"):
            groups.accept(token=forged)
    monkeypatch.setattr(groups, "VALID_FOR", -groups.VALID_FOR)
    with pytest.raises(groups.InvalidInvitation, match="more than a day old"):
        groups.accept(token=token)


def test_an_invitation_ends_with_the_account(bob_rated: Rater, bob: User) -> None:
    token = groups.invite(rater=bob_rated).token
    bob.is_active = False
    bob.save()
    with pytest.raises(groups.InvalidInvitation, match="no longer exists"):
        groups.accept(token=token)


def changes_of(rater: Rater, movie_id: int, half_stars: int, **more: Any) -> list_changes.Changes | None:
    before = list_changes.before(rater=rater, length=10, **more)
    ratings.rate(rater=rater, movie=Movie.objects.get(pk=movie_id), half_stars=half_stars)
    return list_changes.since(before, movie_id=movie_id, half_stars=half_stars)


def test_what_changed_is_the_difference_of_the_lists(alice_rated: Rater) -> None:
    old = ids(recommend_for(rater=alice_rated, limit=10))
    changes = changes_of(alice_rated, old[0], 1)
    new = ids(recommend_for(rater=alice_rated, limit=10))
    assert changes is not None
    assert [movie_id for movie_id, _ in changes.entered] == [each for each in new if each not in old] != []
    assert [movie_id for movie_id, _ in changes.left] == [each for each in old[1:] if each not in new]
    assert all(title == f"Movie {movie_id}" for movie_id, title in changes.entered + changes.left)
    assert changes.sentence.startswith(f"New in your list: Movie {changes.entered[0][0]}")


def test_taking_a_rating_back_changes_the_list_back(alice_rated: Rater) -> None:
    old = ids(recommend_for(rater=alice_rated, limit=10))
    there = changes_of(alice_rated, old[0], 1)
    before = list_changes.before(rater=alice_rated, length=10)
    ratings.remove(rater=alice_rated, movie=Movie.objects.get(pk=old[0]))
    back = list_changes.since(before, movie_id=old[0], half_stars=None)
    assert there is not None
    assert back is not None
    assert (sorted(back.entered), sorted(back.left)) == (sorted(there.left), sorted(there.entered))


def test_the_same_rating_again_changes_nothing(alice_rated: Rater) -> None:
    changes = changes_of(alice_rated, 1, ALICE[1])
    assert changes == list_changes.Changes([], [], "Your list has not changed")


def test_nothing_is_said_to_change_where_there_is_no_list(site: None, alice_rater: Rater) -> None:
    before = list_changes.before(rater=alice_rater, length=10, algorithm="ease")
    assert list_changes.since(before, movie_id=1, half_stars=None) is None
    first = changes_of(alice_rater, 1, 9, algorithm="ease")
    assert first is not None
    assert (len(first.entered), first.left) == (10, [])


def test_nothing_is_said_to_change_without_a_model(db: None, alice_rater: Rater) -> None:
    assert list_changes.before(rater=alice_rater, length=10) is None
    with pytest.raises(served_model.UnknownAlgorithm):
        list_changes.before(rater=alice_rater, length=10, algorithm="als")


def group_of(alice: Rater, bob: Rater, **more: Any) -> list[tuple[int, float]]:
    listed = groups.recommend_for_group(rater=alice, others=[bob], strategy="least_misery", limit=100, **more)
    return [(each.movie.pk, each.predicted_stars) for each in listed.results]


@pytest.mark.parametrize("algorithm", ["hybrid", "mean"])
def test_nothing_somebody_would_dislike_stands_before_what_suits_both(
    alice_rated: Rater, bob_rated: Rater, algorithm: str
) -> None:
    shown = group_of(alice_rated, bob_rated, algorithm=algorithm)
    served = served_model.served(algorithm)
    disliked = np.zeros(len(shown), dtype=np.bool_)
    indices = np.searchsorted(served.model.movie_ids, [movie_id for movie_id, _ in shown])
    for member in (alice_rated, bob_rated):
        profile = served.fold_in(said_by(member).half_stars)
        disliked |= served.model.predict(profile, indices) < content_with(profile)
    assert disliked.any()
    assert not disliked.all()
    assert (np.diff(disliked.astype(int)) >= 0).all()
    for kind in (disliked, ~disliked):
        stars = np.array([stars for _, stars in shown])[kind]
        assert (np.diff(stars) <= 1e-6).all()


def test_a_group_starts_a_series_with_its_first_movie(
    alice_rated: Rater, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob_rated_nothing = ratings.rater_of(bob)
    alone = [movie_id for movie_id, _ in group_of(alice_rated, bob_rated_nothing)]
    sequel, first = alone[0], alone[2]
    index = SimpleNamespace(series=((first, sequel),), duplicates={}, coming={})
    monkeypatch.setattr(serving, "title_index", lambda: index)
    listed = groups.recommend_for_group(rater=alice_rated, others=[bob_rated_nothing], strategy="least_misery", limit=4)
    assert ids(listed) == [first, alone[1], sequel, alone[3]]
    assert listed.results[0].sentence == f"Start with {listed.results[0].movie.title}"
