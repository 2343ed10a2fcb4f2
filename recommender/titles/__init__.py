"""Titles: normalise, index and search them."""
