"""An explanation adds up, names what movies share, and says what each rating was worth."""

from pathlib import Path

import numpy as np
import pytest

from recommender.engine.model.model import Model
from recommender.models import Movie, MovieTag, Rater, Rating
from recommender.services.catalogue import movies
from recommender.services.lists import served_model
from recommender.services.lists.explanations import Explanation, explain
from recommender.services.lists.reasons import because_of
from recommender.services.lists.recommendations import recommend_for
from recommender.services.versions import serving
from tests.support.factories import make_movie
from tests.support.sample_site import ALICE, index_of, put_in_service, store_movies, store_ratings

pytestmark = pytest.mark.django_db
ALGORITHMS = ("hybrid", "als", "ease", "mean", "median", "tag_count", "tag_ls")


@pytest.fixture
def alice_rated(alice_rater: Rater, tmp_path: Path) -> Rater:
    """Alice after ten ratings, and every kind of model in service."""
    store_movies()
    for name in ALGORITHMS:
        put_in_service(name, tmp_path)
    store_ratings(alice_rater, ALICE)
    return alice_rater


def model_of(algorithm: str) -> Model:
    model = serving.model(algorithm)
    assert model is not None
    return model


def explained(rater: Rater, algorithm: str, place: int = 3) -> Explanation:
    """Explain the movie at a place of the rater's list."""
    movie = recommend_for(rater=rater, limit=place, algorithm=algorithm).results[-1].movie
    return explain(rater=rater, movie_id=movie.pk, algorithm=algorithm)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_contributions_sum_to_the_predicted_rating_and_the_score(alice_rated: Rater, algorithm: str) -> None:
    why = explained(alice_rated, algorithm)
    total = why.offset + sum(each.contribution for each in why.contributions)
    assert np.clip(total, 0.5, 5) == pytest.approx(why.predicted_stars, rel=1e-4)
    score = why.score_offset + sum(each.ranking_contribution for each in why.contributions)
    model, profile = model_of(algorithm), served_model.served(algorithm).fold_in(ALICE)
    assert score == pytest.approx(float(model.scores(profile)[index_of(why.movie_id)]), rel=1e-4)
    assert {each.movie_id: each.my_stars for each in why.contributions} == {pk: n / 2 for pk, n in ALICE.items()}
    sizes = [abs(each.ranking_contribution) for each in why.contributions]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("algorithm", ["hybrid", "als", "ease"])
def test_a_counterfactual_is_the_place_without_the_rating(alice_rated: Rater, algorithm: str) -> None:
    why = explained(alice_rated, algorithm, place=15)
    assert why.rank == 15
    added = {each.movie_id: each.ranking_contribution for each in why.contributions}
    sizes = [abs(added[each.movie_id]) for each in why.counterfactuals]
    assert sizes == sorted(sizes, reverse=True)
    for each in why.counterfactuals:
        assert (each.rank_without > each.rank) == (added[each.movie_id] > 0)
        Rating.objects.filter(rater=alice_rated, movie_id=each.movie_id).delete()
        listed = recommend_for(rater=alice_rated, limit=100, algorithm=algorithm).results
        unseen = [other.movie.pk for other in listed if other.movie.pk != each.movie_id]
        assert (each.rank, each.rank_without) == (15, unseen.index(why.movie_id) + 1)
        store_ratings(alice_rated, {each.movie_id: ALICE[each.movie_id]})
    if algorithm != "als":  # its ranking is mostly popularity in so small a world
        assert why.counterfactuals


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_an_explanation_says_what_the_list_says(alice_rated: Rater, algorithm: str) -> None:
    listed = recommend_for(rater=alice_rated, limit=4, algorithm=algorithm).results[-1]
    why = explained(alice_rated, algorithm, place=4)
    assert why.movie_id == listed.movie.pk
    assert why.rank == 4
    assert why.predicted_stars == pytest.approx(listed.predicted_stars, rel=1e-5)
    assert why.sentence == listed.sentence
    assert why.interval == (listed.interval and pytest.approx(listed.interval, rel=1e-4))


