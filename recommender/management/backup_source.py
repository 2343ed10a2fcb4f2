"""The argument of the commands that read a backup."""

from argparse import ArgumentParser

from django.conf import settings


def add_source(parser: ArgumentParser) -> None:
    """Let the command be told which backup to read."""
    parser.add_argument(
        "source",
        nargs="?",
        default=settings.BACKUP_TARGET,
        help="a backup, or a folder or s3://bucket/prefix of which the newest is taken (BACKUP_TARGET)",
    )
