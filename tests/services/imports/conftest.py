"""A small catalogue to import into."""

import pytest

from recommender.models import Movie
from recommender.services.catalogue import title_search
from tests.support.factories import make_movie, make_rater, make_rating


@pytest.fixture
def movies(db: None) -> dict[str, Movie]:
    """A small catalogue with its title index; "Alien" has been rated by somebody else."""
    movies = {
        "Alien": make_movie(1214, "Alien", 1979, imdb_id="0078748", tmdb_id=348),
        "Léon": make_movie(293, "Léon: The Professional", 1994, imdb_id="0110413", tmdb_id=101),
        "Good": make_movie(1201, "Good, the Bad and the Ugly, The", 1966),
        "Dune": make_movie(2021, "Dune", 1984),
        "Dune 2021": make_movie(4040, "Dune", 2021),
    }
    make_rating(make_rater(), movies["Alien"], 4)
    Movie.objects.filter(pk=1214).update(rating_count=1, rating_mean=2.0, rating_median=2.0)
    title_search.build()
    return movies
