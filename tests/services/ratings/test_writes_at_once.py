"""Everything that people write, at the same time and in random order: nothing fails, and the statistics stay right."""

import random
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from threading import Barrier

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Avg, Count

from recommender.models import Mark, Movie, MovieTag, Rater, RatingImport, Tag, TagApplication
from recommender.services.accounts import accounts
from recommender.services.imports import ratings_writer, review
from recommender.services.ratings import marks, movie_statistics, ratings, tags
from recommender.services.ratings.ratings import rater_of
from tests.support.factories import make_movie, make_user

N_PEOPLE, N_DEVICES, N_ROUNDS = 4, 2, 25
TAGS = ("space", "robot")
TITLES = ("Alien", "Brazil", "Casablanca")


def rate(rng: random.Random, rater: Rater, movie: Movie) -> None:
    ratings.rate(rater=rater, movie=movie, half_stars=rng.randint(1, 10))


def remove(rng: random.Random, rater: Rater, movie: Movie) -> None:
    ratings.remove(rater=rater, movie=movie)


def tag(rng: random.Random, rater: Rater, movie: Movie) -> None:
    tags.add(rater=rater, movie=movie, name=rng.choice(TAGS))


def untag(rng: random.Random, rater: Rater, movie: Movie) -> None:
    tags.remove(rater=rater, movie=movie, name=rng.choice(TAGS))


def mark(rng: random.Random, rater: Rater, movie: Movie) -> None:
    with suppress(marks.AlreadyRated):
        marks.put(rater=rater, movie=movie, kind=rng.choice(list(Mark.Kind)))


def unmark(rng: random.Random, rater: Rater, movie: Movie) -> None:
    marks.remove(rater=rater, movie=movie, kind=rng.choice(list(Mark.Kind)))


def import_ratings(rng: random.Random, rater: Rater, movie: Movie) -> None:
    lines = [f"1,{movie_id},{rng.randint(1, 5)}.0,1000000000" for movie_id in rng.sample(range(1, 4), 2)]
    file = "\n".join(("userId,movieId,rating,timestamp", *lines)).encode()
    try:
        mine = review.preview(rater=rater, data=file, file_name="ratings.csv")
        ratings_writer.apply(rating_import=mine, existing="replace")
        if rng.random() < 0.5:
            ratings_writer.undo(rating_import=mine)
    except (review.ImportClosed, review.UnknownImport, RatingImport.DoesNotExist):  # the other device was faster
        return


VERBS: tuple[Callable[[random.Random, Rater, Movie], None], ...] = (
    rate, remove, remove, tag, untag, mark, unmark, import_ratings,
)  # fmt: skip


def use(seed: int, user: User, movies: list[Movie], together: Barrier) -> None:
    """Do random things on one device; the first device of every other user ends by deleting the account."""
    rng, (person, device) = random.Random(seed), divmod(seed, N_DEVICES)
    rater = rater_of(user)
    together.wait()
    try:
        for _ in range(N_ROUNDS):
            rng.choice(VERBS)(rng, rater, rng.choice(movies))
        if person % 2 and not device:
            accounts.delete(user=user)
    except Rater.DoesNotExist:  # the account was deleted on the other device
        assert person % 2
    finally:
        connection.close()


def recomputed() -> list[tuple[int, int, float | None]]:
    counted = Movie.objects.annotate(n=Count("ratings"), mean=Avg("ratings__half_stars")).order_by("pk")
    return [(movie.pk, movie.n, movie.mean and movie.mean / 2) for movie in counted]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", [0, 1000])
