"""GET and PUT settings."""

from django.http import HttpRequest
from ninja import Router
from ninja.security import django_auth

from recommender.api import parameters
from recommender.api.schemas import Problem, ProviderList, ProviderOut, SettingsBody, SettingsChange
from recommender.services.catalogue import movie_facts, search_filters
from recommender.services.experiments import impressions

router = Router(tags=["my settings"], auth=django_auth)


@router.get("/settings", response={200: SettingsBody, 401: Problem}, summary="My settings")
def settings(request: HttpRequest) -> SettingsBody:
    """Return my settings; nothing is recorded until I agree."""
    return SettingsBody(
        share_impressions=parameters.rater(request).shares_impressions,
        country=movie_facts.chosen_country(parameters.user(request)),
        services=sorted(movie_facts.services_of(parameters.user(request))),
    )


@router.put(
    "/settings",
    response={200: SettingsBody, 401: Problem, 403: Problem, 404: Problem, 422: Problem},
    summary="Change my settings",
)
def put_settings(request: HttpRequest, payload: SettingsChange) -> SettingsBody:
    """Change my settings. Setting `share_impressions` to false deletes what was recorded, at once."""
    rater = parameters.rater(request)
    if payload.country is not None:
        movie_facts.choose_country(rater=rater, country=payload.country)
    if payload.services is not None:
        movie_facts.choose_services(rater=rater, provider_ids=payload.services)
    if payload.share_impressions is not None:
        impressions.set_consent(rater=rater, share=payload.share_impressions)
    return settings(request)


@router.get("/settings/services", response={200: ProviderList, 401: Problem}, summary="Services to choose from")
def services(request: HttpRequest) -> ProviderList:
    """Return who shows movies in my country, or else in the one my browser's languages name: what I may choose."""
    user = parameters.user(request)
    country = search_filters.region_for(user, request.headers.get("Accept-Language", ""))
    mine = movie_facts.services_of(user)
    results = [
        ProviderOut(provider_id=each, name=name, mine=each in mine)
        for each, name in search_filters.choices(country).providers
    ]
    return ProviderList(country=country, count=len(results), results=results)
