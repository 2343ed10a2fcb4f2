"""What six made-up members must and must not find in their first 20, on real movies."""

from collections.abc import Callable

import numpy as np
import pytest

from recommender.engine.model.opinions import TOLERANCE, is_disliked, is_liked, middle_of
from recommender.models import Movie
from recommender.services.lists import movie_arrays
from recommender.services.lists.recommendations import Recommendations, make_list
from recommender.services.lists.served_model import Served
from tests.services.lists.made_up import MEMBERS, by_title, mine_of


def movies_of(served: Served, member: str) -> list[Movie]:
    return [each.movie for each in list_of(served, member).results]


def list_of(served: Served, member: str) -> Recommendations:
    return make_list(served, mine_of(member), limit=20)


def count(movies: list[Movie], condition: Callable[[Movie], bool]) -> int:
    return sum(map(condition, movies))


def of(*genres: str) -> Callable[[Movie], bool]:
    return lambda movie: bool(set(genres) & set(movie.genre_names))


def before(year: int) -> Callable[[Movie], bool]:
    return lambda movie: (movie.year or 9999) < year


@pytest.mark.parametrize("member", MEMBERS)
def test_nobody_is_offered_what_they_would_not_like(real: Served, member: str) -> None:
    mine, listed = mine_of(member), list_of(real, member)
    half_stars = np.array(list(mine.half_stars.values()), dtype=np.int8)
    rated = np.array(list(mine.half_stars))
    liked, disliked = set(rated[is_liked(half_stars)].tolist()), set(rated[is_disliked(half_stars)].tolist())
    assert len(mine.half_stars) >= 5
    assert all(each.predicted_stars >= middle_of(half_stars) - TOLERANCE - 1e-3 for each in listed.results)
    assert {reason.movie_id for each in listed.results for reason in each.reasons} <= liked
    series = movie_arrays.series_of(real.model)
    movie_ids = real.model.movie_ids
    for each in listed.results:
        number = series.numbers[np.searchsorted(movie_ids, each.movie.pk)]
        if number < 0:
            continue
        by_release = movie_ids[series.members[number]].tolist()
        earlier = set(by_release[: by_release.index(each.movie.pk)])
        assert liked & set(by_release) or not disliked & earlier, f"{each.movie} follows a disliked movie"
        on_list = [one.movie.pk for one in listed.results if one.movie.pk in by_release]
        assert on_list == sorted(on_list, key=by_release.index)
        assert len(on_list) <= 2


def test_who_loves_bergman_gets_older_movies_and_little_action(real: Served) -> None:
    movies = movies_of(real, "hates blockbusters, loves Bergman")
    assert count(movies, before(1980)) >= 12
    assert count(movies, of("Action")) <= 8
    assert count(movies, of("Drama")) >= 6


def test_who_loves_childrens_films_gets_no_horror(real: Served) -> None:
    movies = movies_of(real, "loves children's films, hates thrillers")
    assert count(movies, of("Children", "Animation")) >= 8
    assert count(movies, of("Thriller", "Horror")) <= 4
    assert count(movies[:5], of("Thriller", "Horror")) == 0


def test_who_rates_harshly_is_promised_little(real: Served) -> None:
    listed = list_of(real, "rates harshly")
    assert all(each.match_percent is not None and each.match_percent <= 80 for each in listed.results)
    assert np.mean([each.predicted_stars for each in listed.results]) < 3.6
    assert count([each.movie for each in listed.results], of("Crime", "Drama")) >= 10


def test_who_only_dislikes_gets_popular_movies_without_a_reason(real: Served) -> None:
    listed = list_of(real, "only dislikes")
    assert not any(each.sentence.startswith("Because") or each.reasons for each in listed.results)
    popular = Movie.objects.order_by("-rating_count")[200].rating_count
    assert count([each.movie for each in listed.results], lambda movie: movie.rating_count >= popular) >= 15
    assert count([each.movie for each in listed.results], of("Horror")) <= 3


def test_who_loves_film_noir_gets_the_forties(real: Served) -> None:
    movies = movies_of(real, "film noir")
    assert count(movies, before(1965)) >= 11
    assert count(movies, of("Film-Noir", "Mystery", "Crime", "Thriller")) >= 7
    assert count(movies, lambda movie: "Comedy" in movie.genre_names and (movie.year or 0) > 1985) <= 1


def test_who_loves_science_fiction_gets_it_without_star_wars(real: Served) -> None:
    movies = movies_of(real, "science fiction, but not Star Wars")
    assert count(movies, of("Sci-Fi")) >= 8
    assert count(movies, lambda movie: movie.title.startswith("Star Wars")) == 0
    assert by_title("Star Wars: Episode V - The Empire Strikes Back") is not None
