"""Keep other accounts of this machine out of the data folder: it has addresses, messages, logs and keys."""

import contextlib
import os
import stat
from pathlib import Path

ACL = "system.posix_acl_access"
INNER = ("mail", "logs")
FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def close_to_others(data_dir: Path) -> None:
    """Take the rights of other accounts on the data folder and on its messages and logs, whose folders are made here.

    A data folder that is not ours stays as it is.
    """
    if not _is_ours(data_dir):
        return
    _close(data_dir)
    for folder in (data_dir / name for name in INNER):
        with contextlib.suppress(OSError):  # made here, it is closed before the first message is in it
            folder.mkdir(mode=0o700, exist_ok=True)
        if folder.is_dir() and not folder.is_symlink():
            _close(folder)
            for file in folder.iterdir():
                _close(file)


def _is_ours(folder: Path) -> bool:
    """Return whether closing a folder harms nobody: it is not one like /tmp, nor one that home folders are in."""
    try:
        status = folder.stat()
    except OSError:
        return False
    shared = status.st_mode & stat.S_ISVTX or Path.home().resolve().is_relative_to(folder.resolve())
    return status.st_uid == os.geteuid() and not shared


def _close(path: Path) -> None:
    with contextlib.suppress(OSError):  # somebody else's, or gone meanwhile
        status = path.lstat()
        if not (stat.S_ISDIR(status.st_mode) or stat.S_ISREG(status.st_mode)):
            return
        # With an access list, the group's bits say what any named account may do: PostgreSQL's may enter.
        kept = stat.S_IXGRP if _has_access_list(path) else 0
        if status.st_mode & FOR_OTHERS & ~kept:
            path.chmod(stat.S_IMODE(status.st_mode) & ~(FOR_OTHERS & ~kept))


def _has_access_list(path: Path) -> bool:
    try:
        return bool(os.getxattr(path, ACL))
    except (OSError, AttributeError):  # none, or a system without them
        return False
