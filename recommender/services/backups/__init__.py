"""Backups of a whole installation: make one, restore it, and prove that it can be restored."""

from recommender.services.backups.errors import BackupError

__all__ = ["BackupError"]
