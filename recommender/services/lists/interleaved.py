"""Lists in an experiment: two model versions pick movies in turn."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from django.utils import timezone

from recommender.engine.data.types import Int32
from recommender.engine.experiments.interleaving import in_share, seed_of, team_draft
from recommender.engine.model.item_features import indices_of
from recommender.models import Experiment, Rater
from recommender.services.catalogue.movies import Mine
from recommender.services.lists.dials import Dials
from recommender.services.lists.served_model import Served
from recommender.services.lists.steps import ranking_of
from recommender.services.versions import serving

DEPTH = 400
"""How many movies are drafted; the rest of the list is version A's ranking."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One rater's part in an experiment; the seed changes daily, so that a list stays the same for a day."""

    experiment_id: int
    a: Served
    b: Served
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class Drafted:
    """A ranking as indices of version A's model, which version picked each movie by id, and for which experiment."""

    movie_indices: Int32
    teams: Mapping[int, int] = field(default_factory=dict)
    experiment_id: int | None = None


def trial_of(rater: Rater, algorithm: str) -> Trial | None:
    """Return a rater's part in the running experiment; None without consent, or for lists of another algorithm.

    The algorithm of an experiment is that of its version A. No query without consent, one with it.
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


def draft(trial: Trial | None, by_a: Int32, mine: Mine, dials: Dials, *, n: int) -> Drafted:
    """Let both versions of a trial pick the first `n` movies in turn; lists of one day and the same dials fit together.

    Without a trial, or with too few ratings for version B, the ranking stays as it is. Movies that version A does not
    know are left out, because A predicts and explains all movies, so that nobody can tell the picks apart.
    """
    if trial is None or trial.b.missing(len(mine.half_stars)) > 0:
        return Drafted(by_a)
    a, b = trial.a.model, trial.b.model
    picks_b, _ = indices_of(a.movie_ids, b.movie_ids[ranking_of(trial.b, mine, dials, n=DEPTH)])
    drafted = team_draft(by_a, picks_b, n=min(n, DEPTH), seed=trial.seed)
    rest = by_a[~np.isin(by_a, drafted.items)]
    teams = dict(zip(a.movie_ids[drafted.items].tolist(), drafted.teams.tolist(), strict=True))
    return Drafted(np.concatenate([drafted.items, rest]).astype(np.int32), teams, trial.experiment_id)
