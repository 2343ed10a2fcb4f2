"""Benchmarks: scripts that print a table. They are never part of the test suite."""
