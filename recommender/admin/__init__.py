"""The admin: a file per screen."""
