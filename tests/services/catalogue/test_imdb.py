"""IMDb's files become movies, people and credits; nothing of MovieLens or of the users is lost."""

import gzip
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from recommender.formats.imdb.table import ImdbError
from recommender.models import Credit, Job, Mark, Movie, Person, Rater, Rating, Tag, TagApplication
from recommender.services import job_kinds
from recommender.services.catalogue import imdb
from recommender.services.movielens import release
from recommender.services.ratings.ratings import rater_of
from tests.support import imdb_files

pytestmark = pytest.mark.django_db
OTHER = Movie.FIRST_OTHER_ID


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The made-up files."""
    imdb_files.write(tmp_path / "imdb")
    return tmp_path / "imdb"


def test_films_with_enough_votes_come_with_their_facts(folder: Path) -> None:
    assert str(imdb.merge(folder)) == ("3 movies added, 0 updated, 0 unchanged, with 5 people in 7 credits")
    keeper = Movie.objects.with_genres().get(pk=OTHER + 11)
    facts = (keeper.title, keeper.year, keeper.imdb_id, keeper.runtime_minutes, keeper.imdb_votes, keeper.imdb_mean)
    assert facts == ("The Lighthouse Keeper", 1961, "0000011", 95, 1200, 8.1)
    assert keeper.genre_names == ["Children", "Drama"]
    assert keeper.other_titles() == ("Der Leuchtturm", "The Keeper of the Light", "El faro")
    assert set(Movie.objects.values_list("pk", flat=True)) == {OTHER + 11, OTHER + 12, OTHER + 17}
    nameless = Movie.objects.get(pk=OTHER + 17)
    assert (nameless.title, nameless.year, nameless.runtime_minutes) == (
        'The "Best" <script>alert(1)</script>', None, None,
    )  # fmt: skip


def test_people_stand_in_the_order_of_the_credits_once_for_each_work(folder: Path) -> None:
    imdb.merge(folder)
    made_by = Credit.objects.of_movie(Movie.objects.get(pk=OTHER + 11))
    assert [(credit.get_work_display(), str(credit.person)) for credit in made_by] == [
        ("Director", "Agneta Lindqvist"),
        ("Writer", "Agneta Lindqvist"),
        ("Writer", "José Écrivain"),
        ("Cast", "Berta Klein"),
        ("Cast", "Carl Berta Holm"),
    ]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["berta"], ["Carl Berta Holm", "Berta Klein"]),
        (["ecri"], ["José Écrivain"]),
        (["yur"], ["Юрий Морозов"]),
        (["berta", "kl"], ["Berta Klein"]),
        (["klein", "x"], []),
    ],
)
def test_people_are_found_by_the_beginnings_of_their_names(folder: Path, words: list[str], names: list[str]) -> None:
    imdb.merge(folder)
    assert [str(person) for person in Person.objects.named_like(words)] == names


def test_a_second_run_changes_only_what_differs(folder: Path) -> None:
    imdb.merge(folder)
    rows = {**imdb_files.FILMS, "title.ratings": ("tt0000011|8.2|1300", "tt0000012|6.4|900", "tt0000017|1.0|300")}
    imdb_files.write(folder, {**rows, "title.crew": ("tt0000011|nm0000003|\\N",)})
    assert str(imdb.merge(folder)).startswith("0 movies added, 1 updated, 2 unchanged, with 3 people")
    assert [str(credit.person) for credit in Credit.objects.filter(work=Credit.Work.DIRECTOR)] == ["Юрий Морозов"]
    assert not Person.objects.filter(name="Agneta Lindqvist").exists()


def test_a_movie_of_movielens_keeps_its_id_and_facts(folder: Path) -> None:
    Movie.objects.create(id=7, title="Lighthouse Keeper, The", year=1960, imdb_id="0000011")
    assert str(imdb.merge(folder)).startswith("2 movies added, 1 updated")
    movie = Movie.objects.with_genres().get(imdb_id="0000011")
    assert (movie.pk, movie.title, movie.year, movie.genre_names) == (7, "Lighthouse Keeper, The", 1960, [])
    assert (movie.imdb_votes, movie.runtime_minutes) == (1200, 95)


def test_a_release_that_brings_the_movie_takes_over_all_that_people_said(
    folder: Path, alice_rater: Rater, bob: User, tmp_path: Path
) -> None:
    imdb.merge(folder)
    Rating.objects.create(rater=alice_rater, movie_id=OTHER + 11, half_stars=9, rated_at=timezone.now())
    Mark.objects.create(rater=rater_of(bob), movie_id=OTHER + 11, kind=Mark.Kind.WATCHLIST, marked_at=timezone.now())
    tag = Tag.objects.create(name="sea")
    TagApplication.objects.create(rater=alice_rater, movie_id=OTHER + 11, tag=tag, applied_at=timezone.now())
    newer = tmp_path / "release"
    newer.mkdir()
    (newer / "movies.csv").write_text('movieId,title,genres\n5,"Lighthouse Keeper, The (1961)",Drama\n')
    (newer / "links.csv").write_text("movieId,imdbId,tmdbId\n5,0000011,77\n")
    (newer / "ratings.csv").write_text("userId,movieId,rating,timestamp\n1,5,3.0,964982703\n")
    release.import_movielens(path=newer)
    assert not Movie.objects.filter(pk=OTHER + 11).exists()
    movie = Movie.objects.get(pk=5)
    assert (movie.rating_count, movie.rating_mean, movie.imdb_votes) == (2, 3.75, 1200)
    assert Rating.objects.get(rater=alice_rater).movie_id == 5
    assert Mark.objects.get(rater=rater_of(bob)).movie_id == 5
    assert [(each.tag.name, each.count) for each in movie.tag_counts.select_related("tag")] == [("sea", 1)]
    assert movie.credits.count() == 5
    assert str(imdb.merge(folder)).startswith("0 movies added, 0 updated, 3 unchanged")


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda data: data[: len(data) // 2], "title.crew.tsv.gz cannot be read"),
        (lambda data: b"<html>not found</html>", "title.crew.tsv.gz cannot be read"),
        (lambda data: gzip.compress(b"something\telse\n1\t2\n"), "title.crew.tsv.gz cannot be read"),
        (lambda data: gzip.compress(b""), "title.crew.tsv.gz cannot be read"),
        (None, "title.crew.tsv.gz is missing"),
    ],
)
def test_a_file_that_cannot_be_read_changes_nothing(folder: Path, damage: Any, sentence: str) -> None:
    file = folder / "title.crew.tsv.gz"
    if damage:
        file.write_bytes(damage(file.read_bytes()))
    else:
        file.unlink()
    with pytest.raises(ImdbError, match=sentence):
        imdb.merge(folder)
    assert not Movie.objects.exists()


def test_damaged_rows_are_skipped_and_counted(folder: Path) -> None:
    rows = [*imdb_files.FILMS["title.basics"], "tt0000099|movie", "", "tt0000012|movie|x|y|0|1|2|3|4|5|6"]
    strange = "ttabc|movie|No Number|\\N|0|2020|\\N|90|Drama"
    imdb_files.write(folder, {**imdb_files.FILMS, "title.basics": [*rows, strange]})
    file = folder / "title.akas.tsv.gz"
    file.write_bytes(gzip.compress(gzip.decompress(file.read_bytes()).replace(b"El faro", b"El f\xe1ro")))
    assert imdb.merge(folder).n_skipped == 2
    assert "El f\ufffdro" in Movie.objects.get(pk=OTHER + 11).imdb_titles


def test_the_job_downloads_only_what_is_new(folder: Path, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path / "data"
    with imdb_files.served(folder) as (settings.IMDB_URL, sent):
        assert imdb.fetch().added == 3
        assert [answer[:3] for answer in sent] == ["200"] * 6
        sent.clear()
        assert imdb.fetch().unchanged == 3
        assert [answer[:3] for answer in sent] == ["304"] * 6


def test_the_terms_are_accepted_once(settings: Any) -> None:
    with pytest.raises(job_kinds.BadRequest, match=r"Accept IMDb's terms first .*non-commercial"):
        job_kinds.checked(kind="imdb")
    Job.objects.create(
        kind="imdb",
        heartbeat_at=timezone.now(),
        arguments=job_kinds.checked(kind="imdb", arguments={"accept_terms": True}),
    )
    assert job_kinds.checked(kind="imdb") == {}
    Job.objects.all().delete()
    settings.IMDB_TERMS_ACCEPTED = True
    assert job_kinds.checked(kind="imdb") == {}
