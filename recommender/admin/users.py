"""Django's screen of users, in which deleting one closes the account as the user would, and their second factors."""

from collections.abc import Iterable
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from recommender.admin.read_only import ReadOnlyAdmin
from recommender.services.accounts import accounts

admin.site.unregister(User)
admin.site.unregister(Authenticator)


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


@admin.register(Authenticator)
class AuthenticatorAdmin(ReadOnlyAdmin):
    """Second factors, without their secrets; one that is lost can be removed."""

    list_display = fields = readonly_fields = ("user", "type", "created_at", "last_used_at")
    list_select_related = ("user",)
    ordering = ("-pk",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user may remove a second factor."""
        return bool(request.user.has_perm("mfa.delete_authenticator"))
