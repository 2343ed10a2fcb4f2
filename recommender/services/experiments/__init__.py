"""Experiments: two model versions in turn, what was shown and what came of it."""
