"""The pages of the site; their scripts fetch the data from the API."""

from django.contrib.auth.decorators import login_required
from django.db.models import Max, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from recommender.models import Credit, Genre, Movie, Person, Rating
from recommender.services.catalogue import lookup, movie_facts, search_filters
from recommender.services.catalogue.movies import are_recently_rated, half_stars_by, poster_url, summary_of
from recommender.services.lists import filmography, groups, home_rows, onboarding
from recommender.services.lists.choices import compared
from recommender.services.lists.served_model import algorithm_of
from recommender.services.ratings import follows, tags
from recommender.services.ratings.ratings import rater_of

SEARCH = (
    *("q", "genre", "decade", "min_ratings", "hide_rated", "order", "runtime", "language", "country", "certification"),
    *("provider", "my_services", "tag", "keyword"),
)
HEADINGS = ((Credit.Work.DIRECTOR, "Directed by"), (Credit.Work.WRITER, "Written by"), (Credit.Work.CAST, "With"))
LENGTHS = {90: "An hour and a half", 120: "Two hours", 150: "Two hours and a half"}
ROW_HEADINGS: dict[home_rows.Kind, str] = {  # until the row is there, whose heading says more
    "because": "Like a movie you love",
    "gems": "Gems of another time",
    "series": "Finish the series",
    "watchlist": "From your watchlist, for tonight",
}
RATING_STEPS = ((10, "10"), (100, "100"), (1000, "1,000"), (10_000, "10,000"))


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Search, popular and recently rated movies and, for signed-in users, a row of recommendations."""
    region = search_filters.region_for(request.user, _languages(request), request.GET.get("region", ""))
    choices = search_filters.choices(region)
    context = {
        "region": region,
        "choices": choices,
        "has_services": bool(choices.providers and movie_facts.services_of(request.user)),
        "tag": tags.folded(request.GET.get("tag", ""))[: tags.MAX_LENGTH],
        "keyword": search_filters.keyword(request.GET.get("keyword", "")),
        "query": request.GET.get("q", "").strip(),
        "searching": any(request.GET.get(name, "").strip() for name in SEARCH),
        "follows": follows.follows_anybody(user=request.user),
        "recently_rated": are_recently_rated(request.user),
        "rows_of_today": [(kind, ROW_HEADINGS[kind]) for kind in home_rows.kinds_of_today()],
        "genres": _genres(),
        "decades": _decades(),
        "rating_steps": RATING_STEPS,
        "canonical": request.build_absolute_uri(request.path),
        "lookup_offered": request.user.is_authenticated and lookup.is_offered(),
    }
    return render(request, "recommender/home.html", context)


@require_safe
def movie(request: HttpRequest, movie_id: int) -> HttpResponse:
    """Show one movie with its statistics and the user's rating; lead from a duplicate to its original."""
    shown = get_object_or_404(Movie.objects.with_genres().select_related("collection"), pk=movie_id)
    if shown.duplicate_of_id is not None:
        return redirect("movie", movie_id=shown.duplicate_of_id)
    half_stars = half_stars_by(request.user, [shown]).get(shown.pk)
    poster = poster_url(shown)
    country = movie_facts.country_of(request.user, _languages(request))
    services = movie_facts.services_of(request.user)
    context = {
        "movie": shown,
        "genres": [name for name in shown.genre_names if not name.startswith("(")],
        "summary": summary_of(shown),
        "poster": poster and request.build_absolute_uri(poster),
        "canonical": request.build_absolute_uri(request.path),
        "my_stars": half_stars and half_stars / 2,
        "explain": request.user.is_authenticated and not half_stars,
        "made_by": _made_by(shown),
        "facts": movie_facts.facts_of(shown, country=country, services=services),
        "keywords": shown.keywords.order_by("name"),
    }
    return render(request, "recommender/movie.html", context)


@require_safe
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    """Show the movies of one person, the newest first."""
    shown = get_object_or_404(Person, pk=person_id)
    context = {
        "person": shown,
        "seen": filmography.seen(person=shown, user=request.user),
        "followed": follows.is_followed(user=request.user, person=shown),
    }
    return render(request, "recommender/person.html", context)


@require_safe
@login_required
def recommendations(request: HttpRequest) -> HttpResponse:
    """Show recommendations with the dials and, for experts, the algorithms to compare."""
    rater = rater_of(request.user)  # type: ignore[arg-type]  # signed in, so a user
    context = {
        "compared": compared(),
        "chosen": algorithm_of(rater),
        "is_new": not Rating.objects.filter(rater=rater).exists(),
        "genres": _genres(),
        "decades": _decades(),
    }
    return render(request, "recommender/recommendations.html", context)


@require_safe
@login_required
def together(request: HttpRequest) -> HttpResponse:
    """Create an invitation to choose a movie together or, with one, show the list for both."""
    return render(request, "recommender/together.html", _invitation(request))


@require_safe
@login_required
def tonight(request: HttpRequest) -> HttpResponse:
    """Show three movies for this evening, for the user alone or, with an invitation, for two."""
    choices = search_filters.choices(search_filters.region_for(request.user, _languages(request)))
    context = {
        "lengths": [(minutes, LENGTHS[minutes]) for minutes in choices.runtimes if minutes in LENGTHS],
        "services_known": bool(choices.providers),
        "has_services": bool(choices.providers and movie_facts.services_of(request.user)),
    }
    return render(request, "recommender/tonight.html", context | _invitation(request))


@require_safe
@login_required
def watchlist(request: HttpRequest) -> HttpResponse:
    """Show the user's watchlist and, below it, seen movies, hidden ones, and the people they follow."""
    return render(request, "recommender/watchlist.html")


@require_safe
@login_required
def my_ratings(request: HttpRequest) -> HttpResponse:
    """List the user's ratings, to change or remove."""
    half_steps = [f"{half_stars / 2:g}" for half_stars in range(10, 0, -1)]
    context = {"genres": _genres(), "decades": _decades(), "half_steps": half_steps}
    return render(request, "recommender/my_ratings.html", context)


@require_safe
@login_required
def welcome(request: HttpRequest) -> HttpResponse:
    """Show new users groups of well-known movies to rate."""
    return render(request, "recommender/welcome.html", {"enough": onboarding.ENOUGH})


def _invitation(request: HttpRequest) -> dict[str, str | bool]:
    """Return whether somebody else has invited this user and, if the user opened a link of their own, its token."""
    token = request.GET.get("token", "")
    if not token:
        return {"invited": False}
    is_own = groups.is_from(token=token, rater=rater_of(request.user))  # type: ignore[arg-type]  # signed in
    return {"invited": not is_own, "own_token": token if is_own else ""}


def _languages(request: HttpRequest) -> str:
    return request.headers.get("Accept-Language", "")


def _made_by(movie: Movie) -> list[tuple[str, list[Person]]]:
    """Return who directed, wrote and plays in a movie, under a heading each."""
    people: dict[int, list[Person]] = {}
    for credit in Credit.objects.of_movie(movie):
        people.setdefault(credit.work, []).append(credit.person)
    return [(heading, people[work]) for work, heading in HEADINGS if work in people]


def _genres() -> QuerySet[Genre, str]:
    """Return the names of the genres, without "(no genres listed)"."""
    return Genre.objects.exclude(name__startswith="(").values_list("name", flat=True)


def _decades() -> range:
    """Return the decades of the catalogue, the latest first."""
    years = Movie.objects.aggregate(first=Min("year"), last=Max("year"))
    if years["first"] is None:
        return range(0)
    return range(years["last"] // 10 * 10, years["first"] // 10 * 10 - 1, -10)
