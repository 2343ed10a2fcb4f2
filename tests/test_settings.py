"""Every setting is documented, and the site is safe to deploy."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from movierec_site import celery
from movierec_site.env import size
from recommender.services.training.rating_arrays import adbc_uri

ROOT = Path(__file__).resolve().parent.parent
READ = re.compile(
    r"""(?:env\.(?:text|flag|number|fraction|size|comma_separated|path)\(|environ(?:\.get\(|\[)|getenv\()\s*["']([A-Z_]+)["']"""
)
SOURCES = ("movierec_site", "recommender", "deploy")
OF_DJANGO = {"DJANGO_SETTINGS_MODULE"}
NOT_INHERITED = {"SECRET_KEY", "HTTPS", "DATABASE_URL", "DJANGO_ALLOW_ASYNC_UNSAFE"}


def settings_read() -> set[str]:
    files = [file for folder in SOURCES for file in (ROOT / folder).rglob("*.py")] + [
        ROOT / "setup.py",
        ROOT / "manage.py",
    ]
    return {name for file in files for name in READ.findall(file.read_text())} - OF_DJANGO


def test_every_setting_is_documented() -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(), re.MULTILINE))
    assert len(settings_read()) > 20
    assert settings_read() <= documented


def test_a_size_may_have_a_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    for written, expected in (("1000", 1000), ("2k", 2048), ("1.5G", 3 << 29), ("20GB", 20 << 30), ("", 7)):
        monkeypatch.setenv("SIZE", written)
        assert size("SIZE", 7) == expected


def run_manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    clean = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return subprocess.run(command, cwd=ROOT, env=clean | environment, capture_output=True, text=True, timeout=60)


def test_it_is_clean_to_deploy() -> None:
    checked = run_manage(
        "check",
        "--deploy",
        "--fail-level",
        "WARNING",
        DATABASE_URL=adbc_uri(django_settings.DATABASES["default"]),
        SECRET_KEY="x1Y_z9" * 10,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"DATABASE_URL": "postgresql://localhost/x"}, "SECRET_KEY is empty; set it"),
        ({"SECRET_KEY": "x", "DATABASE_URL": "mysql://"}, "DATABASE_URL cannot be read; it looks like"),
        ({"DEBUG": "maybe"}, 'DEBUG is "maybe"; set it to 1 or 0'),
        ({"GATE_MARGIN": "2"}, 'GATE_MARGIN is "2"; set it to a number from 0 to 1'),
        ({"ARTIFACT_BUDGET": "20X"}, 'ARTIFACT_BUDGET is "20X"; set it to a size such as 500M or 20G'),
        ({"JOB_LOST_AFTER": "0"}, "JOB_LOST_AFTER is 0; set it to 2 seconds or more"),
        ({"EMAIL_PORT": "smtp"}, 'EMAIL_PORT is "smtp"; set it to a whole number'),
    ],
)
def test_an_invalid_setting_is_named_in_one_sentence(environment: dict[str, str], sentence: str) -> None:
    refused = run_manage("check", **environment)
    assert refused.returncode != 0
    assert sentence in refused.stderr


def test_an_existing_queue_is_used(settings: Any) -> None:
    address = "https://sqs.eu-west-1.amazonaws.com/123456789012/movierec"
    settings.CELERY_BROKER_URL, settings.SQS_QUEUE_URL = "sqs://", address
    assert celery.transport_options()["predefined_queues"] == {celery.app.conf.task_default_queue: {"url": address}}
    settings.SQS_QUEUE_URL = ""
    assert "predefined_queues" not in celery.transport_options()
