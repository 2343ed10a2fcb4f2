"""Groups of well-known movies for someone who has just signed up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from recommender.engine import onboarding as engine
from recommender.engine.item_features import indices_of
from recommender.engine.recommender import LinearModel, Model
from recommender.models import Movie, Rater, Rating
from recommender.services import profiles
from recommender.services.reasons import joined

ENOUGH = 5
POOL = 500
N_GROUPS = 12
GROUP_SIZE = 24
NO_GENRE = "("


@dataclass(frozen=True, slots=True)
class Group:
    """Movies that people who know one of them tend to know and like alike, and what they have in common."""

    heading: str
    movies: list[Movie]


@dataclass(frozen=True, slots=True)
class Onboarding:
    """What to ask a rater, how many ratings they have and how many make a list their own."""

    n_ratings: int
    enough: int
    groups: list[Group]


_by_model: WeakKeyDictionary[Model, list[Group]] = WeakKeyDictionary()


def onboarding_for(*, rater: Rater) -> Onboarding:
    """Return the groups in the order in which their answers tell most; raise `UnknownAlgorithm` without a model."""
    model = profiles.served().model
    groups = _by_model.get(model)
    if groups is None:
        groups = _by_model[model] = _groups(model)
    return Onboarding(Rating.objects.filter(rater=rater).count(), ENOUGH, groups)


def _groups(model: Model) -> list[Group]:
    movies = list(Movie.objects.with_genres().most_rated()[:POOL])
    indices, known = indices_of(model.movie_ids, np.array([movie.pk for movie in movies], dtype=np.int32))
    movies = [movie for movie, is_known in zip(movies, known, strict=True) if is_known]
    if not movies:
        return []
    counts = np.array([movie.rating_count for movie in movies], dtype=np.float64)
    genre_names, genres = _genres(movies)
    features = genres.astype(np.float32)
    if isinstance(model, LinearModel) and model.item_features.n_factors:
        features = model.item_features.rows(indices)
    found = engine.groups_of_like(features, counts / counts.max(), n_groups=N_GROUPS, group_size=GROUP_SIZE)
    years = np.array([movie.year or 0 for movie in movies], dtype=np.int32)
    groups = []
    for members in found:
        common = [genre_names[column] for column in engine.shared_genres(genres, members)]
        heading = _heading(common, engine.shared_decade(years, members))
        groups.append(Group(heading, [movies[position] for position in members.tolist()]))
    return _told_apart(groups)


def _genres(movies: Sequence[Movie]) -> tuple[list[str], NDArray[np.bool_]]:
    names = sorted({name for movie in movies for name in movie.genre_names if not name.startswith(NO_GENRE)})
    genres = np.array([[name in movie.genre_names for name in names] for movie in movies], dtype=np.bool_)
    return names, genres.reshape(len(movies), len(names))


def _heading(genres: Sequence[str], decade: int | None) -> str:
    """Return "Crime and Drama, 1990s"."""
    return ", ".join(part for part in (joined(genres) if genres else "Well-known", decade and f"{decade}s") if part)


def _told_apart(groups: list[Group]) -> list[Group]:
    """Where two headings are the same, each names its first movie too."""
    headings = [group.heading for group in groups]
    return [
        replace(group, heading=f"{group.heading}, like {group.movies[0].title}")
        if headings.count(group.heading) > 1
        else group
        for group in groups
    ]
