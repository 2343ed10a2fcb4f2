"""Which movies to ask about first, and what groups of them have in common."""

import numpy as np
import pytest

from recommender.engine.lists.onboarding import groups_of_similar, most_informative, shared_decade, shared_genres

CROWD = np.array(
    [[1, 0], [0.98, 0.1], [1, -0.1], [-1, 0], [-0.98, 0.1], [0, 1], [0.1, 0.98], [0, -1]], dtype=np.float32
)
KNOWN = np.array([1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3])


def test_it_asks_about_directions_it_knows_nothing_of() -> None:
    first, second = most_informative(CROWD, np.ones(8), n=2)
    x = CROWD - CROWD.mean(axis=0)
    cosine = x[first] @ x[second] / np.linalg.norm(x[first]) / np.linalg.norm(x[second])
    assert abs(cosine) < 0.5


def test_it_prefers_what_people_know() -> None:
    alike = np.tile(CROWD[:2], (4, 1)) + np.float32(0)
    known = np.full(8, 0.1)
    known[6] = 0.9
    assert most_informative(alike, known, n=1).tolist() == [6]


def test_it_chooses_as_the_determinant_says() -> None:
    rng = np.random.default_rng(3)
    features, known = rng.standard_normal((30, 4)).astype(np.float32), rng.random(30)
    chosen = most_informative(features, known, n=5)
    x = features - features.mean(axis=0, dtype=np.float64)
    x *= np.sqrt(4.0 / np.mean(np.square(x).sum(axis=1)))
    information = np.eye(4)
    for place, best in enumerate(chosen):
        gains = np.array([np.linalg.slogdet(information + known[i] * np.outer(x[i], x[i]))[1] for i in range(30)])
        gains[chosen[:place]] = -np.inf
        assert best == np.argmax(gains)
        information += known[best] * np.outer(x[best], x[best])


def test_groups_hold_like_movies_and_share_none() -> None:
    groups = groups_of_similar(CROWD, KNOWN, n_groups=3, group_size=3)
    members = [movie for group in groups for movie in group.tolist()]
    assert len(members) == len(set(members))
    assert all(len(group) <= 3 for group in groups)
    assert [0, 1, 2] in [sorted(group.tolist()) for group in groups]
    assert [group[0] for group in groups] == most_informative(CROWD, KNOWN, n=3).tolist()


def test_the_best_known_of_equals_come_first_after_the_telling_one() -> None:
    features = np.array([[1, 0], [1, 0], [1, 0], [-1, 0], [-1, 0], [-1, 0]], dtype=np.float32)
    first, second = groups_of_similar(features, np.array([0.3, 0.9, 0.2, 0.6, 0.5, 0.8]), n_groups=2, group_size=3)
    assert {tuple(first.tolist()), tuple(second.tolist())} == {(1, 0, 2), (5, 3, 4)}


@pytest.mark.parametrize("n_movies", [0, 1, 2])
def test_it_manages_with_hardly_any_movies(n_movies: int) -> None:
    features, known = np.zeros((n_movies, 3), dtype=np.float32), np.ones(n_movies)
    assert most_informative(features, known, n=5).size == n_movies
    assert [group.size for group in groups_of_similar(features, known, n_groups=5, group_size=6)] == [1] * n_movies


def test_the_same_movies_give_the_same_groups() -> None:
    rng = np.random.default_rng(0)
    features, known = rng.standard_normal((200, 16)).astype(np.float32), rng.random(200)
    once, again = (groups_of_similar(features, known, n_groups=8, group_size=12) for _ in range(2))
    assert [group.tolist() for group in once] == [group.tolist() for group in again]


def test_a_genre_names_a_group_where_most_have_it_and_few_others() -> None:
    genres = np.zeros((10, 3), dtype=np.bool_)
    genres[:, 0] = True  # everything is Drama
    genres[:3, 1] = True  # Horror
    genres[2:4, 2] = True  # Western
    assert shared_genres(genres, np.array([0, 1, 2])).tolist() == [1]
    assert shared_genres(genres, np.array([2, 3])).tolist() == [2, 1]


def test_a_decade_names_a_group_where_half_are_of_it() -> None:
    years = np.array([1994, 1999, 2003, 0, 0], dtype=np.int32)
    assert shared_decade(years, np.array([0, 1, 2])) == 1990
    assert shared_decade(years, np.array([0, 2])) in (1990, 2000)
    assert shared_decade(years, np.array([2, 3, 4])) is None
