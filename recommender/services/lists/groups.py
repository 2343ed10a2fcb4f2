"""Recommendations for several people together, all of whom have agreed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

import numpy as np
from django.core import signing
from django.utils import timezone

from recommender.engine.data.types import Bool, Float32, Float64, Int32
from recommender.engine.lists.groups import Strategy, average_scores, least_misery_order, would_be_disliked
from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.model import HIGHEST_STARS, LOWEST_STARS, Model
from recommender.models import Rater
from recommender.services.catalogue.movies import Excluded, Mine
from recommender.services.lists import movie_arrays, served_model
from recommender.services.lists.dials import USUALLY_EXCLUDED, Dials
from recommender.services.lists.reasons import reasons_for
from recommender.services.lists.recommendations import Recommendations
from recommender.services.lists.rows import Prediction, read_rows
from recommender.services.lists.steps import Candidates, content_with, rerank, said_by, unwanted
from recommender.titles.query import Facts

VALID_FOR = timedelta(days=1)
SALT = "recommender.group_invitation"
BY_OPINIONS = Dials(diversity=0.0)
"""The order of the scores, with the rules for disappointments and series of everybody's list."""


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
    rater = Rater.objects.filter(pk=_sender(token), user__is_active=True).select_related("user").first()
    if rater is None:
        raise InvalidInvitation("The sender's account no longer exists.")
    return rater


def is_from(*, token: str, rater: Rater) -> bool:
    """Return whether this rater sent the invitation, and it still works."""
    try:
        return _sender(token) == rater.pk
    except InvalidInvitation:
        return False


def _sender(token: str) -> int:
    """Return the id of the rater who signed an invitation; raise `InvalidInvitation`."""
    try:
        signed: dict[str, int] = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except signing.SignatureExpired as error:
        raise InvalidInvitation("This invitation is more than a day old; ask for a new one.") from error
    except signing.BadSignature as error:
        raise InvalidInvitation("This invitation is not from this site; ask for a new one.") from error
    return signed["rater"]


def recommend_for_group(
    *,
    rater: Rater,
    others: Sequence[Rater],
    strategy: Strategy,
    limit: int,
    offset: int = 0,
    algorithm: str | None = None,
    exclude_watchlist: bool = False,
    facts: Facts = (),
) -> Recommendations:
    """Recommend movies that no member has rated or hidden nor, with `exclude_watchlist`, the asker wants to watch.

    Only movies that have one of each set of `facts` are listed. With "least_misery", no movie that somebody would
    dislike stands before one that nobody would. The predicted rating is the mean over the members or, for
    "least_misery", the lowest. The reasons are those of the asker, and there are no intervals, so that nothing
    shows the ratings of the others.

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
    opinions = Opinions.of(model, profiles, strategy)
    left_out = _unwanted_by_any(model, profiles, said, exclude_watchlist)
    left_out = np.union1d(left_out, np.flatnonzero(~movie_arrays.having(model, facts))).astype(np.int32)
    candidates = Candidates(opinions.scores(left_out), left_out, model.movie_ids.size - left_out.size)
    n = offset + limit
    ranking = rerank(model, profiles[0], candidates, BY_OPINIONS, n=n, last=opinions.disappoint())
    shown = ranking.movie_indices[offset:]
    predictions = [Prediction(stars, interval=None) for stars in opinions.shown(shown)]
    start_with = model.movie_ids[list(ranking.stands_for)].tolist()
    reasons = reasons_for(model, profiles[0], shown)
    results = read_rows(model.movie_ids[shown].tolist(), predictions, reasons, start_with=start_with)
    return Recommendations(served.algorithm, results, candidates.count, said[0])


@dataclass(frozen=True, slots=True, eq=False)
class Opinions:
    """What the members would think of all movies.

    `ranking` are the ranking scores and `stars` the predicted ratings, (n_members, n_movies) each; `content_with` are
    the lowest predicted stars with which each member is not disappointed.
    """

    ranking: Float32
    stars: Float32
    content_with: Float64
    strategy: Strategy

    @classmethod
    def of(cls, model: Model, profiles: Sequence[UserProfile], strategy: Strategy) -> Self:
        """Predict every movie for every member."""
        ranking = np.stack([model.scores(profile) for profile in profiles])
        stars = np.stack([model.predict(profile) for profile in profiles])
        return cls(ranking, stars, np.array([content_with(profile) for profile in profiles]), strategy)

    def scores(self, left_out: Int32) -> Float32:
        """Return the score by which the movies of the group's list are ordered, (n_movies,)."""
        if self.strategy == "average":
            return average_scores(self.ranking)
        allowed = np.ones(self.stars.shape[1], dtype=np.bool_)
        allowed[left_out] = False
        order = least_misery_order(self.ranking, self.stars, self.content_with, allowed)
        scores = np.empty(order.size, dtype=np.float32)
        scores[order] = -np.arange(order.size)
        return scores

    def disappoint(self) -> Bool:
        """Return which movies would disappoint the members on average or, for "least_misery", any of them."""
        if self.strategy == "least_misery":
            return would_be_disliked(self.stars, self.content_with)
        rating = np.isfinite(self.content_with)
        if not rating.any():
            return np.zeros(self.stars.shape[1], dtype=np.bool_)
        return np.asarray(self.stars[rating].mean(axis=0) < self.content_with[rating].mean())

    def shown(self, movies: Int32) -> list[float]:
        """Return the predicted stars to show: the mean or, for "least_misery", the lowest of the members'."""
        stars = np.clip(self.stars[:, movies], LOWEST_STARS, HIGHEST_STARS)
        shown: list[float] = (stars.min(axis=0) if self.strategy == "least_misery" else stars.mean(axis=0)).tolist()
        return shown


def _unwanted_by_any(
    model: Model, profiles: Sequence[UserProfile], said: Sequence[Mine], exclude_watchlist: bool
) -> Int32:
    """Return what any member has rated or hidden and, if asked for, the watchlist of the first one."""
    excludes: list[frozenset[Excluded]] = [USUALLY_EXCLUDED] * len(said)
    if exclude_watchlist:
        excludes[0] |= {"watchlist"}
    by_member = [unwanted(model, *each) for each in zip(profiles, said, excludes, strict=True)]
    return np.unique(np.concatenate(by_member))
