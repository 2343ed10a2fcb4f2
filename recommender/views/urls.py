"""Addresses of the pages, included at the root of the site."""

from django.urls import path

from recommender.views import pages

urlpatterns = [
    path("", pages.home, name="home"),
    path("movies/<int:movie_id>/", pages.movie, name="movie"),
    path("recommendations/", pages.recommendations, name="recommendations"),
    path("together/", pages.together, name="together"),
    path("watchlist/", pages.watchlist, name="watchlist"),
    path("ratings/", pages.my_ratings, name="my_ratings"),
]
