"""The site answers, with what is left, when artifacts in service are damaged."""

from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.test import Client

from recommender.models import ModelVersion
from recommender.services.catalogue import title_search
from recommender.services.storage import artifacts
from recommender.services.versions import serving
from tests.support.sample_site import put_in_service, store_movies

ADDRESSES = (
    "/",
    "/recommendations/",
    "/movies/1/",
    "/api/v1/algorithms",
    "/api/v1/search?q=movie",
    "/api/v1/movies/1/similar",
    "/api/v1/recommendations",
    "/api/v1/recommendations?algorithm=als",
    "/api/v1/movies/1/explanation",
)


@pytest.fixture
def site(db: None, tmp_path: Path) -> None:
    store_movies()
    title_search.build()
    for name in ("als", "mean"):
        put_in_service(name, tmp_path)


def damage(algorithm: str) -> None:
    key = ModelVersion.objects.active().get(algorithm=algorithm).artifact_key
    Path(storages["artifacts"].path(key)).chmod(0o640)
    Path(storages["artifacts"].path(key)).write_bytes(b"damaged")
    serving.clear()


def test_nothing_ends_in_a_server_error(site: None, alice_client: Client) -> None:
    for algorithm in ("als", "mean", "title_index"):
        damage(algorithm)
    found = {address: alice_client.get(address).status_code for address in ADDRESSES}
    assert {address for address, status in found.items() if status >= 500} == set()
    assert found["/"] == found["/recommendations/"] == found["/api/v1/search?q=movie"] == 200
    answer = alice_client.get("/api/v1/recommendations")
    assert (answer.status_code, answer.json()["detail"]) == (404, "No model is in service; train one first.")


def test_another_algorithm_takes_over(site: None, alice_client: Client) -> None:
    damage("als")
    assert alice_client.get("/api/v1/recommendations").json()["count"] > 0
    offered = alice_client.get("/api/v1/algorithms").json()["results"]
    assert [each["name"] for each in offered if each["available"]] == ["mean"]


@pytest.mark.parametrize("harm", ["truncated", "changed", "removed", "emptied"])
def test_a_damaged_copy_of_the_title_index_heals_itself(site: None, alice_client: Client, harm: str) -> None:
    version = ModelVersion.objects.active().get(algorithm="title_index")
    folder = artifacts.local_folder(key=version.artifact_key, sha256=version.artifact_sha256)
    file = max((file for file in folder.iterdir() if file.is_file()), key=lambda file: file.stat().st_size)
    content = file.read_bytes()
    if harm == "removed":
        file.unlink()
    elif harm == "emptied":
        for each in folder.iterdir():
            each.unlink()
    else:
        file.write_bytes(content[: len(content) // 2] if harm == "truncated" else b"x" + content[1:])
    serving.clear()
    assert alice_client.get("/api/v1/search?q=movie").json()["count"] > 0
    assert file.read_bytes() == content
    assert [path.name for path in folder.parent.iterdir() if "partial" in path.name] == []
