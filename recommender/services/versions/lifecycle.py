"""Register, activate, reject and roll back model versions."""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from recommender.engine.data.artifact import ArtifactError
from recommender.models import Activation, Job, ModelVersion
from recommender.services import audit
from recommender.services.storage.artifacts import StoredArtifact

State = ModelVersion.State
KEPT_METRICS = ("gate", "rejection")
ANYTHING: Final = -1


class NotActivatable(Exception):
    """The version cannot be put in service; the text says why."""


class ActiveChanged(Exception):
    """Another version went into service in the meantime."""


class NothingToRollBackTo(Exception):
    """No other version of the algorithm was in service before, or its artifact is gone."""


def code_version() -> str:
    """Return the code version of this software, as manifests name it."""
    # Imported only when something is trained or built, because it reads all code.
    from recommender.engine.code_version import CODE_VERSION

    return CODE_VERSION


@transaction.atomic
def register(
    *,
    artifact: StoredArtifact,
    data_fingerprint: str,
    kind: ModelVersion.Kind = ModelVersion.Kind.MODEL,
    algorithm: str = "",
    parameters: dict[str, Any] | None = None,
    seed: int = 0,
    n_threads: int = 1,
    job: Job | None = None,
) -> ModelVersion:
    """Create the row of a new candidate; only models have an algorithm."""
    return ModelVersion.objects.create(
        algorithm=ModelVersion.NAMES.get(kind, algorithm),
        parameters=parameters or {},
        seed=seed,
        n_threads=n_threads,
        data_fingerprint=data_fingerprint,
        code_version=code_version(),
        artifact_key=artifact.key,
        artifact_sha256=artifact.sha256,
        artifact_size=artifact.size,
        job=job,
    )


def activate(*, version: ModelVersion, by: User | None = None, instead_of: int | None = ANYTHING) -> ModelVersion:
    """Put a version in service and retire the previous one, in one step; an active version stays as it is.

    With `instead_of`, the id of a version or None for nothing, this is done only while that is what is in service.

    Raises
    ------
    NotActivatable
        If the artifact is missing, damaged, removed or not this version's, or if the version was rejected and no admin
        (`by`) overrides that; the active version stays in service.
    ActiveChanged
        If something other than `instead_of` is in service.
    """
    _require_activatable(version, by)
    _check_artifact(version)
    with transaction.atomic():
        lock(algorithm=version.algorithm)
        chosen = ModelVersion.objects.get(pk=version.pk)
        _require_activatable(chosen, by)
        active = ModelVersion.objects.active().filter(algorithm=chosen.algorithm).first()
        if instead_of not in (ANYTHING, active.pk if active else None):
            raise ActiveChanged(f"{active or 'nothing'} is now in service.")
        if chosen != active:
            Activation.objects.create(
                version=chosen, activated_by=by, overrides_rejection=chosen.state == State.REJECTED
            )
            _put_in_service(chosen, instead_of=active)
            _write_down("activate", chosen, by, active, chosen)
    return chosen


def roll_back(*, algorithm: str, by: User | None = None) -> ModelVersion:
    """Put the version that was active before back in service; each further call goes one further back.

    Raises
    ------
    NothingToRollBackTo
        If no other version of the algorithm was in service before.
    NotActivatable
        If its artifact cannot be loaded; the active version stays in service, and another one can be activated.
    """
    _check_artifact(_previous(algorithm))
    with transaction.atomic():
        lock(algorithm=algorithm)
        target = _previous(algorithm)
        last = Activation.objects.filter(version=target, undone_at=None).aggregate(last=Max("pk"))["last"]
        undone = Activation.objects.filter(version__algorithm=algorithm, undone_at=None, pk__gt=last)
        undone.update(undone_at=timezone.now(), undone_by=by)
        active = ModelVersion.objects.active().filter(algorithm=algorithm).first()
        _put_in_service(target, instead_of=active)
        _write_down("roll_back", target, by, active, target)
    return target


