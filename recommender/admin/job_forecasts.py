"""What the page that starts jobs says of how long each takes and what it costs."""

from dataclasses import dataclass

from recommender.admin.job_forms import SIMPLE, algorithms
from recommender.models import Job
from recommender.services.jobs import costs
from recommender.services.jobs.forecast import expected


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of a kind of job: as a whole, and of each of its algorithms with its defaults."""

    words: str = ""
    by_algorithm: tuple[tuple[str, str], ...] = ()


def by_kind() -> dict[str, Expected]:
    """Return what is expected of each kind of job whose arguments may be the usual ones."""
    named = algorithms()
    plain = [Job(kind=kind) for kind, _, _ in SIMPLE] + [Job(kind=Job.Kind.EVALUATE)]
    trained = [Job(kind=Job.Kind.TRAIN, arguments={"algorithm": name}) for name, _ in named]
    found = [costs.in_words(forecast) for forecast in expected([*plain, *trained])]
    words = {str(job.kind): Expected(said) for job, said in zip(plain, found, strict=False)}
    labels = [label for _, label in named]
    words[Job.Kind.TRAIN] = Expected(by_algorithm=tuple(zip(labels, found[len(plain) :], strict=True)))
    return words
