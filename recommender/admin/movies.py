"""Movies, genres and tags."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import ManyToManyField, QuerySet
from django.forms import CheckboxSelectMultiple
from django.http import HttpRequest

from recommender.admin.big_tables import BigTableAdmin
from recommender.models import Genre, Job, Movie, Tag
from recommender.services import jobs
from recommender.services.ratings.tags import folded

MAX_QUERY_LENGTH = 200
MAX_RESULTS = 100
FROM_TMDB = (
    "tagline",
    "released_on",
    "original_language",
    "spoken_languages",
    "countries",
    "collection",
    "trailer",
    "backdrop_path",
)


@admin.register(Movie)
class MovieAdmin(BigTableAdmin):
    """The catalogue, searched through the title index; only imports add and remove movies."""

    list_display = ("title", "year", "rating_count", "mean", "imdb_id", "tmdb_id")
    list_filter = ("genres",)
    search_fields = ("title",)
    search_help_text = "Titles, or ids such as tt0133093 and tmdb:603"
    fieldsets = (
        (None, {"fields": ("id", "title", "year", "genres", "alternative_titles")}),
        ("On other sites", {"fields": ("imdb_id", "tmdb_id", "duplicate_of")}),
        (
            "From TMDB",
            {"fields": ("original_title", "tmdb_titles", "runtime_minutes", "poster_path", "overview", *FROM_TMDB)},
        ),
        ("Ratings", {"fields": ("rating_count", "mean", "rating_median", "last_rated_at")}),
    )
    readonly_fields = ("id", "duplicate_of", *FROM_TMDB, "rating_count", "mean", "rating_median", "last_rated_at")
    formfield_overrides: ClassVar = {ManyToManyField: {"widget": CheckboxSelectMultiple}}
    ordering = ("-rating_count", "id")
    sortable_by = ("rating_count",)

    @admin.display(description="mean rating")
    def mean(self, movie: Movie) -> str:
        """Return the mean in stars."""
        return f"{movie.rating_mean:.2f}" if movie.rating_mean is not None else "–"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user may correct titles, genres and ids."""
        return bool(request.user.has_perm("recommender.change_movie"))

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Note the change, and index the titles again so that the movie is found by what is new."""
        if message:  # something has changed
            user = request.user if isinstance(request.user, User) else None
            job = jobs.start(kind=Job.Kind.TITLE_INDEX, requested_by=user)
            self.message_user(request, f"The title index is rebuilt by {job}; the search knows the change then.")
        return super().log_change(request, obj, message)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Movie], search_term: str
    ) -> tuple[QuerySet[Movie], bool]:
        """Search through the title index, as the site does."""
        if not search_term.strip():
            return queryset, False
        from recommender.services.catalogue import title_search
        from recommender.titles.query import TitleQuery

        hits = title_search.search(TitleQuery(search_term[:MAX_QUERY_LENGTH], limit=MAX_RESULTS))
        return queryset.filter(pk__in=[movie.pk for movie in hits.movies]), False


@admin.register(Genre)
class GenreAdmin(admin.ModelAdmin):
    """The genres, about twenty."""

    list_display = ("name",)


@admin.register(Tag)
class TagAdmin(BigTableAdmin):
    """The tags that raters have given."""

    list_display = ("name",)
    search_fields = ("name",)
    search_help_text = "The first letters of the tag"
    ordering = ("name",)
    fields = readonly_fields = ("name", "given_to")

    @admin.display(description="given to")
    def given_to(self, tag: Tag) -> str:
        """Return the movies that got the tag most often."""
        most = tag.movie_counts.select_related("movie").order_by("-count", "movie_id")[:MAX_RESULTS]
        return "; ".join(f"{each.movie}: {each.count}" for each in most) or "no movie"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Tag], search_term: str
    ) -> tuple[QuerySet[Tag], bool]:
        """Search by prefix, through the index of names, which are in lower case."""
        return queryset.filter(name__startswith=folded(search_term)) if search_term else queryset, False
