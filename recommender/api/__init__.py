"""The JSON API, version 1. Everything the pages do goes through it."""

from ninja import NinjaAPI

from recommender.api import (
    account,
    algorithms,
    errors,
    explanations,
    imports,
    marks,
    movies,
    onboarding,
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
    description="Search movies, rate them in half stars, get recommendations. Ratings are stars, 0.5 to 5. "
    "Signing up, in and out, and changing address and password: /api/auth/openapi.json.",
    docs_url="/docs",
    openapi_url="/openapi.json",
    urls_namespace="api",
)
for module in (
    search, movies, tags, explanations, ratings, marks, onboarding, recommendations, profile, algorithms, settings,
    imports, account,
):  # fmt: skip
    api.add_router("/v1", module.router)
errors.register(api)

__all__ = ["api"]
