"""The pages about the user's account and data."""

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from recommender.services.accounts import accounts
from recommender.services.catalogue import lookup
from recommender.services.imports import review
from recommender.services.imports.review import UnknownImport
from recommender.services.ratings.ratings import rater_of


@require_safe
@never_cache
@login_required
def your_account(request: HttpRequest) -> HttpResponse:
    """Show what the site stores about the user, and what they can do about it."""
    return render(request, "recommender/account.html", {"countries": settings.TMDB_COUNTRIES})


@require_safe
@never_cache
@login_required
def import_ratings(request: HttpRequest) -> HttpResponse:
    """Choose a file to import, and list past imports."""
    return render(request, "recommender/import_ratings.html")


@require_safe
@never_cache
@login_required
def rating_import(request: HttpRequest, import_id: int) -> HttpResponse:
    """Review, apply or undo one import."""
    try:
        mine = review.get(rater=rater_of(_user(request)), import_id=import_id)
    except UnknownImport as error:
        raise Http404(str(error)) from error
    context = {"rating_import": mine, "lookup_offered": lookup.is_offered()}
    return render(request, "recommender/rating_import.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@login_required
@reauthentication_required
def delete_account(request: HttpRequest) -> HttpResponse:
    """Say what is deleted, ask for confirmation, and delete the account."""
    user = _user(request)
    error, typed = "", request.POST.get("confirmation", "")
    if request.method == "POST":
        try:
            accounts.check_confirmation(typed)
        except accounts.WrongConfirmation as wrong:
            error = str(wrong)
        else:
            logout(request)
            accounts.delete(user=user)
            messages.success(request, "Your account has been deleted. Thank you for your ratings.")
            return redirect("home")
    context = {"phrase": accounts.PHRASE, "traces": accounts.traces_of(user=user), "error": error, "typed": typed[:100]}
    return render(request, "recommender/delete_account.html", context, status=422 if error else 200)


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
