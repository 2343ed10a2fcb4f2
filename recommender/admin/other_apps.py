"""Screens of other apps whose actions ask for no permission: schedules and email addresses."""

import json
from collections.abc import Callable
from typing import Any

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django_celery_beat.admin import PeriodicTaskAdmin, PeriodicTaskForm
from django_celery_beat.models import PeriodicTask

from recommender.services import audit
from recommender.services.movielens import import_folders

admin.site.unregister([EmailAddress, PeriodicTask])


class ActionsNeedChange(admin.ModelAdmin):
    """Offers an action that names no permission only to those who may change the rows."""

    def get_actions(self, request: HttpRequest) -> dict[str, tuple[Callable[..., Any], str, str] | None]:
        """Return the actions that the user may take."""
        found = super().get_actions(request)
        if self.has_change_permission(request):
            return found
        return {name: action for name, action in found.items() if action and hasattr(action[0], "allowed_permissions")}


class ScheduleForm(PeriodicTaskForm):
    """Keeps imports under the folders of the setting; schedules from before that was so go on as they are."""

    def clean(self) -> Any:
        """Check the path of an import, wherever it is in the arguments."""
        cleaned = super().clean()
        if "import" in f"{cleaned.get('args')}{cleaned.get('kwargs')}":
            for path in _paths(json.loads(cleaned["args"] or "[]")) + _paths(json.loads(cleaned["kwargs"] or "{}")):
                try:
                    import_folders.check(path)
                except import_folders.OutsideFolders as error:
                    raise forms.ValidationError(str(error)) from error
        return cleaned


def _paths(arguments: Any) -> list[str]:
    inside = arguments.values() if isinstance(arguments, dict) else arguments if isinstance(arguments, list) else ()
    own = [arguments["path"]] if isinstance(arguments, dict) and isinstance(arguments.get("path"), str) else []
    return own + [path for each in inside for path in _paths(each)]


@admin.register(PeriodicTask)
class ScheduleScreen(ActionsNeedChange, PeriodicTaskAdmin):
    """Schedules, which actions run, enable and disable."""

    form = ScheduleForm

    @admin.action(description="Run selected tasks")
    def run_tasks(self, request: HttpRequest, queryset: Any) -> None:
        """Also write down who ran them: no row of theirs changes."""
        super().run_tasks(request, queryset)
        by = request.user if isinstance(request.user, User) else None
        for task in queryset:
            audit.record(verb="run_tasks", kind="periodic task", object_id=task.pk, what=task.name, by=by)


@admin.register(EmailAddress)
class EmailAddressScreen(ActionsNeedChange, EmailAddressAdmin):
    """Email addresses, which an action confirms."""
