"""Measure drift: compare the last week of ratings with all others and with what the models in service know."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.conf import settings
from django.core.mail import mail_admins
from django.db import connection
from django.db.models import Max

from recommender.engine.algorithms.registry import BY_PREFERENCE
from recommender.engine.model.item_features import indices_of
from recommender.engine.model.model import Model
from recommender.engine.progress import no_progress
from recommender.models import DriftReport, Job, JobChunk, Rating
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Outcome, Stage
from recommender.services.versions import serving

WEEK = timedelta(days=7)
FEWEST = 200
"""Ratings in a week below which no figure is outside its bounds: chance alone would be."""
N_RATERS = 500
"""How many raters of the week predictions are compared for."""
MIX = """
SELECT half_stars, count(*) FILTER (WHERE rated_at > %(since)s), count(*) FILTER (WHERE rated_at <= %(since)s)
FROM recommender_rating GROUP BY half_stars
"""
OF_THE_WEEK = """
SELECT movie_id, count(*), bool_and(movie_count = n) FROM (
    SELECT r.movie_id, m.rating_count AS movie_count, count(*) OVER (PARTITION BY r.movie_id) AS n
    FROM recommender_rating r JOIN recommender_movie m ON m.id = r.movie_id WHERE r.rated_at > %(since)s
) AS week GROUP BY movie_id
"""
RATERS = """
SELECT rater_id, NOT EXISTS (
    SELECT FROM recommender_rating earlier WHERE earlier.rater_id = week.rater_id AND earlier.rated_at <= %(since)s
) FROM (SELECT DISTINCT rater_id FROM recommender_rating WHERE rated_at > %(since)s) AS week
ORDER BY md5(rater_id::text)
"""
MOVED = "{value:.0%} of the week's ratings would have to move to have the stars of all earlier ones"
OF_NEW_MOVIES = "{value:.0%} of the week's ratings are of movies that nobody had rated before"
BY_NEW_RATERS = "{value:.0%} of the week's raters had never rated before"


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a week: None if it cannot be told."""

    name: str
    label: str
    value: float | None
    outside: bool
    sentence: str


def measure(*, job: Job | None = None, on_progress: OnProgress = no_progress) -> DriftReport:
    """Measure the seven days up to the newest rating, and tell the ADMINS what is newly outside its bounds."""
    on_progress(0.0, "Reading the last week of ratings")
    newest: datetime | None = Rating.objects.aggregate(newest=Max("rated_at"))["newest"]
    before = DriftReport.objects.first()
    figures, n_ratings = _figures(newest - WEEK, on_progress) if newest else ([], 0)
    report = DriftReport.objects.create(
        week_ends_at=newest, n_ratings=n_ratings, figures=[asdict(figure) for figure in figures], job=job
    )
    _tell(report, before)
    return report


def _figures(since: datetime, on_progress: OnProgress) -> tuple[list[Figure], int]:
    mix = _query(MIX, since)
    n_ratings = sum(week for _, week, _ in mix)
    enough = n_ratings >= FEWEST
    on_progress(0.3, "Comparing movies and raters")
    movies, raters = _query(OF_THE_WEEK, since), _query(RATERS, since)
    n_new_movies = sum(count for _, count, is_new in movies if is_new)
    share_new = sum(new for _, new in raters) / len(raters)
    figures = [
        _highest("rating_mix", "Rating mix", _distance(mix), settings.DRIFT_RATING_MIX, enough, MOVED),
        _highest(
            "new_movies", "New movies", n_new_movies / n_ratings, settings.DRIFT_NEW_MOVIES, enough, OF_NEW_MOVIES
        ),
        _highest("new_raters", "New raters", share_new, settings.DRIFT_NEW_RATERS, enough, BY_NEW_RATERS),
    ]
    movie_ids = np.array([movie for movie, _, _ in movies], dtype=np.int32)
    counts = np.array([count for _, count, _ in movies], dtype=np.int64)
    for algorithm in sorted(serving.active_algorithms()):
        model = serving.model(algorithm)
        if model is not None:
            _, known = indices_of(model.movie_ids, movie_ids)
            share = float(counts[known].sum() / counts.sum())
            figures.append(_lowest(f"coverage_{algorithm}", f"Coverage of {algorithm}", share, enough))
    on_progress(0.6, "Comparing predictions with the week's ratings")
    best = next((name for name in BY_PREFERENCE if name in serving.active_algorithms()), None)
    model = serving.model(best) if best else None
    if model is not None:
        error = _mean_error(model, [rater for rater, _ in raters[:N_RATERS]], since)
        figures.append(
            _figure("bias", "Predicted − given stars", error, enough and error is not None
                    and abs(error) > settings.DRIFT_BIAS, f"at most {settings.DRIFT_BIAS:g} either way",
                    "predictions of " + str(best) + " are {value:+.2f} stars off the week's ratings on average")
        )  # fmt: skip
    return figures, n_ratings


