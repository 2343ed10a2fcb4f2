"""Whole archives are imported in one go."""

import io
import zipfile

import pytest
from django.contrib.auth.models import User

from recommender.models import Mark, Movie, Rater, Rating
from recommender.services.accounts import personal_data
from recommender.services.imports import ratings_writer
from recommender.services.ratings import marks, ratings
from tests.support import rating_exports as files
from tests.support.imports import imported, mine

pytestmark = pytest.mark.django_db


def letterboxd_zip() -> bytes:
    watched = "Date,Name,Year,Letterboxd URI\n2023-01-15,Alien,1979,\n2023-01-15,Dune,1984,\n2023-01-15,Dune,2021,\n"
    members = {
        "ratings.csv": files.LETTERBOXD.encode(),
        "diary.csv": files.LETTERBOXD_DIARY.encode(),
        "watched.csv": watched.encode(),
        "watchlist.csv": b"Date,Name,Year,Letterboxd URI\n2023-01-15,Dune,1984,\n",
        "likes/films.csv": files.LETTERBOXD_WATCHLIST.encode(),
        "lists/of-mine.csv": b"Letterboxd list export v7\nDate,Name,Tags,URL,Description\n",
        "profile.csv": b"Date Joined,Username\n2011-01-01,alice\n",
        "deleted/ratings.csv": b"not this",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def test_the_whole_zip_of_letterboxd_is_read_at_once(alice_rater: Rater, movies: dict[str, Movie]) -> None:
    marks.put(rater=alice_rater, movie=movies["Dune"], kind=Mark.Kind.WATCHLIST)
    rating_import = imported(alice_rater, letterboxd_zip())
    assert mine(alice_rater) == {1214: 10, 293: 8, 1201: 1}
    assert dict(Mark.objects.values_list("movie_id", "kind")) == {2021: "seen", 4040: "seen"}
    ratings_writer.undo(rating_import=rating_import)
    assert mine(alice_rater) == {}
    assert dict(Mark.objects.values_list("movie_id", "kind")) == {2021: "watchlist"}


def test_the_export_of_this_site_comes_back(alice: User, alice_rater: Rater, movies: dict[str, Movie]) -> None:
    ratings.rate(rater=alice_rater, movie=movies["Alien"], half_stars=9)
    for name, kind in (("Dune", Mark.Kind.HIDDEN), ("Léon", Mark.Kind.SEEN), ("Good", Mark.Kind.WATCHLIST)):
        marks.put(rater=alice_rater, movie=movies[name], kind=kind)
    before = list(Mark.objects.order_by("movie_id").values_list("movie_id", "kind"))
    for data in (b"".join(personal_data.as_json(user=alice)), b"".join(personal_data.as_zip(user=alice))):
        Rating.objects.filter(rater=alice_rater).delete()
        Mark.objects.all().delete()
        imported(alice_rater, data)
        assert mine(alice_rater) == {1214: 9}
        assert list(Mark.objects.order_by("movie_id").values_list("movie_id", "kind")) == before
