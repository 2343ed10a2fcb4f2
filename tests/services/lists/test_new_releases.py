"""The dial "New releases" and the row of the newest movies."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone

from recommender.engine.algorithms.hybrid.model import HybridModel
from recommender.engine.model.opinions import TOLERANCE, middle_of
from recommender.models import Mark, Movie, Rater
from recommender.services.lists import movie_arrays, served_model
from recommender.services.lists.dials import Dials
from recommender.services.lists.new_releases import row_of
from recommender.services.lists.recommendations import Recommendations, recommend_for
from recommender.services.lists.steps import content_with, said_by
from recommender.services.ratings import marks
from recommender.services.ratings.ratings import rater_of
from recommender.services.versions import serving
from tests.support.sample_site import ALICE, put_in_service, store_movies, store_ratings

pytestmark = pytest.mark.django_db
ONLY_NEW = Dials(newness=1.0, new_years=30)
UNPROVEN = slice(None, None, 3)


@pytest.fixture
def alice_new(alice: Any, tmp_path: Path) -> Rater:
    """Alice has rated, and nobody has rated every third of the other movies."""
    store_movies()
    unrated = Movie.objects.exclude(pk__in=ALICE).order_by("pk").values_list("pk", flat=True)
    Movie.objects.filter(pk__in=list(unrated)[UNPROVEN]).update(rating_count=0, rating_mean=None, rating_median=None)
    put_in_service("hybrid", tmp_path)
    rater = rater_of(alice)
    store_ratings(rater, ALICE)
    return rater


def ids(listed: Recommendations) -> list[int]:
    return [each.movie.pk for each in listed.results]


def newest_year() -> int:
    return max(Movie.objects.values_list("year", flat=True))


def test_at_its_end_only_new_movies_that_may_please_are_listed(alice_new: Rater) -> None:
    listed = recommend_for(rater=alice_new, limit=100, dials=ONLY_NEW)
    served, mine = served_model.served(), said_by(alice_new)
    profile = served.fold_in(mine.half_stars)
    lowest = middle_of(profile.half_stars) - TOLERANCE
    assert lowest == content_with(profile)
    years = movie_arrays.of(served.model).years
    may = (years > newest_year() - 30) & (served.model.predict(profile) >= lowest)
    expected = set(served.model.movie_ids[may].tolist()) - set(ALICE)
    assert set(ids(listed)) == expected != set()
    assert listed.count == len(expected) < np.count_nonzero(years > newest_year() - 30)
    below = recommend_for(rater=alice_new, limit=100, dials=Dials(newness=1.0, new_years=30, below_average=True))
    assert set(ids(below)) == expected


def test_the_dial_means_the_last_two_years_of_the_catalogue(alice_new: Rater, monkeypatch: pytest.MonkeyPatch) -> None:
    newest = newest_year()
    listed = recommend_for(rater=alice_new, limit=100, dials=Dials(newness=1.0))
    assert {each.movie.year for each in listed.results} <= {newest, newest - 1}
    catalogue = movie_arrays.of(served_model.served().model)
    assert set(catalogue.years[catalogue.released(n_years=2)].tolist()) == {newest, newest - 1}
    monkeypatch.setattr(timezone, "now", lambda: datetime(newest - 10, 6, 1, tzinfo=UTC))
    assert set(catalogue.years[catalogue.released(n_years=2)].tolist()) == {newest - 10, newest - 11}


def test_an_unproven_movie_never_pushes_out_a_proven_one_that_is_as_good(alice_new: Rater) -> None:
    results = recommend_for(rater=alice_new, limit=100, dials=ONLY_NEW).results
    unproven = [each.movie.rating_count == 0 for each in results]
    assert True in unproven
    assert False in unproven
    for place, each in enumerate(results):
        if each.movie.rating_count == 0:
            below = [other for other in results[place:] if other.movie.rating_count]
            assert all(other.predicted_stars < each.predicted_stars for other in below)


def test_not_knowing_a_movie_does_not_bring_it_up(alice_new: Rater, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = ids(recommend_for(rater=alice_new, limit=100, dials=ONLY_NEW))
    variance = HybridModel.variance
    unproven = movie_arrays.of(served_model.served().model).rating_counts == 0

    def wider(model: HybridModel, profile: Any, movie_indices: np.ndarray) -> np.ndarray:
        return variance(model, profile, movie_indices) * np.where(unproven[movie_indices], 25.0, 1.0)

    monkeypatch.setattr(HybridModel, "variance", wider)
    assert ids(recommend_for(rater=alice_new, limit=100, dials=ONLY_NEW)) == usual
    assert ids(recommend_for(rater=alice_new, limit=100, dials=Dials(newness=1.0, new_years=30, seed=3))) == usual


def test_half_way_newer_movies_come_up_and_none_is_lost(alice_new: Rater) -> None:
    usual, newer = (recommend_for(rater=alice_new, limit=100, dials=Dials(newness=newness)) for newness in (0, 0.5))
    assert sorted(ids(usual)) == sorted(ids(newer))
    years = [np.mean([each.movie.year for each in listed.results[:10]]) for listed in (usual, newer)]
    assert years[0] < years[1]


def test_slices_fit_together(alice_new: Rater) -> None:
    whole = ids(recommend_for(rater=alice_new, limit=9, dials=ONLY_NEW))
    parts = [ids(recommend_for(rater=alice_new, limit=3, offset=offset, dials=ONLY_NEW)) for offset in (0, 3, 6)]
    assert [movie_id for part in parts for movie_id in part] == whole


def test_the_row_is_of_the_newest_year_and_says_which(alice_new: Rater, monkeypatch: pytest.MonkeyPatch) -> None:
    year = newest_year()
    Movie.objects.filter(year__gte=year - 6).update(year=year)
    row = row_of(rater=alice_new, limit=20)
    assert (row.year, row.heading) == (year, f"The newest here, of {year}")
    assert {each.movie.year for each in row.listed.results} == {year}
    monkeypatch.setattr(timezone, "now", lambda: datetime(year, 6, 1, tzinfo=UTC))
    assert row_of(rater=alice_new, limit=20).heading == "New this year"
    for each in row.listed.results:
        marks.put(rater=alice_new, movie=each.movie, kind=Mark.Kind.SEEN)
    assert row_of(rater=alice_new, limit=20).listed.results == []


def test_the_row_takes_a_fixed_number_of_queries(
    alice_new: Rater, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serving, "CHECK_INTERVAL", 3600.0)
    Movie.objects.filter(year__gte=newest_year() - 20).update(year=newest_year())
    row_of(rater=alice_new, limit=1)
    for limit in (1, 20):
        with django_assert_num_queries(6):  # my choice, ratings, marks, titles of reasons, people, movies
            assert len(row_of(rater=alice_new, limit=limit).listed.results) >= 1


@pytest.mark.usefixtures("collected_static")
def test_the_api_takes_the_dial_and_has_the_row(alice_client: Client, alice_new: Rater, client: Client) -> None:
    Movie.objects.filter(year__gte=newest_year() - 6).update(year=newest_year())
    row = alice_client.get("/api/v1/recommendations/new?limit=3").json()
    assert (row["heading"], row["year"]) == (f"The newest here, of {newest_year()}", newest_year())
    listed = alice_client.get("/api/v1/recommendations?newness=1&limit=3").json()
    assert [movie["movie_id"] for movie in listed["results"][:1]] == [row["results"][0]["movie_id"]]
    for wrong in (-0.5, 1.5, "nan"):
        answer = alice_client.get(f"/api/v1/recommendations?newness={wrong}")
        assert (answer.status_code, answer.json()["detail"][:9]) == (422, "newness: ")
    assert client.get("/api/v1/recommendations/new").status_code == 401
    assert b'data-row="new"' in alice_client.get("/").content
    assert b'data-row="new"' not in client.get("/").content
