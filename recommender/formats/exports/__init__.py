"""Exports of other sites and tables of one's own: recognise them, read them, and match their rows to movies."""

from recommender.formats.exports.matching import Candidates, KnownMovie, MatchedRow, match_rows
from recommender.formats.exports.people import ExportedPerson
from recommender.formats.exports.questions import Answers, UnclearDates, UnclearList, UnclearTable
from recommender.formats.exports.reader import RatingExport, read_export
from recommender.formats.exports.rows import BadRow, ExportedRow, ExportError, Kind

__all__ = [
    "Answers",
    "BadRow",
    "Candidates",
    "ExportError",
    "ExportedPerson",
    "ExportedRow",
    "Kind",
    "KnownMovie",
    "MatchedRow",
    "RatingExport",
    "UnclearDates",
    "UnclearList",
    "UnclearTable",
    "match_rows",
    "read_export",
]
