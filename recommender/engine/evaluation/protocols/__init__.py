"""Benchmarks by published protocols: each yields splits, and says which ratings are relevant and what is measured."""

from recommender.engine.evaluation.protocols import held_out_ratings, left_out_raters
from recommender.engine.evaluation.protocols.measures import (
    GAIN_MEASURES,
    INTERVALS,
    MAE,
    RANK_AGREEMENT,
    RMSE,
    Relevance,
    of_lists,
)
from recommender.engine.evaluation.protocols.protocol import Protocol

_RELEVANCES: tuple[Relevance, ...] = ("rated", "liked")
_TOP_10 = tuple(
    of_lists(kind, 10, how) for how in _RELEVANCES for kind in ("ndcg", "recall", "precision", "map", "capped_map")
)
_STARS = (RMSE, MAE, RANK_AGREEMENT, INTERVALS)

PROTOCOLS = {
    each.name: each
    for each in (
        Protocol(
            "stratified-75",
            "A quarter of each movie's ratings is held out at random. Relevant is every held-out rating, or only "
            "those of at least 4 stars.",
            1,
            held_out_ratings.stratified,
            (*_TOP_10, *_STARS, *GAIN_MEASURES),
        ),
        Protocol(
            "five-folds",
            "All ratings are in five folds; each is held out once. Relevant is every held-out rating, or only those "
            "of at least 4 stars.",
            held_out_ratings.N_FOLDS,
            held_out_ratings.folds,
            (*_STARS, *(of_lists("ndcg", 10, how) for how in _RELEVANCES), *GAIN_MEASURES),
        ),
        Protocol(
            "leave-one-out",
            "The last rating of each rater is held out, and is relevant whatever its stars. Candidates are all movies.",
            1,
            held_out_ratings.last_of_each_rater,
            tuple(of_lists(kind, 10, "rated") for kind in ("hit_rate", "ndcg", "mrr")),
        ),
        Protocol(
            "leave-one-out-random",
            "A random rating of each rater is held out, and is relevant whatever its stars. Candidates are all movies.",
            1,
            held_out_ratings.any_of_each_rater,
            tuple(of_lists(kind, 10, "rated") for kind in ("hit_rate", "ndcg", "mrr")),
        ),
        Protocol(
            "strong-generalisation",
            "A fifth of the raters is left out of the fit. 80 % of the ratings of each are folded in, 20 % are asked "
            "about. Relevant is every one of these, or only those of at least 4 stars.",
            1,
            left_out_raters.strong_generalisation,
            tuple(
                of_lists(kind, k, how)
                for how in _RELEVANCES
                for kind, k in (("capped_recall", 20), ("capped_recall", 50), ("ndcg", 100))
            ),
        ),
        Protocol(
            "temporal",
            "The last fifth of each rater's ratings is held out. Relevant is every one of movies with a training "
            "rating, or only those of at least 4 stars.",
            1,
            held_out_ratings.temporal,
            (*_STARS, *(of_lists("ndcg", 10, how) for how in _RELEVANCES), of_lists("capped_recall", 20, "liked"),
             *GAIN_MEASURES),
        ),
        Protocol(
            "new-members",
            "Every rater is new once: a model of the others is given their first ratings, and asked about their "
            "ratings after the 20th or the last fifth. Relevant are those of at least 4 stars.",
            left_out_raters.N_PARTS,
            left_out_raters.new_members,
            (RMSE, of_lists("ndcg", 10, "liked")),
        ),
    )
}  # fmt: skip
"""By name. `five-folds` may be given the files of published folds; `published` needs files."""

PUBLISHED_MEASURES = (
    *(of_lists(kind, k, "rated") for k in (10, 20, 40) for kind in ("recall", "ndcg")),
    of_lists("capped_recall", 20, "rated"),
    of_lists("ndcg", 10, "liked"),
    RMSE,
    MAE,
)
"""What is measured on published train, valid and test files."""

__all__ = ["PROTOCOLS", "PUBLISHED_MEASURES", "Protocol"]
