"""Pages: thin server-rendered shells, filled by the API."""
