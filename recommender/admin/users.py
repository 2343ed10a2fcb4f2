"""Django's screen of users, in which deleting one closes the account as the user would."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from recommender.services.accounts import accounts

admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Closes accounts through our service: Django's own deletion would not update the statistics of movies."""

    def get_deleted_objects(self, objs: Iterable[User], request: HttpRequest) -> tuple[list[Any], Any, Any, list[Any]]:
        """List only the users: their rows may be thousands."""
        users = [f"{user.get_username()}, with all ratings, tags, marks and sessions" for user in objs]
        missing = set() if self.has_delete_permission(request) else {User._meta.verbose_name}
        return users, {User._meta.verbose_name_plural: len(users)}, missing, []

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        """Close one account."""
        accounts.delete(user=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """Close the selected accounts."""
        for user in queryset:
            accounts.delete(user=user)
