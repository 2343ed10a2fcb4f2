"""A deleted account leaves nothing behind."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from recommender.models import (
    Activation,
    Follow,
    Impression,
    Job,
    Mark,
    Movie,
    MovieTag,
    Outcome,
    Person,
    Preferences,
    Provider,
    Rater,
    Rating,
    Session,
    Tag,
    TagApplication,
)
from recommender.services.accounts import accounts, personal_data
from recommender.services.imports import ratings_writer, review
from recommender.services.lists import groups
from recommender.services.ratings import ratings
from tests.support.factories import LONG_AGO, make_job, make_model_version, make_movie, make_rater, make_rating

pytestmark = pytest.mark.django_db
USER, RATER, NAME, EMAIL = 987654321, 876543219, "zaphodwashere", "zaphod-traces@example.org"


@pytest.fixture
def user(client: Client) -> User:
    """A user with at least one row in every table that can have one, under ids that nothing else has."""
    user = User.objects.create_user(NAME, EMAIL, "heart of gold", pk=USER, first_name=NAME)
    rater = Rater.objects.create(pk=RATER, user=user)
    address = EmailAddress.objects.create(user=user, email=EMAIL, primary=True)
    EmailConfirmation.objects.create(email_address=address, key="x" * 60, sent=timezone.now())
    movies = [make_movie(1, "Alien", 1979, imdb_id="0078748"), make_movie(2, "Aliens", 1986)]
    for movie in movies:
        ratings.rate(rater=rater, movie=movie, half_stars=9)
    shared, private = Tag.objects.create(name="space"), Tag.objects.create(name=EMAIL)
    other = make_rater()
    make_rating(other, movies[0], 4)
    Movie.objects.filter(pk=1).update(rating_count=2, rating_mean=3.25)
    for who, tag in ((rater, shared), (rater, private), (other, shared)):
        TagApplication.objects.create(rater=who, movie=movies[0], tag=tag, applied_at=LONG_AGO)
    MovieTag.objects.create(movie=movies[0], tag=shared, count=2)
    MovieTag.objects.create(movie=movies[0], tag=private, count=1)
    file = f"Const,Your Rating,Title\ntt0078748,3,{NAME}\n".encode()
    rating_import = review.preview(rater=rater, data=file, file_name=f"{EMAIL}.csv")
    ratings_writer.apply(rating_import=rating_import, existing="replace")
    review.preview(rater=rater, data=file, file_name=f"{EMAIL}.csv")
    make_job(requested_by=user)
    Activation.objects.create(version=make_model_version(key="median/1", algorithm="median"), activated_by=user)
    preferences = Preferences.objects.create(rater=rater, algorithm="als")
    preferences.services.add(Provider.objects.create(pk=8, name="Streamly"))
    Mark.objects.create(rater=rater, movie=movies[1], kind="watchlist", marked_at=LONG_AGO)
    person = Person.objects.create(name="Agnès Varda", folded_name="agnes varda")
    Follow.objects.create(rater=rater, person=person, followed_at=LONG_AGO)
    shown = Impression.objects.create(rater=rater, algorithm="als", first_place=1, movie_ids=[2], shown_at=LONG_AGO)
    Outcome.objects.create(impression=shown, movie=movies[1], kind="watchlist", happened_at=LONG_AGO)
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "JBSWY3DPEHPK3PXP"})
    admin = User.objects.create_superuser("admin", password="unguessable")
    users = ContentType.objects.get_for_model(User)
    for actor, about in ((admin, user), (user, admin)):
        LogEntry.objects.create(
            user=actor, content_type=users, object_id=str(about.pk), object_repr=str(about), action_flag=CHANGE
        )
    cache.set(f"allauth:rl:allauth.account:manage_email:10/60/user:user:{USER}", [1.0], 600)
    client.force_login(user)
    return user


def traces() -> list[str]:
    """Return every table and column that contains the user's ids, name or address anywhere in its text."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}" LIMIT 0')
            for column in [each.name for each in cursor.description]:
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" WHERE "{column}"::text ~ %s', [f"{USER}|{RATER}|{NAME}|{EMAIL}"]
                )
                if cursor.fetchone()[0]:
                    found.append(f"{table}.{column}")
    return found


def test_no_table_holds_a_trace_of_a_deleted_account(user: User) -> None:
    tables = {place.split(".")[0] for place in traces()}
    expected = {
        "account_emailaddress",
        "auth_user",
        "cache",
        "django_admin_log",
        "mfa_authenticator",
        "recommender_activation",
        "recommender_impression",
        "recommender_job",
        "recommender_mark",
        "recommender_preferences",
        "recommender_preferences_services",
        "recommender_movietag",
        "recommender_rater",
        "recommender_rating",
        "recommender_ratingimport",
        "recommender_ratingimportrow",
        "recommender_session",
        "recommender_tag",
        "recommender_tagapplication",
    }
    assert expected - {"recommender_movietag"} <= tables  # the test would see them
    sessions = Session.objects.count()
    accounts.delete(user=user)
    assert traces() == []
    assert Session.objects.count() == sessions - 1
    assert not EmailConfirmation.objects.exists()
    assert not Outcome.objects.exists()
    assert Job.objects.get().requested_by is None


def test_the_deleted_user_had_something_in_every_section_of_the_export(user: User) -> None:
    assert [section.name for section in personal_data.SECTIONS if not [*section.rows(user)]] == []


def test_it_corrects_the_statistics_of_the_movies(user: User) -> None:
    accounts.delete(user=user)
    assert [*Movie.objects.order_by("pk").values_list("rating_count", "rating_mean")] == [(1, 2.0), (0, None)]
    assert [*MovieTag.objects.values_list("tag__name", "count")] == [("space", 1)]
    assert [*Tag.objects.values_list("name", flat=True)] == ["space"]
    assert Rating.objects.count() == 1
    assert TagApplication.objects.count() == 1


def test_invitations_stop_working(user: User) -> None:
    token = groups.invite(rater=user.rater).token
    accounts.delete(user=user)
    with pytest.raises(groups.InvalidInvitation, match="no longer exists"):
        groups.accept(token=token)


def test_a_user_who_never_rated_can_be_deleted(alice: User) -> None:
    accounts.delete(user=alice)
    assert not User.objects.exists()


def test_it_says_which_models_have_learned_from_the_user(user: User) -> None:
    assert accounts.traces_of(user=user) == accounts.Traces((), None)
    version = make_model_version(state="active", activated_at=timezone.now())
    before = make_model_version(key="ease/1", algorithm="ease", state="active", activated_at=timezone.now())
    type(before).objects.filter(pk=before.pk).update(created_at=LONG_AGO - timedelta(days=1))
    assert accounts.traces_of(user=user) == accounts.Traces(("Latent factors",), version.created_at)


@pytest.mark.parametrize("phrase", ["", "delete", "delete my account."])
def test_it_refuses_another_phrase(phrase: str) -> None:
    with pytest.raises(accounts.WrongConfirmation, match='Type "delete my account"'):
        accounts.check_confirmation(phrase)


def test_the_phrase_may_have_extra_spaces_and_capitals() -> None:
    with pytest.raises(accounts.WrongConfirmation):
        accounts.check_confirmation("Delete his account")
    accounts.check_confirmation("  Delete my  account ")  # raises nothing
