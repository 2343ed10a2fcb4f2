"""Giving tags and taking them back."""

import pytest
from django.contrib.auth.models import AnonymousUser, User

from recommender.models import Movie, MovieTag, Rater, Tag, TagApplication
from recommender.services.ratings import tags
from recommender.services.ratings.ratings import rater_of
from recommender.services.ratings.tags import InvalidTag
from tests.support.factories import LONG_AGO, make_movie, make_rater

pytestmark = pytest.mark.django_db


@pytest.fixture
def movie(database: None) -> Movie:
    return make_movie()


@pytest.fixture
def bob_rater(bob: User) -> Rater:
    return rater_of(bob)


def counts(movie: Movie) -> dict[str, int]:
    """The counts as they are kept, after a check that they are those of the applications."""
    kept = dict(MovieTag.objects.filter(movie=movie).values_list("tag__name", "count"))
    applied = [row.tag.name for row in TagApplication.objects.filter(movie=movie).select_related("tag")]
    assert kept == {name: applied.count(name) for name in applied}
    return kept


def test_it_counts_who_gives_a_tag(movie: Movie, alice_rater: Rater, bob_rater: Rater) -> None:
    tags.add(rater=alice_rater, movie=movie, name="space")
    tags.add(rater=bob_rater, movie=movie, name="space")
    tags.add(rater=bob_rater, movie=movie, name="cat")
    assert counts(movie) == {"space": 2, "cat": 1}


def test_it_counts_a_tag_given_twice_by_one_person_once(movie: Movie, alice_rater: Rater) -> None:
    for name in ("Space  Opera", "space opera", "\tSPACE OPERA "):
        tags.add(rater=alice_rater, movie=movie, name=name)
    assert counts(movie) == {"space opera": 1}


def test_it_takes_back_only_what_one_has_given(movie: Movie, alice_rater: Rater, bob_rater: Rater) -> None:
    tags.add(rater=alice_rater, movie=movie, name="space")
    tags.remove(rater=bob_rater, movie=movie, name="space")
    assert counts(movie) == {"space": 1}
    tags.add(rater=bob_rater, movie=movie, name="space")
    tags.remove(rater=alice_rater, movie=movie, name="Space")
    assert counts(movie) == {"space": 1}
    tags.remove(rater=bob_rater, movie=movie, name="space")
    tags.remove(rater=bob_rater, movie=movie, name="space")
    assert counts(movie) == {}


@pytest.mark.parametrize("name", ["", "   ", "!?", "\u200b", "x" * 65])
def test_it_refuses_what_is_no_tag(movie: Movie, alice_rater: Rater, name: str) -> None:
    with pytest.raises(InvalidTag):
        tags.add(rater=alice_rater, movie=movie, name=name)
    assert counts(movie) == {}


@pytest.mark.parametrize(
    ("name", "tag"),
    [
        ("  Film   NOIR ", "film noir"),
        ("a\u202eb", "ab"),
        ("Ame\u0301lie", "amélie"),
        ("50/50", "50/50"),
        ("x" * 64, "x" * 64),
    ],
)
def test_it_writes_a_tag_in_one_way(name: str, tag: str) -> None:
    assert tags.normalised(name) == tag


def test_it_takes_twenty_tags_of_one_person_for_a_movie(movie: Movie, alice_rater: Rater, bob_rater: Rater) -> None:
    for number in range(20):
        tags.add(rater=alice_rater, movie=movie, name=f"tag {number}")
    with pytest.raises(InvalidTag, match="20 tags"):
        tags.add(rater=alice_rater, movie=movie, name="one more")
    tags.add(rater=alice_rater, movie=movie, name="tag 7")
    tags.add(rater=bob_rater, movie=movie, name="one more")
    assert len(counts(movie)) == 21


def test_it_shows_my_tags_first_and_then_the_most_given(movie: Movie, alice: User, alice_rater: Rater) -> None:
    for number in range(3):
        tags.add(rater=make_rater(number + 1), movie=movie, name="space")
    tags.add(rater=make_rater(9), movie=movie, name="cat")
    tags.add(rater=alice_rater, movie=movie, name="android")
    mine = tags.of_movie(movie=movie, user=alice, limit=2)
    assert [(tag.name, tag.count, tag.mine) for tag in mine.tags] == [("android", 1, True), ("space", 3, False)]
    assert mine.count == 3
    everyone = tags.of_movie(movie=movie, user=AnonymousUser(), limit=9)
    assert [(tag.name, tag.mine) for tag in everyone.tags] == [("space", False), ("android", False), ("cat", False)]
    assert everyone.count == 3


def test_it_completes_with_the_most_given_first(movie: Movie, alice_rater: Rater) -> None:
    other = make_movie(2, "Aliens")
    for movie_tagged, name in ((movie, "space"), (other, "space"), (movie, "spaceship"), (movie, "100%")):
        tags.add(rater=alice_rater, movie=movie_tagged, name=name)
    Tag.objects.create(name="spare")  # in use nowhere
    assert [(tag.name, tag.count) for tag in tags.complete(prefix=" SPA", limit=5)] == [("space", 2), ("spaceship", 1)]
    assert [tag.name for tag in tags.complete(prefix="100%", limit=5)] == ["100%"]
    assert tags.complete(prefix="%", limit=5) == tags.complete(prefix="", limit=5) == []


def test_it_reads_the_tags_of_a_movie_in_one_query(
    movie: Movie, alice: User, alice_rater: Rater, django_assert_num_queries: object
) -> None:
    for number in range(9):
        tags.add(rater=alice_rater, movie=movie, name=f"tag {number}")
    with django_assert_num_queries(1):  # type: ignore[operator]
        tags.of_movie(movie=movie, user=alice, limit=30)
    with django_assert_num_queries(1):  # type: ignore[operator]
        tags.complete(prefix="tag", limit=5)


def test_it_writes_a_tag_with_a_handful_of_queries_however_many_there_are(
    movie: Movie, alice_rater: Rater, django_assert_max_num_queries: object
) -> None:
    for number in range(15):
        tags.add(rater=alice_rater, movie=movie, name=f"tag {number}")
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        tags.add(rater=alice_rater, movie=movie, name="new")
    with django_assert_max_num_queries(9):  # type: ignore[operator]
        tags.remove(rater=alice_rater, movie=movie, name="new")


def test_it_leaves_other_movies_alone(movie: Movie, alice_rater: Rater) -> None:
    other = make_movie(2, "Aliens")
    tag = Tag.objects.create(name="space")
    TagApplication.objects.create(rater=alice_rater, movie=other, tag=tag, applied_at=LONG_AGO)
    MovieTag.objects.create(movie=other, tag=tag, count=1)
    tags.add(rater=alice_rater, movie=movie, name="space")
    tags.remove(rater=alice_rater, movie=movie, name="space")
    assert counts(movie) == {}
    assert counts(other) == {"space": 1}
