"""What past jobs took: seconds by stage and kind of chunk, as the rows of their chunks say."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any, Self

from django.db.models import Count, F, Max, Min, Sum, Window
from django.db.models.fields.json import KT
from django.db.models.functions import RowNumber

from recommender.models import Job, JobChunk
from recommender.services.jobs.stages import Stage

JOBS_OF_A_KIND = 20


@dataclass(frozen=True, slots=True)
class Past:
    """What the chunks of one kind took in one stage of a past job."""

    job: Job
    seconds: float


@dataclass(slots=True)
class Ran:
    """A stage of a past job on all machines: seconds of its chunks, from the first to the last of each machine."""

    chunk_seconds: float
    began: datetime
    ended: datetime
    busy: dict[str, tuple[datetime, datetime]]

    @property
    def seconds(self) -> float:
        """Seconds from the first chunk's start to the last one's end."""
        return max((self.ended - self.began).total_seconds(), 1e-3)

    @property
    def machine_seconds(self) -> float:
        """Seconds that each machine was busy, added up."""
        return sum((last - first).total_seconds() for first, last in self.busy.values())


class History:
    """The newest jobs of each kind that succeeded without an interruption, read in two queries."""

    def __init__(self, jobs: list[Job], rows: list[dict[str, Any]]) -> None:
        self._jobs = jobs
        self._past: dict[tuple[str, str], list[Past]] = defaultdict(list)
        self._ran: dict[tuple[int, str], Ran] = {}
        self._amounts: dict[tuple[str, str, str], Mapping[str, float]] = {}
        by_id = {job.pk: job for job in jobs}
        whole: dict[tuple[int, str, str], float] = defaultdict(float)
        interrupted = {(row["job_id"], row["stage_name"]) for row in rows if row["attempts"] > 1}
        for row in rows:
            if (row["job_id"], row["stage_name"]) not in interrupted:
                whole[row["job_id"], row["stage_name"], row["name"] or ""] += row["seconds"].total_seconds()
                self._add(row)
        for (job_id, stage_name, name), seconds in sorted(whole.items(), reverse=True):
            self._past[stage_name, name].append(Past(by_id[job_id], seconds))

    @classmethod
    def read(cls) -> Self:
        """Read it."""
        newest = Window(RowNumber(), partition_by=[F("kind")], order_by=F("pk").desc())
        succeeded = Job.objects.filter(state=Job.State.SUCCEEDED, attempts=1, data_size__isnull=False)
        jobs = list(succeeded.annotate(place=newest).filter(place__lte=JOBS_OF_A_KIND).defer("result"))
        return cls(jobs, rows_of([job.pk for job in jobs]))

    def of(self, stage_name: str, name: str) -> list[Past]:
        """Return what chunks of a kind took in a stage, the newest first."""
        return self._past[stage_name, name]

    def amounts(self, stage: Stage, job: Job) -> Mapping[str, float]:
        """Return how much work of each kind a stage of a job has; asked once for jobs with the same arguments."""
        key = (stage.name, job.kind, repr(job.arguments))
        if key not in self._amounts:
            self._amounts[key] = stage.amounts(job)
        return self._amounts[key]

    def rest(self, kind: str) -> list[float]:
        """Return the seconds that jobs of a kind spent between their stages, the newest first."""
        found = []
        for job in sorted((job for job in self._jobs if job.kind == kind), key=lambda job: -job.pk):
            stages = [ran.seconds for (job_id, _), ran in self._ran.items() if job_id == job.pk]
            if stages and job.duration is not None:
                found.append(max(job.duration.total_seconds() - sum(stages), 0.0))
        return found

    def chunks_at_once(self, stage_name: str) -> float:
        """Return how many chunks of a stage ran at once, in the middle of what was seen."""
        return max(median(ran.chunk_seconds / ran.seconds for ran in self._stages(stage_name)), 1e-3)

    def machines_at_once(self, stage_name: str) -> float:
        """Return how many machines were busy with a stage, in the middle of what was seen."""
        return median(ran.machine_seconds / ran.seconds for ran in self._stages(stage_name))

    def _stages(self, stage_name: str) -> list[Ran]:
        return [ran for (_, name), ran in self._ran.items() if name == stage_name] or [ONE_AT_A_TIME]

    def _add(self, row: dict[str, Any]) -> None:
        add(self._ran, (row["job_id"], row["stage_name"]), row)


_MOMENT, _A_SECOND_LATER = datetime(2001, 1, 1), datetime(2001, 1, 1, 0, 0, 1)
ONE_AT_A_TIME = Ran(1.0, _MOMENT, _A_SECOND_LATER, {"": (_MOMENT, _A_SECOND_LATER)})


def add(ran: dict[Any, Ran], key: Any, row: dict[str, Any]) -> None:
    """Add what one worker did of a stage."""
    machine = row["worker"].rpartition("@")[2]
    began, ended = row["began"], row["ended"]
    found = ran.setdefault(key, Ran(0.0, began, ended, {}))
    found.chunk_seconds += row["seconds"].total_seconds()
    found.began, found.ended = min(found.began, began), max(found.ended, ended)
    first, last = found.busy.get(machine, (began, ended))
    found.busy[machine] = (min(first, began), max(last, ended))


def rows_of(job_ids: list[int]) -> list[dict[str, Any]]:
    """Return, for each job, stage, kind of chunk and worker: seconds of the chunks, the first start, the last end."""
    finished = JobChunk.objects.filter(job_id__in=job_ids, state=JobChunk.State.SUCCEEDED)
    counted = finished.exclude(result__contains={"compared": False})  # the gate had nothing to compare with
    grouped = counted.annotate(name=KT("arguments__algorithm")).values("job_id", "stage_name", "name", "worker")
    rows: Any = grouped.annotate(
        seconds=Sum(F("finished_at") - F("started_at")),
        began=Min("started_at"),
        ended=Max("finished_at"),
        attempts=Max("attempts"),
        n=Count("pk"),
    ).order_by()
    return list(rows)


def machine_seconds(job_id: int) -> float:
    """Return how long machines have been busy with a job."""
    ran: dict[Any, Ran] = {}
    for row in rows_of([job_id]):
        add(ran, row["stage_name"], row)
    return sum(each.machine_seconds for each in ran.values())
