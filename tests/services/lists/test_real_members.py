"""One truth per tile, and dials that do what they say, on the lists of real raters."""

from collections.abc import Iterator

import numpy as np
import pytest

from recommender.engine.model.opinions import TOLERANCE, is_disliked, is_liked, middle_of
from recommender.models import Movie, Rater
from recommender.services.catalogue.movies import Mine
from recommender.services.lists import movie_arrays
from recommender.services.lists.dials import Dials
from recommender.services.lists.explanations import explain
from recommender.services.lists.recommendations import Recommendations, make_list
from recommender.services.lists.served_model import Served
from recommender.services.lists.steps import ranking_of, said_by

N_RATERS, N_TILES = 30, 20
N_EXPLAINED = 2
"""How many tiles of each list are compared with their explanation, which takes longer."""
SLACK = 1e-3
USUAL = Dials()


def raters() -> list[Rater]:
    """Thirty raters, spread over the release."""
    everybody = Rater.objects.filter(movielens_id__isnull=False).order_by("movielens_id")
    return list(everybody[:: everybody.count() // N_RATERS][:N_RATERS])


def lists(served: Served, dials: Dials = USUAL, limit: int = N_TILES) -> Iterator[tuple[Mine, Recommendations]]:
    for rater in raters():
        mine = said_by(rater)
        yield mine, make_list(served, mine, dials, limit=limit)


def half_stars_of(mine: Mine) -> np.ndarray:
    return np.array(list(mine.half_stars.values()), dtype=np.int8)


def below_middle(mine: Mine, listed: Recommendations, tolerance: float) -> list[str]:
    lowest = middle_of(half_stars_of(mine)) - tolerance - SLACK
    return [each.movie.title for each in listed.results if each.predicted_stars < lowest]


@pytest.mark.parametrize(
    "dials",
    [
        Dials(),
        Dials(seed=5),
        Dials(diversity=1.0),
        Dials(popularity=-2),
        Dials(popularity=2),
        Dials(newness=0.5),
        Dials(newness=1.0),
        Dials(below_average=True),
    ],
)
def test_no_figure_stands_against_the_order(real: Served, dials: Dials) -> None:
    for _, listed in lists(real, dials, limit=100):
        figures = [each.match_percent for each in listed.results]
        assert None not in figures
        assert figures == sorted(figures, reverse=True)


def test_why_says_what_the_tile_says(real: Served) -> None:
    for rater in raters():
        mine = said_by(rater)
        rated, opinions = np.array(list(mine.half_stars)), half_stars_of(mine)
        liked, disliked = set(rated[is_liked(opinions)].tolist()), set(rated[is_disliked(opinions)].tolist())
        listed = make_list(real, mine, Dials(seed=5), limit=N_TILES)
        every = N_TILES // N_EXPLAINED
        for place, tile in list(enumerate(listed.results, start=1))[rater.pk % every :: every]:
            why = explain(rater=rater, movie_id=tile.movie.pk, dials=Dials(seed=5))
            assert (why.rank, why.sentence) == (place, tile.sentence)
            assert why.match_percent == tile.match_percent
            before = [each.movie.pk for each in listed.results[:place]]
            assert why.start_with is None or why.start_with.movie_id in before
            assert (why.stands_for is not None) == tile.sentence.startswith("Start with")
            by_id = {each.movie_id: each for each in why.contributions}
            for reason in tile.reasons:
                assert reason.movie_id in liked
                assert by_id[reason.movie_id].sentence == "Counts for it"
                assert by_id[reason.movie_id].ranking_contribution == pytest.approx(reason.contribution, rel=1e-4)
            for each in why.contributions:
                if each.movie_id in disliked and each.ranking_contribution > 0:
                    assert each.sentence == f"You disliked {each.title}; people who did tend to like this"
                elif each.ranking_contribution < 0:
                    assert each.sentence == "Counts against it"
            for other in why.counterfactuals:
                gained = other.rank_without - other.rank
                assert gained * by_id[other.movie_id].ranking_contribution > 0
                assert other.movie_id not in [reason.movie_id for reason in tile.reasons] or gained > 0


@pytest.mark.parametrize(
    "dials",
    [
        Dials(),
        Dials(seed=5),
        Dials(diversity=1.0),
        Dials(diversity=0.5),
        Dials(popularity=-1),
        Dials(popularity=2),
        Dials(newness=0.5),
    ],
)
def test_no_dial_brings_up_what_would_disappoint(real: Served, dials: Dials) -> None:
    assert [
        below_middle(mine, listed, TOLERANCE) for mine, listed in lists(real, dials, limit=100) if listed.count > 500
    ] == [[]] * N_RATERS


def test_hidden_gems_are_not_hits_and_not_below_the_middle(real: Served) -> None:
    hits = set(Movie.objects.order_by("-rating_count").values_list("pk", flat=True)[:480])
    for mine, listed in lists(real, Dials(popularity=-2), limit=100):
        assert not hits & {each.movie.pk for each in listed.results}
        assert below_middle(mine, listed, 0.0) == []
    assert len(listed.results) == 100


def test_the_popularity_dial_goes_one_way(real: Served) -> None:
    for mine, usual in lists(real):
        typical = [
            np.median(
                [each.movie.rating_count for each in make_list(real, mine, Dials(popularity=dial), limit=20).results]
            )
            for dial in (-2, -1)
        ]
        assert typical[0] <= typical[1] <= np.median([each.movie.rating_count for each in usual.results]) + 1


def test_only_new_movies_are_new_and_none_would_disappoint(real: Served) -> None:
    newest = movie_arrays.of(real.model).newest_year
    for mine, listed in lists(real, Dials(newness=1.0), limit=100):
        assert {each.movie.year for each in listed.results} <= {newest, newest - 1}
        assert below_middle(mine, listed, TOLERANCE) == []
        for place, each in enumerate(listed.results):
            after = [other for other in listed.results[place:] if other.movie.rating_count]
            as_good = [other for other in after if other.predicted_stars >= each.predicted_stars]
            assert each.movie.rating_count or not as_good


def test_the_newness_dial_goes_one_way(real: Served) -> None:
    steps = [Dials(newness=newness) for newness in (0.0, 0.25, 0.5)]
    years = [
        np.mean([each.movie.year or 0 for _, listed in lists(real, dials) for each in listed.results])
        for dials in steps
    ]
    assert years == sorted(years)
    assert years[0] < years[-1]


def test_variety_keeps_the_best_movie_and_brings_other_genres(real: Served) -> None:
    wider = 0
    for mine, usual in lists(real):
        varied = make_list(real, mine, Dials(diversity=0.75), limit=N_TILES)
        genres = [{name for each in listed.results for name in each.movie.genre_names} for listed in (usual, varied)]
        wider += len(genres[1]) - len(genres[0])
        ids = {each.movie.pk for each in varied.results}
        assert usual.results[0].movie.pk in ids
    assert wider > N_RATERS


def test_the_list_of_a_day_differs_in_its_middle_only(real: Served) -> None:
    n_new = []
    for rater in raters():
        mine = said_by(rater)
        usual, *days = (
            real.model.movie_ids[ranking_of(real, mine, Dials(seed=seed), n=60)].tolist() for seed in (None, 1, 2)
        )
        for day in days:
            assert day[:5] == usual[:5]
            assert set(day[:20]) <= set(usual[:60])  # a series may bring movies from beyond the first forty
            n_new.append(len(set(day[:20]) - set(usual[:20])))
    assert 2 <= np.mean(n_new) <= 8


def test_others_are_the_next_best_and_no_sequels_of_what_was_shown(real: Served) -> None:
    for mine, listed in lists(real, limit=100):
        shown = frozenset(each.movie.pk for each in listed.results)
        others = make_list(real, mine, Dials(shown_before=shown), limit=100)
        assert others.count <= listed.count - 100
        assert not shown & {each.movie.pk for each in others.results}
        next_best = {each.movie.pk for each in make_list(real, mine, limit=100, offset=100).results}
        assert len(next_best & {each.movie.pk for each in others.results}) >= 75
