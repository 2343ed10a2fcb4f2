"""Bringing an installation up to date: what cannot be done is said in one sentence."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError

from recommender.management import installation


def test_it_says_where_static_files_cannot_be_written(settings: Any, tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    settings.STATIC_ROOT = str(tmp_path / "taken" / "static")  # cannot be made, even by root
    with pytest.raises(CommandError, match=r"cannot be written to .*taken/static \(Not a directory\); set STATIC_ROOT"):
        installation.collect_static_files()
