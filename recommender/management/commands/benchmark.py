"""Measure algorithms by published protocols."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from recommender.engine.algorithms.registry import ALGORITHMS, UnknownAlgorithm
from recommender.engine.evaluation import CannotEvaluate
from recommender.formats.movielens import DatasetError
from recommender.management import progress_bar
from recommender.management.job_command import write_json, write_text
from recommender.services.training import benchmark, benchmark_report

INTERRUPTED = 130


class Command(BaseCommand):
    """`manage.py benchmark`."""

    help = "Measure algorithms by published protocols on folders of ratings, with 95 % intervals."
    requires_system_checks = ()  # the database is not used

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folders", nargs="+", type=Path, metavar="FOLDER", help="folder or zip of ratings")
        parser.add_argument(
            "--protocol",
            nargs="+",
            action="append",
            metavar=("NAME", "FILE"),
            help=f"one of {', '.join(benchmark.NAMES)}; may be given several times, default: all that need no files; "
            f"{' and '.join(benchmark.WITH_FILES)} take the files of a published split",
        )
        parser.add_argument(
            "--algorithms", nargs="+", default=[], metavar="NAME", help=f"any of {', '.join(ALGORITHMS)}; default: all"
        )
        parser.add_argument(
            "--baseline",
            nargs="+",
            default=list(benchmark.BASELINES),
            metavar="NAME",
            help=f"algorithms that the others are compared with (default {' '.join(benchmark.BASELINES)})",
        )
        parser.add_argument("--seed", type=int, default=0, help="seed of splits, fits and intervals (default 0)")
        parser.add_argument("--raters", type=int, help="measure at most this many raters of each split (default: all)")
        parser.add_argument("--at-least", type=float, default=0.0, metavar="STARS", help="first drop lower ratings")
        parser.add_argument(
            "--core",
            type=int,
            default=0,
            metavar="N",
            help="first drop raters and movies with fewer ratings, repeatedly",
        )
        parser.add_argument(
            "--keep", type=Path, metavar="DIR", help="where finished fits are kept (default: data folder)"
        )
        parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures to this file")
        parser.add_argument(
            "--markdown", type=Path, metavar="FILE", help="write tables to this file, not to the screen"
        )

    def handle(self, *args: Any, json: Path | None, markdown: Path | None, **options: Any) -> None:
        began = time.monotonic()
        for name, path in (("--json", json), ("--markdown", markdown)):
            if path is not None and not path.parent.is_dir():
                raise CommandError(f"{name} {path}: the folder {path.parent} does not exist.")
        outcome = _measured(options)
        if json is not None:
            write_json(json, benchmark_report.to_json(outcome, seed=options["seed"]))
        if markdown is not None:
            write_text(markdown, benchmark_report.to_markdown(outcome))
        else:
            self.stdout.write(benchmark_report.to_markdown(outcome))
        written = " and ".join(str(path) for path in (json, markdown) if path is not None)
        self.stdout.write(
            f"{benchmark_report.summary(outcome)}, in {time.monotonic() - began:.0f} s"
            + (f"; written to {written}." if written else ".")
        )


def _measured(options: dict[str, Any]) -> benchmark.Benchmark:
    wanted = [benchmark.Wanted(name, tuple(files)) for name, *files in options["protocol"] or ()]
    try:
        with progress_bar.meter("Benchmark") as on_progress:
            return benchmark.benchmark(
                folders=options["folders"],
                wanted=wanted,
                algorithms=options["algorithms"],
                baselines=options["baseline"],
                seed=options["seed"],
                max_raters=options["raters"],
                lowest_stars=options["at_least"],
                core=options["core"],
                keep_in=options["keep"],
                on_progress=on_progress,
            )
    except (CannotEvaluate, DatasetError, UnknownAlgorithm) as error:
        raise CommandError(str(error)) from error
    except KeyboardInterrupt as error:
        raise CommandError(
            "Interrupted; finished fits are kept, and the same command continues.", returncode=INTERRUPTED
        ) from error
