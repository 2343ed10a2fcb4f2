"""How the ratings of a movie are spread over the scale."""

from recommender.models import Movie, Rating

N_STEPS = 10


def of(*, movie: Movie) -> list[int]:
    """Return the number of ratings of 1, 2 … 10 half stars."""
    counts = Rating.objects.count_by_half_stars(movie)
    return [counts.get(half_stars, 0) for half_stars in range(1, N_STEPS + 1)]
