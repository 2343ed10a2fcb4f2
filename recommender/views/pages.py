"""The pages visitors see; their data comes from the API by fetch."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from recommender.models import Movie


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Search, popular movies and, for a signed-in user, a row of recommendations."""
    return render(request, "recommender/home.html", {"query": request.GET.get("q", "").strip()})


@require_safe
def movie(request: HttpRequest, movie_id: int) -> HttpResponse:
    """Show one movie with its figures, the user's stars and similar movies."""
    return render(request, "recommender/movie.html", {"movie": get_object_or_404(Movie, pk=movie_id)})


@require_safe
@login_required
def recommendations(request: HttpRequest) -> HttpResponse:
    """Show the recommendations of a chosen algorithm."""
    return render(request, "recommender/recommendations.html")


@require_safe
@login_required
def my_ratings(request: HttpRequest) -> HttpResponse:
    """List the ratings of the signed-in user, to edit or remove."""
    return render(request, "recommender/my_ratings.html")
