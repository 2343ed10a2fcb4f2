"""The scores of the ways in which a title can match a query."""

from typing import Final

# Scores for the match of the whole title; the best one counts. Popularity (POPULARITY_WEIGHT) can add less than the
# gap between an exact title and the next score, but more than the gaps between the others.
EXACT: Final = 14.0
WITH_PLUS: Final = 14.0
CONVERTED: Final = 9.5
OTHER_EXACT: Final = 9.0
NUMBER_IN_SERIES: Final = 9.0
COMPACT: Final = 8.5
STARTS_WITH_WORDS: Final = 6.5
STARTS: Final = 5.0
OTHER_STARTS_WITH_WORDS: Final = 5.0
OTHER_STARTS: Final = 3.5
CONVERTED_STARTS: Final = 5.0
COMPACT_STARTS: Final = 3.0
POPULARITY_WEIGHT: Final = 4.0
BREVITY_WEIGHT: Final = 0.5
YEAR: Final = 4.0
# The score of all words of the query together, divided by rarity, and the extra share for adjacent words.
WORDS: Final = 4.0
ADJACENT: Final = 0.5
AS_WRITTEN: Final = 0.2
# The share of its score that a word with typos keeps.
ONE_TYPO: Final = 0.6
TWO_TYPOS: Final = 0.4
TYPO_IN_BEGINNING: Final = 0.3
SAME_SOUND: Final = 0.4
# The share of a query's words that counts for a title that is only a part of the query.
CONTAINED: Final = 2.0
# The share of it that a title keeps that only begins with a part of the query.
BEGINS: Final = 0.8
