"""Build the title index and search it."""

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from recommender.engine.progress import no_progress, subrange
from recommender.models import Job, JobChunk, ModelVersion, Movie
from recommender.services.catalogue import duplicates, indexed_facts
from recommender.services.jobs.progress import OnProgress
from recommender.services.jobs.stages import Outcome, Stage
from recommender.services.storage import artifacts
from recommender.services.versions import lifecycle, serving
from recommender.titles.building import build_title_index
from recommender.titles.document import TitleDocument
from recommender.titles.query import TitleQuery

Kind = ModelVersion.Kind


@dataclass(frozen=True, slots=True)
class SearchHits:
    """One page of a search."""

    movies: list[Movie]
    count: int


def build(*, job: Job | None = None, on_progress: OnProgress = no_progress) -> ModelVersion:
    """Index all titles, store the index as an artifact and put it in service."""
    return prepare(job=job, on_progress=on_progress)()


def prepare(*, job: Job | None = None, on_progress: OnProgress = no_progress) -> Callable[[], ModelVersion]:
    """Index all titles, each film once, and store the index as an artifact; return what puts it in service."""
    duplicates.mark()
    n_movies = max(Movie.objects.count(), 1)
    indexing = subrange(on_progress, 0.0, 0.9)

    def report(done: int) -> None:
        indexing(done / n_movies, f"Indexing titles: {done:,} of {n_movies:,}")

    digest = hashlib.sha256()
    with artifacts.workspace() as folder:
        build_title_index(_documents(digest), folder / "titles", on_progress=report)
        stored = artifacts.store_folder(path=folder / "titles", name=ModelVersion.NAMES[Kind.INDEX])

    def put_in_service() -> ModelVersion:
        version = lifecycle.register(kind=Kind.INDEX, artifact=stored, data_fingerprint=digest.hexdigest(), job=job)
        return lifecycle.activate(version=version)

    return put_in_service


def _build(chunk: JobChunk, on_progress: OnProgress) -> Outcome:
    put_in_service = prepare(job=chunk.job, on_progress=on_progress)
    return Outcome(commit=lambda: {"model_version": put_in_service().pk})


def search(query: TitleQuery) -> SearchHits:
    """Return the movies that match, best first; a blank query matches all, the most rated first."""
    index = serving.title_index()
    if index is None:
        return SearchHits([], 0)
    hits = index.search(query)
    return SearchHits(Movie.objects.in_order(hits.movie_ids), hits.count)


def matching(query: TitleQuery, movie_ids: Collection[int]) -> frozenset[int]:
    """Return which of these movies are within the filters of a search, whatever its text."""
    index, kept = serving.title_index(), frozenset(movie_ids) - query.exclude
    filters = replace(query, text="", limit=len(kept), offset=0, order="popularity")
    if index is None or filters == TitleQuery(limit=len(kept), exclude=query.exclude, order="popularity"):
        return kept
    among = kept if query.among is None else kept & query.among
    return frozenset(index.search(replace(filters, among=among)).movie_ids)


def _documents(digest: "hashlib._Hash") -> Iterator[TitleDocument]:
    more = indexed_facts.by_movie()
    movies = Movie.objects.with_genres().select_related("collection").defer("overview")
    for movie in movies.order_by("pk").iterator(chunk_size=2000):
        names = "\t".join((movie.title, *movie.other_titles()))
        facts = (*indexed_facts.of_movie(movie), *more.pop(movie.pk, ()))
        place = _place_in_collection(movie)
        about = (movie.pk, names, movie.year, movie.rating_count, movie.duplicate_of_id, *facts, *place)
        digest.update(("\t".join(map(str, about)) + "\n").encode())
        yield TitleDocument(
            movie_id=movie.pk,
            title=movie.title,
            year=movie.year,
            genres=tuple(movie.genre_names),
            rating_count=movie.rating_count,
            imdb_id=movie.imdb_id,
            tmdb_id=movie.tmdb_id,
            rating_mean=movie.rating_mean,
            alternative_titles=movie.other_titles(),
            duplicate_of=movie.duplicate_of_id,
            released_on=movie.released_on,
            collection=movie.collection_id,
            collection_name=movie.collection.name if movie.collection else "",
            facts=facts,
        )


def _place_in_collection(movie: Movie) -> tuple[object, ...]:
    return (movie.collection_id, movie.collection, movie.released_on) if movie.collection_id is not None else ()


def is_behind() -> bool:
    """Tell whether TMDB has told titles or facts since the title index in service was built."""
    built = ModelVersion.objects.active().filter(kind=Kind.INDEX).first()
    return built is not None and Movie.objects.with_facts_fetched_since(built.created_at).exists()


BUILD_INDEX = Stage("title_index", "Indexing titles", _build, grows_with="movies")
BUILD_INDEX_IF_BEHIND = replace(BUILD_INDEX, plan=lambda _job: [{}] if is_behind() else [])
