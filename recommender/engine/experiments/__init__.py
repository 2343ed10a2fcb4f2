"""The statistics of experiments: interleaving and a sequential test."""
