"""Experiments: two model versions take turns in a list; impressions and outcomes are recorded."""
