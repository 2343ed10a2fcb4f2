"""Addresses of the pages, included at the root of the site."""

from django.urls import path

from recommender.views import account, pages, pictures

urlpatterns = [
    path("", pages.home, name="home"),
    path("movies/<int:movie_id>/", pages.movie, name="movie"),
    path("people/<int:person_id>/", pages.person, name="person"),
    path("pictures/<str:size>/<int:movie_id>/<str:name>", pictures.picture, name="picture"),
    path("recommendations/", pages.recommendations, name="recommendations"),
    path("tonight/", pages.tonight, name="tonight"),
    path("together/", pages.together, name="together"),
    path("welcome/", pages.welcome, name="welcome"),
    path("watchlist/", pages.watchlist, name="watchlist"),
    path("ratings/", pages.my_ratings, name="my_ratings"),
    path("account/", account.your_account, name="your_account"),
    path("account/imports/", account.import_ratings, name="import_ratings"),
    path("account/imports/<int:import_id>/", account.rating_import, name="rating_import"),
    path("account/delete/", account.delete_account, name="delete_account"),
]
