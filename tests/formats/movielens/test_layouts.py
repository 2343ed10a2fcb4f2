"""Every layout a MovieLens release has had, from a folder and from a zip."""

import zipfile
from pathlib import Path

import pytest

from recommender.formats.movielens import Dataset, DatasetError, read_dataset

MOVIES_CSV = (
    "movieId,title,genres\n"
    "1,Toy Story (1995),Adventure|Animation|Children\n"
    '11,"American President, The (1995)",Comedy|Drama|Romance\n'
    '20,"Said ""no"": a film (2006–2007)",(no genres listed)\n'
    "5,Babylon 5,Sci-Fi\n"
)
RATINGS_CSV = "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n1,11,0.5,964981247\n2,1,5.0,847434962\n"
LINKS_CSV = "movieId,imdbId,tmdbId\n1,0114709,862\n11,0112346,\n"
TAGS_CSV = 'userId,movieId,tag,timestamp\n2,1, Pixar ,1445714994\n2,1,"fun, for all",1445714996\n1,1,  ,1445714999\n'


def write(folder: Path, files: dict[str, str | bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def csv_release(folder: Path) -> Path:
    files = {"movies.csv": MOVIES_CSV, "ratings.csv": RATINGS_CSV, "links.csv": LINKS_CSV, "tags.csv": TAGS_CSV}
    return write(folder, dict(files))


def assert_is_the_csv_release(dataset: Dataset) -> None:
    movies, ratings, tags = dataset.movies, dataset.ratings, dataset.tags
    assert movies.movie_ids.tolist() == [1, 5, 11, 20]
    assert movies.titles == ("Toy Story", "Babylon 5", "The American President", 'Said "no": a film')
    assert movies.years.tolist() == [1995, 0, 1995, 2006]
    assert movies.genres == (("Adventure", "Animation", "Children"), ("Sci-Fi",), ("Comedy", "Drama", "Romance"), ())
    assert movies.imdb_ids == ("0114709", "", "0112346", "")
    assert movies.tmdb_ids.tolist() == [862, 0, 0, 0]
    assert ratings.rater_ids.tolist() == [1, 1, 2]
    assert ratings.movie_ids.tolist() == [1, 11, 1]
    assert ratings.half_stars.tolist() == [8, 1, 10]
    assert ratings.rated_at.tolist() == [964982703, 964981247, 847434962]
    assert [array.dtype for array in (ratings.rater_ids, ratings.half_stars, ratings.rated_at)] == ["i4", "i1", "i8"]
    assert tags.tags == ("Pixar", "fun, for all")
    assert tags.applied_at.tolist() == [1445714994, 1445714996]


def test_it_reads_a_csv_release(tmp_path: Path) -> None:
    assert_is_the_csv_release(read_dataset(csv_release(tmp_path / "ml-25m")))


def test_it_reads_a_folder_that_contains_the_release_folder(tmp_path: Path) -> None:
    csv_release(tmp_path / "downloads" / "ml-25m")
    assert_is_the_csv_release(read_dataset(tmp_path / "downloads"))


@pytest.mark.parametrize("prefix", ["", "ml-25m/"])
def test_it_reads_a_zip(tmp_path: Path, prefix: str) -> None:
    folder = csv_release(tmp_path / "files")
    with zipfile.ZipFile(tmp_path / "ml-25m.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, prefix + file.name)
    assert_is_the_csv_release(read_dataset(tmp_path / "ml-25m.zip"))


def test_it_reads_a_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    folder = csv_release(tmp_path / "ml-25m")
    for file in folder.iterdir():
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
    assert_is_the_csv_release(read_dataset(folder))


def test_it_reads_blank_lines_and_a_last_line_without_an_end(tmp_path: Path) -> None:
    folder = csv_release(tmp_path / "ml-25m")
    (folder / "ratings.csv").write_text(RATINGS_CSV.replace("\n1,11", "\n\n1,11").rstrip())
    assert_is_the_csv_release(read_dataset(folder))


def test_it_reads_the_double_colon_files_of_1m_in_latin_1(tmp_path: Path) -> None:
    movies = "1::Toy Story (1995)::Animation|Children's\n73::Misérables, Les: The Film (1995)::Drama\n"
    ratings = "1::1::5::978824268\r\n1::73::3::978300760\r\n"
    folder = write(tmp_path / "ml-1m", {"movies.dat": movies.encode("latin-1"), "ratings.dat": ratings})
    dataset = read_dataset(folder)
    assert dataset.movies.titles == ("Toy Story", "Les Misérables: The Film")
    assert dataset.movies.genres == (("Animation", "Children"), ("Drama",))
    assert dataset.ratings.half_stars.tolist() == [10, 6]
    assert len(dataset.tags) == 0


def test_it_reads_the_double_colon_files_of_10m_in_utf_8(tmp_path: Path) -> None:
    files = {
        "movies.dat": '73::Misérables, Les (1995)::Drama|War\n74::"Quoted (1990)::Comedy\n',
        "ratings.dat": "1::73::3.5::838985046\n",
        "tags.dat": '15::74::"half a quote::1215184630\n15::73::like: a colon::1215184631\n',
    }
    dataset = read_dataset(write(tmp_path / "ml-10m", dict(files)))
    assert dataset.movies.titles == ("Les Misérables", '"Quoted')
    assert dataset.ratings.half_stars.tolist() == [7]
    assert dataset.tags.tags == ('"half a quote', "like: a colon")


def test_it_reads_100k(tmp_path: Path) -> None:
    flags = {1: "0|0|0|1|1|1|0|0|0|0|0|0|0|0|0|0|0|0|0", 2: "1" + "|0" * 18}
    item = f"1|Toy Story (1995)|01-Jan-1995||http://us.imdb.com/M/|{flags[1]}\n2|Señorita|||" + f"|{flags[2]}\n"
    folder = write(tmp_path / "ml-100k", {"u.item": item.encode("latin-1"), "u.data": "196\t2\t3\t881250949\n"})
    dataset = read_dataset(folder)
    assert dataset.movies.titles == ("Toy Story", "Señorita")
    assert dataset.movies.years.tolist() == [1995, 0]
    assert dataset.movies.genres == (("Animation", "Children", "Comedy"), ())
    assert (dataset.ratings.rater_ids.tolist(), dataset.ratings.half_stars.tolist()) == ([196], [6])


def test_it_reads_a_catalogue_without_ratings_but_with_posters(tmp_path: Path) -> None:
    posters = "movieId,tmdbId,posterPath\n1,862,/rhIRbceo.jpg\n5,,\n77,9,/unknown.jpg\n"
    dataset = read_dataset(write(tmp_path / "catalogue", {"movies.csv": MOVIES_CSV, "posters.csv": posters}))
    assert len(dataset.ratings) == 0
    assert dataset.movies.poster_paths == ("/rhIRbceo.jpg", "", "", "")
    assert dataset.movies.tmdb_ids.tolist() == [862, 0, 0, 0]


def test_it_takes_posters_from_the_catalogue_beside_the_release(tmp_path: Path) -> None:
    write(tmp_path / "catalog-2018", {"posters.csv": "movieId,tmdbId,posterPath\n11,1,/president.jpg\n"})
    dataset = read_dataset(csv_release(tmp_path / "ml-latest"))
    assert dataset.movies.poster_paths == ("", "", "/president.jpg", "")
    assert dataset.movies.tmdb_ids.tolist() == [862, 0, 0, 0]


def test_it_reports_progress_and_can_be_cancelled(tmp_path: Path) -> None:
    shares: list[float] = []
    read_dataset(csv_release(tmp_path), lambda share, _message: shares.append(share))
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)

    def cancel(_share: float, _message: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_dataset(tmp_path, cancel)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "holds no MovieLens release"),
        ({"notes.txt": "hello"}, "holds no MovieLens release"),
        ({"ratings.csv": RATINGS_CSV}, "movies.csv is missing"),
        ({"ratings.dat": "1::1::5::1"}, "movies.dat is missing"),
        ({"movies.csv": MOVIES_CSV, "tags.csv": TAGS_CSV}, "ratings.csv is missing"),
        ({"movies.csv": ""}, "movies.csv in .* is empty"),
        ({"movies.csv": MOVIES_CSV, "ratings.csv": "\n"}, "ratings.csv in .* is empty"),
    ],
)
def test_it_says_what_is_missing(tmp_path: Path, files: dict[str, str | bytes], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        read_dataset(write(tmp_path / "release", files))


def test_it_says_that_nothing_is_there(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="does not exist"):
        read_dataset(tmp_path / "ml-25m")


def test_it_will_not_choose_between_two_releases(tmp_path: Path) -> None:
    csv_release(tmp_path / "ml-20m")
    csv_release(tmp_path / "ml-25m")
    with pytest.raises(DatasetError, match=r"2 releases \(ml-20m, ml-25m\)"):
        read_dataset(tmp_path)


def test_it_says_that_a_zip_is_not_one(tmp_path: Path) -> None:
    (tmp_path / "ml-25m.zip").write_bytes(b"<html>not found</html>")
    with pytest.raises(DatasetError, match="not a readable zip"):
        read_dataset(tmp_path / "ml-25m.zip")


def test_it_says_that_a_file_in_a_zip_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "ml-25m.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("movies.csv", MOVIES_CSV)
        archive.writestr("ratings.csv", RATINGS_CSV)
    content = bytearray(path.read_bytes())
    content[content.index(b"964982703")] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(DatasetError, match=r"ratings.csv in .* is damaged"):
        read_dataset(path)


def test_the_year_may_have_a_column_of_its_own_and_ids_may_be_decimals(tmp_path: Path) -> None:
    rows = "1,Toy Story,Comedy,1995\n2,Heat (1995),Crime,1990\n3,Alien,Horror,1979.0\n4,Her,Drama,\n"
    movies = f"movieId,title,genres,year\n{rows}"
    links = "movieId,imdbId,tmdbId\n1,114709,862.0\n"
    found = read_dataset(write(tmp_path / "ml", {"movies.csv": movies, "links.csv": links})).movies
    assert found.years.tolist() == [1995, 1995, 1979, 0]
    assert (found.imdb_ids[0], found.tmdb_ids.tolist()) == ("114709", [862, 0, 0, 0])


def test_a_movies_file_in_latin_1_is_read(tmp_path: Path) -> None:
    movies = "movieId,title,genres\n1,Amélie (2001),Comedy\n".encode("latin-1")
    assert read_dataset(write(tmp_path / "ml", {"movies.csv": movies})).movies.titles == ("Amélie",)


@pytest.mark.parametrize("zipped", [False, True])
def test_it_says_that_the_copy_of_kaggle_has_other_files(tmp_path: Path, zipped: bool) -> None:
    path = write(tmp_path / "ml", {"movie.csv": "movieId,title,genres\n", "rating.csv": "x\n"})
    if zipped:
        with zipfile.ZipFile(tmp_path / "ml.zip", "w") as archive:
            archive.write(path / "movie.csv", "archive/movie.csv")
        path = tmp_path / "ml.zip"
    with pytest.raises(DatasetError, match=r"is a copy of MovieLens from Kaggle.*grouplens"):
        read_dataset(path)
