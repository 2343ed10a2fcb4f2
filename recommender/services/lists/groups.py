"""Recommendations for several people at once, each of whom has agreed to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.core import signing
from django.utils import timezone

from recommender.engine.lists.reranking import Strategy, group_scores
from recommender.engine.model.model import top_n
from recommender.models import Mark, Movie, Rater, Rating
from recommender.services.catalogue.movies import Mine
from recommender.services.lists import dials, served_model
from recommender.services.lists.recommendations import Recommendation, Recommendations

VALID_FOR = timedelta(days=1)
SALT = "recommender.group_invitation"


class InvalidInvitation(ValueError):
    """An invitation that nobody here has signed, that is too old, or whose author has left."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """The consent of one person, to be passed on by that person."""

    token: str
    expires_at: datetime


def invite(*, rater: Rater) -> Invitation:
    """Let whoever gets the token ask for recommendations together with this rater, for a day."""
    return Invitation(signing.dumps({"rater": rater.pk}, salt=SALT), timezone.now() + VALID_FOR)


def accept(*, token: str) -> Rater:
    """Return who signed an invitation; raise `InvalidInvitation`."""
    try:
        signed = signing.loads(token, salt=SALT, max_age=VALID_FOR)
    except signing.SignatureExpired as error:
        raise InvalidInvitation("This invitation is more than a day old; ask for a new one.") from error
    except signing.BadSignature as error:
        raise InvalidInvitation("This is not an invitation of this site; ask for a new one.") from error
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
    """Rank the movies that none of the group has rated or hidden, without the watchlist of whoever asks if so wished.

    The predicted rating is that of the average member, or of the one it is lowest for ("least_misery"). It comes
    without interval and reasons: the ratings of the others stay theirs.

    Raises
    ------
    UnknownAlgorithm
        If the algorithm has no version in service.
    TooFewRatings
        If the rater who asks has fewer ratings than the algorithm needs.
    """
    served = served_model.served(algorithm)
    members = {member.pk: member for member in (rater, *others)}
    half_stars = [Rating.objects.half_stars_by_movie(member) for member in members.values()]
    served.require(len(half_stars[0]))
    group = [served.fold_in(each) for each in half_stars]
    model = served.model
    marks = [Mark.objects.kinds_by_movie(member) for member in members.values()]
    excludes = [dials.USUALLY_EXCLUDED] * len(group)
    if exclude_watchlist:
        excludes[0] |= {"watchlist"}
    without = np.unique(
        np.concatenate([dials.left_out(model, *each) for each in zip(group, marks, excludes, strict=True)])
    )
    scores = group_scores(np.stack([model.scores(profile) for profile in group]), strategy)
    top = top_n(scores, n=limit, offset=offset, exclude=without)
    predicted = np.clip([model.predict(profile, top) for profile in group], 0.5, 5.0)
    together = predicted.min(axis=0) if strategy == "least_misery" else predicted.mean(axis=0)
    stars = dict(zip(model.movie_ids[top].tolist(), together.tolist(), strict=True))
    results = [
        Recommendation(movie, stars[movie.pk], interval=None, reasons=[], sentence="")
        for movie in Movie.objects.in_order(list(stars))
    ]
    mine = Mine(half_stars[0], marks[0])
    return Recommendations(served.algorithm, results, int(model.movie_ids.size - without.size), mine)
