"""Error responses: JSON with one clear sentence in `detail`."""

from django.contrib.auth.models import User
from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, Throttled, ValidationError

from recommender.api.import_schemas import ImportQuestion
from recommender.formats.exports import ExportError, UnclearDates, UnclearList, UnclearTable
from recommender.models import Rater
from recommender.services.accounts.accounts import WrongConfirmation
from recommender.services.catalogue.lookup import CannotLookUp, LookupNotOffered, UnknownFilm
from recommender.services.catalogue.movie_facts import UnknownCountry, UnknownProvider
from recommender.services.catalogue.movies import UnknownMovie
from recommender.services.catalogue.search_filters import BadFilter
from recommender.services.imports.review import ImportClosed, UnknownImport
from recommender.services.lists.filmography import UnknownPerson
from recommender.services.lists.groups import InvalidInvitation
from recommender.services.lists.served_model import TooFewRatings, UnknownAlgorithm
from recommender.services.ratings.marks import AlreadyRated
from recommender.services.ratings.ratings import InvalidRating
from recommender.services.ratings.tags import InvalidTag


def register(api: NinjaAPI) -> None:
    """Register the response to each error."""

    @api.exception_handler(ValidationError)
    def invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        sentences = [f"{_field(problem['loc'])}: {problem['msg']}." for problem in error.errors]
        return api.create_response(request, {"detail": " ".join(sentences)}, status=422)

    @api.exception_handler(InvalidRating)
    @api.exception_handler(InvalidInvitation)
    @api.exception_handler(InvalidTag)
    @api.exception_handler(ExportError)
    @api.exception_handler(WrongConfirmation)
    @api.exception_handler(BadFilter)
    def invalid_value(request: HttpRequest, error: ValueError) -> HttpResponse:
        return api.create_response(request, {"detail": str(error)}, status=422)

    @api.exception_handler(UnclearList)
    @api.exception_handler(UnclearDates)
    @api.exception_handler(UnclearTable)
    def unclear(request: HttpRequest, error: UnclearList | UnclearDates | UnclearTable) -> HttpResponse:
        return api.create_response(request, ImportQuestion.of(error), status=422)

    @api.exception_handler(AuthenticationError)
    def signed_out(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return api.create_response(request, {"detail": "Sign in first."}, status=401)

    @api.exception_handler(AuthorizationError)
    def forbidden(request: HttpRequest, error: AuthorizationError) -> HttpResponse:
        return api.create_response(request, {"detail": "You do not have permission to do that."}, status=403)

    @api.exception_handler(UnknownMovie)
    @api.exception_handler(UnknownFilm)
    @api.exception_handler(LookupNotOffered)
    @api.exception_handler(UnknownCountry)
    @api.exception_handler(UnknownProvider)
    @api.exception_handler(UnknownPerson)
    @api.exception_handler(UnknownAlgorithm)
    @api.exception_handler(UnknownImport)
    def unknown(request: HttpRequest, error: LookupError) -> HttpResponse:
        return api.create_response(request, {"detail": str(error)}, status=404)

    @api.exception_handler(AlreadyRated)
    @api.exception_handler(ImportClosed)
    def closed(request: HttpRequest, error: Exception) -> HttpResponse:
        return api.create_response(request, {"detail": str(error)}, status=409)

    @api.exception_handler(CannotLookUp)
    def unavailable(request: HttpRequest, error: CannotLookUp) -> HttpResponse:
        return api.create_response(request, {"detail": str(error)}, status=503)

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return api.create_response(request, {"detail": str(error)}, status=413)

    @api.exception_handler(Throttled)
    def too_much(request: HttpRequest, error: Throttled) -> HttpResponse:
        minutes = (error.wait or 60) // 60
        wait = "a minute" if minutes == 1 else f"{minutes} minutes"
        return api.create_response(request, {"detail": f"That was a lot at once. Wait {wait} and go on."}, status=429)

    @api.exception_handler(TooFewRatings)
    def too_few_ratings(request: HttpRequest, error: TooFewRatings) -> HttpResponse:
        return api.create_response(request, {"detail": str(error), "needed": error.needed}, status=409)

    @api.exception_handler(User.DoesNotExist)
    @api.exception_handler(Rater.DoesNotExist)
    @api.exception_handler(IntegrityError)
    def account_gone(request: HttpRequest, error: Exception) -> HttpResponse:
        """Answer somebody whose account has been deleted on another device since the request began."""
        if not request.user.is_authenticated or User.objects.filter(pk=request.user.pk).exists():
            raise error
        return api.create_response(request, {"detail": "This account has been deleted."}, status=401)

    @api.exception_handler(HttpError)
    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        return api.create_response(request, {"detail": str(error)}, status=error.status_code)


def _field(location: tuple[str | int, ...]) -> str:
    """Return the field's name as the caller wrote it: the last string of its location."""
    names = [part for part in location if isinstance(part, str)]
    return names[-1] if names else "body"
