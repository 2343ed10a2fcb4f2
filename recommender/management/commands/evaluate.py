"""Measure algorithms on hold-out splits of the ratings."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from recommender.engine.algorithms.registry import ALGORITHMS, UnknownAlgorithm
from recommender.engine.evaluation import MAX_RATERS, N_SPLITS, SPLIT_KINDS, CannotEvaluate
from recommender.engine.evaluation.report import table
from recommender.formats.movielens import DatasetError
from recommender.management import progress_bar
from recommender.management.job_command import JobCommand, write_json
from recommender.models import Job
from recommender.services.training import evaluate


class Command(JobCommand):
    """`manage.py evaluate`."""

    help = "Measure algorithms on hold-out splits of the ratings, with 95 % intervals."
    kind = Job.Kind.EVALUATE

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "algorithms", nargs="*", metavar="ALGORITHM", help=f"any of {', '.join(ALGORITHMS)}; default: all"
        )
        parser.add_argument("--splits", type=int, default=N_SPLITS, help=f"number of splits (default {N_SPLITS})")
        parser.add_argument("--seed", type=int, default=0, help="seed of the first split (default 0)")
        parser.add_argument(
            "--split", choices=SPLIT_KINDS, default="random", help="which ratings of each rater are held out"
        )
        parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to this file")
        parser.add_argument("--data", type=Path, metavar="DIR", help="evaluate on a MovieLens release, without a job")
        parser.add_argument(
            "--raters", type=int, default=MAX_RATERS, help=f"measure at most this many raters ({MAX_RATERS})"
        )

    def handle(self, *args: Any, local: bool, **options: Any) -> None:
        began = time.monotonic()
        json: Path | None = options["json"]
        data: Path | None = options["data"]
        if json is not None and not json.parent.is_dir():
            raise CommandError(f"--json {json}: the folder {json.parent} does not exist.")
        wanted = {
            "algorithms": options["algorithms"],
            "n_splits": options["splits"],
            "seed": options["seed"],
            "split": options["split"],
            "max_raters": options["raters"],
        }
        if data is not None:
            figures = _of_dataset(data, wanted)
        else:
            figures = (self.run(local=local, arguments=wanted).result or {})["evaluation"]
        self.stdout.write(table(figures))
        written = ""
        if json is not None:
            write_json(json, figures)
            written = f"; written to {json}"
        self.stdout.write(
            f"Evaluated {len(figures['algorithms'])} algorithms on {figures['splits']} {figures['split']} splits, "
            f"{figures['raters']:,} raters, in {time.monotonic() - began:.0f} s{written}."
        )


def _of_dataset(data: Path, wanted: dict[str, Any]) -> dict[str, Any]:
    """Measure on a dataset on disk, without a database."""
    try:
        with progress_bar.meter("Evaluate") as on_progress:
            return evaluate.evaluate(data=data, on_progress=on_progress, **wanted).to_json()
    except (CannotEvaluate, DatasetError, UnknownAlgorithm) as error:
        raise CommandError(str(error)) from error
    except KeyboardInterrupt:
        raise CommandError("Interrupted; nothing was written.") from None
