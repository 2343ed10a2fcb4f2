"""How long a dataset takes from file to tables to arrays.

Run it as ``python -m tests.bench.bench_import --ratings 1000000``; it uses a throw-away database server.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from movierec_site import embedded


def main() -> None:
    """Print a table: what, seconds, million rows a second, and the ratio to reading the file."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--ratings", type=int, default=1_000_000)
    n_ratings = parser.parse_args().ratings
    with tempfile.TemporaryDirectory() as folder, embedded.serve(Path(folder), throw_away=True) as server:
        import os

        os.environ |= {"DJANGO_SETTINGS_MODULE": "movierec_site.settings", "SECRET_KEY": "bench", "HTTPS": "0"}
        os.environ |= {"DATABASE_URL": server.url, "MOVIEREC_DATA_DIR": folder}
        import django

        django.setup()
        _measure(Path(folder) / "made-up", n_ratings)


def _measure(dataset: Path, n_ratings: int) -> None:
    from django.core.management import call_command

    from recommender.formats.generator.generate import generate
    from recommender.formats.movielens import read_dataset
    from recommender.services.movielens.release import import_movielens
    from recommender.services.training.rating_arrays import movie_features, rating_matrix

    call_command("migrate", verbosity=0)
    n_movies = max(n_ratings // 515, 200)
    size = {"n_raters": max(n_ratings // 98, 1), "n_movies": n_movies, "n_ratings": n_ratings}
    rows: list[tuple[str, float]] = []

    def timed(what: str, action: Callable[[], Any]) -> Any:
        start = time.perf_counter()
        result = action()
        rows.append((what, time.perf_counter() - start))
        return result

    timed("generate and write", lambda: generate(dataset, **size))
    timed("read the files", lambda: read_dataset(dataset))
    timed("first import", lambda: import_movielens(path=dataset))
    timed("import the same again", lambda: import_movielens(path=dataset))
    ratings = timed("tables to RatingMatrix", rating_matrix)
    timed("tables to MovieFeatures", lambda: movie_features(ratings.movie_ids))
    reading = dict(rows)["read the files"]
    print(f"{n_ratings:,} ratings{'seconds':>22}{'M rows/s':>10}{'× reading':>11}")
    for what, seconds in rows:
        print(f"{what:<26}{seconds:>10.2f}{n_ratings / seconds / 1e6:>10.2f}{seconds / reading:>11.1f}")


if __name__ == "__main__":
    main()
