"""The JSON API, version 1. The pages do everything through it."""

from ninja import NinjaAPI

from recommender.api import (
    account,
    algorithms,
    errors,
    explanations,
    follows,
    home_rows,
    imports,
    lookup,
    marks,
    movies,
    onboarding,
    people,
    profile,
    ratings,
    recommendations,
    search,
    settings,
    tags,
)

api = NinjaAPI(
    title="movierec",
    version="1",
    description="Search for movies, rate them, get recommendations. Ratings are 0.5 to 5 stars in half steps. "
    "To sign up, in or out, and to change your email address or password, see /api/auth/openapi.json.",
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="api",
)
for module in (
    search, lookup, movies, people, follows, tags, explanations, ratings, marks, onboarding, recommendations, home_rows,
    profile, algorithms, settings, imports, account,
):  # fmt: skip
    api.add_router("/v1", module.router)
errors.register(api)

__all__ = ["api"]
