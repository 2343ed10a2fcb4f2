"""MovieLens releases: find or download one and import it."""
