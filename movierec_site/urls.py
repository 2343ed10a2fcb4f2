"""The URLs of the site."""

from django.contrib import admin
from django.urls import include, path

from recommender.api import api
from recommender.views import health, scrape

urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", scrape.scrape),
    path("", include("recommender.views.urls")),
    path("accounts/", include("allauth.urls")),
    path("api/auth/", include("allauth.headless.urls")),
    path("api/", api.urls),
    path("admin/", admin.site.urls),
]
