"""The published suite of title queries: the movie people mean comes first."""

import pytest

from recommender.titles.index import TitleIndex, build_title_index
from recommender.titles.query import TitleQuery
from tests.titles.catalogue import catalogue_documents, read_queries

FIRST_AT_LEAST = 0.95
TOP_5_AT_LEAST = 0.99
WITHIN_AT_LEAST = 0.95


@pytest.fixture(scope="module")
def ranks(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int, int]]:
    """Query, rank of the expected movie (21 when it is not on the first page), and the rank allowed."""
    path = tmp_path_factory.mktemp("titles") / "index"
    build_title_index(catalogue_documents(), path)
    index = TitleIndex(path)
    ranks = []
    for row in read_queries():
        movie_ids = index.search(TitleQuery(row["query"], limit=20)).movie_ids
        expected = int(row["movie_id"])
        rank = movie_ids.index(expected) + 1 if expected in movie_ids else 21
        ranks.append((row["query"], rank, int(row["max_rank"])))
    return ranks


def missed(ranks: list[tuple[str, int, int]], worst: int) -> str:
    return ", ".join(f"{query!r} at {rank}" for query, rank, _ in ranks if rank > worst)


def test_it_has_at_least_150_different_queries(ranks: list[tuple[str, int, int]]) -> None:
    assert len({query for query, _, _ in ranks}) >= 150


def test_it_puts_the_expected_movie_first(ranks: list[tuple[str, int, int]]) -> None:
    share = sum(rank == 1 for _, rank, _ in ranks) / len(ranks)
    assert share >= FIRST_AT_LEAST, f"first in {share:.1%}; missed {missed(ranks, 1)}"


def test_it_puts_the_expected_movie_in_the_top_5(ranks: list[tuple[str, int, int]]) -> None:
    share = sum(rank <= 5 for _, rank, _ in ranks) / len(ranks)
    assert share >= TOP_5_AT_LEAST, f"in the top 5 in {share:.1%}; missed {missed(ranks, 5)}"


def test_it_keeps_to_the_rank_each_query_allows(ranks: list[tuple[str, int, int]]) -> None:
    beyond = [query for query, rank, allowed in ranks if rank > allowed]
    assert 1 - len(beyond) / len(ranks) >= WITHIN_AT_LEAST, f"too low: {beyond}"
