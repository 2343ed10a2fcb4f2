"""Explain one movie in full: what each rating of the user adds to its score, and its place without that rating."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from django.db.models import Count

from recommender.engine.data.types import Float64, Int32
from recommender.engine.lists.ranks import without
from recommender.engine.model.item_features import UserProfile, indices_of
from recommender.engine.model.model import Model
from recommender.engine.model.opinions import is_disliked, is_liked
from recommender.models import Genre, Movie, MovieTag, Rater
from recommender.services.catalogue import movies
from recommender.services.lists import reasons, served_model
from recommender.services.lists.dials import USUALLY_EXCLUDED, Dials
from recommender.services.lists.liked_people import LikedPerson
from recommender.services.lists.places import Place, place_of
from recommender.services.lists.rows import predictions_of
from recommender.services.lists.served_model import Served
from recommender.services.lists.steps import said_by, unwanted

DEFAULTS = Dials()
N_COUNTERFACTUALS = 3
N_TRIED = 6
N_TAGS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one of the user's ratings adds to a predicted rating, in stars, and to a ranking score.

    `sentence` says what it means for the movie's place; "" if it does not change the place.
    """

    movie_id: int
    title: str
    my_stars: float
    contribution: float
    ranking_contribution: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """The place of the explained movie in the list, with and without one of the user's ratings.

    The place without a rating that counts for the movie is lower, without one that counts against it higher.
    """

    movie_id: int
    title: str
    rank: int
    rank_without: int


