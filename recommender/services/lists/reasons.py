"""Why a movie is on a list: the liked movies, people or genres that speak for it, in numbers and in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from recommender.engine.data.types import Float64, Int32, Int64
from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.model import Model
from recommender.engine.model.opinions import is_liked
from recommender.models import Movie
from recommender.services.lists import movie_arrays
from recommender.services.lists.liked_people import LikedPerson, shared_by_all

N_REASONS = 3
N_GENRES = 2
SENTENCE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Reason:
    """A movie the user likes that speaks for another one, and how much it adds to that movie's ranking score."""

    movie_id: int
    title: str
    my_stars: float
    contribution: float


@dataclass(frozen=True, slots=True)
class Reasons:
    """What speaks for a movie: liked movies, the strongest first, or liked genres where no liked movie does.

    `person` is somebody liked whom it shares with all of these movies.
    """

    movies: list[Reason] = field(default_factory=list)
    genres: list[str] = field(default_factory=list)
    person: LikedPerson | None = None

    @property
    def sentence(self) -> str:
        """A sentence of at most 60 characters; "" if nothing that the user likes speaks for the movie."""
        if self.person:
            return because_you_like(self.person.name)
        if self.movies:
            return because_of([reason.title for reason in self.movies])
        return f"{joined(self.genres)}, which you rate highly" if self.genres else ""


def reasons_for(model: Model, profile: UserProfile, movie_indices: Int32) -> list[Reasons]:
    """Return up to three liked movies, or else up to two liked genres, for each movie, and somebody whom they share.

    One query for all titles, and two at most for the people.
    """
    if not (model.ranks_by_ratings and movie_indices.size and profile.n_ratings):
        return [Reasons() for _ in movie_indices]
    added = model.ranking_contributions(profile, movie_indices)
    found = [Reasons(movies=movies) for movies in _liked_movies(model, profile, added)]
    rows = np.array([row for row, reasons in enumerate(found) if not reasons.movies], dtype=np.int64)
    if rows.size:
        genres = _liked_genres(model, profile, movie_indices[rows], added[rows])
        for row, names in zip(rows.tolist(), genres, strict=True):
            found[row] = Reasons(genres=names)
    return _with_people(model, profile, movie_indices, found)


def _with_people(model: Model, profile: UserProfile, movie_indices: Int32, found: list[Reasons]) -> list[Reasons]:
    """Return the reasons with whom each movie shares with all the movies that speak for it, if the sentence fits."""
    shown = model.movie_ids[movie_indices].tolist()
    speaking = {pk: {each.movie_id: each.title for each in why.movies} for pk, why in zip(shown, found, strict=True)}
    rated = model.movie_ids[profile.movie_indices].tolist()
    opinions = dict(zip(rated, is_liked(profile.half_stars).tolist(), strict=True))
    people = shared_by_all(speaking, opinions)
    fitting = {pk: each for pk, each in people.items() if len(because_you_like(each.name)) <= SENTENCE_LENGTH}
    return [replace(why, person=fitting.get(pk)) for pk, why in zip(shown, found, strict=True)]


def _liked_movies(model: Model, profile: UserProfile, added: Float64) -> list[list[Reason]]:
    liked = np.flatnonzero(is_liked(profile.half_stars))
    strongest = _strongest(added[:, liked])
    contributions = np.take_along_axis(added[:, liked], strongest, axis=1).tolist()
    rated = model.movie_ids[profile.movie_indices[liked]].tolist()
    stars = (profile.half_stars[liked] / 2).tolist()
    titles = titles_of({rated[j] for j in np.unique(strongest).tolist()})
    return [
        [
            Reason(rated[j], titles[rated[j]], stars[j], contribution)
            for j, contribution in zip(*each, strict=True)
            if contribution > 0 and rated[j] in titles
        ]
        for each in zip(strongest.tolist(), contributions, strict=True)
    ]


def _liked_genres(model: Model, profile: UserProfile, movie_indices: Int32, added: Float64) -> list[list[str]]:
    """Return the genres of each movie that the user mostly likes, the most often liked first.

    The user likes at least two movies of the genre and more than half of those they rated, and their ratings of the
    genre together add to the movie's ranking score.
    """
    catalogue = movie_arrays.of(model)
    rated = catalogue.genres[profile.movie_indices]
    n_liked = rated[is_liked(profile.half_stars)].sum(axis=0)
    likes = (n_liked >= N_GENRES) & (n_liked > rated.sum(axis=0) / 2)
    speaks = likes & (catalogue.genres[movie_indices] > 0) & (added @ rated > 0)
    by_likes = np.argsort(-n_liked, kind="stable").tolist()
    names = catalogue.genre_names
    return [[names[k] for k in by_likes if row[k] and not names[k].startswith("(")][:N_GENRES] for row in speaks]


def _strongest(added: Float64) -> Int64:
    """Return the positions of the three largest values of each row, largest first, ties by position.

    Finding the largest three times is faster than sorting.
    """
    left, rows = added.copy(), np.arange(added.shape[0])
    strongest = np.empty((rows.size, min(N_REASONS, added.shape[1])), dtype=np.int64)
    for place in range(strongest.shape[1]):
        strongest[:, place] = left.argmax(axis=1)
        left[rows, strongest[:, place]] = -np.inf
    return strongest


def because_of(titles: Sequence[str]) -> str:
    """Return "Because you rated …" with as many titles as fit into 60 characters."""
    for n_titles in range(len(titles), 0, -1):
        sentence = f"Because you rated {joined(titles[:n_titles])}"
        if len(sentence) <= SENTENCE_LENGTH:
            return sentence
    return f"Because you rated {titles[0]}"[: SENTENCE_LENGTH - 1].rstrip() + "…"


def because_you_like(name: str) -> str:
    """Return "Because you like Agnès Varda"."""
    return f"Because you like {name}"


def start_sentence(title: str) -> str:
    """Return what to say of a movie that stands where a later one of its series stood, in at most 60 characters."""
    sentence = f"Start with {title}"
    return sentence if len(sentence) <= SENTENCE_LENGTH else sentence[: SENTENCE_LENGTH - 1].rstrip() + "…"


def joined(titles: Sequence[str]) -> str:
    """Return "Alien", "Alien and Heat", "Alien, Heat and Ran"."""
    *first, last = titles
    return f"{', '.join(first)} and {last}" if first else last


def titles_of(movie_ids: Iterable[int]) -> dict[int, str]:
    """Return titles by movie id."""
    return dict(Movie.objects.with_ids(movie_ids).values_list("pk", "title"))
