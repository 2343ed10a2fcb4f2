"""Movies, genres, tags and raters."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from recommender.models import Genre, Movie, Rater, Tag


@admin.register(Movie)
class MovieAdmin(admin.ModelAdmin):
    """The catalogue, found through the title index."""

    list_display = ("id", "title", "year", "rating_count", "rating_mean", "imdb_id", "tmdb_id")
    list_filter = ("genres",)
    search_fields = ("title",)
    search_help_text = "Titles, or ids such as tt0133093 and tmdb:603"
    readonly_fields = ("id", "rating_count", "rating_mean", "rating_median")
    filter_horizontal = ("genres",)
    ordering = ("-rating_count", "id")
    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Movie], search_term: str
    ) -> tuple[QuerySet[Movie], bool]:
        """Search as the site does."""
        if not search_term:
            return queryset, False
        from recommender.services import title_search

        hits = title_search.search(query=search_term[:200], limit=100)
        return queryset.filter(pk__in=[movie.pk for movie in hits.movies]), False


@admin.register(Genre, Tag)
class NameAdmin(admin.ModelAdmin):
    """Genres and tags are names."""

    list_display = ("name",)
    search_fields = ("name",)
    show_full_result_count = False


@admin.register(Rater)
class RaterAdmin(admin.ModelAdmin):
    """Users of the site and imported raters."""

    list_display = ("id", "user", "movielens_id")
    list_select_related = ("user",)
    search_fields = ("=id", "=movielens_id", "user__username")
    raw_id_fields = ("user",)
    show_full_result_count = False
