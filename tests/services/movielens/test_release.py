"""An import updates the database to a release, or leaves it as it was."""

from pathlib import Path

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from recommender.formats.movielens import DatasetError, read_dataset
from recommender.models import Genre, Movie, MovieTag, Rater, Rating, Tag, TagApplication
from recommender.services.jobs.progress import JobCancelled
from recommender.services.movielens import release as movielens
from recommender.services.movielens.merge import Changes
from recommender.services.movielens.release import import_movielens
from recommender.services.ratings.ratings import rate, rater_of

pytestmark = pytest.mark.django_db

MOVIES = 'movieId,title,genres\n1,Toy Story (1995),Animation|Comedy\n2,"Matrix, The (1999)",Sci-Fi\n3,Heat,Crime\n'
RATINGS = "userId,movieId,rating,timestamp\n1,1,4.0,100\n1,2,5.0,101\n2,1,3.5,102\n3,1,0.5,103\n"
TAGS = "userId,movieId,tag,timestamp\n1,1,Pixar,7\n2,1, pixar ,8\n1,1,PIXAR,9\n4,2,bullet time,10\n"


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return write(tmp_path / "ml", MOVIES, RATINGS, TAGS)


def write(folder: Path, movies: str, ratings: str | None, tags: str | None) -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in (("movies.csv", movies), ("ratings.csv", ratings), ("tags.csv", tags)):
        if content is not None:
            (folder / name).write_text(content)
    return folder


def contents() -> list[list[tuple[object, ...]]]:
    tables = (Movie, Genre, Movie.genres.through, Rater, Rating, Tag, TagApplication, MovieTag)
    return [sorted(table.objects.values_list(), key=str) for table in tables]


def statistics(movie_id: int) -> tuple[int, float | None, float | None]:
    movie = Movie.objects.get(pk=movie_id)
    return movie.rating_count, movie.rating_mean, movie.rating_median


def test_it_imports_movies_ratings_and_tags(release: Path) -> None:
    summary = import_movielens(path=release)
    assert (summary.movies.inserted, summary.ratings.inserted, summary.tags.inserted) == (3, 4, 3)
    matrix = Movie.objects.get(pk=2)
    assert (matrix.title, matrix.year) == ("The Matrix", 1999)
    assert [genre.name for genre in Movie.objects.get(pk=1).genres.all()] == ["Animation", "Comedy"]
    rating = Rating.objects.get(rater__movielens_id=2, movie=1)
    assert (rating.half_stars, rating.rated_at.timestamp()) == (7, 102)
    assert set(Tag.objects.values_list("name", flat=True)) == {"pixar", "bullet time"}
    assert MovieTag.objects.get(movie=1).count == 2
    assert TagApplication.objects.get(rater__movielens_id=1).applied_at.timestamp() == 9
    assert not User.objects.exists()


def test_it_computes_count_mean_and_median(release: Path) -> None:
    import_movielens(path=release)
    assert statistics(1) == (3, pytest.approx(8 / 3), 3.5)
    assert statistics(2) == (1, 5.0, 5.0)
    assert statistics(3) == (0, None, None)


def test_it_agrees_with_numpy_on_a_whole_dataset(dataset_dir: Path) -> None:
    import_movielens(path=dataset_dir)
    ratings = read_dataset(dataset_dir).ratings
    movies = Movie.objects.in_bulk()
    assert Rating.objects.count() == len(ratings)
    for movie_id in np.unique(ratings.movie_ids)[:500].tolist():
        stars = ratings.half_stars[ratings.movie_ids == movie_id] / 2
        movie = movies[movie_id]
        assert movie.rating_count == stars.size
        assert movie.rating_mean == pytest.approx(stars.mean())
        assert movie.rating_median == np.median(stars)


def test_it_changes_nothing_the_second_time(release: Path) -> None:
    import_movielens(path=release)
    before = contents()
    summary = import_movielens(path=release)
    assert contents() == before
    assert summary.movies == Changes(0, 0, 0, 3)
    assert summary.ratings == Changes(0, 0, 0, 4)
    assert summary.tags == Changes(0, 0, 0, 3)


def test_it_imports_a_newer_release(release: Path) -> None:
    import_movielens(path=release)
    write(
        release,
        MOVIES.replace("Heat,Crime", "Heat (1995),Crime|Drama") + "4,Alien (1979),Horror\n",
        RATINGS.replace("1,2,5.0,101", "1,2,4.5,105").replace("3,1,0.5,103\n", "9,4,1.0,9\n"),
        TAGS.replace("4,2,bullet time,10\n", ""),
    )
    summary = import_movielens(path=release)
    assert summary.movies == Changes(inserted=1, updated=1, removed=0, unchanged=2)
    assert summary.ratings == Changes(inserted=1, updated=1, removed=1, unchanged=2)
    assert summary.tags == Changes(inserted=0, updated=0, removed=1, unchanged=2)
    assert (Movie.objects.get(pk=3).year, statistics(2), statistics(1)) == (1995, (1, 4.5, 4.5), (2, 3.75, 3.75))
    assert set(Rater.objects.values_list("movielens_id", flat=True)) == {1, 2, 9}
    assert not Tag.objects.filter(name="bullet time").exists()


