"""The export holds everything about a user, and can be imported again."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import ForeignKey, OneToOneField

from recommender import models
from recommender.formats.exports import read_export
from recommender.models import Movie, Provider, Rater, Rating, Tag, TagApplication
from recommender.services.accounts import personal_data
from recommender.services.catalogue import movie_facts
from recommender.services.imports import ratings_writer, review
from recommender.services.ratings import ratings
from tests.support import rating_exports as files
from tests.support.factories import LONG_AGO, make_movie

pytestmark = pytest.mark.django_db
FORMULA = '=HYPERLINK("http://example.org")'
EXPORTED = {
    "Rating",
    "TagApplication",
    "RatingImport",
    "RatingImportRow",
    "Session",
    "Rater",
    "Mark",
    "Follow",
    "Preferences",
    "Impression",
    "Outcome",
}
OWNERS = (User, Rater, models.RatingImport, models.Impression)
OF_STAFF = {"AuditEntry", "Job", "Activation", "Experiment"}
"""They name the admin who started or activated something; the name is removed with the account, the row stays."""

COUNTERS = {"WriteCount"}
"""They hold how much somebody has written in the last minutes, and go with the account."""


@pytest.fixture
def rater(alice_rater: Rater) -> Rater:
    """Alice with ratings, a tag and an import."""
    for movie_id, title in ((1, "Alien"), (2, FORMULA)):
        ratings.rate(rater=alice_rater, movie=make_movie(movie_id, title), half_stars=movie_id)
    TagApplication.objects.create(
        rater=alice_rater, movie_id=1, tag=Tag.objects.create(name="@cmd"), applied_at=LONG_AGO
    )
    rating_import = review.preview(rater=alice_rater, data=files.MOVIELENS.encode(), file_name="+ratings.csv")
    ratings_writer.apply(rating_import=rating_import, existing="keep")
    return alice_rater


def as_json(user: User) -> dict[str, Any]:
    return dict(json.loads(b"".join(personal_data.as_json(user=user))))


def as_csv(user: User) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(b"".join(personal_data.as_zip(user=user)))) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    return {name: list(csv.DictReader(io.StringIO(text, newline=""))) for name, text in texts.items()}


def test_it_holds_everything_about_me_and_nothing_about_others(rater: Rater, alice: User, bob: User) -> None:
    Rating.objects.create(rater=ratings.rater_of(bob), movie_id=1, half_stars=10, rated_at=LONG_AGO)
    for who, provider in ((alice, Provider(8, "Streamly")), (bob, Provider(9, "Kino+"))):
        provider.save()
        movie_facts.choose_services(rater=ratings.rater_of(who), provider_ids=[provider.pk])
    everything = as_json(alice)
    assert everything["services"] == [{"provider": 8, "name": "Streamly"}]
    assert {name: len(rows) for name, rows in everything.items()} == {
        **{"account": 1, "email_addresses": 0, "second_factors": 0, "sessions": 0},
        **{"ratings": 2, "tags": 1, "imports": 1, "import_rows": 2},
        **{"marks": 0, "followed_people": 0, "settings": 1, "services": 1, "impressions": 0, "impression_outcomes": 0},
    }
    assert everything["account"][0]["email"] == "alice@example.org"
    assert [row["rating"] for row in everything["ratings"]] == [0.5, 1.0]
    assert everything["import_rows"][0]["match"] == "unmatched"


def test_every_model_with_data_about_users_is_exported() -> None:
    """A new model that refers to a rater or a user fails here until it has a section."""
    personal = {
        model.__name__
        for model in vars(models).values()
        if isinstance(model, type)
        and any(
            isinstance(field, ForeignKey | OneToOneField) and field.related_model in OWNERS
            for field in model._meta.get_fields()  # type: ignore[attr-defined]
        )
    }
    assert personal - OF_STAFF - COUNTERS == EXPORTED


def test_the_csv_files_hold_the_same_as_the_json(rater: Rater, alice: User) -> None:
    tables, lists = as_csv(alice), as_json(alice)
    assert {name.removesuffix(".csv"): len(rows) for name, rows in tables.items()} == {
        name: len(rows) for name, rows in lists.items()
    }


def test_no_cell_is_a_formula(rater: Rater, alice: User) -> None:
    tables = as_csv(alice)
    assert tables["ratings.csv"][1]["title"] == f"'{FORMULA}"
    assert tables["tags.csv"][0]["tag"] == "'@cmd"
    assert tables["imports.csv"][0]["file_name"] == "'+ratings.csv"
    cells = [cell for rows in tables.values() for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_the_archive_can_be_imported_again(rater: Rater, alice: User, bob: User) -> None:
    before = Rating.objects.half_stars_by_movie(rater)
    archive = b"".join(personal_data.as_zip(user=alice))
    assert read_export(archive).rows[1].title == FORMULA
    rating_import = review.preview(rater=ratings.rater_of(bob), data=archive, file_name="movierec.zip")
    ratings_writer.apply(rating_import=rating_import, existing="keep")
    assert Rating.objects.half_stars_by_movie(ratings.rater_of(bob)) == before
    times = Rating.objects.order_by("rater_id", "movie_id").values_list("movie_id", "rated_at")
    seconds = [(movie_id, rated_at.replace(microsecond=0)) for movie_id, rated_at in times]
    assert seconds[:2] == seconds[2:]


def test_it_streams_thousands_of_ratings_in_few_queries(
    alice: User, alice_rater: Rater, django_assert_num_queries: Any
) -> None:
    movies = Movie.objects.bulk_create(Movie(pk=pk, title=f"Movie {pk}") for pk in range(1, 5001))
    Rating.objects.bulk_create(
        Rating(rater=alice_rater, movie=movie, half_stars=8, rated_at=LONG_AGO) for movie in movies
    )
    for stream in (personal_data.as_json, personal_data.as_zip):
        with django_assert_num_queries(len(personal_data.SECTIONS) - 1):
            blocks = [block for block in stream(user=alice) if block]
        assert len(blocks) > 2
