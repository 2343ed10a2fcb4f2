"""Move what members said about movies that the catalogue has twice to the movie that stands for both."""

from collections.abc import Mapping

from django.db import connection, transaction

from recommender.models import Rater
from recommender.services.ratings import movie_statistics

# Of two ratings the newer one counts; a rating says more than any mark, and of two marks the one that is there stays.
MOVE = """
WITH moved AS (
    DELETE FROM recommender_rating AS rating USING recommender_movie AS movie
    WHERE movie.id = rating.movie_id AND movie.duplicate_of_id IS NOT NULL AND rating.rater_id = ANY(%(raters)s)
    RETURNING rating.rater_id, movie.duplicate_of_id, rating.half_stars, rating.rated_at
)
INSERT INTO recommender_rating AS kept (rater_id, movie_id, half_stars, rated_at)
SELECT DISTINCT ON (rater_id, duplicate_of_id) * FROM moved ORDER BY rater_id, duplicate_of_id, rated_at DESC
ON CONFLICT (rater_id, movie_id) DO UPDATE SET half_stars = excluded.half_stars, rated_at = excluded.rated_at
WHERE excluded.rated_at > kept.rated_at;

WITH moved AS (
    DELETE FROM recommender_mark AS mark USING recommender_movie AS movie
    WHERE movie.id = mark.movie_id AND movie.duplicate_of_id IS NOT NULL AND mark.rater_id = ANY(%(raters)s)
    RETURNING mark.rater_id, movie.duplicate_of_id, mark.kind, mark.marked_at
)
INSERT INTO recommender_mark (rater_id, movie_id, kind, marked_at) SELECT * FROM moved ON CONFLICT DO NOTHING;

DELETE FROM recommender_mark AS mark USING recommender_rating AS rating
WHERE mark.rater_id = ANY(%(raters)s) AND mark.movie_id = ANY(%(movies)s)
AND rating.rater_id = mark.rater_id AND rating.movie_id = mark.movie_id;

WITH moved AS (
    DELETE FROM recommender_tagapplication AS given USING recommender_movie AS movie
    WHERE movie.id = given.movie_id AND movie.duplicate_of_id IS NOT NULL AND given.rater_id = ANY(%(raters)s)
    RETURNING given.rater_id, movie.duplicate_of_id, given.tag_id, given.applied_at
)
INSERT INTO recommender_tagapplication (rater_id, movie_id, tag_id, applied_at)
SELECT * FROM moved ON CONFLICT DO NOTHING;

DELETE FROM recommender_movietag WHERE movie_id = ANY(%(movies)s);
INSERT INTO recommender_movietag (movie_id, tag_id, count)
SELECT movie_id, tag_id, count(*) FROM recommender_tagapplication WHERE movie_id = ANY(%(movies)s) GROUP BY 1, 2;
"""
LOCK_TAG_COUNTS = "LOCK TABLE recommender_movietag IN SHARE ROW EXCLUSIVE MODE"


@transaction.atomic
def move(original_ids: Mapping[int, int]) -> None:
    """Move ratings, marks and tags of members; `original_ids` says by a movie's id which one stands for it."""
    raters = Rater.objects.members_who_said_something_about(list(original_ids)).order_by("pk")
    rater_ids = list(raters.select_for_update(of=("self",)).values_list("pk", flat=True))
    if not rater_ids:
        return
    movie_ids = [*original_ids, *original_ids.values()]
    with connection.cursor() as cursor:
        movie_statistics.lock_movies(cursor)
        cursor.execute(LOCK_TAG_COUNTS)
        cursor.execute(MOVE, {"raters": rater_ids, "movies": movie_ids})
        movie_statistics.update_statistics(cursor, movie_ids)
