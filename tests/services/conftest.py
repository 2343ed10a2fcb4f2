"""What the tests of services share."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recommender.models import Experiment, ModelVersion, Rater
from recommender.services.catalogue import tmdb_client
from recommender.services.experiments import experiments, impressions
from recommender.services.versions import serving
from tests.support import s3
from tests.support.artifact_storage import OnDisk, OnS3
from tests.support.sample_site import ALICE, put_in_service, store_movies, store_ratings
from tests.support.tmdb_server import KEY, TmdbServer, posters_of


@pytest.fixture
def tmdb_server(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[TmdbServer]:
    """A TMDB that knows sixty movies, and settings that lead there; waits are short."""
    release = Path(settings.MOVIELENS_DATA) if settings.MOVIELENS_DATA else None
    monkeypatch.setattr(tmdb_client, "FIRST_BACKOFF", 0.01)
    monkeypatch.setattr(tmdb_client, "READ_TIMEOUT", 0.4)
    monkeypatch.setattr(tmdb_client, "RESPONSE_TIMEOUT", 0.8)
    with TmdbServer(posters_of(release, 60)).running() as running:
        settings.TMDB_URL, settings.TMDB_API_KEY, settings.TMDB_RATE = running.url, KEY, 40
        yield running


@pytest.fixture
def site(db: None, tmp_path: Path) -> None:
    """Sample movies, and the hybrid in service."""
    store_movies()
    put_in_service("hybrid", tmp_path)


@pytest.fixture
def alice_rated(site: None, alice_rater: Rater) -> Rater:
    """Alice after ten ratings, who has not been asked for consent."""
    store_ratings(alice_rater, ALICE)
    return alice_rater


@pytest.fixture
def _check_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in service is looked up for every list."""
    monkeypatch.setattr(serving, "CHECK_INTERVAL", 0.0)


@pytest.fixture
def versions(db: None, _check_every_time: None, tmp_path: Path) -> tuple[ModelVersion, ModelVersion]:
    """The hybrid in service and popularity, which is not what anybody gets by default."""
    store_movies()
    mean = put_in_service("mean", tmp_path)
    return put_in_service("hybrid", tmp_path), mean


@pytest.fixture
def experiment(versions: tuple[ModelVersion, ModelVersion]) -> Experiment:
    """The hybrid against popularity, for everybody who agreed."""
    return experiments.start(version_a=versions[0], version_b=versions[1], share=1.0, started_by=None)


@pytest.fixture
def alice_takes_part(versions: object, alice_rater: Rater) -> Rater:
    """Alice has rated ten movies and agreed."""
    store_ratings(alice_rater, ALICE)
    impressions.set_consent(rater=alice_rater, share=True)
    return alice_rater


@pytest.fixture(scope="session")
def on_s3() -> Iterator[OnS3]:
    """Artifacts on an S3 for all tests of this process."""
    with s3.running() as server:
        yield OnS3(server, "artifacts")


@pytest.fixture(params=["file system", "S3"])
def artifact_storage(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> OnDisk | OnS3:
    """An empty artifact storage of each kind, with an empty cache."""
    settings.ARTIFACT_CACHE_DIR = tmp_path / "cache"
    if request.param == "file system":
        on_disk = OnDisk(tmp_path / "artifacts")
        settings.STORAGES = settings.STORAGES | {"artifacts": on_disk.backend}
        return on_disk
    on_s3: OnS3 = request.getfixturevalue("on_s3")
    settings.STORAGES = settings.STORAGES | {"artifacts": on_s3.backend}
    on_s3.use()
    return on_s3
