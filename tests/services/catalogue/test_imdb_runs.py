"""Runs that fetch IMDb's files in separate processes, killed at random: nothing is lost, and nothing is there twice."""

import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from django.utils import timezone

from recommender.models import Credit, Movie, Person, Rater, Rating
from tests.support import imdb_files
from tests.support.processes import PATIENCE, manage, wait_until

N_KILLS, N_FILMS = 10, 4000
OTHER = Movie.FIRST_OTHER_ID
LATEST_SECOND = 2.5
"""After the first request; a run that nobody kills takes a little less."""


def write(folder: Path, votes: int) -> None:
    """Write the made-up films and thousands of others, all with so many votes."""
    numbers = range(1000, 1000 + N_FILMS)
    more = {
        "title.basics": [f"tt{n:07d}|movie|Film {n}|\\N|0|2000|\\N|90|Drama" for n in numbers],
        "title.ratings": [f"tt{n:07d}|7.0|{votes}" for n in numbers],
        "title.crew": [f"tt{n:07d}|nm{n:07d}|\\N" for n in numbers],
        "title.principals": [f"tt{n:07d}|1|nm{n + 1:07d}|actor|\\N|\\N" for n in numbers],
        "name.basics": [f"nm{n:07d}|Person {n}|\\N|\\N|\\N|\\N" for n in (*numbers, 1000 + N_FILMS)],
        "title.akas": [f"tt{n:07d}|1|Der Film {n}|DE|\\N|\\N|\\N|0" for n in numbers],
    }
    imdb_files.write(folder, {name: [*imdb_files.FILMS[name], *more[name]] for name in more})


def catalogue() -> tuple[list[object], ...]:
    """Return every film, person and credit."""
    movies = Movie.objects.order_by("pk").values_list("pk", "title", "imdb_votes", "imdb_titles")
    people = Person.objects.order_by("imdb_id").values_list("imdb_id", "name", "n_votes")
    credits = Credit.objects.order_by("movie_id", "work", "person__imdb_id")
    genres = Movie.genres.through.objects.order_by("movie_id", "genre_id").values_list("movie_id", "genre__name")
    return list(movies), list(people), list(credits.values_list("movie_id", "work", "person__imdb_id")), list(genres)


def command(url: str) -> "subprocess.Popen[str]":
    """Start `manage.py fetch_imdb --local` on the test's database."""
    return manage("fetch_imdb", "--local", IMDB_URL=url, IMDB_TERMS_ACCEPTED="1", JOB_LOST_AFTER="2")


def finished(url: str) -> None:
    """Run it until it succeeds; a job that lost its worker three times has failed, and another one follows."""
    for _ in range(2):
        with command(url) as run:
            output, errors = run.communicate(timeout=PATIENCE)
        if run.returncode == 0:
            return
        assert "lost" in errors, output + errors
    raise AssertionError(errors)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_runs_killed_ten_times_at_random_lose_nothing_and_add_nothing_twice(tmp_path: Path, alice_rater: Rater) -> None:
    write(tmp_path, 500)
    moments = random.Random(7)
    with imdb_files.served(tmp_path) as (url, sent):
        finished(url)
        before = catalogue()
        assert [len(rows) for rows in before] == [N_FILMS + 3, N_FILMS + 6, 2 * N_FILMS + 7, N_FILMS + 3]
        Rating.objects.create(rater=alice_rater, movie_id=OTHER + 11, half_stars=9, rated_at=timezone.now())
        Movie.objects.exclude(pk=OTHER + 11).delete()  # the killed runs have something to add, to change and to keep
        for n_killed in range(N_KILLS):
            write(tmp_path, 600 + n_killed)
            sent.clear()
            with command(url) as run:
                assert wait_until(lambda: bool(sent) or run.poll() is not None)
                time.sleep(moments.uniform(0, LATEST_SECOND))
                run.send_signal(signal.SIGKILL)
                run.communicate(timeout=PATIENCE)
            assert Movie.objects.count() in (1, N_FILMS + 3)
            assert len(set(Movie.objects.filter(title__startswith="Film ").values_list("imdb_votes"))) <= 1
        finished(url)
    after = catalogue()
    changed = [(pk, title, 500 if title.startswith("Film ") else votes, names) for pk, title, votes, names in after[0]]
    assert changed == before[0]
    assert after[2:] == before[2:]
    assert [row[:2] for row in after[1]] == [row[:2] for row in before[1]]
    assert Rating.objects.get().movie_id == OTHER + 11
