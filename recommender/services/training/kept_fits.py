"""Finished fits of benchmarks on disk: an interrupted or repeated benchmark uses them again."""

import hashlib
import json
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Any

from recommender.engine.code_version import CODE_VERSION
from recommender.engine.data.artifact import ArtifactError, read_artifact, write_artifact
from recommender.engine.evaluation.protocols.sums import Measured


class KeptFits:
    """A folder with a file for every fit, named by a digest of all that its result depends on, the code included.

    Attributes
    ----------
    n_used : int
        How many fits were found in it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self.n_used = 0

    def get_or_make(
        self, about: Mapping[str, Any], conditions: Iterable[str], make: Callable[[], Measured]
    ) -> Measured:
        """Return a fit that is kept, with its conditions in the order given, or make and keep it.

        A file that cannot be read is made again.
        """
        known = json.dumps({**about, "code": CODE_VERSION}, default=_plain, sort_keys=True)
        path = self._folder / f"{hashlib.sha256(known.encode()).hexdigest()}.safetensors"
        try:
            stored = Measured.from_arrays(read_artifact(path)[0])
            measured = Measured({name: stored.conditions[name] for name in conditions}, stored.seconds)
        except (ArtifactError, KeyError):
            measured = make()
            self._folder.mkdir(parents=True, exist_ok=True)
            write_artifact(path, measured.to_arrays(), {"about": known})
            return measured
        with self._lock:
            self.n_used += 1
        return measured


def _plain(value: object) -> Any:
    """Return an algorithm as its name and hyper-parameters."""
    if is_dataclass(value) and not isinstance(value, type):
        return {"name": getattr(value, "name", ""), **asdict(value)}
    raise TypeError(f"{value!r} cannot be part of the name of a fit.")
