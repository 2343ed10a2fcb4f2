"""Files of published splits, in the layouts that people publish."""

import re

import numpy as np
import pytest

from recommender.formats.movielens import DatasetError
from recommender.formats.split_files import read_split_file


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "file.txt"
        path.write_text(text)
        return path

    return write


@pytest.mark.parametrize(
    "text",
    [
        "1\t2\t3.5\t100\n3\t4\t5\t200\n",
        "1::2::3.5::100\n3::4::5::200\n",
        "1,2,3.5,100\n3,4,5,200\n",
        "1 2 3.5 100\n\n3 4 5 200\n",
        "userId,movieId,rating,timestamp\n1,2,3.5,100\n3,4,5.0,200\n",
        "timestamp\titem_id:token\tuser_id:token\trating:float\n100\t2\t1\t3.5\n200\t4\t3\t5\n",
        "user,item,rating,comment,time\n1,2,3.5,good,100\n3,4,5,better,200\n",
    ],
    ids=["100K", "1M", "commas", "spaces", "MovieLens header", "RecBole", "further columns"],
)
def test_one_rating_a_line(written, text):
    found = read_split_file(written(text))
    assert (found.rater_ids.tolist(), found.movie_ids.tolist()) == ([1, 3], [2, 4])
    assert (found.half_stars.tolist(), found.rated_at.tolist()) == ([7, 10], [100, 200])


def test_stars_and_times_may_be_missing(written):
    found = read_split_file(written("0 7\n0 8\n"))
    assert (found.movie_ids.tolist(), found.half_stars, found.rated_at) == ([7, 8], None, None)
    found = read_split_file(written("1 7 4\n2 8 0.5\n"))
    assert (found.half_stars.tolist(), found.rated_at) == ([8, 1], None)


def test_one_rater_a_line(written):
    found = read_split_file(written("0 5 6 7\n1 5\n2\n"))
    assert list(zip(found.rater_ids, found.movie_ids, strict=True)) == [(0, 5), (0, 6), (0, 7), (1, 5)]
    assert found.half_stars is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty."),
        ("1\t2\tgood\n", 'line 1: "good" is not one of 0.5, 1.0 … 5.0.'),
        ("1\t2\t3\n1\t3\t6\n", 'line 2: "6" is not one of 0.5, 1.0 … 5.0.'),
        ("1,2,3\n1,x,3\n", 'line 2: "x" is not a whole number.'),
        ("user,item,rating\n1,2,3\n1,2\n", "line 3: 2 fields, expected 3."),
        ("user,rating\n1,2\n", 'line 1: the header "user rating" names no column of raters or of movies.'),
        ("1,2,3,now\n", 'line 1: "now" is not a time in seconds since 1970.'),
        ("1,2,3,4,5\n1,2,3,4,5\n", "line 1: 5 fields, expected rater, movie, stars and time."),
    ],
)
def test_it_names_the_line_and_the_value(written, text, sentence):
    path = written(text)
    with pytest.raises(DatasetError, match=re.escape(sentence)) as error:
        read_split_file(path)
    assert str(error.value).startswith(str(path))


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"absent\.txt cannot be read"):
        read_split_file(tmp_path / "absent.txt")


def test_arrays_are_of_whole_numbers(written):
    found = read_split_file(written("1 2 3 881250949.0\n"))
    assert (found.rater_ids.dtype, found.half_stars.dtype, found.rated_at.dtype) == (np.int64, np.int8, np.int64)
