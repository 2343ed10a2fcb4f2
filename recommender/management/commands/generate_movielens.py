"""Write a synthetic dataset in the layout of MovieLens."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from recommender.formats.generator.generate import generate
from recommender.formats.movielens import DatasetError


class Command(BaseCommand):
    """Generate a dataset of any size."""

    help = "Write a synthetic dataset in the layout of MovieLens (movies.csv, ratings.csv, tags.csv, links.csv)."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("out", type=Path, help="the folder to create")
        parser.add_argument("--raters", type=int, default=600)
        parser.add_argument("--movies", type=int, default=3_000)
        parser.add_argument("--ratings", type=int, default=100_000)
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--catalog", type=Path, help="a movies.csv to take titles and genres from")

    def handle(self, *args: Any, **options: Any) -> None:
        with tqdm(total=options["ratings"], unit=" ratings", unit_scale=True, disable=None) as bar:
            try:
                generate(
                    options["out"],
                    n_raters=options["raters"],
                    n_movies=options["movies"],
                    n_ratings=options["ratings"],
                    seed=options["seed"],
                    catalogue=options["catalog"],
                    on_progress=lambda share, _message: bar.update(round(share * options["ratings"]) - bar.n) and None,
                )
            except (ValueError, DatasetError, OSError) as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"Wrote {options['ratings']} ratings to {options['out']}.")
