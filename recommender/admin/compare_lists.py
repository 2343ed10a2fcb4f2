"""The page that shows one rater's list under two model versions."""

from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from recommender.admin.rater_field import RaterField
from recommender.admin.raters import name_of
from recommender.models import ModelVersion

PERMISSIONS = ("recommender.view_modelversion", "recommender.view_rater")


class ListsForm(forms.Form):
    """Two versions and a rater."""

    a = forms.TypedChoiceField(label="Left", coerce=int)
    b = forms.TypedChoiceField(label="Right", coerce=int)
    rater = RaterField()

    def __init__(self, *args: Any, versions: list[ModelVersion], **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [(version.pk, f"{version}, {version.get_state_display().lower()}") for version in versions]
        for name in ("a", "b"):
            self.fields[name].choices = choices  # type: ignore[attr-defined]


def view(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """Show both lists of the chosen rater, or ask for a rater."""
    if not request.user.has_perms(PERMISSIONS):
        raise PermissionDenied
    # Imported only when needed, because it imports numerical libraries.
    from recommender.services.lists import comparison as list_comparison

    versions = list_comparison.versions()
    form = ListsForm(
        request.GET if request.GET.keys() >= {"a", "b", "rater"} else None,
        versions=versions,
        initial=request.GET.dict(),
    )
    comparison, rater = None, None
    if form.is_valid():
        by_id = {version.pk: version for version in versions}
        rater, a, b = (form.cleaned_data[name] for name in ("rater", "a", "b"))
        comparison = list_comparison.compare(rater=rater, a=by_id[a], b=by_id[b])
    context = site.each_context(request) | {
        "title": "Compare lists",
        "form": form,
        "rater_name": name_of(rater) if rater else "",
        "comparison": comparison,
        "lists": [comparison.a, comparison.b] if comparison else [],
        "n_shown": list_comparison.SHOWN,
        "depth": list_comparison.DEPTH,
    }
    return TemplateResponse(request, "admin/recommender/modelversion/lists.html", context)
