"""GET and PUT settings."""

from django.http import HttpRequest
from ninja import Router
from ninja.security import django_auth

from recommender.api import parameters
from recommender.api.schemas import Problem, SettingsBody
from recommender.services.experiments import impressions

router = Router(tags=["my settings"], auth=django_auth)


@router.get("/settings", response={200: SettingsBody, 401: Problem}, summary="My settings")
def settings(request: HttpRequest) -> SettingsBody:
    """Return my settings; nothing is recorded until I agree."""
    return SettingsBody(share_impressions=parameters.rater(request).shares_impressions)


@router.put(
    "/settings", response={200: SettingsBody, 401: Problem, 403: Problem, 422: Problem}, summary="Change my settings"
)
def put_settings(request: HttpRequest, payload: SettingsBody) -> SettingsBody:
    """Replace my settings. Setting `share_impressions` to false deletes what was recorded, at once."""
    impressions.set_consent(rater=parameters.rater(request), share=payload.share_impressions)
    return payload
