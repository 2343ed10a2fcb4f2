"""The Django app, and the admin with a site of our own."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class RecommenderConfig(AppConfig):
    """Movies, ratings, jobs and models."""

    name = "recommender"
    default = True
    default_auto_field = "django.db.models.BigAutoField"


class Admin(admin.AdminConfig):
    """Makes `Site` the admin's site; it is imported once there are models."""

    default = False
    default_site = "recommender.admin.site.Site"

    def ready(self) -> None:
        """Register the screens after the site is there: it lives in their package, and registering asks for it."""
        super().ready()
        from recommender.admin import screens  # noqa: F401
