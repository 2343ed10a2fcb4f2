"""MovieLens releases: find or download one and bring it into the database."""