def test_a_movie_i_have_rated_has_no_rank(alice_rated: Rater) -> None:
    why = explain(rater=alice_rated, movie_id=1)
    assert (why.rank, why.counterfactuals) == (None, [])
    assert len(why.contributions) == 10


def test_it_names_what_the_movie_shares_with_movies_i_liked(alice_rated: Rater) -> None:
    why = explained(alice_rated, "hybrid")
    movie = Movie.objects.with_genres().get(pk=why.movie_id)
    liked = Movie.objects.filter(pk__in=[pk for pk, half_stars in ALICE.items() if half_stars >= 8])
    assert why.shared_genres == sorted(set(movie.genre_names) & set(liked.values_list("genres__name", flat=True)))
    tags_of_liked = list(MovieTag.objects.filter(movie__in=liked).values_list("tag__name", flat=True))
    mine = set(MovieTag.objects.filter(movie=movie).values_list("tag__name", flat=True))
    assert set(why.shared_tags) == mine & set(tags_of_liked) != set()
    counts = [tags_of_liked.count(tag) for tag in why.shared_tags]
    assert counts == sorted(counts, reverse=True)


def test_it_explains_nothing_it_does_not_know(alice_rated: Rater) -> None:
    make_movie(9999, title="Brand New", year=2024)
    with pytest.raises(movies.UnknownMovie, match=r"Brand New \(2024\) is newer than the model"):
        explain(rater=alice_rated, movie_id=9999)
    with pytest.raises(movies.UnknownMovie, match="no movie with id 4711"):
        explain(rater=alice_rated, movie_id=4711)
    with pytest.raises(served_model.UnknownAlgorithm):
        explain(rater=alice_rated, movie_id=1, algorithm="oracle")
    Rating.objects.filter(rater=alice_rated).delete()
    with pytest.raises(served_model.TooFewRatings):
        explain(rater=alice_rated, movie_id=1, algorithm="als")


def test_without_ratings_the_offset_is_the_prediction(alice_rated: Rater) -> None:
    Rating.objects.filter(rater=alice_rated).delete()
    why = explain(rater=alice_rated, movie_id=71)
    assert why.contributions == why.shared_genres == why.shared_tags == why.counterfactuals == []
    assert why.offset == pytest.approx(why.predicted_stars)
    assert why.sentence == ""


@pytest.mark.parametrize("algorithm", ["hybrid", "als", "ease"])
def test_the_sentence_and_the_contributions_point_the_same_way(alice_rated: Rater, algorithm: str) -> None:
    for place in (1, 5, 20, 40):
        why = explained(alice_rated, algorithm, place)
        for each in why.contributions:
            if each.title in why.sentence.removeprefix("Because you rated ").replace(" and ", ", ").split(", "):
                assert (each.sentence, each.ranking_contribution > 0) == ("Counts for it", True)
            if each.ranking_contribution < 0:
                assert each.sentence == "Counts against it"
            elif each.my_stars <= 2.5 and each.ranking_contribution > 0:
                assert each.sentence == f"You disliked {each.title}; people who did tend to like this"


def test_a_list_that_ratings_do_not_order_gives_them_no_meaning(alice_rated: Rater) -> None:
    why = explained(alice_rated, "mean")
    assert {each.sentence for each in why.contributions} == {""}
    assert why.counterfactuals == []


@pytest.mark.parametrize(
    ("titles", "sentence"),
    [
        (["Alien"], "Because you rated Alien"),
        (["Alien", "Blade Runner"], "Because you rated Alien and Blade Runner"),
        (["Alien", "Heat", "Ran"], "Because you rated Alien, Heat and Ran"),
        (["Alien", "Blade Runner", "The Lord of the Rings"], "Because you rated Alien and Blade Runner"),
        (["The Good, the Bad and the Ugly", "Once Upon a Time in the West"], None),
        (["Dr. Strangelove or: How I Learned to Stop Worrying and Love the Bomb"], None),
    ],
)
def test_the_sentence_names_as_many_titles_as_fit(titles: list[str], sentence: str | None) -> None:
    said = because_of(titles)
    assert len(said) <= 60
    if sentence is None:
        assert said.startswith(f"Because you rated {titles[0][:30]}")
    else:
        assert said == sentence
