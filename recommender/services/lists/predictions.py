"""Predicted ratings for movies that stand in no recommendation list."""

from collections.abc import Mapping, Sequence

import numpy as np

from recommender.engine.model.item_features import indices_of
from recommender.services.lists import served_model
from recommender.services.lists.rows import Prediction, predictions_of


def predictions_by_id(half_stars: Mapping[int, int], movie_ids: Sequence[int]) -> dict[int, Prediction]:
    """Return what the best algorithm in service predicts for the movies it knows, by movie id."""
    try:
        served = served_model.served()
    except served_model.UnknownAlgorithm:
        return {}
    if not movie_ids or served.missing(len(half_stars)) > 0:
        return {}
    wanted = np.array(movie_ids, dtype=np.int32)
    indices, known = indices_of(served.model.movie_ids, wanted)
    predictions = predictions_of(served.model, served.fold_in(half_stars), indices)
    return dict(zip(wanted[known].tolist(), predictions, strict=True))
