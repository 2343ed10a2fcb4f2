"""Why a movie is on a list: the ratings that speak for it, in numbers and in words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.engine.data.types import Float64, Int32, Int64
from recommender.engine.model.item_features import UserProfile
from recommender.engine.model.model import Model
from recommender.models import Movie

N_REASONS = 3
SENTENCE_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Reason:
    """A rating of the user's that speaks for a movie, and how much it adds to the movie's ranking score."""

    movie_id: int
    title: str
    my_stars: float
    contribution: float


def reasons_for(model: Model, profile: UserProfile, movie_indices: Int32) -> list[list[Reason]]:
    """Return up to three reasons for each movie, the strongest first; one query for all titles."""
    if not (model.ranks_by_ratings and movie_indices.size and profile.n_ratings):
        return [[] for _ in movie_indices]
    added = model.ranking_contributions(profile, movie_indices)
    strongest = _strongest(added)
    contributions = np.take_along_axis(added, strongest, axis=1).tolist()
    rated = model.movie_ids[profile.movie_indices].tolist()
    stars = (profile.half_stars / 2).tolist()
    titles = titles_of({rated[j] for j in np.unique(strongest).tolist()})
    return [
        [
            Reason(rated[j], titles[rated[j]], stars[j], contribution)
            for j, contribution in zip(*each, strict=True)
            if contribution > 0 and rated[j] in titles
        ]
        for each in zip(strongest.tolist(), contributions, strict=True)
    ]


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


def sentence_of(reasons: Sequence[Reason]) -> str:
    """Return a sentence of at most 60 characters with as many titles as fit; "" without reasons."""
    titles = [reason.title for reason in reasons]
    for n_titles in range(len(titles), 0, -1):
        sentence = f"Because you rated {joined(titles[:n_titles])}"
        if len(sentence) <= SENTENCE_LENGTH:
            return sentence
    return f"Because you rated {titles[0]}"[: SENTENCE_LENGTH - 1].rstrip() + "…" if titles else ""


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
