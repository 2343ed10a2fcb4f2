"""Importing a file for a rater, and what came of it."""

from recommender.models import Movie, Rater, Rating, RatingImport
from recommender.services.imports import ratings_writer, review


def preview(rater: Rater, text: str | bytes) -> RatingImport:
    data = text if isinstance(text, bytes) else text.encode()
    return review.preview(rater=rater, data=data, file_name="watchlist.csv")


def imported(rater: Rater, text: str | bytes, existing: ratings_writer.Existing = "keep") -> RatingImport:
    return ratings_writer.apply(rating_import=preview(rater, text), existing=existing)


def mine(rater: Rater) -> dict[int, int]:
    return Rating.objects.half_stars_by_movie(rater)


def statistics() -> dict[int, tuple[int, float | None]]:
    return {row[0]: row[1:] for row in Movie.objects.values_list("pk", "rating_count", "rating_mean")}
