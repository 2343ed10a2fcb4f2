"""Processes: limits of the machine, child processes that end with their parent, and the supervisor of `make run`."""
