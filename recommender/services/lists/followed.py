"""A row of movies by one of the people whom a rater follows, another one every day."""

from dataclasses import dataclass, field

from django.utils import timezone

from recommender.engine.experiments.interleaving import seed_of
from recommender.models import Credit, Follow, Movie, Person, Rater, Rating
from recommender.services.catalogue.movies import Mine
from recommender.services.lists.predictions import predictions_by_id
from recommender.services.lists.rows import Prediction


@dataclass(frozen=True, slots=True)
class FollowedRow:
    """The person of the day, and their unseen movies, the best predicted first; empty if there is nothing to see."""

    person: Person | None = None
    heading: str = ""
    movies: list[Movie] = field(default_factory=list)
    works: dict[int, list[str]] = field(default_factory=dict)
    predictions: dict[int, Prediction] = field(default_factory=dict)
    mine: Mine = field(default_factory=Mine)


def row_of_today(*, rater: Rater, limit: int) -> FollowedRow:
    """Return the movies of the person of the day that the rater has not rated, seen or hidden.

    Movies that no model can predict follow, the newest first. Five queries, however many people and movies there are.
    """
    person = _person_of_today(rater)
    if person is None:
        return FollowedRow()
    works: dict[int, list[str]] = {}
    years: dict[int, int] = {}
    credited = Credit.objects.filter(Follow.unseen_by(rater), person=person).order_by("work").select_related("movie")
    for credit in credited.only("work", "movie__year"):
        works.setdefault(credit.movie_id, []).append(credit.get_work_display())
        years[credit.movie_id] = credit.movie.year or 0
    half_stars = Rating.objects.half_stars_by_movie(rater)
    predictions = predictions_by_id(half_stars, list(works))
    best = sorted(works, key=lambda pk: (-predictions[pk].stars if pk in predictions else 0, -years[pk], pk))[:limit]
    made = any(work != Credit.Work.CAST.label for movie_id in best for work in works[movie_id])
    heading = f"New and unseen {'by' if made else 'with'} {person.name}"
    marks = dict(rater.marks.filter(movie_id__in=best).values_list("movie_id", "kind"))
    return FollowedRow(
        person, heading, Movie.objects.in_order(best), works, predictions, Mine(half_stars=half_stars, marks=marks)
    )


def _person_of_today(rater: Rater) -> Person | None:
    """Return whose turn it is: each day the next person, of those who have a movie to see."""
    follows = list(Follow.objects.in_turn(rater))
    if not follows:
        return None
    first = seed_of(f"people followed by rater {rater.pk}") + timezone.now().toordinal()
    turns = (follows[(first + step) % len(follows)] for step in range(len(follows)))
    return next((follow.person for follow in turns if follow.has_unseen), None)
