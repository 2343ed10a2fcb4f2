"""Ratings and watchlists from other sites: previewed first, then written."""
