"""The ids of a release mean the same movies here, or the import stops and says so."""

from pathlib import Path

import pytest
from django.contrib.auth.models import User

from recommender.formats.movielens import DatasetError
from recommender.models import Movie, Rating
from recommender.services.movielens.release import import_movielens
from recommender.services.ratings.ratings import rate, rater_of
from tests.services.movielens.test_release import contents, write

pytestmark = pytest.mark.django_db

TITLES = ["Toy Story (1995)", "Jumanji (1995)", "Grumpier Old Men (1995)", "Heat (1995)", "Sabrina (1995)"]
TITLES += ["GoldenEye (1995)", "Casino (1995)", "Sudden Death (1995)", "Four Rooms (1995)", "Babe (1995)"]
RATINGS = "userId,movieId,rating,timestamp\n"


def movies(titles: list[str]) -> str:
    return "movieId,title,genres\n" + "".join(f"{n},{title},Drama\n" for n, title in enumerate(titles, 1))


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A release that has been imported."""
    folder = write(tmp_path / "ml", movies(TITLES), RATINGS + "1,1,4.0,100\n", None)
    links = "".join(f"{n},{n + 1000:07d},{n + 50}\n" for n in range(1, 11))
    (folder / "links.csv").write_text(f"movieId,imdbId,tmdbId\n{links}")
    import_movielens(path=folder)
    return folder


def other(tmp_path: Path, titles: list[str], ratings: str = "1,2,1.0,100\n") -> Path:
    return write(tmp_path / "other", movies(titles), RATINGS + ratings, None)


def test_ids_that_mean_other_movies_stop_the_import(here: Path, tmp_path: Path, alice: User) -> None:
    rate(rater=rater_of(alice), movie=Movie.objects.get(pk=2), half_stars=2)
    before = contents()
    examples = r"1 is Babe \(1995\) in the release and Toy Story \(1995\) here"
    with pytest.raises(DatasetError, match=rf"10 of the 10 .*{examples}.*--match-titles"):
        import_movielens(path=other(tmp_path, TITLES[-1:] + TITLES[:-1]))
    assert contents() == before


def test_a_handful_of_corrections_is_an_update(here: Path, tmp_path: Path) -> None:
    summary = import_movielens(path=other(tmp_path, ["Wholly Different (1960)", *TITLES[1:]]))
    assert summary.movies.updated == 1
    assert Movie.objects.get(pk=1).title == "Wholly Different"


def test_renamed_movies_with_the_same_ids_are_the_same(here: Path) -> None:
    (here / "movies.csv").write_text(movies([f"Film {n} (1950)" for n in range(1, 11)]))
    (here / "links.csv").rename(here / "unused.csv")
    with pytest.raises(DatasetError, match="mean other movies"):
        import_movielens(path=here)
    (here / "unused.csv").rename(here / "links.csv")
    assert import_movielens(path=here).movies.updated == 10


def test_movies_are_mapped_by_title_and_year(here: Path, tmp_path: Path) -> None:
    titles = [*TITLES[-1:], *TITLES[:-1], "Unheard Of (1995)", "Heat (1986)"]
    ratings = "1,2,1.0,100\n1,7,2.0,100\n2,11,3.0,100\n2,12,3.5,100\n"
    before = [movie for movie in contents()[0] if movie[0] not in (1, 6)]
    summary = import_movielens(path=other(tmp_path, titles, ratings), match_titles=True)
    assert (summary.n_unmapped, summary.unmapped) == (2, ("Unheard Of (1995)", "Heat (1986)"))
    assert dict(Rating.objects.values_list("movie_id", "half_stars")) == {1: 2, 6: 4}
    assert [movie for movie in contents()[0] if movie[0] not in (1, 6)] == before
    assert Movie.objects.count() == 10


def test_movies_are_mapped_by_imdb_id_before_their_title(here: Path, tmp_path: Path) -> None:
    release = other(
        tmp_path, ["Jumanji (1995)", "Toy Story (1995)", "Heat (1995)"], "1,1,1.0,9\n1,2,2.0,9\n1,3,3.0,9\n"
    )
    (release / "links.csv").write_text("movieId,imdbId,tmdbId\n1,1003,\n2,,57\n3,9999,\n")
    summary = import_movielens(path=release, match_titles=True)
    assert dict(Rating.objects.values_list("movie_id", "half_stars")) == {3: 2, 7: 4}
    assert summary.unmapped == ("Heat (1995)",)


def test_of_two_ratings_of_one_movie_the_latest_stays(here: Path, tmp_path: Path) -> None:
    release = other(tmp_path, ["Heat (1995)", "Heat (1995)"], "1,1,1.0,200\n1,2,2.0,100\n")
    import_movielens(path=release, match_titles=True)
    assert dict(Rating.objects.values_list("movie_id", "half_stars")) == {4: 2}
