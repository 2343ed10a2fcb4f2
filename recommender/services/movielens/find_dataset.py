"""Find a dataset to start with: the configured one, an earlier download, a new download, or a generated one."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from recommender.engine.progress import no_progress
from recommender.formats.generator.generate import generate
from recommender.formats.movielens import DatasetError, read_catalogue, read_dataset
from recommender.services.jobs.progress import OnProgress
from recommender.services.movielens.download import DownloadError, download

GROUPLENS = "https://files.grouplens.org/datasets/movielens/"
RELEASE = "ml-latest-small"
GENERATED = "generated-small"
N_RATERS, N_MOVIES, N_RATINGS = 600, 3_000, 100_000
MIN_RATINGS = 90_000
TIMEOUT = 15.0

Say = Callable[[str], None]


def locate_dataset(
    *,
    data_dir: Path | None = None,
    on_progress: OnProgress = no_progress,
    say: Say | None = None,
    base_url: str = GROUPLENS,
    timeout: float = TIMEOUT,
) -> Path:
    """Return the folder or zip of a dataset; generate one if nothing else is available.

    Raises `DatasetError` only if MOVIELENS_DATA is set to something that is not a MovieLens release.
    """
    if settings.MOVIELENS_DATA:
        return _configured(Path(settings.MOVIELENS_DATA))
    folder = (data_dir or Path(settings.DATA_DIR)) / "datasets"
    downloaded = folder / f"{RELEASE}.zip"
    if downloaded.is_file() or (folder / RELEASE).is_dir():
        return downloaded if downloaded.is_file() else folder / RELEASE
    tell = say or (lambda _sentence: None)
    try:
        return _download(downloaded, base_url + downloaded.name, on_progress, timeout)
    except (DownloadError, OSError) as error:
        reason = str(error).rstrip(".")
    generated = folder / GENERATED
    tell(
        f"No MovieLens data could be downloaded ({reason}), so these movies and ratings are made up; for the real ones,"
        f" go online and delete {generated}, or set MOVIELENS_DATA to a folder or zip from https://grouplens.org."
    )
    if not (generated / "ratings.csv").is_file():
        generate(generated, n_raters=N_RATERS, n_movies=N_MOVIES, n_ratings=N_RATINGS, seed=0, on_progress=on_progress)
    return generated


def _configured(path: Path) -> Path:
    try:
        read_catalogue(path.expanduser())
    except DatasetError as error:
        raise DatasetError(f"MOVIELENS_DATA cannot be used: {error}") from error
    return path.expanduser()


def _download(target: Path, url: str, on_progress: OnProgress, timeout: float) -> Path:
    """Download a release, and check that it can be read before it gets its final name."""
    unchecked = target.with_name(f"unchecked-{target.name}")
    download(url=url, target=unchecked, on_progress=on_progress, timeout=timeout)
    try:
        n_ratings = len(read_dataset(unchecked).ratings)
    except DatasetError as error:
        unchecked.unlink()
        raise DownloadError(f"{url} is not a MovieLens release: {error}") from error
    if n_ratings < MIN_RATINGS:
        unchecked.unlink()
        raise DownloadError(f"{url} contains only {n_ratings} ratings.")
    return unchecked.replace(target)
