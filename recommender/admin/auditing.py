"""Writes down what every POST to the admin changed: the rows it was about, before and after."""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Max, Model
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

from recommender.models import AuditEntry
from recommender.services import audit

Fields = dict[str, Any] | None
Rows = dict[str, tuple[str, dict[str, Any]]]
KEYS = ("object_id", "job_id", "version_id", "pk", "id")
MAX_ROWS = 1000
PERSONAL = frozenset({"password", "email", "first_name", "last_name", "last_login", "data", "traceback"})
"""Fields whose values stay out of the audit: secrets, and what should be gone when an account is."""


def audited(view: Callable[..., HttpResponse], models: Iterable[type[Model]]) -> Callable[..., HttpResponse]:
    """Return an admin view that also writes down what a POST to it changed; `models` are those that have screens."""

    @wraps(view)
    def watched(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        match = request.resolver_match
        if request.method != "POST" or match is None:
            return view(request, *args, **kwargs)
        name = match.url_name or ""
        prefixes = {f"{model._meta.app_label}_{model._meta.model_name}_": model for model in models}
        prefix = next((each for each in prefixes if name.startswith(each)), None)
        if prefix is None:
            return view(request, *args, **kwargs)
        model = prefixes[prefix]
        ids = _ids(request, match)
        before, newest = _rows(model, ids), _newest()
        response = view(request, *args, **kwargs)
        verb = request.POST.get("action") or name.removeprefix(prefix)
        _write(request, model, verb, before, _rows(model, [*ids, *_added(request, model, response, newest)]), newest)
        return response

    return watched


def _ids(request: HttpRequest, match: ResolverMatch) -> list[str]:
    """Return the ids that the address names, or those that were selected for an action."""
    named = [str(match.kwargs[key]) for key in KEYS if key in match.kwargs]
    return named or request.POST.getlist("_selected_action")[:MAX_ROWS]


def _rows(model: type[Model], ids: Iterable[str]) -> Rows:
    found: Rows = {}
    with suppress(ValueError, ValidationError):  # an id that is none: the view answers to that
        for row in model._default_manager.filter(pk__in=list(ids)):
            name = str(row)
            found[str(row.pk)] = (f"{row._meta.verbose_name} {row.pk}" if "@" in name else name, _fields(row))
    return found


def _fields(row: Model) -> dict[str, Any]:
    fields = {field.name: field.value_from_object(row) for field in row._meta.concrete_fields}
    for many in row._meta.many_to_many:
        fields[many.name] = sorted(str(each) for each in getattr(row, many.name).all())
    plain: dict[str, Any] = json.loads(json.dumps(fields, cls=_Encoder))
    return plain


class _Encoder(DjangoJSONEncoder):
    """Writes whatever else a field holds as text."""

    def default(self, o: Any) -> Any:
        try:
            return super().default(o)
        except TypeError:
            return str(o)


def _newest() -> tuple[int, int]:
    """Return the ids of the newest entries, so that what the view adds can be told."""
    logged = LogEntry.objects.aggregate(last=Max("pk"))["last"] or 0
    return logged, AuditEntry.objects.aggregate(last=Max("pk"))["last"] or 0


def _added(request: HttpRequest, model: type[Model], response: HttpResponse, newest: tuple[int, int]) -> list[str]:
    """Return the ids of what was added: as Django logged it, or where the answer leads."""
    logged = LogEntry.objects.filter(pk__gt=newest[0], user_id=str(request.user.pk), action_flag=ADDITION)
    ids = [entry.object_id for entry in logged if entry.content_type and entry.content_type.model_class() is model]
    if not ids and "Location" in response.headers:
        with suppress(Resolver404):
            match = resolve(urlsplit(response.headers["Location"]).path)
            if match.url_name == f"{model._meta.app_label}_{model._meta.model_name}_change":
                ids = [str(match.kwargs.get("object_id"))]
    return [each for each in ids if each]


def _write(
    request: HttpRequest, model: type[Model], verb: str, before: Rows, after: Rows, newest: tuple[int, int]
) -> None:
    kind = model._meta.verbose_name or ""
    by = request.user if isinstance(request.user, User) else None
    if AuditEntry.objects.filter(pk__gt=newest[1], by=by, kind=kind).exists():  # what the view called has done so
        return
    if by is not None and not User.objects.filter(pk=by.pk).exists():  # they have deleted themselves
        by = None
    for key in {**before, **after}:
        old, new = before.get(key), after.get(key)
        if old != new:
            what = (new or old or ("", {}))[0]
            fields = _shown(old[1] if old else None, new[1] if new else None)
            audit.record(verb=verb, kind=str(kind), object_id=key, what=what, by=by, before=fields[0], after=fields[1])


def _shown(before: Fields, after: Fields) -> tuple[Fields, Fields]:
    """Return the fields without values that nobody should read; whether those changed can still be seen."""
    hidden = [name for name in PERSONAL if before and after and before.get(name) != after.get(name)]
    old, new = (
        {n: v for n, v in fields.items() if n not in PERSONAL} if fields else fields for fields in (before, after)
    )
    if old is not None and new is not None:
        old |= dict.fromkeys(hidden, "not shown")
        new |= dict.fromkeys(hidden, "changed")
    return old, new
