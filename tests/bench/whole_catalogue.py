"""A running site with the 58,098-movie catalogue and the ratings of the small release, for benchmarks in a browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.throw_away_site import throw_away_site
from tests.support.release_copy import whole_release

CATALOGUE = "catalog-2018"


def release_of_the_catalogue(release: Path, folder: Path) -> Path:
    """Return a release of the ratings of one and the movies of the catalogue beside it, made under `folder`."""
    made = folder / "made" / "release"
    made.mkdir(parents=True)
    for name in ("ratings.csv", "links.csv", "tags.csv"):
        shutil.copyfile(release / name, made / name)
    shutil.copyfile(release.parent / CATALOGUE / "movies.csv", made / "movies.csv")
    (made.parent / CATALOGUE).symlink_to(release.parent / CATALOGUE, target_is_directory=True)
    return whole_release(made, folder / "known")


@contextmanager
def running_site() -> Iterator[str]:
    """Import, build what the pages need, serve it by gunicorn; give its address."""
    release = Path(os.environ.get("MOVIELENS_DATA") or "/nonexistent")
    if not (release.parent / CATALOGUE / "movies.csv").is_file():
        sys.exit(f"Set MOVIELENS_DATA to a release that has the folder {CATALOGUE} beside it.")
    with throw_away_site() as data_dir:
        from recommender.services.catalogue import title_search
        from recommender.services.movielens import release as movielens
        from recommender.services.training import similar_movies, train

        movielens.import_movielens(path=release_of_the_catalogue(release, data_dir))
        title_search.build()
        train.train(algorithm="als")
        similar_movies.build()
        with _gunicorn(data_dir) as address:
            yield address


@contextmanager
def _gunicorn(data_dir: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [sys.executable, "-m", "gunicorn", "movierec_site.wsgi", "-b", address, "-k", "gthread", "--threads", "4"]
    with (data_dir / "gunicorn.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            _wait_for(f"http://{address}/api/v1/search")
            yield f"http://{address}"
        finally:
            server.terminate()


def _wait_for(url: str) -> None:
    for _ in range(150):
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("The site did not answer; see gunicorn.log in its data folder.")
