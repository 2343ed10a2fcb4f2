"""What stops a backup, a restore or a drill."""


class BackupError(Exception):
    """It cannot be done; the text is one sentence that says why and what to do."""
