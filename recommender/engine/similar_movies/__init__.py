"""Similar movies: neighbours by who rated both."""
