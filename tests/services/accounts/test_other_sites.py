"""Files for the imports of other sites."""

import pytest
from django.contrib.auth.models import User

from recommender.formats.exports import read_export
from recommender.models import Mark, Rating
from recommender.services.accounts import other_sites
from recommender.services.ratings import marks, ratings
from tests.support.factories import LONG_AGO, make_movie

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _alice(alice: User) -> None:
    """She has rated a movie, seen one, hidden one, and has one on her watchlist."""
    rater = ratings.rater_of(alice)
    ratings.rate(rater=rater, movie=make_movie(1, "Alien", 1979, imdb_id="78748", tmdb_id=348), half_stars=9)
    Rating.objects.update(rated_at=LONG_AGO)
    others = ((2, "Léon", Mark.Kind.SEEN), (3, "=Sum", Mark.Kind.HIDDEN), (4, "Dune", Mark.Kind.WATCHLIST))
    for number, title, kind in others:
        marks.put(rater=rater, movie=make_movie(number, title, 1994, imdb_id=f"{number:07d}"), kind=kind)
    Mark.objects.update(marked_at=LONG_AGO)


def test_letterboxd_gets_ratings_and_seen_movies(alice: User) -> None:
    text = b"".join(other_sites.for_letterboxd(user=alice)).decode()
    assert text.splitlines() == [
        "imdbID,tmdbID,Title,Year,Rating10,WatchedDate",
        "tt0078748,348,Alien,1979,9,2001-01-01",
        "tt0000002,,Léon,1994,,",
    ]
    export = read_export(text.encode())
    assert [(row.imdb_id, row.half_stars, row.kind) for row in export.rows] == [
        (78748, 9, "ratings"),
        (2, None, "seen"),
    ]


def test_trakt_gets_ratings_seen_movies_and_the_watchlist(alice: User) -> None:
    assert b"".join(other_sites.for_trakt(user=alice)).decode().splitlines() == [
        "imdb_id,tmdb_id,type,watched_at,watchlisted_at,rating,rated_at",
        "tt0078748,348,movie,2001-01-01T00:00:00Z,,9,2001-01-01T00:00:00Z",
        "tt0000002,,movie,2001-01-01T00:00:00Z,,,",
        "tt0000004,,movie,,2001-01-01T00:00:00Z,,",
    ]
