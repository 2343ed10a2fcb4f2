"""The gate: a candidate goes into service unless it may rank worse or recommends more that people dislike."""

import logging
from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from recommender.engine.algorithms.registry import UnknownAlgorithm, algorithm
from recommender.engine.data.snapshot import Snapshot
from recommender.engine.evaluation.gate import ACTIVE, CANDIDATE, METRIC, Comparison, compare
from recommender.engine.evaluation.report import METRICS
from recommender.engine.evaluation.splits import MAX_RATERS, CannotEvaluate, SplitKind
from recommender.engine.progress import OnProgress, no_progress
from recommender.models import ModelVersion
from recommender.services.jobs.concurrency import n_threads
from recommender.services.versions import lifecycle

logger = logging.getLogger(__name__)
State = ModelVersion.State
SEED = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """The gate's verdict on a candidate: a word, a sentence and the figures behind them."""

    outcome: Literal["accepted", "rejected", "undecided"]
    sentence: str
    comparison: Comparison | None = None


def decide(
    *, version: ModelVersion, data: Snapshot, split: SplitKind = "random", on_progress: OnProgress = no_progress
) -> ModelVersion:
    """Activate or reject a candidate; if there are too few ratings to tell, it stays a candidate.

    `split` says which ratings both are compared on: random ones of each rater or the newest. If nothing is in service,
    the candidate is activated without a comparison. Figures and sentence are saved in its metrics under "gate". A
    version that is no longer a candidate is left alone.

    Raises
    ------
    NotActivatable
        If the accepted candidate's artifact cannot be loaded; the active version stays in service.
    """
    while True:
        version = ModelVersion.objects.get(pk=version.pk)
        if version.state != State.CANDIDATE:
            return version
        active = ModelVersion.objects.active().filter(algorithm=version.algorithm).first()
        verdict = judge(version=version, active=active, data=data, split=split, on_progress=on_progress)
        try:
            return _carry_out(version, active, verdict)
        except lifecycle.ActiveChanged as change:
            logger.info("%s is compared again: %s", version, change)


def judge(
    *,
    version: ModelVersion,
    active: ModelVersion | None,
    data: Snapshot,
    split: SplitKind = "random",
    on_progress: OnProgress = no_progress,
) -> Verdict:
    """Return the verdict on a candidate without changing anything."""
    if active is None:
        return Verdict("accepted", "No model of this algorithm was in service yet.")
    if version.artifact_sha256 == active.artifact_sha256:
        return Verdict("rejected", f"It is byte for byte the same as version {active.pk}, which is in service.")
    try:
        comparison = compare(
            algorithm(version.algorithm, **version.parameters),
            algorithm(active.algorithm, **active.parameters),
            data.ratings,
            data.movies,
            margin=settings.GATE_MARGIN,
            kind=split,
            seed=SEED,
            n_threads=n_threads(),
            max_raters=MAX_RATERS,
            on_progress=on_progress,
        )
    except CannotEvaluate as error:
        return Verdict("undecided", f"Too few ratings to compare it with version {active.pk}: {error}")
    except UnknownAlgorithm as error:
        return Verdict("undecided", f"Version {active.pk} can no longer be trained for a comparison: {error}")
    return Verdict("accepted" if comparison.accepted else "rejected", _sentence(comparison, active), comparison)


def _sentence(comparison: Comparison, active: ModelVersion) -> str:
    """Say how the rank agreement compares, then which guarded metrics are worse, or that none is."""
    at_worst, margin = -comparison.difference.low, comparison.margin
    if comparison.ranks_well:
        compared = f"at worst {max(0.0, at_worst):.4f} lower, within the margin of {margin:g}"
    else:
        compared = f"it may be {at_worst:.4f} lower, more than the margin of {margin:g}"
    against = f" of version {active.pk} with {comparison.n_raters:,} raters"
    said = [f"{_figures_against(comparison, METRIC, against)}: {compared}."]
    said += [f"{_figures_against(comparison, metric)}: it is worse." for metric in comparison.worse]
    if comparison.guarded and not comparison.worse:
        headings = [METRICS[metric].heading for metric in comparison.guarded]
        said.append(f"Not shown to be worse: {', '.join(headings)}.")
    return " ".join(said)


def _figures_against(comparison: Comparison, metric: str, against: str = "") -> str:
    ours, theirs = (comparison.figure(which, metric).mean for which in (CANDIDATE, ACTIVE))
    difference = comparison.difference_in(metric)
    return (
        f"{METRICS[metric].heading} {ours:.4f} against {theirs:.4f}{against} (difference {difference.mean:+.4f}, "
        f"95 % interval {difference.low:+.4f} to {difference.high:+.4f})"
    )


def _carry_out(version: ModelVersion, active: ModelVersion | None, verdict: Verdict) -> ModelVersion:
    with transaction.atomic():
        lifecycle.lock(algorithm=version.algorithm)
        version = ModelVersion.objects.get(pk=version.pk)
        if version.state != State.CANDIDATE:  # an admin has decided in the meantime
            return version
        version.metrics = version.metrics | _figures(verdict, active)
        if verdict.outcome == "rejected":
            version.state = State.REJECTED
        version.save(update_fields=["metrics", "state"])
        if verdict.outcome == "accepted":
            return lifecycle.activate(version=version, instead_of=active.pk if active else None)
    return version


def _figures(verdict: Verdict, active: ModelVersion | None) -> dict[str, Any]:
    """Return the candidate's figures as an evaluation has them, with the decision under "gate"."""
    gate: dict[str, Any] = {
        "outcome": verdict.outcome,
        "sentence": verdict.sentence,
        "active_version": active.pk if active else None,
        "decided_at": timezone.now().isoformat(),
    }
    if verdict.comparison is None:
        return {"gate": gate}
    comparison = verdict.comparison
    gate |= {
        "margin": comparison.margin,
        "raters": comparison.n_raters,
        **_beside(comparison, METRIC),
        "guarded": {metric: _beside(comparison, metric) for metric in comparison.guarded},
        "worse": list(comparison.worse),
    }
    figures = comparison.evaluation.to_json()
    about = {name: figures[name] for name in ("splits", "seed", "split", "raters")}
    measured: dict[str, Any] = figures["algorithms"][CANDIDATE]
    return about | measured | {"gate": gate}


def _beside(comparison: Comparison, metric: str) -> dict[str, Any]:
    both = {which: comparison.figure(which, metric).to_json() for which in (CANDIDATE, ACTIVE)}
    return both | {"difference": comparison.difference_in(metric).to_json()}
