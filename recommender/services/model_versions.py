"""Register, activate and roll back model versions."""

from collections.abc import Mapping
from importlib.metadata import version as package_version
from typing import Any

from django.db import transaction
from django.utils import timezone

from recommender.models import Job, ModelVersion
from recommender.services.artifacts import StoredArtifact

State = ModelVersion.State


def code_version() -> str:
    """Return the version of this software, as manifests name it."""
    return package_version("movierec")


@transaction.atomic
def register(
    *,
    algorithm: str,
    artifact: StoredArtifact,
    data_fingerprint: str,
    parameters: dict[str, Any] | None = None,
    seed: int = 0,
    job: Job | None = None,
) -> ModelVersion:
    """Write a new candidate down."""
    return ModelVersion.objects.create(
        algorithm=algorithm,
        parameters=parameters or {},
        seed=seed,
        data_fingerprint=data_fingerprint,
        code_version=code_version(),
        artifact_key=artifact.key,
        artifact_sha256=artifact.sha256,
        artifact_size=artifact.size,
        job=job,
    )


@transaction.atomic
def activate(*, version: ModelVersion) -> ModelVersion:
    """Put a version in service and retire the one that was, in one step."""
    same_algorithm = ModelVersion.objects.filter(algorithm=version.algorithm)
    locked = {row.pk: row for row in same_algorithm.select_for_update().order_by("pk")}
    for row in locked.values():
        if row.state == State.ACTIVE and row.pk != version.pk:
            row.state = State.RETIRED
            row.save(update_fields=["state"])
    chosen = locked[version.pk]
    chosen.state, chosen.activated_at = State.ACTIVE, timezone.now()
    chosen.save(update_fields=["state", "activated_at"])
    return chosen


@transaction.atomic
def record_metrics(*, metrics: Mapping[str, dict[str, Any]], parameters: Mapping[str, dict[str, Any]]) -> int:
    """Keep the figures of an evaluation with the versions in service that were trained with the same parameters.

    Both mappings are by algorithm. Return how many versions have new figures.
    """
    recorded = 0
    for version in ModelVersion.objects.active().filter(algorithm__in=metrics).select_for_update():
        if version.parameters == parameters[version.algorithm]:
            version.metrics = metrics[version.algorithm]
            version.save(update_fields=["metrics"])
            recorded += 1
    return recorded


@transaction.atomic
def roll_back(*, algorithm: str) -> ModelVersion:
    """Put the version that was in service before back in service.

    Raises
    ------
    ModelVersion.DoesNotExist
        If no other version of the algorithm was ever in service.
    """
    retired = ModelVersion.objects.filter(algorithm=algorithm, state=State.RETIRED)
    return activate(version=retired.latest("activated_at", "pk"))
