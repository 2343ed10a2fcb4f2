"""A reason names only movies that the user likes and that speak for the movie; otherwise genres, or nothing."""

from pathlib import Path

import numpy as np
import pytest

from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.model import Model
from recommender.engine.model.opinions import is_disliked, is_liked
from recommender.models import Movie
from recommender.services.lists import served_model
from recommender.services.lists.reasons import Reasons, reasons_for
from tests.support.sample_site import RATINGS, index_of, put_in_service, store_movies

pytestmark = pytest.mark.django_db
ALL = np.arange(RATINGS.n_movies, dtype=np.int32)


@pytest.fixture
def site(db: None, tmp_path: Path) -> None:
    """The movies and three kinds of models that rank by ratings."""
    store_movies()
    for name in ("hybrid", "als", "ease"):
        put_in_service(name, tmp_path)


class Fixed:
    """A model whose ranking contributions are given."""

    ranks_by_ratings = True
    movie_ids = RATINGS.movie_ids

    def __init__(self, *added: float) -> None:
        self.added = added

    def ranking_contributions(self, profile: UserProfile, movie_indices: np.ndarray) -> np.ndarray:
        return np.tile(np.array(self.added), (movie_indices.size, 1))


def reasons(stars: dict[int, float], added: dict[int, float], movie_id: int) -> Reasons:
    """Return the reasons for a movie of a user whose ratings add these amounts to its score."""
    model: Model = Fixed(*(added[each] for each in stars))  # type: ignore[assignment]
    indices = np.array([index_of(each) for each in stars], dtype=np.int32)
    half_stars = np.array([round(2 * each) for each in stars.values()], dtype=np.int8)
    profile = UserProfile(0.0, np.zeros(0), indices, half_stars)
    return reasons_for(model, profile, np.array([index_of(movie_id)], dtype=np.int32))[0]


@pytest.mark.parametrize("algorithm", ["hybrid", "als", "ease"])
@pytest.mark.parametrize("seed", range(8))
def test_no_reason_ever_names_a_movie_the_user_does_not_like(site: None, algorithm: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    served = served_model.served(algorithm)
    n_named = 0
    for n_ratings in (5, 8, 13, 30):
        rated = rng.choice(RATINGS.movie_ids, n_ratings, replace=False).tolist()
        middle = rng.integers(2, 9)
        half_stars = np.clip(middle + rng.integers(-3, 4, n_ratings), 1, 10).tolist()
        mine = dict(zip(rated, half_stars, strict=True))
        profile = served.fold_in(mine)
        added = served.model.ranking_contributions(profile, ALL)
        columns = {pk: j for j, pk in enumerate(served.model.movie_ids[profile.movie_indices].tolist())}
        for row, found in enumerate(reasons_for(served.model, profile, ALL)):
            for reason in found.movies:
                assert reason.my_stars >= max(3.5, np.mean(half_stars) / 2)
                assert reason.my_stars == mine[reason.movie_id] / 2
                assert reason.contribution == added[row, columns[reason.movie_id]] > 0
            named = [reason.movie_id for reason in found.movies]
            assert len(named) == len(set(named)) <= 3
            n_named += len(named)
            assert not (found.genres and found.movies)
    assert n_named


def test_who_likes_nothing_gets_no_reason(site: None) -> None:
    for algorithm in ("hybrid", "als", "ease"):
        served = served_model.served(algorithm)
        profile = served.fold_in({1: 2, 11: 3, 21: 1, 31: 5, 41: 6})
        assert all(found == Reasons() for found in reasons_for(served.model, profile, ALL))


def test_a_disliked_movie_is_not_a_reason_however_much_it_adds(site: None) -> None:
    stars = {1: 1.0, 21: 4.5, 41: 4.0, 61: 3.0}
    found = reasons(stars, {1: 9.0, 21: 0.2, 41: 0.3, 61: 5.0}, 81)
    assert [reason.movie_id for reason in found.movies] == [41, 21]
    assert found.sentence == "Because you rated Movie 41 and Movie 21"


def test_genres_speak_where_no_liked_movie_does(site: None) -> None:
    genre = Movie.objects.get(pk=81).genres.get().name
    alike = list(
        Movie.objects.filter(genres__name=genre).exclude(pk=81).order_by("pk").values_list("pk", flat=True)[:3]
    )
    stars = dict(zip(alike, (4.5, 4.5, 4.0), strict=True))  # the mean is above 4
    added = dict(zip(alike, (-0.1, -0.1, 0.5), strict=True))
    found = reasons(stars, added, 81)
    assert found == Reasons(genres=[genre])
    assert found.sentence == f"{genre}, which you rate highly"
    assert reasons(stars, dict.fromkeys(alike, -0.1), 81) == Reasons()
    seldom = stars | dict.fromkeys(alike[1:], 2.0)
    assert reasons(seldom, added, 81) == Reasons()


def test_two_genres_make_one_sentence() -> None:
    assert Reasons(genres=["Drama", "War"]).sentence == "Drama and War, which you rate highly"
    assert Reasons().sentence == ""


def test_liked_and_disliked_follow_the_mean() -> None:
    half_stars = np.array([10, 9, 7, 6, 5, 10, 10], dtype=np.int8)  # the mean is 4.07 stars
    assert is_liked(half_stars).tolist() == [True, True, False, False, False, True, True]
    assert is_disliked(half_stars).tolist() == [False, False, False, True, True, False, False]
    harsh = np.array([1, 2, 4, 6], dtype=np.int8)
    assert not is_liked(harsh).any()
    assert is_disliked(harsh).tolist() == [True, True, True, False]
