"""Every setting is documented, and the site is safe to deploy."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from movierec_site import celery, env
from movierec_site.env import size
from recommender.services.training.rating_arrays import adbc_uri
from tests.support.processes import PATIENCE

ROOT = Path(__file__).resolve().parent.parent
READ = re.compile(
    r"""(?:env\.(?:text|secrets?|flag|number|choice|fraction|amount|size|comma_separated|networks|path|data_folder)\(|environ(?:\.get\(|\[)|getenv\()\s*["']([A-Z_]+)["']"""
)
SOURCES = ("movierec_site", "recommender", "deploy")
OF_DJANGO = {"DJANGO_SETTINGS_MODULE"}
NOT_INHERITED = {"SECRET_KEY", "STATIC_ROOT", "HTTPS", "DATABASE_URL", "DJANGO_ALLOW_ASYNC_UNSAFE"}


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


def test_every_secret_is_read_as_one_and_documented_as_one() -> None:
    code = "".join((ROOT / "movierec_site" / name).read_text() for name in ("settings.py", "telemetry.py"))
    secrets = set(re.findall(r'env\.secrets?\("([A-Z_]+)"', code))
    (said,) = re.findall(r"^Secrets \((.*?)\)", (ROOT / "docs" / "settings.md").read_text(), re.MULTILINE | re.DOTALL)
    assert set(re.findall(r"[A-Z_]+", said)) == secrets
    named_so = {name for name in settings_read() if re.search(r"TOKEN|PASSWORD|SECRET|API_KEY|DSN", name)}
    assert named_so <= secrets


def test_a_size_may_have_a_unit(monkeypatch: pytest.MonkeyPatch) -> None:
    for written, expected in (("1000", 1000), ("2k", 2048), ("1.5G", 3 << 29), ("20GB", 20 << 30), ("", 7)):
        monkeypatch.setenv("SIZE", written)
        assert size("SIZE", 7) == expected


def test_a_secret_may_be_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("from the file\n")
    monkeypatch.setenv("SECRET_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.delenv("SECRET_KEY")
    assert env.secret("SECRET_KEY") == "from the file"
    monkeypatch.setenv("SECRET_KEY", "from the environment")
    assert env.secret("SECRET_KEY") == "from the environment"


def test_several_secrets_may_be_in_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "keys").write_text("the last, the one before\n")
    monkeypatch.setenv("SECRET_KEY_FALLBACKS_FILE", str(tmp_path / "keys"))
    assert env.secrets("SECRET_KEY_FALLBACKS") == ["the last", "the one before"]


def test_the_password_of_the_database_may_be_a_setting_of_its_own() -> None:
    assert env.database("postgresql://alice@db/x", "secret")["PASSWORD"] == "secret"
    assert env.database("postgresql://alice:hers@db/x", "secret")["PASSWORD"] == "hers"
    assert env.database("postgresql://alice@db/x")["PASSWORD"] == ""


def test_an_installed_package_keeps_its_data_in_the_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.default_data_folder(ROOT) == ROOT / "var"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert env.default_data_folder(tmp_path) == tmp_path / "data" / "movierec"
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert env.default_data_folder(tmp_path) == tmp_path / ".local" / "share" / "movierec"


def run_manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *arguments]
    clean = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return subprocess.run(command, cwd=ROOT, env=clean | environment, capture_output=True, text=True, timeout=PATIENCE)


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
        ({"JOB_LOST_AFTER": "0"}, 'JOB_LOST_AFTER is "0"; set it to a whole number of 2 or more'),
        ({"PRICE_PER_HOUR": "cheap"}, 'PRICE_PER_HOUR is "cheap"; set it to a number of 0 or more, such as 0.096.'),
        ({"EMAIL_PORT": "smtp"}, 'EMAIL_PORT is "smtp"; set it to a whole number from 1 to 65535'),
        ({"LOG_LEVEL": "nope"}, 'LOG_LEVEL is "NOPE"; set it to DEBUG, INFO, WARNING, ERROR or CRITICAL.'),
        ({"WEB_WORKERS": "0"}, 'WEB_WORKERS is "0"; set it to a whole number of 1 or more.'),
        ({"IMAGES": "none"}, 'IMAGES is "NONE"; set it to OFF, DIRECT or PROXY.'),
        ({"TMDB_IMAGE_URL": "x; y"}, 'TMDB_IMAGE_URL is "x; y"; set it to an address such as https://image.tmdb.org'),
        ({"TMDB_RATE": "-5"}, 'TMDB_RATE is "-5"; set it to a whole number from 1 to 40.'),
        ({"ADMIN_ADDRESSES": "home"}, "ADMIN_ADDRESSES: 'home' does not appear to be an IPv4 or IPv6 network"),
        (
            {"SECRET_KEY_FILE": "/dev/null/key"},
            "SECRET_KEY_FILE is /dev/null/key, which cannot be read (Not a directory)",
        ),
        ({"MOVIEREC_DATA_DIR": "/dev/null/var"}, "The data folder /dev/null/var cannot be used (Not a directory); set"),
    ],
)
def test_an_invalid_setting_is_named_in_one_sentence(environment: dict[str, str], sentence: str) -> None:
    refused = run_manage("check", **environment)
    assert refused.returncode != 0
    assert sentence in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("images", "sources"),
    [
        ("off", "['self', 'data:']"),
        ("proxy", "['self', 'data:']"),
        ("direct", "['self', 'data:', 'https://pictures.example.org']"),
    ],
)
def test_the_policy_allows_pictures_from_where_they_come(images: str, sources: str) -> None:
    show = "from django.conf import settings; print(settings.CONTENT_SECURITY_POLICY['DIRECTIVES']['img-src'])"
    environment = {"IMAGES": images, "TMDB_IMAGE_URL": "https://pictures.example.org/t/p/"}
    shown = run_manage("shell", "--no-imports", "-c", show, **environment)
    assert shown.stdout.strip().replace('"', "").replace("''", "'") == sources, shown.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "sentence"),
    [
        (["run"], {"PORT": "99999"}, 'PORT is "99999"; set it to a whole number from 1 to 65535.'),
        (["run", "--port", "99999"], {}, "CommandError: --port is 99999; give a number from 1 to 65535."),
        (["web"], {}, "CommandError: DATABASE_URL is empty; set it, or use `movierec run`, which brings a database."),
        (
            ["web"],
            {"DATABASE_URL": "postgresql://x/x", "SECRET_KEY": "x", "STATIC_ROOT": "/nowhere"},
            "CommandError: There are no static files in /nowhere; run `movierec collectstatic`.",
        ),
        (
            ["migrate"],
            {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/x", "SECRET_KEY": "x", "HTTPS": "0"},
            "check DATABASE_URL and that PostgreSQL is running.",
        ),
    ],
)
def test_a_command_refuses_in_one_sentence(arguments: list[str], environment: dict[str, str], sentence: str) -> None:
    refused = run_manage(*arguments, **environment)
    assert refused.returncode != 0
    assert refused.stderr.strip().endswith(sentence)
    assert "Traceback" not in refused.stderr


def test_gunicorn_refuses_in_one_sentence() -> None:
    command = [sys.executable, "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "movierec_site.wsgi"]
    environment = os.environ | {"WEB_WORKERS": "0"}
    refused = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert refused.returncode != 0
    assert refused.stderr.strip() == 'WEB_WORKERS is "0"; set it to a whole number of 1 or more.'


def test_an_existing_queue_is_used(settings: Any) -> None:
    address = "https://sqs.eu-west-1.amazonaws.com/123456789012/movierec"
    settings.CELERY_BROKER_URL, settings.SQS_QUEUE_URL = "sqs://", address
    assert celery.transport_options()["predefined_queues"] == {celery.app.conf.task_default_queue: {"url": address}}
    settings.SQS_QUEUE_URL = ""
    assert "predefined_queues" not in celery.transport_options()
