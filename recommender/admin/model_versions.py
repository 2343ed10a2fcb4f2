"""Model versions: what is in service, activate another one, roll back."""

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest

from recommender.admin.read_only import ReadOnlyAdmin
from recommender.models import ModelVersion
from recommender.services import model_versions


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    """The list of model versions."""

    list_display = ("id", "algorithm", "state", "created_at", "activated_at", "artifact_size", "code_version")
    list_filter = ("state", "algorithm")
    actions = ("activate",)

    @admin.action(description="Put the selected version in service", permissions=["activate"])
    def activate(self, request: HttpRequest, chosen: QuerySet[ModelVersion]) -> None:
        """Activate the chosen versions; the ones in service are retired."""
        user = request.user if isinstance(request.user, User) else None
        for version in chosen.order_by("created_at"):
            try:
                model_versions.activate(version=version, by=user)
            except model_versions.NotActivatable as error:
                self.message_user(request, str(error), messages.ERROR)
            else:
                self.message_user(request, f"{version} is in service.", messages.SUCCESS)

    def has_activate_permission(self, request: HttpRequest) -> bool:
        """Only those who may change model versions activate them."""
        return bool(request.user.has_perm("recommender.change_modelversion"))