@transaction.atomic
def reject(*, version: ModelVersion, by: User | None = None, reason: str = "") -> ModelVersion:
    """Keep a version out of service: it is never activated or rolled back to unless an admin overrides that.

    Raises
    ------
    NotActivatable
        If it is in service.
    """
    lock(algorithm=version.algorithm)
    chosen = ModelVersion.objects.get(pk=version.pk)
    if chosen.state == State.ACTIVE:
        raise NotActivatable(f"{chosen} is in service; roll back or activate another version first.")
    who = by.get_username() if by else ""
    rejection = {"sentence": reason or "Rejected by hand.", "by": who, "at": timezone.now().isoformat()}
    before = chosen.state
    chosen.state, chosen.metrics = State.REJECTED, chosen.metrics | {"rejection": rejection}
    chosen.save(update_fields=["state", "metrics"])
    after = {"state": chosen.state, "reason": rejection["sentence"]}
    audit.record(**_about("reject", chosen, by), before={"state": before}, after=after)
    return chosen


@transaction.atomic
def record_metrics(*, metrics: Mapping[str, dict[str, Any]], parameters: Mapping[str, dict[str, Any]]) -> int:
    """Save the figures of an evaluation with the active versions that were trained with the same parameters.

    Both mappings are by algorithm. Return how many versions have new figures.
    """
    recorded = 0
    for version in ModelVersion.objects.active().filter(algorithm__in=metrics).select_for_update():
        if version.parameters == parameters[version.algorithm]:
            kept = {name: version.metrics[name] for name in KEPT_METRICS if name in version.metrics}
            version.metrics = metrics[version.algorithm] | kept
            version.save(update_fields=["metrics"])
            recorded += 1
    return recorded


def manifest(*, version: ModelVersion) -> dict[str, Any]:
    """Return a version's manifest from its row, because the file may have been removed."""
    names = ("algorithm", "parameters", "seed", "data_fingerprint", "code_version", "n_threads")
    made_of = {name: getattr(version, name) for name in names}
    artifact = {"key": version.artifact_key, "sha256": version.artifact_sha256, "size": version.artifact_size}
    return {"version": version.pk, **made_of, "artifact": artifact, "created_at": version.created_at.isoformat()}


def lock(*, algorithm: str) -> None:
    """Lock an algorithm until the transaction ends: no other one can activate or remove its versions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"model versions of {algorithm}"])


def _put_in_service(chosen: ModelVersion, *, instead_of: ModelVersion | None) -> None:
    if instead_of is not None:
        instead_of.state = State.RETIRED
        instead_of.save(update_fields=["state"])
    chosen.state, chosen.activated_at = State.ACTIVE, timezone.now()
    chosen.save(update_fields=["state", "activated_at"])


def _write_down(verb: str, version: ModelVersion, by: User | None, *in_service: ModelVersion | None) -> None:
    """Write down what was in service before and after."""
    before, after = ({"in service": str(each) if each else "nothing"} for each in in_service)
    audit.record(**_about(verb, version, by), before=before, after=after)


def _about(verb: str, version: ModelVersion, by: User | None) -> dict[str, Any]:
    kind = str(version._meta.verbose_name)
    return {"verb": verb, "kind": kind, "object_id": version.pk, "what": str(version), "by": by}


def _require_activatable(version: ModelVersion, by: User | None) -> None:
    if version.artifact_removed_at is not None:
        raise NotActivatable(f"The artifact of {version} was removed to save space; train again instead.")
    if version.state == State.REJECTED and by is None:
        raise NotActivatable(f"{version} was rejected; only an admin can put it in service anyway.")


def _check_artifact(version: ModelVersion) -> None:
    # Imported only when something is activated, because it imports numerical libraries.
    from recommender.services.versions import loading

    try:
        loading.check(version)
    except ArtifactError as error:
        raise NotActivatable(f"{version} cannot be put in service: {error}") from error


def _previous(algorithm: str) -> ModelVersion:
    found = ModelVersion.objects.filter(algorithm=algorithm).previous().first()
    if found is None:
        raise NothingToRollBackTo(f"There is no stored version of {algorithm} that was in service before.")
    return found
