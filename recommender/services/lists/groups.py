"""Recommendations for several people together, all of whom have agreed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.core import signing
from django.utils import timezone

from recommender.engine.data.types import Int32
from recommender.engine.lists.reranking import Strategy, group_scores
from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.model import Model
from recommender.models import Rater
from recommender.services.catalogue.movies import Excluded, Mine
from recommender.services.lists import served_model
from recommender.services.lists.dials import BY_SCORE, USUALLY_EXCLUDED
from recommender.services.lists.reasons import Reasons
from recommender.services.lists.recommendations import Recommendations
from recommender.services.lists.rows import Prediction, predictions_of, read_rows
from recommender.services.lists.steps import leave_out, rerank, said_by, unwanted

VALID_FOR = timedelta(days=1)
SALT = "recommender.group_invitation"


class InvalidInvitation(ValueError):
    """An invitation that this site has not signed, that is too old, or whose sender's account no longer exists."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A token by which one person agrees to shared lists, for them to pass on."""

    token: str
    expires_at: datetime


def invite(*, rater: Rater) -> Invitation:
    """Let anyone who has the token ask for recommendations together with this rater, for a day."""
    return Invitation(signing.dumps({"rater": rater.pk}, salt=SALT), timezone.now() + VALID_FOR)


def accept(*, token: str) -> Rater:
    """Return the rater who sent an invitation; raise `InvalidInvitation`."""
    try:
        signed = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except signing.SignatureExpired as error:
        raise InvalidInvitation("This invitation is more than a day old; ask for a new one.") from error
    except signing.BadSignature as error:
        raise InvalidInvitation("This invitation is not from this site; ask for a new one.") from error
    rater = Rater.objects.filter(pk=signed["rater"], user__is_active=True).select_related("user").first()
    if rater is None:
        raise InvalidInvitation("The sender's account no longer exists.")
    return rater


def recommend_for_group(
    *,
    rater: Rater,
    others: Sequence[Rater],
    strategy: Strategy,
    limit: int,
    offset: int = 0,
    algorithm: str | None = None,
    exclude_watchlist: bool = False,
) -> Recommendations:
    """Recommend movies that no member has rated or hidden nor, with `exclude_watchlist`, the asker wants to watch.

    The predicted rating is the mean over the members or, for "least_misery", the lowest. There are no intervals and no
    reasons, which would show the ratings of the others.

    Raises
    ------
    UnknownAlgorithm
        If the algorithm has no version in service.
    TooFewRatings
        If the rater who asks has fewer ratings than the algorithm needs.
    """
    served = served_model.served(algorithm)
    model = served.model
    members = {member.pk: member for member in (rater, *others)}
    said = [said_by(member) for member in members.values()]
    served.require(len(said[0].half_stars))
    profiles = [served.fold_in(mine.half_stars) for mine in said]
    scores = group_scores(np.stack([model.scores(profile) for profile in profiles]), strategy)
    candidates = leave_out(model, scores, _unwanted_by_any(model, profiles, said, exclude_watchlist), BY_SCORE)
    shown = rerank(model, profiles[0], candidates, BY_SCORE, n=offset + limit).movie_indices[offset:]
    predictions = _predictions_of_group(model, profiles, shown, strategy)
    results = read_rows(model.movie_ids[shown].tolist(), predictions, reasons=[Reasons() for _ in predictions])
    return Recommendations(served.algorithm, results, candidates.count, said[0])


def _unwanted_by_any(
    model: Model, profiles: Sequence[UserProfile], said: Sequence[Mine], exclude_watchlist: bool
) -> Int32:
    """Return what any member has rated or hidden and, if asked for, the watchlist of the first one."""
    excludes: list[frozenset[Excluded]] = [USUALLY_EXCLUDED] * len(said)
    if exclude_watchlist:
        excludes[0] |= {"watchlist"}
    by_member = [unwanted(model, *each) for each in zip(profiles, said, excludes, strict=True)]
    return np.unique(np.concatenate(by_member))


def _predictions_of_group(
    model: Model, profiles: Sequence[UserProfile], movie_indices: Int32, strategy: Strategy
) -> list[Prediction]:
    """Return the mean or, for "least_misery", the lowest of the members' predictions, without intervals."""
    by_member = [predictions_of(model, profile, movie_indices) for profile in profiles]
    stars = np.array([[each.stars for each in predictions] for predictions in by_member])
    together = stars.min(axis=0) if strategy == "least_misery" else stars.mean(axis=0)
    return [Prediction(value, interval=None) for value in together.tolist()]
