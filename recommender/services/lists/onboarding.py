"""Groups of well-known movies for new users to rate."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

import numpy as np

from recommender.engine.data.types import Bool
from recommender.engine.lists import onboarding as engine
from recommender.engine.model.item_features import indices_of
from recommender.engine.model.model import LinearModel, Model
from recommender.models import Movie, Rater, Rating
from recommender.services.lists import served_model
from recommender.services.lists.reasons import joined, titles_of

ENOUGH = 5
POOL = 500
N_GROUPS = 12
GROUP_SIZE = 24
NO_GENRE = "("


@dataclass(frozen=True, slots=True)
class Group:
    """Similar well-known movies, and a heading that says what they have in common."""

    heading: str
    movies: list[Movie]


@dataclass(frozen=True, slots=True)
class Onboarding:
    """The groups, how many ratings the rater has, and how many are enough for personal recommendations."""

    n_ratings: int
    enough: int
    groups: list[Group]


@dataclass(frozen=True, slots=True)
class ChosenGroup:
    """A group as it is cached with its model."""

    heading: str
    movie_ids: list[int]


_by_model: WeakKeyDictionary[Model, list[ChosenGroup]] = WeakKeyDictionary()


def onboarding_for(*, rater: Rater) -> Onboarding:
    """Return the groups, those that say most about a taste first; raise `UnknownAlgorithm` without a model."""
    chosen = groups_of(served_model.served().model)
    movies = {movie.pk: movie for movie in Movie.objects.in_order([pk for each in chosen for pk in each.movie_ids])}
    groups = [Group(each.heading, [movies[pk] for pk in each.movie_ids if pk in movies]) for each in chosen]
    return Onboarding(Rating.objects.filter(rater=rater).count(), ENOUGH, groups)


def groups_of(model: Model) -> list[ChosenGroup]:
    """Return the groups of a model, as they were when they were first chosen."""
    chosen = _by_model.get(model)
    if chosen is None:
        chosen = _by_model[model] = _disambiguated(_choose(model))
    return chosen


def _choose(model: Model) -> list[ChosenGroup]:
    most_rated = np.array(Movie.objects.most_rated().values_list("pk", flat=True)[:POOL], dtype=np.int32)
    indices, known = indices_of(model.movie_ids, most_rated)
    movies = Movie.objects.in_order(most_rated[known].tolist())
    if not movies:
        return []
    counts = np.array([movie.rating_count for movie in movies], dtype=np.float64)
    genre_names, genres = _genres(movies)
    features = genres.astype(np.float32)
    if isinstance(model, LinearModel) and model.item_features.n_factors:
        features = model.item_features.rows(indices)
    years = np.array([movie.year or 0 for movie in movies], dtype=np.int32)
    chosen = []
    for members in engine.groups_of_similar(features, counts / counts.max(), n_groups=N_GROUPS, group_size=GROUP_SIZE):
        common = [genre_names[column] for column in engine.shared_genres(genres, members)]
        heading = _heading(common, engine.shared_decade(years, members))
        chosen.append(ChosenGroup(heading, [movies[position].pk for position in members.tolist()]))
    return chosen


def _genres(movies: Sequence[Movie]) -> tuple[list[str], Bool]:
    names = sorted({name for movie in movies for name in movie.genre_names if not name.startswith(NO_GENRE)})
    genres = np.array([[name in movie.genre_names for name in names] for movie in movies], dtype=np.bool_)
    return names, genres.reshape(len(movies), len(names))


def _heading(genres: Sequence[str], decade: int | None) -> str:
    """Return "Crime and Drama, 1990s"."""
    return ", ".join(part for part in (joined(genres) if genres else "Well-known", decade and f"{decade}s") if part)


def _disambiguated(chosen: list[ChosenGroup]) -> list[ChosenGroup]:
    """Add the first movie of each group to headings that several groups share."""
    headings = [each.heading for each in chosen]
    titles = titles_of([each.movie_ids[0] for each in chosen])
    return [
        replace(each, heading=f"{each.heading}, like {titles[each.movie_ids[0]]}")
        if headings.count(each.heading) > 1
        else each
        for each in chosen
    ]
