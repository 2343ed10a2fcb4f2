"""An embedded PostgreSQL server, for machines without one."""

from movierec_site.embedded.cluster import EmbeddedError, program_folders
from movierec_site.embedded.server import Server, serve, settings_for, stop

__all__ = ["EmbeddedError", "Server", "program_folders", "serve", "settings_for", "stop"]
