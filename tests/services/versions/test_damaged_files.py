"""Files that are cut while this process has them mapped: the next request goes on with whole ones, and nobody dies."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from recommender.engine.data.artifact import ArtifactError
from recommender.models import Movie
from recommender.services.catalogue import title_search
from recommender.services.storage import artifacts
from recommender.services.versions import loading, serving
from recommender.titles.query import TitleQuery
from tests.services.versions.test_serving import put_in_service, served
from tests.support.artifact_storage import OnS3
from tests.support.factories import make_movie

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["folder", "elsewhere"])
def storage(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> str:
    """Artifacts in a folder, or in storage that is read through copies on this machine, S3."""
    settings.ARTIFACT_CACHE_DIR = tmp_path / "cache"
    if request.param == "elsewhere":
        on_s3: OnS3 = request.getfixturevalue("on_s3")
        settings.STORAGES = django_settings.STORAGES | {"artifacts": on_s3.backend}
        on_s3.use()
    serving.clear()
    return str(request.param)


def cut(file: Path) -> None:
    """Cut a file in place, as a full disk or a careless copy does."""
    assert file.stat().st_mode & 0o222 == 0, "nobody should be able to write into a file that others have mapped"
    file.chmod(0o640)
    with file.open("r+b") as opened:
        opened.truncate(16)


def mapped(name: str) -> list[Path]:
    """The files that this process has mapped for what is in service under a name."""
    files = list(serving._cache.loaded[name].files)
    assert files
    return files


def test_a_model_that_was_cut_is_fetched_again_or_another_one_serves(storage: str, tmp_path: Path) -> None:
    put_in_service(tmp_path, 3.0)
    version = put_in_service(tmp_path, 4.0)
    assert served() == 4.0
    for file in mapped("als"):
        cut(file)
    assert served() == (3.0 if storage == "folder" else 4.0)
    if storage == "folder":
        with pytest.raises(ArtifactError, match="is damaged"):
            loading.load(version)
    else:
        assert all(artifacts.is_as_mapped({file: (file.stat().st_ino, 1)}) is False for file in mapped("als"))
        assert loading.load(version) is not None


@pytest.mark.usefixtures("storage")
def test_a_title_index_that_was_cut_is_unpacked_again() -> None:
    make_movie(1, "Alien")
    version = title_search.build()
    assert [movie.pk for movie in title_search.search(TitleQuery("alien")).movies] == [1]
    for file in mapped("title_index"):
        if file.suffix != ".lock":
            cut(file)
    Movie.objects.all()
    assert [movie.pk for movie in title_search.search(TitleQuery("alien")).movies] == [1]
    assert len(loading.load(version)) == 1
