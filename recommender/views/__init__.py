"""Pages: thin shells rendered by the server, filled with data from the API."""
