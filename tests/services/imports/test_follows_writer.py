"""Importing the people whom somebody followed on a site like this one."""

import pytest
from django.contrib.auth.models import User

from recommender.formats.exports import ExportError
from recommender.models import Follow, Person, Rater
from recommender.services.accounts import personal_data
from recommender.services.imports import ratings_writer, review
from recommender.services.ratings import follows
from recommender.services.ratings.ratings import rater_of
from tests.support.imports import imported, preview

pytestmark = pytest.mark.django_db
FILE = (
    "personId,name,imdbId,tmdbId,followed_at\n"
    "77,Agnès Varda,889513,,2024-05-01T10:00:00+00:00\n"
    "78,Claire Denis,,9888,\n"
    "79,Somebody unknown here,123,,2024-05-01\n"
)


@pytest.fixture
def varda() -> Person:
    """Somebody whom IMDb knows."""
    return Person.objects.create(name="Agnès Varda", folded_name="agnes varda", imdb_id=889513)


@pytest.fixture
def denis() -> Person:
    """Somebody whom TMDB knows."""
    return Person.objects.create(name="Claire Denis", folded_name="claire denis", tmdb_id=9888)


def followed(rater: Rater) -> set[str]:
    return set(Follow.objects.filter(rater=rater).values_list("person__name", flat=True))


def test_people_are_found_by_their_ids_elsewhere_and_followed_since_then(
    alice_rater: Rater, varda: Person, denis: Person
) -> None:
    seen = preview(alice_rater, FILE)
    assert (len(seen.people), seen.n_unknown_people, followed(alice_rater)) == (2, 1, set())
    ratings_writer.apply(rating_import=seen, existing="keep")
    assert followed(alice_rater) == {"Agnès Varda", "Claire Denis"}
    assert Follow.objects.get(person=varda).followed_at.isoformat() == "2024-05-01T10:00:00+00:00"


def test_undoing_it_leaves_those_followed_before(alice_rater: Rater, varda: Person, denis: Person) -> None:
    follows.put(rater=alice_rater, person=denis)
    applied = imported(alice_rater, FILE)
    assert applied.followed == [varda.pk]
    ratings_writer.undo(rating_import=applied)
    assert followed(alice_rater) == {"Claire Denis"}


def test_the_archive_of_another_site_brings_them(alice: User, bob: User, varda: Person) -> None:
    follows.put(rater=rater_of(alice), person=varda)
    archive = b"".join(personal_data.as_zip(user=alice))
    reviewed = review.preview(rater=rater_of(bob), data=archive, file_name="movierec.zip")
    ratings_writer.apply(rating_import=reviewed, existing="keep")
    assert followed(rater_of(bob)) == {"Agnès Varda"}
    mine, theirs = Follow.objects.order_by("rater_id")
    assert mine.followed_at == theirs.followed_at


def test_a_row_without_an_id_is_named(alice_rater: Rater, varda: Person) -> None:
    assert preview(alice_rater, FILE + "80,No id,,,\n").bad_rows == [
        'Line 5: "No id" has neither an IMDb nor a TMDB id'
    ]
    with pytest.raises(ExportError, match='Line 2: "No id" has neither an IMDb nor a TMDB id'):
        preview(alice_rater, "personId,name,followed_at\n80,No id,\n")
