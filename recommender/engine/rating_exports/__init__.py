"""Ratings that people take along from other sites: their CSV exports read, recognised and matched to movies."""

from recommender.engine.rating_exports.errors import ExportError
from recommender.engine.rating_exports.formats import Kind
from recommender.engine.rating_exports.matching import Candidates, MatchedRow, match_rows
from recommender.engine.rating_exports.reader import RatingExport, read_export
from recommender.engine.rating_exports.rows import ExportedRow

__all__ = [
    "Candidates",
    "ExportError",
    "ExportedRow",
    "Kind",
    "MatchedRow",
    "RatingExport",
    "match_rows",
    "read_export",
]
