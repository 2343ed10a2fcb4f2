"""How far off forecasts are: real jobs at three sizes, the third forecast from the first two.

Run it as ``python -m tests.bench.bench_forecast``; it uses a throw-away database server. With ``--cpu``, jobs took the
seconds of processors that they and PostgreSQL used, which other programs on the same machine change little.
``--record FILE`` keeps what the jobs took, which tests/services/jobs/test_forecast.py calculates with.
"""

import argparse
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psutil

from tests.bench.throw_away_site import throw_away_site

WARM_UP = 8_000
"""A size whose jobs do not count: the first of a process import what they need."""
SIZES = (12_000, 36_000, 108_000)
CHANGED = "UPDATE recommender_rating SET half_stars = 11 - half_stars WHERE movie_id % 50 = 0"
"""Makes a retraining worth comparing."""
RATINGS_PER_RATER, RATINGS_PER_MOVIE = 150, 45
TABLES = "recommender_movie, recommender_rater, recommender_tag, recommender_genre"


def work(dataset: Path) -> list[tuple[str, dict[str, Any]]]:
    """Return the kinds and arguments of the jobs, in order."""
    return [
        ("import", {"path": str(dataset)}),
        ("snapshot", {}),
        ("title_index", {}),
        ("train", {"algorithm": "als", "seed": 1}),  # the gate has nothing to compare with the first time
        ("train", {"algorithm": "als", "seed": 2}),
        ("train", {"algorithm": "ease", "seed": 1}),
        ("evaluate", {"algorithms": ["als", "mean"], "n_splits": 1}),
        ("tune", {"algorithm": "mean", "n_trials": 2}),
        ("similar_movies", {}),
        ("retrain", {}),
    ]


def main() -> None:
    """Print a table: kind, seconds at each size, the forecast of the last one, and its error."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs=3, default=SIZES)
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--record", type=Path)
    options = parser.parse_args()
    with throw_away_site() as folder:
        _forget(list(_run(folder / "warm-up", WARM_UP, cpu=False)))
        jobs = [list(_run(folder / str(size), size, cpu=options.cpu)) for size in options.sizes]
        print(f"{'':<34}" + "".join(f"{size:>10,}" for size in options.sizes) + f"{'forecast':>10}{'error':>8}")
        errors = [_print(row) for row in zip(*jobs, strict=True)]
        known = [abs(error) for error in errors if error is not None]
        print(f"median error {median(known):.0%} over {len(known)} jobs of {len({job.kind for job in jobs[-1]})} kinds")
        if options.record:
            options.record.write_text(json.dumps([_recorded(job) for of_size in jobs for job in of_size]) + "\n")


def _run(dataset: Path, size: int, *, cpu: bool) -> Iterator[Any]:
    """Run all kinds of jobs on a dataset of this size, and yield each."""
    from django.db import connection

    from recommender.formats.generator.generate import generate
    from recommender.services import jobs
    from recommender.services.jobs import broker

    generate(dataset, n_raters=size // RATINGS_PER_RATER, n_movies=size // RATINGS_PER_MOVIE, n_ratings=size)
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")
    for kind, arguments in work(dataset):
        if kind == "retrain":
            with connection.cursor() as cursor:
                cursor.execute(CHANGED)
        with broker.silenced():
            job = jobs.start(kind=kind, arguments=arguments)
            used = [_cpu_seconds()]
            while jobs.run_chunk(job_id=job.pk, worker="bench@here"):
                used.append(_cpu_seconds())
            job.refresh_from_db()
        if cpu:
            _count_cpu_seconds(job, used)
        print(f"  {size:,}: {job} {job.state} {job.duration}", flush=True)
        assert job.state == job.State.SUCCEEDED, job.error
        yield job


def _forget(jobs: list[Any]) -> None:
    """Let jobs not count for forecasts, and nothing that they built be in service."""
    from recommender.models import Job, ModelVersion

    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(data_size=None)
    ModelVersion.objects.update(state=ModelVersion.State.RETIRED)


def _cpu_seconds() -> float:
    """Return the processors' seconds of this process, PostgreSQL and all else that it has started."""
    ours = psutil.Process()
    return sum(sum(process.cpu_times()[:4]) for process in (ours, *ours.children(recursive=True)))


def _count_cpu_seconds(job: Any, used: list[float]) -> None:
    """Let a job and its chunks have taken the processors' seconds before and after each chunk."""
    chunks = list(job.chunks.order_by("stage", "number"))
    assert len(chunks) == len(used) - 1
    for chunk, before, after in zip(chunks, used, used[1:], strict=False):
        chunk.started_at = job.started_at + timedelta(seconds=before - used[0])
        chunk.finished_at = job.started_at + timedelta(seconds=max(after - used[0], 0.001))
        chunk.save(update_fields=["started_at", "finished_at"])
    job.finished_at = job.started_at + timedelta(seconds=used[-1] - used[0])
    job.save(update_fields=["finished_at"])


def _print(row: tuple[Any, ...]) -> float | None:
    last = row[-1]
    about = " ".join([last.kind, str(last.arguments.get("algorithm", "")), str(last.arguments.get("seed", ""))])
    seconds = "".join(f"{job.duration.total_seconds():>10.2f}" for job in row)
    if last.forecast_seconds is None:
        print(f"{about:<34}{seconds}{'none':>10}")
        return None
    error = last.forecast_error
    print(f"{about:<34}{seconds}{last.forecast_seconds:>10.2f}{error:>+8.0%}")
    return float(error)


def _recorded(job: Any) -> dict[str, Any]:
    began = job.started_at
    arguments = {name: value for name, value in job.arguments.items() if name != "path"}
    chunks = [
        {
            "stage": chunk.stage,
            "stage_name": chunk.stage_name,
            "number": chunk.number,
            "algorithm": chunk.arguments.get("algorithm"),
            "compared": (chunk.result or {}).get("compared"),
            "began": round((chunk.started_at - began).total_seconds(), 3),
            "ended": round((chunk.finished_at - began).total_seconds(), 3),
        }
        for chunk in job.chunks.order_by("stage", "number")
    ]
    seconds = round(job.duration.total_seconds(), 3)
    return {"kind": job.kind, "arguments": arguments, "size": job.data_size, "seconds": seconds, "chunks": chunks}


if __name__ == "__main__":
    main()
