"""What is known about movies besides their ratings: genres, tags, years and series."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array

from recommender.engine.data.types import Float32, Int16, Int32


@dataclass(frozen=True, slots=True, eq=False)
class MovieFeatures:
    """Content features, one row per column of the `RatingMatrix` they belong to.

    Attributes
    ----------
    movie_ids : (n_movies,) int32
        Strictly increasing, equal to ``RatingMatrix.movie_ids``.
    years : (n_movies,) int16
        0 where unknown.
    genre_names : tuple of str
    genres : (n_movies, n_genres) csr_array of float32
        1 where the movie has the genre.
    tag_names : tuple of str
    tag_rater_ids, tag_movie_indices, tag_indices : (n_applications,) int32
        Who (database key) gave which movie (row) which tag (position in `tag_names`).
    series : (n_movies,) int32 or None
        The number of each movie's series, -1 for none; None where nobody has looked for series.
    outside_means, outside_votes : (n_movies,) float32 or None
        Mean and number of votes on another site; NaN and 0 where unknown, None where nobody has looked.
    credits : (n_movies, n_people) csr_array of float32 or None
        How much each person made of the movie: 2 for directors, 1 for writers and the cast.
    """

    movie_ids: Int32
    years: Int16
    genre_names: tuple[str, ...]
    genres: csr_array
    tag_names: tuple[str, ...]
    tag_rater_ids: Int32
    tag_movie_indices: Int32
    tag_indices: Int32
    series: Int32 | None = None
    outside_means: Float32 | None = None
    outside_votes: Float32 | None = None
    credits: csr_array | None = None

    @classmethod
    def empty(cls, movie_ids: Int32) -> "MovieFeatures":
        """Return features that know nothing about the given movies."""
        none = np.zeros(0, dtype=np.int32)
        years = np.zeros(movie_ids.size, dtype=np.int16)
        genres = csr_array((movie_ids.size, 0), dtype=np.float32)
        return cls(movie_ids, years, (), genres, (), none, none, none)

    def tag_counts(self) -> csr_array:
        """Return how often each movie got each tag, (n_movies, n_tags) csr_array of float32."""
        shape = (self.movie_ids.size, len(self.tag_names))
        ones = np.ones(self.tag_indices.size, dtype=np.float32)
        counts = csr_array((ones, (self.tag_movie_indices, self.tag_indices)), shape=shape)
        counts.sum_duplicates()
        return counts

    def without(self, rater_ids: Int32, movie_indices: Int32) -> "MovieFeatures":
        """Drop the tags that a rater gave to a movie held out for that rater.

        Parameters
        ----------
        rater_ids, movie_indices : (n_held_out,) int32
            The held-out ratings: database keys of the raters, rows of the movies.
        """
        n_movies = max(self.movie_ids.size, 1)
        held_out = rater_ids.astype(np.int64) * n_movies + movie_indices
        applied = self.tag_rater_ids.astype(np.int64) * n_movies + self.tag_movie_indices
        keep = ~np.isin(applied, held_out)
        return replace(
            self,
            tag_rater_ids=self.tag_rater_ids[keep],
            tag_movie_indices=self.tag_movie_indices[keep],
            tag_indices=self.tag_indices[keep],
        )
