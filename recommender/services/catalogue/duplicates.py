"""Find movies that the catalogue has twice: the one with the lower id stands for both wherever people meet it."""

from django.db import connection, transaction

from recommender.models import Movie
from recommender.services.ratings import originals

# Equal titles and years are not enough: there are two films named Hamlet of 2000. Nor is an id from TMDB, which
# MovieLens has given to other films of the same name by mistake: it counts with a genre in common. Without an id that
# says so, all facts have to agree: title, year, genres, and whatever ids both have.
MARK = """
WITH named AS (
    SELECT lower(title) AS name, year FROM recommender_movie
    WHERE year IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1
), fact AS (
    SELECT movie.id, name, movie.year, movie.tmdb_id, nullif(ltrim(movie.imdb_id, 't0'), '') AS imdb_id, ARRAY(
        SELECT genre_id FROM recommender_movie_genres JOIN recommender_genre AS genre ON genre.id = genre_id
        WHERE movie_id = movie.id AND genre.name NOT LIKE '(%%' ORDER BY 1
    ) AS genres
    FROM recommender_movie AS movie JOIN named ON lower(movie.title) = name AND movie.year = named.year
), pair AS (
    SELECT later.id, min(first.id) AS first_id FROM fact AS first JOIN fact AS later USING (name, year)
    WHERE first.id < later.id AND (
        first.imdb_id = later.imdb_id
        OR (first.tmdb_id = later.tmdb_id AND first.genres && later.genres)
        OR ((first.imdb_id = later.imdb_id) IS NOT FALSE AND (first.tmdb_id = later.tmdb_id) IS NOT FALSE
            AND first.genres = later.genres AND first.genres <> '{}')
    ) GROUP BY 1
), original AS (
    SELECT movie.id, coalesce(next.first_id, pair.first_id) AS first_id
    FROM recommender_movie AS movie
    LEFT JOIN pair ON pair.id = movie.id LEFT JOIN pair AS next ON next.id = pair.first_id
    WHERE pair.id IS NOT NULL OR movie.duplicate_of_id IS NOT NULL
)
UPDATE recommender_movie AS movie SET duplicate_of_id = first_id
FROM original WHERE original.id = movie.id AND movie.duplicate_of_id IS DISTINCT FROM first_id
"""


def mark() -> int:
    """Mark the movies that the catalogue has twice, and return their number.

    What members said about one of them is kept for the movie that stands for both; ratings of a release stay where
    they are, because models learn from them.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(MARK)
    original_ids = Movie.objects.original_ids()
    if original_ids:
        originals.move(original_ids)
    return len(original_ids)
