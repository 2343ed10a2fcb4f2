"""Generate datasets that look like MovieLens, of any size, for tests, benchmarks and machines without a network.

Ratings come from a latent-factor model with biases and noise, rounded to half stars, so that algorithms have something
to learn and an error they cannot beat. Activity is log-normal, popularity follows the Zipf-Mandelbrot law.
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from recommender.formats.generator.files import ratings_writer, write_movies, write_ratings, write_tags
from recommender.formats.generator.ratings import rating_blocks
from recommender.formats.generator.tags import draw_tags
from recommender.formats.generator.titles import invent_movies
from recommender.formats.generator.truth import Float32, activity, ground_truth
from recommender.formats.movielens import Movies, RatingTriples, TagTriples, read_catalogue

OnProgress = Callable[[float, str], None]
"""Called with the fraction done (0..1) and what is being done; it may raise an exception to cancel."""


def generate(
    out: Path,
    *,
    n_raters: int,
    n_movies: int,
    n_ratings: int,
    seed: int = 0,
    catalogue: Path | None = None,
    on_progress: OnProgress | None = None,
) -> None:
    """Write a dataset in the layout of MovieLens; the same arguments give the same bytes.

    Parameters
    ----------
    out : Path
        The folder to create; it appears once it is complete. Files of an existing dataset in it are replaced.
    n_raters, n_movies, n_ratings : int
    seed : int
    catalogue : Path, optional
        A movies.csv, or a folder with one, whose first `n_movies` titles and genres are used.
    on_progress : callable, optional

    Raises
    ------
    ValueError
        If that many raters and movies cannot have that many ratings, or the catalogue has too few movies.
    DatasetError
        If the catalogue cannot be read.
    """
    report = on_progress or (lambda _share, _message: None)
    counts = activity(n_raters=n_raters, n_movies=n_movies, n_ratings=n_ratings, seed=seed)
    movies = invent_movies(n_movies, seed=seed) if catalogue is None else _movies_of(catalogue, n_movies)
    truth = ground_truth(_genres_of(movies), mean_activity=n_ratings / n_raters, seed=seed)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as aside:
        folder = Path(aside) / out.name
        folder.mkdir()
        write_movies(folder, movies)
        tags: list[TagTriples] = []
        n_done = 0
        with ratings_writer(folder) as writer:
            for ratings in rating_blocks(truth, counts, movies.movie_ids, seed=seed):
                write_ratings(writer, ratings)
                tags.append(draw_tags(ratings, movies, seed=seed))
                n_done += len(ratings)
                report(n_done / n_ratings, "Generating ratings")
        write_tags(folder, tags)
        if out.exists():
            shutil.copytree(folder, out, copy_function=_rename, dirs_exist_ok=True)
        else:
            folder.rename(out)


def generate_ratings(*, n_raters: int, n_movies: int, n_ratings: int, seed: int = 0) -> RatingTriples:
    """Return the ratings that `generate` would write (without a catalogue), in memory; 17 bytes a rating.

    Raises
    ------
    ValueError
        If that many raters and movies cannot have that many ratings.
    """
    counts = activity(n_raters=n_raters, n_movies=n_movies, n_ratings=n_ratings, seed=seed)
    movies = invent_movies(n_movies, seed=seed)
    truth = ground_truth(_genres_of(movies), mean_activity=n_ratings / n_raters, seed=seed)
    blocks = list(rating_blocks(truth, counts, movies.movie_ids, seed=seed))
    return RatingTriples(
        rater_ids=np.concatenate([block.rater_ids for block in blocks]),
        movie_ids=np.concatenate([block.movie_ids for block in blocks]),
        half_stars=np.concatenate([block.half_stars for block in blocks]),
        rated_at=np.concatenate([block.rated_at for block in blocks]),
    )


def _movies_of(catalogue: Path, n_movies: int) -> Movies:
    folder = catalogue.parent if catalogue.name == "movies.csv" else catalogue
    movies = read_catalogue(folder)
    if len(movies) < n_movies:
        raise ValueError(f"{catalogue} has {len(movies)} movies, fewer than the {n_movies} asked for.")
    return replace(
        movies,
        movie_ids=movies.movie_ids[:n_movies],
        titles=movies.titles[:n_movies],
        alternative_titles=movies.alternative_titles[:n_movies],
        years=movies.years[:n_movies],
        genres=movies.genres[:n_movies],
        imdb_ids=movies.imdb_ids[:n_movies],
        tmdb_ids=movies.tmdb_ids[:n_movies],
        poster_paths=movies.poster_paths[:n_movies],
    )


def _genres_of(movies: Movies) -> Float32:
    names = sorted({genre for genres in movies.genres for genre in genres})
    has_genre = np.zeros((len(movies), max(len(names), 1)), dtype=np.float32)
    positions = {name: position for position, name in enumerate(names)}
    for movie, genres in enumerate(movies.genres):
        has_genre[movie, [positions[genre] for genre in genres]] = 1
    return has_genre


def _rename(source: str, target: str) -> str:
    return str(Path(source).replace(target))
