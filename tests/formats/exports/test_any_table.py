"""A table of one's own: what its columns hold is guessed, asked, and read as its owner says."""

import pytest

from recommender.formats.exports import Answers, ExportError, RatingExport, UnclearList, UnclearTable, read_export
from recommender.formats.exports.questions import FirstRow, Role
from recommender.formats.exports.values import Scale

OWN = "Film;Made;Mine;When;Where\nAlien;1979;8,5;15.01.2023;cinema\nHeat;1995;10;;home\n"
HOLD: list[Role] = ["title", "year", "rating", "date", "nothing"]


def asked(text: str, answers: Answers | None = None) -> UnclearTable:
    with pytest.raises(UnclearTable) as question:
        read_export(text.encode(), answers=answers or Answers())
    return question.value


def guessed(text: str) -> list[Role]:
    return [column.role for column in asked(text).columns]


def told(text: str, *columns: Role, scale: Scale | None = None, first_row: FirstRow | None = None) -> RatingExport:
    return read_export(text.encode(), answers=Answers(columns=columns, scale=scale, first_row=first_row))


def test_it_asks_what_the_columns_hold_and_shows_the_first_rows() -> None:
    question = asked(OWN + "x;1990;5;;\n" * 10)
    assert "What is in its columns?" in str(question)
    assert [(column.name, column.role, column.scale) for column in question.columns] == [
        ("Film", "title", None), ("Made", "year", None), ("Mine", "rating", 10), ("When", "date", None),
        ("Where", "nothing", None),
    ]  # fmt: skip
    assert question.columns[0].values == ("Alien", "Heat", "x", "x", "x")


def test_it_reads_the_table_as_its_owner_says() -> None:
    export = told(OWN, *HOLD)
    assert export.format.label == "Table with ratings out of 10"
    assert [(row.line, row.title, row.year, row.half_stars) for row in export.rows] == [
        (2, "Alien", 1979, 9),
        (3, "Heat", 1995, 10),
    ]
    assert [str(row.rated_at)[:10] for row in export.rows] == ["2023-01-15", "None"]


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("Titel;Jahr;Bewertung;Datum\nAlien;1979;8,5;15.01.2023\n", ["title", "year", "rating", "date"]),
        ("sep=;\nname;my rating;rating\nAlien (1979);4,5;7\n", ["title", "rating", "nothing"]),
        ("imdb_id,score\ntt0078748,87\n", ["imdb_id", "rating"]),
        ("标题,我的评分\nAlien,5\n", ["title", "rating"]),
        ("no,what,how,link\n1,Alien,B+,https://www.imdb.com/title/tt0078748/\n2,Heat,A,https://www.imdb.com/title/tt0113277/\n",
         ["nothing", "title", "rating", "imdb_id"]),
        ("tmdb,vote,votes\n348,8,1200\n", ["tmdb_id", "rating", "nothing"]),
    ],
)  # fmt: skip
def test_it_guesses_by_name_and_by_value(text: str, roles: list[Role]) -> None:
    assert guessed(text) == roles


@pytest.mark.parametrize(
    ("ratings", "scale"),
    [
        (["4.5", "3"], 5), (["8", "10"], 10), (["87", "5"], 100), (["B+", "A"], "letters"), (["7/10", "4/10"], 10),
        (["3/4", "4/4"], 4), (["14/20"], 20), (["85%", "4%"], 100), (["★★★½", "★"], 5), (["good", "bad"], None),
    ],
)  # fmt: skip
def test_it_guesses_the_scale(ratings: list[str], scale: Scale | None) -> None:
    question = asked("title,rating\n" + "".join(f"Alien,{rating}\n" for rating in ratings))
    assert question.columns[1].scale == scale


@pytest.mark.parametrize(
    ("written", "scale", "half_stars"),
    [
        ("3", 5, 6), ("3", 4, 8), ("3", 10, 3), ("15", 20, 8), ("87", 100, 9), ("3,5", 5, 7), ("7/10", 5, 7),
        ("1", 100, 1),
        ("85%", 5, 9), ("★★★½", 5, 7), ("☆☆☆☆☆", 5, None), ("11", 10, None), ("0", 10, None), ("0%", 100, None),
        ("A+", "letters", 10), ("a", "letters", 9), ("B−", "letters", 6), ("F", "letters", 1), ("G", "letters", None),
    ],
)  # fmt: skip
def test_ratings_on_every_scale_become_half_stars(written: str, scale: Scale, half_stars: int | None) -> None:
    text = f'title,rating\nHeat,{"A" if scale == "letters" else 1}\nAlien,"{written}"\n'
    export = told(text, "title", "rating", scale=scale)
    assert [row.half_stars for row in export.rows if row.title == "Alien"] == ([half_stars] if half_stars else [])
    assert len(export.bad) == (half_stars is None)


def test_a_table_may_begin_with_a_movie() -> None:
    text = "The Matrix,1999,9\nAlien,1979,8\n"
    assert asked(text).first_row == "values"
    assert [(row.line, row.title) for row in told(text, "title", "year", "rating").rows] == [
        (1, "The Matrix"),
        (2, "Alien"),
    ]
    assert [row.title for row in told(text, "title", "year", "rating", first_row="names").rows] == ["Alien"]


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        (["nothing"] * 5, "Choose the column with the titles, or the one with the IMDb or TMDB ids."),
        (["nothing", "year", "rating", "date", "nothing"], "Choose the column with the titles"),
        (["title", "title", "rating", "nothing", "nothing"], "Two columns are said to be the title"),
        (["title", "rating"], "The table has 5 columns, but 2 were described."),
        (["title", "nothing", "nothing", "nothing", "rating"], "Choose the scale of the ratings."),
    ],
)
def test_an_answer_that_is_not_enough_is_asked_again(columns: list[Role], sentence: str) -> None:
    question = asked(OWN, Answers(columns=columns))
    assert str(question).startswith(sentence)
    assert len(question.columns) == 5


def test_a_table_without_ratings_is_a_list_to_ask_about_whatever_its_name() -> None:
    columns: list[Role] = ["title", "year", "nothing", "nothing", "nothing"]
    with pytest.raises(UnclearList):
        read_export(OWN.encode(), file_name="films.csv", answers=Answers(columns=columns))
    export = read_export(OWN.encode(), answers=Answers(columns=columns, unrated="watchlist"))
    assert [row.kind for row in export.rows] == ["watchlist", "watchlist"]


@pytest.mark.parametrize("text", ["hello,world\n", "one column\nAlien\n", "a,b\nAlien\n", "<p>a,b</p>\n<p>c,d</p>\n"])
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(ExportError) as refused:
        read_export(text.encode())
    assert not isinstance(refused.value, UnclearTable)
