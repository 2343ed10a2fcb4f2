"""Ratings that people take along from other sites: their CSV exports read, recognised and matched to movies."""

from recommender.formats.exports.formats import Kind
from recommender.formats.exports.matching import Candidates, MatchedRow, match_rows
from recommender.formats.exports.reader import RatingExport, read_export
from recommender.formats.exports.rows import ExportedRow, ExportError

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
