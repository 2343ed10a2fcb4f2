"""Recommend movies to a rater. `make_list` shows every step from their ratings to the list."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from recommender.engine.lists.reranking import POOL
from recommender.models import Rater
from recommender.services.catalogue.movies import Mine
from recommender.services.lists import interleaved, served_model
from recommender.services.lists.dials import Dials
from recommender.services.lists.interleaved import Trial
from recommender.services.lists.reasons import reasons_for
from recommender.services.lists.rows import Recommendation, matches_of, predictions_of, read_rows
from recommender.services.lists.served_model import Served
from recommender.services.lists.steps import leave_out, rerank, said_by, unwanted
from recommender.services.metrics import FOLD_IN_SECONDS, LISTS, RANKING_SECONDS, timed

DEFAULTS = Dials()


@dataclass(frozen=True, slots=True)
class Recommendations:
    """One slice of a rater's list, the length of the whole list, and what the rater has said about movies.

    In an experiment `teams` says by movie id which version picked a movie.
    """

    algorithm: str
    results: list[Recommendation]
    count: int
    mine: Mine
    experiment_id: int | None = None
    teams: Mapping[int, int] = field(default_factory=dict)


def recommend_for(
    *, rater: Rater, limit: int, offset: int = 0, algorithm: str | None = None, dials: Dials = DEFAULTS
) -> Recommendations:
    """Recommend movies to a rater, by the algorithm asked for, else the one they chose, else the best in service.

    Raises
    ------
    UnknownAlgorithm
        If the algorithm has no version in service.
    TooFewRatings
        If the rater has fewer ratings than the algorithm needs.
    """
    served = served_model.for_rater(rater, algorithm)
    trial = interleaved.trial_of(rater, served.algorithm)
    made = make_list(trial.a if trial else served, said_by(rater), dials, limit=limit, offset=offset, trial=trial)
    LISTS.labels(made.algorithm).inc()
    return made


def make_list(
    served: Served, mine: Mine, dials: Dials = DEFAULTS, *, limit: int, offset: int = 0, trial: Trial | None = None
) -> Recommendations:
    """Make one slice of the list of a rater who has said `mine`; slices with the same dials fit together.

    In a trial its other version picks movies too. Raises `TooFewRatings` if the algorithm needs more ratings.
    """
    served.require(len(mine.half_stars))
    model = served.model
    with timed(FOLD_IN_SECONDS, served.algorithm):
        profile = served.fold_in(mine.half_stars)
    n = max(offset + limit, POOL)
    with timed(RANKING_SECONDS, served.algorithm):
        scores = model.scores(profile)
        candidates = leave_out(model, profile, scores, unwanted(model, profile, mine, dials.exclude), dials)
        dials = dials.with_defaults(n_ratings=profile.n_ratings)
        ranking = rerank(model, profile, candidates, dials, n=n)
    drafted = interleaved.draft(trial, ranking.movie_indices, mine, dials, n=n)
    shown = drafted.movie_indices[offset : offset + limit]
    results = read_rows(
        model.movie_ids[shown].tolist(),
        predictions_of(model, profile, shown),
        reasons_for(model, profile, shown),
        matches_of(model, profile, drafted.movie_indices)[offset : offset + limit],
        start_with=[int(model.movie_ids[movie]) for movie in ranking.stands_for],
    )
    return Recommendations(
        served.algorithm, results, candidates.count, mine, experiment_id=drafted.experiment_id, teams=drafted.teams
    )