def test_nothing_fails_and_the_statistics_are_those_of_the_rows(seed: int) -> None:
    movies = [make_movie(number, title) for number, title in enumerate(TITLES, 1)]
    people = [make_user(f"person-{number}") for number in range(N_PEOPLE)]
    for user in people:
        rater_of(user)
    n_threads = N_PEOPLE * N_DEVICES
    together = Barrier(n_threads)
    with ThreadPoolExecutor(n_threads) as pool:
        running = [
            pool.submit(use, seed + number, User.objects.get(pk=people[number // N_DEVICES].pk), movies, together)
            for number in range(n_threads)
        ]
    for each in running:
        each.result()
    kept = [(movie.pk, movie.rating_count, movie.rating_mean) for movie in Movie.objects.order_by("pk")]
    assert kept == [(pk, n, mean and pytest.approx(mean)) for pk, n, mean in recomputed()]
    given = TagApplication.objects.values_list("movie_id", "tag_id").annotate(n=Count("*"))
    assert set(MovieTag.objects.values_list("movie_id", "tag_id", "count")) == set(given)
    assert Tag.objects.count() <= len(TAGS)


@contextmanager
def changing_at_once(change: Callable[[], object]) -> Iterator[None]:
    """Make a change in another transaction, which starts before that of the block ends and has to wait for it."""

    def at_once() -> None:
        try:
            change()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic(), connection.cursor() as cursor:
            yield
            waiting = other.submit(at_once)
            wait_for_a_lock(cursor, waiting)
        waiting.result()


def wait_for_a_lock(cursor: CursorWrapper, other: Future[None]) -> None:
    while not other.done():
        cursor.execute("SELECT FROM pg_locks WHERE NOT granted")
        if cursor.rowcount:
            return


def delete_account(user: User) -> None:
    try:
        accounts.delete(user=user)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_people_remove_the_last_two_ratings_of_a_movie() -> None:
    movie = make_movie()
    alice, bob = (rater_of(make_user(name)) for name in ("alice", "bob"))
    for rater in (alice, bob):
        ratings.rate(rater=rater, movie=movie, half_stars=9)
    with changing_at_once(partial(ratings.remove, rater=bob, movie=movie)):
        ratings.remove(rater=alice, movie=movie)
    movie.refresh_from_db()
    assert (movie.rating_count, movie.rating_mean, movie.last_rated_at) == (0, None, None)


@pytest.mark.django_db(transaction=True)
def test_somebody_rates_a_movie_while_its_last_rating_goes() -> None:
    movie = make_movie()
    alice, bob = (rater_of(make_user(name)) for name in ("alice", "bob"))
    ratings.rate(rater=alice, movie=movie, half_stars=9)
    with changing_at_once(partial(ratings.rate, rater=bob, movie=movie, half_stars=7)):
        ratings.remove(rater=alice, movie=movie)
    movie.refresh_from_db()
    assert (movie.rating_count, movie.rating_mean) == (1, pytest.approx(3.5))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("second", ["delete", "tag"])
def test_an_account_goes_that_gave_a_tag_which_others_give_or_give_up_at_once(second: str) -> None:
    movie, users = make_movie(), [make_user(name) for name in ("alice", "bob")]
    alice, bob = (rater_of(user) for user in users)
    tags.add(rater=alice, movie=movie, name="space")
    if second == "delete":
        tags.add(rater=bob, movie=movie, name="space")
    at_once = {
        "delete": partial(accounts.delete, user=users[1]),
        "tag": partial(tags.add, rater=bob, movie=movie, name="space"),
    }
    with changing_at_once(at_once[second]):
        accounts.delete(user=users[0])
    kept = [] if second == "delete" else [1]
    assert list(MovieTag.objects.values_list("count", flat=True)) == kept
    assert TagApplication.objects.count() == Tag.objects.count() == len(kept)


@pytest.mark.django_db(transaction=True)
def test_an_account_goes_while_somebody_gives_its_tag() -> None:
    movie, users = make_movie(), [make_user(name) for name in ("alice", "bob")]
    alice, bob = (rater_of(user) for user in users)
    tags.add(rater=alice, movie=movie, name="space")
    with changing_at_once(partial(accounts.delete, user=users[0])):
        tags.add(rater=bob, movie=movie, name="space")
    assert TagApplication.objects.get().rater_id == bob.pk
    assert MovieTag.objects.get().count == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", [rate, remove, tag, untag, mark, unmark, import_ratings])
def test_what_is_written_while_the_account_goes_says_so(verb: Callable[..., None]) -> None:
    movies, user = [make_movie(number, title) for number, title in enumerate(TITLES, 1)], make_user("alice")
    rater = rater_of(user)
    ratings.rate(rater=rater, movie=movies[0], half_stars=9)
    with pytest.raises(Rater.DoesNotExist), changing_at_once(partial(verb, random.Random(0), rater, movies[0])):
        accounts.delete(user=user)
    assert not Rater.objects.exists()
    assert recomputed() == [(number, 0, None) for number in range(1, 4)]


@pytest.mark.django_db(transaction=True)
def test_a_release_is_imported_while_somebody_removes_an_account() -> None:
    movies, user = [make_movie(number, title) for number, title in enumerate(TITLES, 1)], make_user("alice")
    for movie in movies:
        ratings.rate(rater=rater_of(user), movie=movie, half_stars=9)

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic(), connection.cursor() as cursor:
            movie_statistics.lock_movies(cursor)
            waiting = other.submit(delete_account, user)
            wait_for_a_lock(cursor, waiting)
            movie_statistics.update_statistics(cursor)
            cursor.execute("UPDATE recommender_movie SET title = title || '!'")
        waiting.result()
    assert recomputed() == [(number, 0, None) for number in range(1, 4)]
