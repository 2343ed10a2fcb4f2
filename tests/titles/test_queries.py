"""The published suite of title queries: the movie people mean comes first."""

import pytest

from recommender.titles.building import build_title_index
from recommender.titles.index import TitleIndex
from recommender.titles.query import TitleQuery
from tests.titles.catalogue import catalogue_documents, has_catalogue, read_queries, read_unseen_queries

FIRST_AT_LEAST = 0.95
TOP_5_AT_LEAST = 0.99
WITHIN_AT_LEAST = 0.95
UNSEEN_WITHIN_AT_LEAST = 0.94


Ranks = list[tuple[str, int, int]]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> TitleIndex:
    path = tmp_path_factory.mktemp("titles") / "index"
    build_title_index(catalogue_documents(), path)
    return TitleIndex(path)


@pytest.fixture(scope="module")
def ranks(index: TitleIndex) -> Ranks:
    return ranks_of(read_queries(), index)


def ranks_of(rows: list[dict[str, str]], index: TitleIndex) -> Ranks:
    """Return query, rank of the expected movie (21 when it is not on the first page), and the rank allowed."""
    ranks = []
    for row in rows:
        movie_ids = index.search(TitleQuery(row["query"], limit=20)).movie_ids
        expected = int(row["movie_id"])
        rank = movie_ids.index(expected) + 1 if expected in movie_ids else 21
        ranks.append((row["query"], rank, int(row["max_rank"])))
    return ranks


def missed(ranks: Ranks, worst: int) -> str:
    return ", ".join(f"{query!r} at {rank}" for query, rank, _ in ranks if rank > worst)


def test_it_has_at_least_150_different_queries(ranks: Ranks) -> None:
    assert len({query for query, _, _ in ranks}) >= 150


def test_it_puts_the_expected_movie_first(ranks: Ranks) -> None:
    share = sum(rank == 1 for _, rank, _ in ranks) / len(ranks)
    assert share >= FIRST_AT_LEAST, f"first in {share:.1%}; missed {missed(ranks, 1)}"


def test_it_puts_the_expected_movie_in_the_top_5(ranks: Ranks) -> None:
    share = sum(rank <= 5 for _, rank, _ in ranks) / len(ranks)
    assert share >= TOP_5_AT_LEAST, f"in the top 5 in {share:.1%}; missed {missed(ranks, 5)}"


def test_it_keeps_to_the_rank_each_query_allows(ranks: Ranks) -> None:
    beyond = [query for query, rank, allowed in ranks if rank > allowed]
    assert 1 - len(beyond) / len(ranks) >= WITHIN_AT_LEAST, f"too low: {beyond}"


@pytest.mark.skipif(not has_catalogue(), reason="MOVIELENS_DATA has no catalogue beside it")
def test_it_understands_queries_that_nobody_looked_at(index: TitleIndex) -> None:
    ranks = ranks_of(read_unseen_queries(), index)
    assert len(ranks) >= 100
    # Without the queries: whoever reads them tunes to them.
    share = sum(rank <= allowed for _, rank, allowed in ranks) / len(ranks)
    assert share >= UNSEEN_WITHIN_AT_LEAST, f"within the rank asked for in {share:.1%}"
