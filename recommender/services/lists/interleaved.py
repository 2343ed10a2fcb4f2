"""The lists of those who take part in the running experiment: two model versions pick movies in turn."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.utils import timezone

from recommender.engine.data.types import Int32
from recommender.engine.experiments.interleaving import in_share, seed_of, team_draft
from recommender.engine.model.item_features import UserProfile, indices_of
from recommender.models import Experiment, Rater
from recommender.services.catalogue.movies import Mine
from recommender.services.lists import dials as reranking
from recommender.services.lists.served_model import Served
from recommender.services.versions import serving

DEPTH = 400
"""So many movies are drafted; below them the list goes on as version A ranks."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One rater's part in an experiment; the seed changes every day, so that a list stays as it is for a day."""

    experiment_id: int
    a: Served
    b: Served
    seed: int


@dataclass(frozen=True, slots=True)
class DraftedSlice:
    """Movies (indices of version A's model) of one slice, whose pick each is, and the length of the whole list."""

    movie_indices: Int32
    teams: Mapping[int, int]
    count: int


def of(rater: Rater, algorithm: str) -> Trial | None:
    """Return a rater's part in the running experiment; none without consent, or in lists of another algorithm.

    An experiment takes part in the lists of its version A's algorithm. Costs no query without consent, one with it.
    """
    if not rater.shares_impressions:
        return None
    experiment = Experiment.objects.running()
    if experiment is None or experiment.version_a.algorithm != algorithm:
        return None
    if not in_share(f"experiment {experiment.pk} rater {rater.pk}", experiment.share):
        return None
    a, b = serving.model_of(experiment.version_a), serving.model_of(experiment.version_b)
    if a is None or b is None:
        return None
    seed = seed_of(f"experiment {experiment.pk} rater {rater.pk} {timezone.now():%Y-%m-%d}")
    return Trial(
        experiment.pk, Served(experiment.version_a.algorithm, a), Served(experiment.version_b.algorithm, b), seed
    )


def page(
    trial: Trial, profile: UserProfile, mine: Mine, dials: reranking.Dials, *, limit: int, offset: int
) -> DraftedSlice:
    """Return one slice of the drafted list; slices of one day and one setting fit together.

    Version A describes all movies (stars, reasons), so that nobody can tell whose pick one is; what A does not know
    is left out.
    """
    a, b, stop = trial.a.model, trial.b.model, offset + limit
    n_drafted = min(stop, DEPTH)
    by_a = reranking.ranked(a, profile, dials, limit=stop, offset=0, marks=mine.marks)
    profile_b = trial.b.fold_in(mine.half_stars)
    by_b = reranking.ranked(b, profile_b, dials, limit=DEPTH, offset=0, marks=mine.marks)
    picks_b, _ = indices_of(a.movie_ids, b.movie_ids[by_b.movie_indices])
    drafted = team_draft(by_a.movie_indices, picks_b, n=n_drafted, seed=trial.seed)
    rest = by_a.movie_indices[~np.isin(by_a.movie_indices, drafted.items)]
    movie_indices = np.concatenate([drafted.items, rest]).astype(np.int32)[offset:stop]
    teams = dict(zip(a.movie_ids[drafted.items].tolist(), drafted.teams.tolist(), strict=True))
    return DraftedSlice(movie_indices, teams, by_a.count)
