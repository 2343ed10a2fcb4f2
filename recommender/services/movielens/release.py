"""Import a MovieLens release: all of it or, if anything is wrong, nothing."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from recommender.engine.progress import no_progress, subrange
from recommender.formats.movielens import Dataset, read_dataset
from recommender.models import JobChunk
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Outcome, Stage
from recommender.services.movielens import release_size
from recommender.services.movielens.adopt import adopt
from recommender.services.movielens.identity import check_ids, map_movies
from recommender.services.movielens.merge import (
    Changes,
    foreign_key_checks_skipped,
    merge_movies,
    merge_raters,
    merge_ratings,
    merge_tags,
    remove_unused,
)
from recommender.services.movielens.staging import stage
from recommender.services.ratings.movie_statistics import lock_movies, update_statistics

ONE_IMPORT_AT_A_TIME = 0x6D6F7669
NONE = Changes(0, 0, 0, 0)
MAX_UNMAPPED_LISTED = 1000


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """What an import changed."""

    movies: Changes
    ratings: Changes
    tags: Changes
    n_unmapped: int = 0
    unmapped: tuple[str, ...] = ()
    """The first of the movies that `match_titles` could not map."""


# Until the planner knows the new sizes it reads whole tables for a page of movies; autovacuum may take a minute.
ANALYZE = """
ANALYZE recommender_movie, recommender_genre, recommender_movie_genres, recommender_rater, recommender_rating,
    recommender_tag, recommender_tagapplication, recommender_movietag
"""


def import_movielens(*, path: Path, match_titles: bool = False, on_progress: OnProgress = no_progress) -> ImportSummary:
    """Update the database to a release (folder or zip); a catalogue without ratings does not change the ratings.

    With `match_titles`, the movies of the release are mapped to those here, which stay as they are.

    Raises `DatasetError` if the release is missing or wrong, or if its ids mean other movies here. After any error,
    including one that `on_progress` raises to cancel, the database is as it was before.
    """
    dataset = read_dataset(path, subrange(on_progress, 0.0, 0.2))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_IMPORT_AT_A_TIME])
        unmapped: list[str] = []
        if match_titles:
            dataset, unmapped = map_movies(dataset)
        else:
            check_ids(dataset.movies)
        stage(cursor, dataset, subrange(on_progress, 0.2, 0.4, "Copying ratings"))
        summary = _merge(cursor, dataset, on_progress)
    return replace(summary, n_unmapped=len(unmapped), unmapped=tuple(unmapped[:MAX_UNMAPPED_LISTED]))


def _merge(cursor: CursorWrapper, dataset: Dataset, on_progress: OnProgress) -> ImportSummary:
    """Merge ratings before movies (foreign keys are checked at commit), so that movies are locked only briefly."""
    ratings = tags = NONE
    if len(dataset.ratings):
        on_progress(0.4, "Merging ratings")
        merge_raters(cursor)
        with foreign_key_checks_skipped(cursor):
            ratings = merge_ratings(cursor)
            on_progress(0.7, "Merging tags")
            tags = merge_tags(cursor)
        remove_unused(cursor)
    on_progress(0.8, "Merging movies")
    lock_movies(cursor)
    movies = merge_movies(cursor)
    adopt(cursor)
    on_progress(0.85, "Counting ratings")
    update_statistics(cursor)
    cursor.execute(ANALYZE)
    on_progress(0.95, "Checking and storing")
    return ImportSummary(movies, ratings, tags)


def _import(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    arguments = chunk.job.arguments
    path, match_titles = Path(arguments["path"]), arguments.get("match_titles", False)
    return Outcome(asdict(import_movielens(path=path, match_titles=match_titles, on_progress=on_progress)))


IMPORT = Stage("import", "Importing", _import, weight=5, grows_with="bytes", measure=release_size.measure)
