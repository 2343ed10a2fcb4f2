"""The kinds of jobs: each is a tuple of stages, and a kind may be put together from the stages of others.

The services are imported when a job is planned or run: they bring numerical libraries along that commands which only
look at jobs can do without.
"""

from collections.abc import Callable

from recommender.models import Job
from recommender.services.job_stages import Stage

Stages = tuple[Stage, ...]


def _import() -> Stages:
    from recommender.services import movielens

    return (movielens.IMPORT,)


def _snapshot() -> Stages:
    from recommender.services import snapshots

    return (snapshots.KEEP_SNAPSHOT,)


def _title_index() -> Stages:
    from recommender.services import title_search

    return (title_search.BUILD_INDEX,)


def _train() -> Stages:
    from recommender.services import retention, snapshots, training

    return (snapshots.TAKE_SNAPSHOT, training.TRAIN, training.GATE, retention.COLLECT)


def _evaluate() -> Stages:
    from recommender.services import evaluation, snapshots

    return (snapshots.TAKE_SNAPSHOT, evaluation.MEASURE, evaluation.SUM_UP)


def _tune() -> Stages:
    from recommender.services import snapshots, tuning

    return (snapshots.TAKE_SNAPSHOT, tuning.TUNE)


def _similar_movies() -> Stages:
    from recommender.services import similar_movies, snapshots

    return (snapshots.TAKE_SNAPSHOT, similar_movies.COMPARE, similar_movies.PUT_TOGETHER)


def _retrain() -> Stages:
    from recommender.services import similar_movies, title_search

    *training, collect = _train()
    return (*training, similar_movies.COMPARE, similar_movies.PUT_TOGETHER, title_search.BUILD_INDEX, collect)


def _tmdb() -> Stages:
    from recommender.services import title_search, tmdb

    return (tmdb.FETCH, title_search.BUILD_INDEX_IF_BEHIND)


KINDS: dict[Job.Kind, Callable[[], Stages]] = {
    Job.Kind.IMPORT: _import,
    Job.Kind.SNAPSHOT: _snapshot,
    Job.Kind.TITLE_INDEX: _title_index,
    Job.Kind.TRAIN: _train,
    Job.Kind.EVALUATE: _evaluate,
    Job.Kind.TUNE: _tune,
    Job.Kind.SIMILAR_MOVIES: _similar_movies,
    Job.Kind.RETRAIN: _retrain,
    Job.Kind.TMDB: _tmdb,
}


def stages_of(job: Job) -> Stages:
    """Return the stages of a job."""
    return KINDS[Job.Kind(job.kind)]()
