"""From where the admin and schedules may import: who runs the site need not see every file of its machine."""

from pathlib import Path

from django.conf import settings


class OutsideFolders(ValueError):
    """A path outside the folders that IMPORT_FOLDERS names."""


def allowed() -> list[Path]:
    """Return the folders: those of the setting, our downloads, and the release at MOVIELENS_DATA."""
    named = [*settings.IMPORT_FOLDERS, Path(settings.DATA_DIR) / "datasets"]
    if settings.MOVIELENS_DATA:
        named.append(Path(settings.MOVIELENS_DATA))
    return [folder.expanduser().resolve() for folder in named]


def check(path: str) -> None:
    """Raise `OutsideFolders` unless a path, whatever links it follows, is in one of the folders."""
    wanted = Path(path).resolve()
    if not any(wanted.is_relative_to(folder) for folder in allowed()):
        folders = ", ".join(map(str, allowed()))
        raise OutsideFolders(
            f"{path} is outside the folders of imports ({folders}); put the release into one of them,"
            " or add its folder to the setting IMPORT_FOLDERS."
        )