@dataclass(frozen=True, slots=True)
class NamedMovie:
    """Another movie that an explanation speaks of."""

    movie_id: int
    title: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything about one predicted rating and place.

    `sentence` is what the movie's tile says: it names the strongest of the contributions by liked movies, or `person`,
    whom they share with it, or genres, or says that a series begins with this movie. `stands_for` is then the later
    movie of the series whose place it takes.
    `start_with` is an earlier movie of the series, unseen, that comes first. `match_percent` is the figure on the tile;
    None beyond the first 300 places. The contributions come with the largest one to the ranking score first.
    ``offset + sum of the contributions`` is the prediction before it is clipped to 0.5..5 stars; ``score_offset + sum
    of the ranking contributions`` is the ranking score. `rank` is the place in the list, from 1; None if the user has
    rated or hidden the movie, so that lists leave it out.
    """

    movie_id: int
    algorithm: str
    predicted_stars: float
    interval: tuple[float, float] | None
    offset: float
    score: float
    score_offset: float
    rank: int | None
    contributions: list[Contribution]
    shared_genres: list[str]
    shared_tags: list[str]
    sentence: str
    counterfactuals: list[Counterfactual]
    match_percent: int | None
    stands_for: NamedMovie | None
    start_with: NamedMovie | None
    person: LikedPerson | None


@dataclass(frozen=True, slots=True, eq=False)
class _Figures:
    """The figures of one movie for one user; `stars` and `ranking` are what each rating adds, (n_ratings,)."""

    offset: float
    score: float
    place: Place | None
    stars: Float64
    ranking: Float64

    @property
    def rank(self) -> int | None:
        return self.place.rank if self.place else None


def explain(*, rater: Rater, movie_id: int, algorithm: str | None = None, dials: Dials = DEFAULTS) -> Explanation:
    """Explain one movie to a rater, and its place in the list that these dials make.

    Raises
    ------
    UnknownMovie
        If there is no such movie, or it is newer than the model.
    UnknownAlgorithm
        If the algorithm has no version in service.
    TooFewRatings
        If the rater has fewer ratings than the algorithm needs.
    """
    movie = movies.get(movie_id=movie_id)
    served = served_model.for_rater(rater, algorithm)
    mine = said_by(rater)
    served.require(len(mine.half_stars))
    asked, known = indices_of(served.model.movie_ids, np.array([movie.pk], dtype=np.int32))
    if not known.all():
        raise movies.UnknownMovie(f"{movie} is newer than the model; it can be explained after the next training.")
    profile = served.fold_in(mine.half_stars)
    left_out = unwanted(served.model, profile, mine, USUALLY_EXCLUDED)
    figures = _figures(served, profile, int(asked[0]), left_out, dials)
    predicted = predictions_of(served.model, profile, asked)[0]
    place = figures.place
    stands_for = _id_of(served.model, place.stands_for if place else None)
    start_with = _id_of(served.model, place.start_with if place else None)
    titles = reasons.titles_of([*mine.half_stars, *filter(None, (stands_for, start_with))])
    why = reasons.reasons_for(served.model, profile, asked)[0]
    liked = [pk for pk in _liked_ids(mine.half_stars) if pk != movie.pk]
    return Explanation(
        movie_id=movie.pk,
        algorithm=served.algorithm,
        predicted_stars=predicted.stars,
        interval=predicted.interval,
        offset=figures.offset,
        score=figures.score,
        score_offset=figures.score - float(figures.ranking.sum()),
        rank=figures.rank,
        contributions=_contributions(served.model, profile, figures, titles),
        shared_genres=_shared_genres(movie, liked),
        shared_tags=_shared_tags(movie, liked),
        sentence=reasons.start_sentence(movie.title) if stands_for else why.sentence,
        counterfactuals=_counterfactuals(served.model, profile, int(asked[0]), figures, titles, left_out, dials),
        match_percent=place.match_percent if place else None,
        stands_for=_named(stands_for, titles),
        start_with=_named(start_with, titles),
        person=None if stands_for else why.person,
    )


def _figures(served: Served, profile: UserProfile, movie_index: int, left_out: Int32, dials: Dials) -> _Figures:
    model = served.model
    asked = np.array([movie_index], dtype=np.int32)
    return _Figures(
        offset=float(model.predict(served.fold_in({}), asked)[0]),
        score=float(model.scores(profile)[movie_index]),
        place=None if movie_index in left_out else place_of(model, profile, left_out, movie_index, dials),
        stars=model.rating_contributions(profile, asked)[0],
        ranking=model.ranking_contributions(profile, asked)[0],
    )


def _contributions(
    model: Model, profile: UserProfile, figures: _Figures, titles: Mapping[int, str]
) -> list[Contribution]:
    """Return all contributions, sorted by what they add to the ranking score without regard to sign, largest first."""
    rated = model.movie_ids[profile.movie_indices].tolist()
    disliked = is_disliked(profile.half_stars)
    said = figures.ranking if model.ranks_by_ratings else np.zeros_like(figures.ranking)
    return [
        Contribution(
            movie_id=rated[j],
            title=titles[rated[j]],
            my_stars=float(profile.half_stars[j]) / 2,
            contribution=float(figures.stars[j]),
            ranking_contribution=float(figures.ranking[j]),
            sentence=_sentence(titles[rated[j]], float(said[j]), disliked=bool(disliked[j])),
        )
        for j in np.lexsort((-np.abs(figures.stars), -np.abs(figures.ranking))).tolist()
    ]


def _sentence(title: str, contribution: float, *, disliked: bool) -> str:
    if contribution == 0:
        return ""
    if contribution < 0:
        return "Counts against it"
    return f"You disliked {title}; people who did tend to like this" if disliked else "Counts for it"


def _counterfactuals(
    model: Model,
    profile: UserProfile,
    movie_index: int,
    figures: _Figures,
    titles: Mapping[int, str],
    left_out: Int32,
    dials: Dials,
) -> list[Counterfactual]:
    """Fold the user in without each of the ratings that change the score most, and rank again.

    Only places that agree with the contribution are returned. The movie whose rating is left out still does not appear
    on the list: the user has seen it.
    """
    rank = figures.rank
    if rank is None or not model.ranks_by_ratings:
        return []
    found: list[Counterfactual] = []
    for j in np.argsort(-np.abs(figures.ranking), kind="stable")[:N_TRIED].tolist():
        changed = without(model, profile, j)
        movie_id = int(model.movie_ids[profile.movie_indices[j]])
        rank_without = place_of(model, changed, left_out, movie_index, dials).rank
        if (rank_without - rank) * figures.ranking[j] > 0:
            found.append(Counterfactual(movie_id, titles[movie_id], rank, rank_without))
        if len(found) == N_COUNTERFACTUALS:
            break
    return found


def _id_of(model: Model, movie_index: int | None) -> int | None:
    return None if movie_index is None else int(model.movie_ids[movie_index])


def _named(movie_id: int | None, titles: Mapping[int, str]) -> NamedMovie | None:
    return NamedMovie(movie_id, titles[movie_id]) if movie_id in titles and movie_id is not None else None


def _liked_ids(half_stars: Mapping[int, int]) -> list[int]:
    values = np.fromiter(half_stars.values(), np.int8, len(half_stars))
    return [pk for pk, liked in zip(half_stars, is_liked(values).tolist(), strict=True) if liked]


def _shared_genres(movie: Movie, liked: list[int]) -> list[str]:
    of_liked = set(Genre.objects.filter(movies__in=liked).values_list("name", flat=True).distinct())
    return [name for name in movie.genre_names if name in of_liked]


def _shared_tags(movie: Movie, liked: list[int]) -> list[str]:
    """Return the tags of the movie that most of the liked movies have."""
    shared = MovieTag.objects.filter(movie=movie, tag__movie_counts__movie__in=liked)
    counted = shared.values("tag__name").annotate(n_movies=Count("tag__movie_counts__movie"))
    return list(counted.order_by("-n_movies", "tag__name").values_list("tag__name", flat=True)[:N_TAGS_SHOWN])