def test_it_never_touches_what_users_did(release: Path, alice: User) -> None:
    import_movielens(path=release)
    rater = rater_of(alice)
    rate(rater=rater, movie=Movie.objects.get(pk=1), half_stars=10)
    tag = Tag.objects.create(name="hers")
    TagApplication.objects.create(rater=rater, movie_id=2, tag=tag, applied_at=timezone.now())
    before = Rating.objects.get(rater=rater)
    write(release, MOVIES, "userId,movieId,rating,timestamp\n1,1,4.0,100\n", TAGS)
    import_movielens(path=release)
    after = Rating.objects.get(rater=rater)
    assert (after.half_stars, after.rated_at) == (before.half_stars, before.rated_at)
    assert statistics(1) == (2, 4.5, 4.5)
    assert MovieTag.objects.get(tag=tag).count == 1


def test_it_reads_a_catalogue_and_leaves_ratings_alone(release: Path, tmp_path: Path) -> None:
    import_movielens(path=release)
    catalogue = write(
        tmp_path / "catalogue", "movieId,title,genres\n1,Toy Story (1995),Comedy\n9,Up (2009),Drama\n", None, None
    )
    (catalogue / "posters.csv").write_text("movieId,tmdbId,posterPath\n1,862,/toy.jpg\n")
    summary = import_movielens(path=catalogue)
    toy_story = Movie.objects.get(pk=1)
    assert (toy_story.poster_path, toy_story.tmdb_id, toy_story.rating_count) == ("/toy.jpg", 862, 3)
    assert [genre.name for genre in toy_story.genres.all()] == ["Comedy"]
    assert (summary.ratings, Rating.objects.count(), Movie.objects.count()) == (Changes(0, 0, 0, 0), 4, 4)


def test_it_does_not_forget_ids_and_posters_that_a_release_lacks(release: Path) -> None:
    import_movielens(path=release)
    Movie.objects.filter(pk=1).update(imdb_id="0114709", tmdb_id=862, poster_path="/toy.jpg")
    assert import_movielens(path=release).movies.updated == 0
    movie = Movie.objects.get(pk=1)
    assert (movie.imdb_id, movie.tmdb_id, movie.poster_path) == ("0114709", 862, "/toy.jpg")


def test_it_keeps_a_poster_from_tmdb_unless_the_id_has_changed(release: Path, tmp_path: Path) -> None:
    import_movielens(path=release)
    told = {"metadata_tmdb_id": 862, "metadata_found": True, "metadata_fetched_at": timezone.now()}
    Movie.objects.filter(pk=1).update(tmdb_id=862, poster_path="/new.jpg", **told)
    movies = "movieId,title,genres\n1,Toy Story (1995),Comedy\n"
    for tmdb_id, expected in ((862, "/new.jpg"), (863, "/old.jpg")):
        catalogue = write(tmp_path / f"catalogue{tmdb_id}", movies, None, None)
        (catalogue / "posters.csv").write_text(f"movieId,tmdbId,posterPath\n1,{tmdb_id},/old.jpg\n")
        import_movielens(path=catalogue)
        assert Movie.objects.get(pk=1).poster_path == expected


def test_it_leaves_the_database_alone_when_a_row_is_bad(release: Path) -> None:
    import_movielens(path=release)
    before = contents()
    write(release, MOVIES + "4,Alien (1979),Horror\n", RATINGS + "5,4,5.7,104\n", TAGS)
    with pytest.raises(DatasetError, match=r'ratings\.csv, line 6: rating "5\.7" is not one of'):
        import_movielens(path=release)
    assert contents() == before


@pytest.mark.django_db(transaction=True)
def test_it_leaves_the_database_alone_when_it_is_cancelled(release: Path) -> None:
    def cancel(share: float, message: str = "") -> None:
        if share > 0.8:
            raise JobCancelled

    with pytest.raises(JobCancelled):
        import_movielens(path=release, on_progress=cancel)
    assert not any(contents())


@pytest.mark.django_db(transaction=True)
def test_it_leaves_the_database_alone_when_postgresql_refuses(release: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(movielens, "update_statistics", lambda cursor: cursor.execute("SELECT 1/0"))
    with pytest.raises(Exception, match="division by zero"):
        import_movielens(path=release)
    assert not any(contents())


def test_it_reports_progress(release: Path) -> None:
    shares: list[float] = []
    import_movielens(path=release, on_progress=lambda share, message="": shares.append(share))
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1


def test_it_recreates_the_indexes_after_a_large_import(release: Path) -> None:
    before = indexes()
    import_movielens(path=release)
    assert Rating.objects.count() == 4
    assert indexes() == before
    assert len(before) == 3


def indexes() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = 'recommender_rating' ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]
