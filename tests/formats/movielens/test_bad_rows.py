"""An error names the bad row: file, line, value and what was expected."""

from pathlib import Path

import pytest

from recommender.formats.movielens import DatasetError, read_dataset

MOVIES = "movieId,title,genres\n1,Toy Story (1995),Comedy\n2,Jumanji (1995),Adventure\n"
HEADER = "userId,movieId,rating,timestamp\n"


def read_ratings(folder: Path, ratings: str, movies: str = MOVIES) -> None:
    (folder / "movies.csv").write_text(movies)
    (folder / "ratings.csv").write_text(ratings)
    read_dataset(folder)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("1,2,5.7,9", 'rating "5.7" is not one of 0.5, 1.0 … 5.0'),
        ("1,2,0.0,9", 'rating "0.0" is not one of 0.5, 1.0 … 5.0'),
        ("1,2,5.5,9", 'rating "5.5" is not one of 0.5, 1.0 … 5.0'),
        ("1,2,-1,9", 'rating "-1" is not one of 0.5, 1.0 … 5.0'),
        ("1,2,nan,9", 'rating "nan" is not one of 0.5, 1.0 … 5.0'),
        ("1,2,inf,9", 'rating "inf" is not one of 0.5, 1.0 … 5.0'),
        ("1,2,,9", 'rating "" is not one of 0.5, 1.0 … 5.0'),
        ("1,2,good,9", 'rating "good" is not one of 0.5, 1.0 … 5.0'),
        ("alice,2,5.0,9", 'userId "alice" is not a whole number above 0'),
        ("0,2,5.0,9", 'userId "0" is not a whole number above 0'),
        ("1.5,2,5.0,9", 'userId "1.5" is not a whole number above 0'),
        ("99999999999,2,5.0,9", 'userId "99999999999" is not a whole number above 0'),
        ("1,3,5.0,9", 'movieId "3" is not in movies.csv'),
        ("1,2,5.0,yesterday", 'timestamp "yesterday" is not a time in seconds since 1970'),
        ("1,2,5.0,1445714994000", 'timestamp "1445714994000" is not a time in seconds since 1970'),
        ("1,2,5.0", r"3 fields, expected 4 \(userId, movieId, rating, timestamp\)"),
        ("1,2,5.0,9,9", r"5 fields, expected 4"),
        ("1,1,3.0,9", 'movieId "1" was rated by userId 1 already on line 2'),
    ],
)
def test_it_names_line_and_value(tmp_path: Path, row: str, problem: str) -> None:
    with pytest.raises(DatasetError, match=rf"^ratings\.csv, line 3: {problem}"):
        read_ratings(tmp_path, f"{HEADER}1,1,4.0,8\n{row}\n2,1,3.0,7\n")


def test_it_counts_blank_lines(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"ratings\.csv, line 5"):
        read_ratings(tmp_path, f"{HEADER}1,1,4.0,8\n\n\n1,2,5.7,9\n")


def test_it_finds_a_duplicate_far_from_the_first(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"line 4: .* already on line 2"):
        read_ratings(tmp_path, f"{HEADER}2,1,4.0,8\n1,2,5.0,9\n2,1,5.0,9\n")


def test_it_names_an_unexpected_header(tmp_path: Path) -> None:
    with pytest.raises(
        DatasetError,
        match='line 1: the header lacks userId, movieId, rating, timestamp; expected "userId,movieId,rating',
    ):
        read_ratings(tmp_path, "user,item\n1,2\n")


@pytest.mark.parametrize(
    ("movies", "problem"),
    [
        (f"{MOVIES}2,Heat (1995),Crime\n", 'movies.csv, line 4: movieId "2" is listed twice'),
        ("movieId,title,genres\n1,,Comedy\n", 'movies.csv, line 2: title "" is not a title'),
        ('movieId,title,genres\n1,"a\nb",Comedy\n1x,c,d\n', 'movies.csv, line 4: movieId "1x"'),
    ],
)
def test_it_names_a_bad_movie(tmp_path: Path, movies: str, problem: str) -> None:
    with pytest.raises(DatasetError, match=problem):
        read_ratings(tmp_path, HEADER, movies)


def test_it_names_a_line_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "movies.csv").write_text("movieId,title,genres\n1,Heat (1995),Crime\n")
    (tmp_path / "tags.csv").write_bytes("userId,movieId,tag,timestamp\n1,1,crime,9\n1,1,naïve,9\n".encode("latin-1"))
    with pytest.raises(DatasetError, match=r'tags\.csv, line 3: tag "na.+ve" is not'):
        read_dataset(tmp_path)


def test_it_names_a_bad_line_of_a_double_colon_file(tmp_path: Path) -> None:
    (tmp_path / "movies.dat").write_text("1::Heat (1995)::Crime\n")
    (tmp_path / "ratings.dat").write_text("1::1::5::978300760\n2::1::6::978300760\n")
    with pytest.raises(DatasetError, match=r'ratings\.dat, line 2: rating "6" is not one of'):
        read_dataset(tmp_path)


def test_it_names_a_tag_for_an_unknown_movie(tmp_path: Path) -> None:
    (tmp_path / "tags.csv").write_text("userId,movieId,tag,timestamp\n1,7,funny,5\n")
    with pytest.raises(DatasetError, match=r'tags\.csv, line 2: movieId "7" is not in movies.csv'):
        read_ratings(tmp_path, f"{HEADER}1,1,4.0,8\n")


@pytest.mark.parametrize(
    "content", ["root:x:0:0:secret\n", f"{HEADER}root:x:0:0:secret\n", f"{HEADER}1,2,{'s' * 200},4\n"]
)
def test_it_quotes_nothing_but_the_beginning_of_the_bad_cell(tmp_path: Path, content: str) -> None:
    with pytest.raises(DatasetError) as refused:
        read_ratings(tmp_path, content)
    assert "secret" not in str(refused.value)
    assert "s" * 101 not in str(refused.value)
