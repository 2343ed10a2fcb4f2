"""CSV exports of other sites: recognise them, read them, and match their rows to movies."""

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
