"""Tags for generated ratings: each movie has a few that fit, and some raters apply them."""

import numpy as np

from recommender.formats.movielens.dataset import Movies, RatingTriples, TagTriples

TAGS = (
    "atmospheric", "based on a book", "beautiful", "black and white", "boring", "classic", "clever", "cult film",
    "dark comedy", "dialogue", "dreamlike", "dystopia", "ensemble cast", "family", "feel-good", "friendship",
    "funny", "great acting", "great ending", "heist", "historical", "imdb top 250", "independent film", "intense",
    "love story", "melancholic", "memorable characters", "nonlinear", "nostalgic", "plot twist", "politics",
    "predictable", "psychology", "quirky", "revenge", "road movie", "satire", "sentimental", "slow", "small town",
    "soundtrack", "space", "stylized", "suspense", "tense", "thought-provoking", "time travel", "touching",
    "true story", "twist ending", "underrated", "violence", "visually appealing", "witty", "coming of age",
    "surreal",
)  # fmt: skip
TAGS_PER_MOVIE = 8
TAGGED_SHARE = 0.036
FIRST_TAG_PREFERENCE = 1.8


def draw_tags(ratings: RatingTriples, movies: Movies, *, seed: int) -> TagTriples:
    """Draw tags for a few of the ratings: one tag per rating, applied right after it.

    Parameters
    ----------
    ratings : RatingTriples
        A block of ratings.
    movies : Movies
    seed : int
    """
    fitting = np.random.default_rng([seed, 5]).integers(len(TAGS), size=(len(movies), TAGS_PER_MOVIE))
    first_rater = int(ratings.rater_ids[0]) if len(ratings) else 0
    rng = np.random.default_rng([seed, 6, first_rater])
    tagged = np.flatnonzero(rng.random(len(ratings)) < TAGGED_SHARE)
    which = (TAGS_PER_MOVIE * rng.random(tagged.size) ** FIRST_TAG_PREFERENCE).astype(np.int64)
    rows = np.searchsorted(movies.movie_ids, ratings.movie_ids[tagged])
    return TagTriples(
        rater_ids=ratings.rater_ids[tagged],
        movie_ids=ratings.movie_ids[tagged],
        tags=tuple(TAGS[tag] for tag in fitting[rows, which]),
        applied_at=ratings.rated_at[tagged] + 60,
    )
