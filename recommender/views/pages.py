"""The pages visitors see; their data comes from the API by fetch."""

from django.contrib.auth.decorators import login_required
from django.db.models import Max, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from recommender.models import Genre, Movie
from recommender.services.movies import half_stars_by
from recommender.services.recommendations import choices


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Search, popular movies and, for a signed-in user, a row of recommendations."""
    return render(request, "recommender/home.html", {"query": request.GET.get("q", "").strip()})


@require_safe
def movie(request: HttpRequest, movie_id: int) -> HttpResponse:
    """Show one movie with its figures, the user's stars and similar movies."""
    shown = get_object_or_404(Movie, pk=movie_id)
    explain = request.user.is_authenticated and not half_stars_by(request.user, [shown])
    return render(request, "recommender/movie.html", {"movie": shown, "explain": explain})


@require_safe
@login_required
def recommendations(request: HttpRequest) -> HttpResponse:
    """Show the recommendations of a chosen algorithm, with filters."""
    genres = Genre.objects.exclude(name__startswith="(").values_list("name", flat=True)
    available = sorted((choice for choice in choices() if choice.available), key=lambda choice: not choice.default)
    context = {"choices": available, "genres": genres, "decades": _decades()}
    return render(request, "recommender/recommendations.html", context)


@require_safe
@login_required
def together(request: HttpRequest) -> HttpResponse:
    """Invite someone to choose a movie together or, with an invitation, show the list for both."""
    return render(request, "recommender/together.html", {"invited": bool(request.GET.get("token"))})


@require_safe
@login_required
def watchlist(request: HttpRequest) -> HttpResponse:
    """Show the movies the user wants to see and, below, the ones they have hidden."""
    return render(request, "recommender/watchlist.html")


@require_safe
@login_required
def my_ratings(request: HttpRequest) -> HttpResponse:
    """List the ratings of the signed-in user, to edit or remove."""
    return render(request, "recommender/my_ratings.html")


def _decades() -> range:
    """Return the decades of the catalogue, the latest first."""
    years = Movie.objects.aggregate(first=Min("year"), last=Max("year"))
    if years["first"] is None:
        return range(0)
    return range(years["last"] // 10 * 10, years["first"] // 10 * 10 - 1, -10)
