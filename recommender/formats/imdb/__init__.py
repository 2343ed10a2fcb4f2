"""IMDb's own data files: gzipped tables of titles, names and votes."""
