"""Tune the hyper-parameters of an algorithm."""

import json
import re
import time
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from recommender.engine.algorithms.registry import ALGORITHMS, UnknownAlgorithm
from recommender.engine.evaluation import MAX_RATERS, CannotEvaluate
from recommender.engine.evaluation.tuning import DifferentSearch
from recommender.formats.movielens import DatasetError
from recommender.management.job_command import write_json
from recommender.services.training import tune

SECONDS = {"s": 1, "m": 60, "h": 3600}
INTERRUPTED = 130


def budget(text: str) -> dict[str, int]:
    """Return "40" as 40 trials, "90s", "10m" and "2h" as seconds."""
    parts = re.fullmatch(r"([1-9][0-9]*)([smh]?)", text)
    if parts is None:
        raise ArgumentTypeError(f'"{text}" is neither a number of trials (40) nor a time (90s, 10m, 2h)')
    number, unit = int(parts[1]), parts[2]
    return {"seconds": number * SECONDS[unit]} if unit else {"n_trials": number}


class Command(BaseCommand):
    """`manage.py tune`."""

    help = "Search for better hyper-parameters, then measure the best on ratings held out from the search."
    requires_system_checks = ()  # with --data there may be no database

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("algorithm", metavar="ALGORITHM", help=f"one of {', '.join(ALGORITHMS)}")
        parser.add_argument("--budget", type=budget, required=True, help="trials (40) or time (90s, 10m, 2h)")
        parser.add_argument("--seed", type=int, default=0, help="random seed of splits and trials (default 0)")
        parser.add_argument("--data", type=Path, metavar="DIR", help="tune on a MovieLens release, not the database")
        parser.add_argument("--json", type=Path, metavar="FILE", help="file to save the trace in and to continue from")
        parser.add_argument(
            "--raters", type=int, default=MAX_RATERS, help=f"measure at most this many raters ({MAX_RATERS})"
        )

    def handle(
        self,
        *args: Any,
        algorithm: str,
        budget: dict[str, int],
        seed: int,
        data: Path | None,
        json: Path | None,
        raters: int,
        **options: Any,
    ) -> None:
        began, n_kept = time.monotonic(), 0
        earlier = _earlier(json)

        def keep(trace: tune.Trace) -> None:
            nonlocal n_kept
            n_kept = len(trace["trials"])
            if json is not None:
                write_json(json, trace)

        with tqdm(total=100, unit="%", bar_format="{desc}: {percentage:3.0f}% |{bar}| {remaining} left") as bar:

            def show(share: float, message: str = "") -> None:
                bar.set_description_str(f"{message}, {n_kept} trials" if n_kept else message, refresh=False)
                bar.update(100 * share - bar.n)

            try:
                trace = tune.tune(
                    algorithm=algorithm,
                    **budget,
                    seed=seed,
                    data=data,
                    max_raters=raters,
                    earlier=earlier,
                    on_trace=keep,
                    on_progress=show,
                )
            except DifferentSearch as error:
                raise CommandError(f"--json {json}: {error} Name another file.") from error
            except (CannotEvaluate, DatasetError, UnknownAlgorithm) as error:
                raise CommandError(str(error)) from error
            except KeyboardInterrupt as error:
                where = f"The same command continues from {json}." if json and n_kept else "Nothing was saved."
                raise CommandError(f"Stopped after {n_kept} trials. {where}", returncode=INTERRUPTED) from error
        keep(trace)
        if trace["recommended"]:
            for name, value in trace["best"]["parameters"].items():
                self.stdout.write(f"{name} = {value:.6g}")
        self.stdout.write(_sentence(trace, time.monotonic() - began) + (f"; written to {json}." if json else "."))


def _earlier(path: Path | None) -> dict[str, Any] | None:
    """Return the trace of an earlier run, if the file exists."""
    if path is None or not path.exists():
        if path is not None and not path.parent.is_dir():
            raise CommandError(f"--json {path}: the folder {path.parent} does not exist.")
        return None
    try:
        trace = json.loads(path.read_text())
        return {**trace, "trials": [*trace["trials"]]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CommandError(f"--json {path}: this file is not the trace of a tuning. Name another file.") from error


def _sentence(trace: tune.Trace, seconds: float) -> str:
    """Return one sentence on what the search gained, on the inner splits and on held-out ratings, and what follows."""
    first, best, gain = trace["trials"][0]["value"], trace["best"]["value"], trace["gain"]
    if trace["recommended"]:
        advice = "so the setting above is better than the current one"
    elif trace["best"]["number"] == 0:
        advice = "because no trial beat the current setting, which stays"
    else:
        advice = "which may be luck, so the current setting stays"
    return (
        f"Tuned {trace['algorithm']} in {len(trace['trials'])} trials and {seconds:.0f} s: "
        f"{' + '.join(trace['objective'])} {first:.4f} became {best:.4f} on the inner splits, and changed by "
        f"{gain['mean']:+.4f} ({gain['low']:+.4f} to {gain['high']:+.4f}) on held-out ratings, {advice}"
    )
