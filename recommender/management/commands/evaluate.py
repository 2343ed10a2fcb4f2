"""Measures algorithms on hold-out splits and prints a table."""

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from recommender.engine.evaluation import SPLIT_KINDS, CannotEvaluate, SplitKind
from recommender.engine.movielens import DatasetError
from recommender.engine.registry import ALGORITHMS, UnknownAlgorithm
from recommender.management.json_file import write_json
from recommender.services import evaluation


class Command(BaseCommand):
    """`manage.py evaluate`."""

    help = "Measure algorithms on hold-out splits of the ratings, with 95 % intervals."
    requires_system_checks = ()  # with --data there may be no database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("algorithms", nargs="*", metavar="ALGORITHM", help=f"of {', '.join(ALGORITHMS)}; or all")
        parser.add_argument("--splits", type=int, default=5, help="how many splits (5)")
        parser.add_argument("--seed", type=int, default=0, help="seed of the first split (0)")
        parser.add_argument("--split", choices=SPLIT_KINDS, default="random", help="what is held out of each rater")
        parser.add_argument("--json", type=Path, metavar="FILE", help="where to write all figures")
        parser.add_argument("--data", type=Path, metavar="DIR", help="a MovieLens release instead of the database")
        parser.add_argument(
            "--raters", type=int, default=evaluation.MAX_RATERS, help="measure at most so many raters (5000)"
        )

    def handle(
        self,
        *args: Any,
        algorithms: list[str],
        splits: int,
        seed: int,
        split: SplitKind,
        json: Path | None,
        data: Path | None,
        raters: int,
        **options: Any,
    ) -> None:
        began = time.monotonic()
        if json is not None and not json.parent.is_dir():
            raise CommandError(f"--json {json}: the folder {json.parent} does not exist.")
        with tqdm(total=100, unit="%", bar_format="{desc}: {percentage:3.0f}% |{bar}| {remaining} left") as bar:

            def show(share: float, message: str = "") -> None:
                bar.set_description_str(message, refresh=False)
                bar.update(100 * share - bar.n)

            try:
                outcome = evaluation.evaluate(
                    algorithms=algorithms,
                    n_splits=splits,
                    seed=seed,
                    split=split,
                    data=data,
                    max_raters=raters,
                    on_progress=show,
                )
            except (CannotEvaluate, DatasetError, UnknownAlgorithm) as error:
                raise CommandError(str(error)) from error
        self.stdout.write(outcome.table())
        written = ""
        if json is not None:
            write_json(json, outcome.to_json())
            written = f"; written to {json}"
        self.stdout.write(
            f"Evaluated {len(outcome.algorithms)} algorithms on {splits} {split} splits, {outcome.n_raters:,} raters, "
            f"in {time.monotonic() - began:.0f} s{written}."
        )
