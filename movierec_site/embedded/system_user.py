"""PostgreSQL refuses to run as root: give it an unprivileged account, and open the necessary paths to that account."""

import os
import pwd
import shutil
import stat
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = "movierec"
ACL = "system.posix_acl_access"
USER_OBJ, USER, GROUP_OBJ, MASK, OTHER = 0x01, 0x02, 0x04, 0x10, 0x20
NO_ID = 0xFFFFFFFF
TRAVERSE = 0o1


class SystemUserError(Exception):
    """The account cannot be created or cannot enter a folder; the message says what to do."""


@dataclass(frozen=True)
class Account:
    """The account that the server runs as."""

    uid: int
    gid: int

    @property
    def popen(self) -> dict[str, Any]:
        """The arguments that make `subprocess` switch to this account."""
        if self.uid == os.geteuid():
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def account_for(folder: Path) -> Account:
    """Return the account that runs the server: our own, or if we are root, the folder's owner or a system account."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    owner = folder.stat().st_uid if folder.exists() else 0
    try:
        entry = pwd.getpwuid(owner) if owner else pwd.getpwnam(NAME)
    except KeyError:
        entry = _add_user()
    return Account(entry.pw_uid, entry.pw_gid)


def _add_user() -> pwd.struct_passwd:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        raise SystemUserError(
            "PostgreSQL does not run as root and this system has no useradd to create an account for it;"
            " run as an ordinary user, or set DATABASE_URL to a PostgreSQL server."
        )
    command = [useradd, "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", NAME]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return pwd.getpwnam(NAME)  # another process may have been first
    except KeyError:
        raise SystemUserError(
            f'The system account "{NAME}" for PostgreSQL could not be created ({done.stderr.strip()});'
            " run as an ordinary user, or set DATABASE_URL to a PostgreSQL server."
        ) from None


def open_path(path: Path, account: Account) -> None:
    """Let the account, and no other, enter a folder and the folders above it."""
    if account.uid == os.geteuid():
        return
    for folder in (path, *path.parents):
        if not _may_traverse(folder.stat(), account):
            try:
                os.setxattr(folder, ACL, _with_traverse(folder, account.uid))
            except OSError as error:
                name = pwd.getpwuid(account.uid).pw_name
                raise SystemUserError(
                    f'PostgreSQL runs as the account "{name}", which may not enter {folder};'
                    f" run: chmod o+x '{folder}', or move the project, or set DATABASE_URL."
                ) from error


def open_files(folder: Path, account: Account) -> None:
    """Make installed program files readable, in case they were installed with a strict umask."""
    if account.uid == os.geteuid() or folder.stat().st_mode & 0o005 == 0o005:
        return
    for file in folder.rglob("*"):
        if not file.is_symlink():
            mode = file.stat().st_mode
            file.chmod(stat.S_IMODE(mode) | (0o055 if mode & stat.S_IXUSR else 0o044))
    folder.chmod(0o755)  # last: it marks the others as done


def _may_traverse(status: os.stat_result, account: Account) -> bool:
    mode = status.st_mode
    if status.st_uid == account.uid:
        return bool(mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(mode & stat.S_IXGRP)
    return bool(mode & stat.S_IXOTH)


def _with_traverse(folder: Path, uid: int) -> bytes:
    """Return the folder's access list with permission to traverse for one more user (Linux's acl(5) layout)."""
    mode = folder.stat().st_mode
    entries = {
        (USER_OBJ, NO_ID): mode >> 6 & 7,
        (GROUP_OBJ, NO_ID): mode >> 3 & 7,
        (MASK, NO_ID): mode >> 3 & 7,
        (OTHER, NO_ID): mode & 7,
    }
    try:
        known = os.getxattr(folder, ACL)
        entries |= {(tag, owner): bits for tag, bits, owner in struct.iter_unpack("<HHI", known[4:])}
    except OSError:  # none yet
        pass
    entries[USER, uid] = entries.get((USER, uid), 0) | TRAVERSE
    entries[MASK, NO_ID] |= TRAVERSE
    return struct.pack("<I", 2) + b"".join(
        struct.pack("<HHI", tag, bits, owner) for (tag, owner), bits in sorted(entries.items())
    )