def _query(sql: str, since: datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"since": since})
        return list(cursor.fetchall())


def _distance(mix: list[tuple[Any, ...]]) -> float | None:
    """Return the share of ratings that would have to move for both mixes to be the same; None without earlier ones."""
    week, earlier = (np.array([row[column] for row in mix], dtype=np.float64) for column in (1, 2))
    if not earlier.sum():
        return None
    return float(np.abs(week / week.sum() - earlier / earlier.sum()).sum() / 2)


def _mean_error(model: Model, raters: list[int], since: datetime) -> float | None:
    """Return the mean of predicted − given stars of the week; raters are fitted to what they rated before it."""
    rows = Rating.objects.filter(rater_id__in=raters).order_by("rater_id")
    by_rater: dict[int, list[tuple[int, int, bool]]] = {}
    for rater, movie, half_stars, rated_at in rows.values_list("rater_id", "movie_id", "half_stars", "rated_at"):
        by_rater.setdefault(rater, []).append((movie, half_stars, rated_at > since))
    errors = [_errors(model, np.array(said, dtype=np.int32)) for said in by_rater.values()]
    together = np.concatenate(errors) if errors else np.zeros(0)
    return float(together.mean()) if together.size else None


def _errors(model: Model, said: Any) -> Any:
    of_week = said[:, 2] == 1
    known_before, kept = indices_of(model.movie_ids, said[~of_week, 0])
    profile = model.fold_in(known_before, said[~of_week, 1][kept].astype(np.int8))
    movies, kept = indices_of(model.movie_ids, said[of_week, 0])
    return np.clip(model.predict(profile, movies), 0.5, 5) - said[of_week, 1][kept] / 2


def _highest(name: str, label: str, value: float | None, bound: float, enough: bool, words: str) -> Figure:
    return _figure(name, label, value, enough and value is not None and value > bound, f"at most {bound:.0%}", words)


def _lowest(name: str, label: str, value: float, enough: bool) -> Figure:
    bound = settings.DRIFT_COVERAGE
    words = "{value:.0%} of the week's ratings are of movies that the model in service knows"
    return _figure(name, label, value, enough and value < bound, f"at least {bound:.0%}", words)


def _figure(name: str, label: str, value: float | None, outside: bool, bounds: str, words: str) -> Figure:
    said = words.format(value=value) if value is not None else "cannot be told yet"
    return Figure(name, label, value, outside, f"{label}: {said} ({bounds}).")


def _tell(report: DriftReport, before: DriftReport | None) -> None:
    """Write to the ADMINS when a figure leaves its bounds, not again on each day that it stays outside."""
    known = {figure["name"] for figure in before.outside} if before else set()
    new = [figure["sentence"] for figure in report.outside if figure["name"] not in known]
    if new:
        advice = "Retraining usually helps; docs/operations/alarms.md says what else to look at."
        mail_admins("Ratings have drifted from what the models know", "\n".join([*new, "", advice]), fail_silently=True)


def _measure(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    report = measure(job=chunk.job, on_progress=on_progress)
    return Outcome({"drift_outside_bounds": [figure["label"] for figure in report.outside]})


MEASURE = Stage("drift", "Measuring drift", _measure, weight=0.5)
