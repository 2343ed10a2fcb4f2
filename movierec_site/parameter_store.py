"""Writes the settings that AWS keeps for this machine into a file that systemd reads as the environment of services.

`python -m movierec_site.parameter_store /movierec/ FILE` reads the Parameter Store: `/movierec/settings/NAME` is the
setting NAME; `/movierec/secrets/NAME` is the ARN of a secret in the Secrets Manager, whose value is the setting NAME.
"""

import os
import re
import sys
from pathlib import Path

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

NAME = re.compile(r"[A-Z][A-Z0-9_]*")
PATIENT = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 8})


class UnusableSetting(Exception):
    """A setting has a name or value that no environment can hold; the text names it."""


def read(path: str) -> dict[str, str]:
    """Return the settings below a path of the Parameter Store."""
    pages = boto3.client("ssm", config=PATIENT).get_paginator("get_parameters_by_path")
    found = {
        parameter["Name"].removeprefix(path).lstrip("/"): parameter["Value"]
        for page in pages.paginate(Path=path, Recursive=True, WithDecryption=True)
        for parameter in page["Parameters"]
    }
    settings = {name.removeprefix("settings/"): value for name, value in found.items() if name.startswith("settings/")}
    secrets = {name.removeprefix("secrets/"): arn for name, arn in found.items() if name.startswith("secrets/")}
    if not settings:
        raise UnusableSetting(f"The Parameter Store has nothing below {path.rstrip('/')}/settings.")
    manager = boto3.client("secretsmanager", config=PATIENT)
    return settings | {name: manager.get_secret_value(SecretId=arn)["SecretString"] for name, arn in secrets.items()}


def as_environment_file(settings: dict[str, str]) -> str:
    """Return the settings as systemd's `EnvironmentFile=` reads them."""
    lines = []
    for name, value in sorted(settings.items()):
        if not NAME.fullmatch(name):
            raise UnusableSetting(f"{name} is no name of a setting; use capital letters, digits and underscores.")
        if "\n" in value or "\0" in value:
            raise UnusableSetting(f"The value of {name} has a line break; a setting is one line.")
        escaped = re.sub(r'([\\"`$])', r"\\\1", value)
        lines.append(f'{name}="{escaped}"\n')
    return "".join(lines)


def write(file: Path, text: str) -> None:
    """Replace a file that only its owner may read, as a whole."""
    aside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:  # noqa: PTH123
            out.write(text)
        aside.replace(file)
    finally:
        aside.unlink(missing_ok=True)


def main(arguments: list[str]) -> str:
    """Read, write, and return one line about it."""
    if len(arguments) != 2:
        raise UnusableSetting("Usage: python -m movierec_site.parameter_store PATH FILE")
    path, file = arguments
    settings = read(path)
    write(Path(file), as_environment_file(settings))
    return f"Wrote {len(settings)} settings to {file}."


if __name__ == "__main__":
    try:
        print(main(sys.argv[1:]))  # noqa: T201
    except (UnusableSetting, BotoCoreError, ClientError, OSError) as error:
        sys.exit(str(error))
