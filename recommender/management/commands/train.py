"""Train an algorithm."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from recommender.engine.algorithms.registry import ALGORITHMS
from recommender.engine.evaluation import SPLIT_KINDS
from recommender.management.job_command import JobCommand
from recommender.models import Job, ModelVersion


class Command(JobCommand):
    """`manage.py train`."""

    help = (
        "Train an algorithm on all ratings; the model goes into service unless it may rank worse than the active one."
    )
    kind = Job.Kind.TRAIN

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("algorithm", metavar="ALGORITHM", help=f"one of {', '.join(ALGORITHMS)}")
        parser.add_argument(
            "--set", nargs="+", action="extend", default=[], metavar="NAME=VALUE", help="set hyper-parameters"
        )
        parser.add_argument("--seed", type=int, default=0, help="random seed (default 0)")
        parser.add_argument(
            "--split",
            choices=SPLIT_KINDS,
            default="random",
            help="which ratings are held out to compare it with the active one",
        )

    def job_arguments(self, options: dict[str, Any]) -> dict[str, Any]:
        return {
            "algorithm": options["algorithm"],
            "hyperparameters": dict(map(_pair, options["set"])),
            "seed": options["seed"],
            "split": options["split"],
        }

    def done(self, job: Job) -> str:
        version = ModelVersion.objects.get(pk=(job.result or {})["model_version"])
        sentence = version.metrics.get("gate", {}).get("sentence", "")
        return f"{version.algorithm} is version {version.pk}, {version.get_state_display().lower()}. {sentence}".strip()


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise CommandError(f"--set {text}: write NAME=VALUE, such as --set n_factors=32.")
    return name, value
