"""What a file leaves open is asked, and answered by sending the file again; nothing of it is remembered."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from recommender.models import RatingImport
from recommender.services.catalogue import title_search
from tests.support import rating_exports as files
from tests.support.factories import make_movie

pytestmark = pytest.mark.django_db
URL = "/api/v1/imports"
OWN = b"Film;Made;Mine;When\nAlien;1979;8,5;04.05.2023\nDune;1984;10;\n"


@pytest.fixture(autouse=True)
def _catalogue(db: None) -> None:
    make_movie(1214, "Alien", 1979, imdb_id="0078748")
    make_movie(2021, "Dune", 1984)
    title_search.build()


def upload(client: Client, data: bytes, name: str = "mine.csv", **answers: Any) -> Any:
    return client.post(URL, {"file": SimpleUploadedFile(name, data), **answers})


def test_a_table_of_ones_own_is_asked_about_step_by_step(alice_client: Client) -> None:
    asked = upload(alice_client, OWN)
    assert asked.status_code == 422
    question = asked.json()
    assert (question["ask"], question["first_row"]) == ("columns", "names")
    assert question["columns"][2] == {"name": "Mine", "values": ["8,5", "10"], "role": "rating", "scale": "10"}
    columns = {"columns": [column["role"] for column in question["columns"]], "scale": "10"}
    question = upload(alice_client, OWN, **columns).json()
    assert (question["ask"], question["readings"]) == ("dates", {"day": "2023-05-04", "month": "2023-04-05"})
    made = upload(alice_client, OWN, **columns, dates="month")
    assert made.status_code == 201, made.content
    assert (made.json()["label"], made.json()["matches"]["matched"]) == ("Table with ratings out of 10", 2)
    rows = alice_client.get(f"{URL}/{made.json()['import_id']}/rows").json()["results"]
    assert [(row["stars"], row["rated_at"]) for row in rows] == [(4.5, "2023-04-05T00:00:00Z"), (5.0, None)]


def test_nothing_of_the_answers_is_remembered(alice_client: Client) -> None:
    columns = ["title", "year", "rating", "nothing"]
    assert upload(alice_client, OWN, columns=columns).status_code == 201
    assert upload(alice_client, OWN).json()["ask"] == "columns"


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"columns": ["nothing"] * 4}, "Choose the column with the titles"),
        ({"columns": ["title", "year"]}, "The table has 4 columns, but 2 were described."),
        ({"columns": ["title", "director", "rating", "nothing"]}, "columns: Input should be 'title', 'year'"),
        ({"columns": ["title"] * 201}, "columns: List should have at most 200 items"),
        ({"scale": "7"}, "scale: Input should be '4', '5', '10'"),
        ({"dates": "year"}, "dates: Input should be 'day' or 'month'"),
        ({"first_row": "x"}, "first_row: Input should be 'names' or 'values'"),
    ],
)
def test_a_wrong_answer_is_refused_with_one_sentence(
    alice_client: Client, answers: dict[str, Any], sentence: str
) -> None:
    refused = upload(alice_client, OWN, **answers)
    assert refused.status_code == 422
    assert sentence in refused.json()["detail"]
    assert not RatingImport.objects.exists()


def test_a_list_without_ratings_is_asked_about(alice_client: Client) -> None:
    data = files.LETTERBOXD_WATCHLIST.encode()
    assert upload(alice_client, data).json()["ask"] == "unrated"
    assert upload(alice_client, data, unrated="seen").json()["kinds"]["seen"] == 1


def test_a_file_that_no_answer_helps_asks_nothing(alice_client: Client) -> None:
    refused = upload(alice_client, b"hello\n").json()
    assert refused["detail"].startswith('Line 1 is "hello"')
    assert refused.get("ask") is None


def test_the_questions_are_in_the_schema_of_the_api(alice_client: Client) -> None:
    schema = alice_client.get("/api/openapi.json").json()
    answer = schema["paths"]["/api/v1/imports"]["post"]["responses"]["422"]
    assert answer["content"]["application/json"]["schema"]["$ref"].endswith("/ImportQuestion")
    assert set(schema["components"]["schemas"]["ImportQuestion"]["properties"]) == {
        "detail", "ask", "readings", "columns", "first_row",
    }  # fmt: skip
    sent = schema["paths"]["/api/v1/imports"]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert {"file", "unrated", "dates", "columns", "scale", "first_row"} <= set(sent["properties"])
