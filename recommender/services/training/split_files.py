"""Published split files beside a release, as one set of ratings and the part of each file in it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from recommender.engine.data.movie_features import MovieFeatures
from recommender.engine.data.ratings import RatingMatrix
from recommender.engine.data.types import Bool, Int8, Int32, Int64
from recommender.engine.evaluation.protocols.published_splits import PublishedSplit
from recommender.engine.evaluation.splits import CannotEvaluate
from recommender.formats.split_files import SplitFile, read_split_file

LIKED_HALF_STARS = 8
"""What a rating counts in files that say only who has seen what."""
TRAIN_WORDS, TEST_WORD = ("base", "train"), "test"


def find(names: Sequence[str], folder: Path) -> list[Path]:
    """Return each file in the folder of the ratings or, if it is not there, below the current one."""
    return [folder / name if (folder / name).is_file() else Path(name) for name in names]


def folds(paths: Sequence[Path], files: Sequence[Bool]) -> list[PublishedSplit]:
    """Return the splits of pairs such as u1.base and u1.test, or of folds of which each is the test part once.

    Parameters
    ----------
    paths : sequence of Path
    files : sequence of (n_ratings,) bool
        Which ratings each file has.
    """
    trains = {_without_word(path, word): mask for path, mask in zip(paths, files, strict=True)
              for word in TRAIN_WORDS if word in path.name.lower()}  # fmt: skip
    tests = {_without_word(path, TEST_WORD): mask for path, mask in zip(paths, files, strict=True)
             if TEST_WORD in path.name.lower()}  # fmt: skip
    if not trains and not tests:
        if len(files) < 2:
            raise CannotEvaluate("five-folds needs two files at least: folds, or pairs such as u1.base and u1.test.")
        anywhere = np.any(files, axis=0)
        return [PublishedSplit(anywhere & ~test, test) for test in files]
    if set(trains) != set(tests) or len(trains) + len(tests) != len(paths):
        raise CannotEvaluate(
            f"five-folds cannot pair {', '.join(path.name for path in paths)}: name a train and a test file for each "
            "fold, such as u1.base and u1.test."
        )
    return [PublishedSplit(trains[name], tests[name]) for name in trains]


def in_order(files: Sequence[Bool]) -> list[PublishedSplit]:
    """Return the split of train and test, or of train, valid and test, given in this order."""
    if len(files) not in (2, 3):
        raise CannotEvaluate("published needs two files, train and test, or three: train, valid and test.")
    train, *valid, test = files
    return [PublishedSplit(train, test, valid[0] if valid else None)]


def read(
    paths: Sequence[Path], ratings: RatingMatrix | None, movies: MovieFeatures | None
) -> tuple[RatingMatrix, MovieFeatures, list[Bool]]:
    """Read files of one split: all their ratings, features of the movies, and which ratings each file has.

    Files without stars get those of `ratings` if that has all of their pairs, otherwise 4 stars each. The features are
    those of `movies` if it has all movies of the files; without, or where ids were numbered anew, nothing is known.

    Raises
    ------
    DatasetError
        If a file cannot be read.
    """
    read_files = [read_split_file(path) for path in paths]
    keys = [_keys(each.rater_ids, each.movie_ids) for each in read_files]
    pairs, first = np.unique(np.concatenate(keys), return_index=True)
    rater_ids, movie_ids = (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)
    known = movies is not None and bool(np.isin(movie_ids, movies.movie_ids).all())
    features = movies if movies is not None and known else MovieFeatures.empty(np.unique(movie_ids))
    merged = RatingMatrix.from_triples(
        rater_ids,
        movie_ids,
        _half_stars(read_files, pairs, first, ratings),
        _times(read_files, first),
        catalogue=features.movie_ids,
    )
    return merged, features, [np.isin(pairs, each) for each in keys]


def _keys(rater_ids: Int64 | Int32, movie_ids: Int64 | Int32) -> Int64:
    return np.asarray((rater_ids.astype(np.int64) << 32) | movie_ids)


def _half_stars(files: Sequence[SplitFile], pairs: Int64, first: Int64, ratings: RatingMatrix | None) -> Int8:
    given = [each.half_stars for each in files if each.half_stars is not None]
    if len(given) == len(files):
        return np.concatenate(given)[first]
    if ratings is not None:
        stored = _keys(ratings.rater_ids[ratings.row_of_each_rating()], ratings.movie_ids[ratings.movie_indices])
        place = np.minimum(np.searchsorted(stored, pairs), max(stored.size - 1, 0))
        if stored.size and np.array_equal(stored[place], pairs):
            return ratings.half_stars[place]
    return np.full(pairs.size, LIKED_HALF_STARS, dtype=np.int8)


def _times(files: Sequence[SplitFile], first: Int64) -> Int64 | None:
    given = [each.rated_at for each in files if each.rated_at is not None]
    return np.concatenate(given)[first] if len(given) == len(files) else None


def _without_word(path: Path, word: str) -> str:
    return path.name.lower().replace(word, "")
