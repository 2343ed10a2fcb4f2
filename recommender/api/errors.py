"""Error responses: JSON with one clear sentence in `detail`."""

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError

from recommender.formats.exports import ExportError
from recommender.services.accounts.accounts import WrongConfirmation
from recommender.services.catalogue.movies import UnknownMovie
from recommender.services.imports.review import ImportClosed, UnknownImport
from recommender.services.lists.groups import InvalidInvitation
from recommender.services.lists.served_model import TooFewRatings, UnknownAlgorithm
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
    def invalid_value(request: HttpRequest, error: ValueError) -> HttpResponse:
        return api.create_response(request, {"detail": str(error)}, status=422)

    @api.exception_handler(AuthenticationError)
    def signed_out(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        return api.create_response(request, {"detail": "Sign in first."}, status=401)

    @api.exception_handler(AuthorizationError)
    def forbidden(request: HttpRequest, error: AuthorizationError) -> HttpResponse:
        return api.create_response(request, {"detail": "You do not have permission to do that."}, status=403)

    @api.exception_handler(UnknownMovie)
    @api.exception_handler(UnknownAlgorithm)
    @api.exception_handler(UnknownImport)
    def unknown(request: HttpRequest, error: LookupError) -> HttpResponse:
        return api.create_response(request, {"detail": str(error)}, status=404)

    @api.exception_handler(ImportClosed)
    def closed(request: HttpRequest, error: ImportClosed) -> HttpResponse:
        return api.create_response(request, {"detail": str(error)}, status=409)

    @api.exception_handler(RequestDataTooBig)
    def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
        return api.create_response(request, {"detail": str(error)}, status=413)

    @api.exception_handler(TooFewRatings)
    def too_few_ratings(request: HttpRequest, error: TooFewRatings) -> HttpResponse:
        return api.create_response(request, {"detail": str(error), "needed": error.needed}, status=409)

    @api.exception_handler(HttpError)
    def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
        return api.create_response(request, {"detail": str(error)}, status=error.status_code)


def _field(location: tuple[str | int, ...]) -> str:
    """Return the field's name as the caller wrote it: the last string of its location."""
    names = [part for part in location if isinstance(part, str)]
    return names[-1] if names else "body"
