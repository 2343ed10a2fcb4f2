"""The engine's arrays hold what the tables hold (read over a connection of their own, so it must be committed)."""

from pathlib import Path

import numpy as np
import pytest

from recommender.models import Movie, Rater, Rating, TagApplication
from recommender.services.movielens.release import import_movielens
from recommender.services.training.rating_arrays import movie_features, rating_matrix

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def release(tmp_path: Path) -> Path:
    (tmp_path / "movies.csv").write_text(
        "movieId,title,genres\n5,Up (2009),Drama\n2,Heat,Crime|Drama\n9,Alien (1979),\n"
    )
    (tmp_path / "ratings.csv").write_text("userId,movieId,rating,timestamp\n7,5,4.5,70\n7,2,1.0,71\n3,5,0.5,30\n")
    (tmp_path / "tags.csv").write_text("userId,movieId,tag,timestamp\n7,5,sky,1\n3,5,SKY,2\n3,2,robbery,3\n")
    return tmp_path


def test_it_reads_ratings_with_a_column_for_every_movie(release: Path) -> None:
    import_movielens(path=release)
    ratings = rating_matrix(with_times=True)
    carol, dave = (Rater.objects.get(movielens_id=number).pk for number in (3, 7))
    assert ratings.movie_ids.tolist() == [2, 5, 9]
    assert ratings.rater_ids.tolist() == [carol, dave]
    assert ratings.rater_indptr.tolist() == [0, 1, 3]
    assert ratings.movie_indices.tolist() == [1, 0, 1]
    assert ratings.half_stars.tolist() == [1, 2, 9]
    assert ratings.half_stars_by_movie.tolist() == [2, 1, 9]
    assert ratings.rated_at is not None
    assert ratings.rated_at.tolist() == [30, 71, 70]
    assert rating_matrix().rated_at is None


def test_it_reads_features_aligned_with_the_ratings(release: Path) -> None:
    import_movielens(path=release)
    features = movie_features(rating_matrix().movie_ids)
    assert features.years.tolist() == [0, 2009, 1979]
    assert features.genre_names == ("Crime", "Drama")
    assert features.genres.toarray().tolist() == [[1, 1], [0, 1], [0, 0]]
    counts = dict(zip(features.tag_names, features.tag_counts().toarray().T.tolist(), strict=True))
    assert counts == {"sky": [0, 2, 0], "robbery": [1, 0, 0]}
    assert set(features.tag_rater_ids.tolist()) == set(TagApplication.objects.values_list("rater_id", flat=True))


def test_it_reads_features_of_some_movies(release: Path) -> None:
    import_movielens(path=release)
    features = movie_features(np.array([2, 4], dtype=np.int32))
    assert features.years.tolist() == [0, 0]
    assert features.genres.toarray().tolist() == [[1, 1], [0, 0]]
    assert features.tag_counts().sum() == 1


def test_it_reads_an_empty_database() -> None:
    ratings = rating_matrix(with_times=True)
    assert (ratings.n_raters, ratings.n_movies, ratings.n_ratings) == (0, 0, 0)
    assert movie_features(ratings.movie_ids).genres.shape == (0, 0)


def test_it_reads_the_tables_as_the_orm_does(dataset_dir: Path) -> None:
    import_movielens(path=dataset_dir)
    ratings = rating_matrix()
    rows = ratings.row_of_each_rating()
    triples = zip(ratings.rater_ids[rows], ratings.movie_ids[ratings.movie_indices], ratings.half_stars, strict=True)
    expected = Rating.objects.order_by("rater_id", "movie_id").values_list("rater_id", "movie_id", "half_stars")
    assert [tuple(map(int, triple)) for triple in triples] == list(expected)
    assert ratings.movie_ids.tolist() == list(Movie.objects.order_by("pk").values_list("pk", flat=True))
