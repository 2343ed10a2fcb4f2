"""Storage of static files and artifacts."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from uuid import uuid4

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """Hashed and compressed static files; imports between ES modules use the hashed names, too."""

    support_js_module_import_aggregation = True


class ArtifactFolder(FileSystemStorage):
    """Artifacts on the file system, readable only by this installation."""

    def __init__(self, location: str) -> None:
        super().__init__(location=location, file_permissions_mode=0o640, directory_permissions_mode=0o750)

    def _save(self, name: str, content: File[bytes]) -> str:
        """Write to a temporary name, flush to disk and rename, so that a reader sees all of an artifact or nothing."""
        final = Path(self.path(name))
        final.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        aside = final.with_name(f"{final.name}.partial-{uuid4().hex}")
        try:
            with aside.open("xb") as out:
                shutil.copyfileobj(content, out, length=1 << 20)
                out.flush()
                os.fsync(out.fileno())
            aside.chmod(0o440)  # immutable: nobody writes into a file that others have mapped
            aside.rename(final)
        finally:
            aside.unlink(missing_ok=True)
        return name

    def fetch(self, name: str, path: Path) -> None:
        """Copy an artifact into a file."""
        shutil.copyfile(self.path(name), path)
