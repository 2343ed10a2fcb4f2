"""Arrays: ratings, movie features, snapshots and artifacts."""
