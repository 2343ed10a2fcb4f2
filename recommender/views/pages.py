"""The pages visitors see; their data comes from the API by fetch."""

from django.contrib.auth.decorators import login_required
from django.db.models import Max, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from recommender.models import Genre, Movie, Rating
from recommender.services import onboarding
from recommender.services.movies import half_stars_by
from recommender.services.preferences import algorithm_of
from recommender.services.ratings import rater_of
from recommender.services.recommendations import FEATURED, choices


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
    genres = _genres()
    order = {name: place for place, name in enumerate(FEATURED)}
    available = sorted(
        (choice for choice in choices() if choice.available),
        key=lambda choice: (not choice.default, not choice.featured, order.get(choice.name, 0)),
    )
    rater = rater_of(request.user)  # type: ignore[arg-type]  # signed in, so a user
    context = {
        "choices": available,
        "has_more": not all(choice.featured for choice in available),
        "chosen": algorithm_of(rater),
        "is_new": not Rating.objects.filter(rater=rater).exists(),
        "genres": genres,
        "decades": _decades(),
    }
    return render(request, "recommender/recommendations.html", context)


@require_safe
@login_required
def together(request: HttpRequest) -> HttpResponse:
    """Invite someone to choose a movie together or, with an invitation, show the list for both."""
    return render(request, "recommender/together.html", {"invited": bool(request.GET.get("token"))})


@require_safe
@login_required
def my_ratings(request: HttpRequest) -> HttpResponse:
    """List the ratings of the signed-in user, to edit or remove."""
    half_steps = [f"{half_stars / 2:g}" for half_stars in range(10, 0, -1)]
    context = {"genres": _genres(), "decades": _decades(), "half_steps": half_steps}
    return render(request, "recommender/my_ratings.html", context)


@require_safe
@login_required
def welcome(request: HttpRequest) -> HttpResponse:
    """Offer groups of well-known movies to someone who has just signed up."""
    return render(request, "recommender/welcome.html", {"enough": onboarding.ENOUGH})


def _genres() -> QuerySet[Genre, str]:
    """Return the names of the genres; "(no genres listed)" is none."""
    return Genre.objects.exclude(name__startswith="(").values_list("name", flat=True)


def _decades() -> range:
    """Return the decades of the catalogue, the latest first."""
    years = Movie.objects.aggregate(first=Min("year"), last=Max("year"))
    if years["first"] is None:
        return range(0)
    return range(years["last"] // 10 * 10, years["first"] // 10 * 10 - 1, -10)
