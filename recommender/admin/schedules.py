"""The schedules on the first page: a sentence for each, and a switch."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

SEES, CHANGES = "django_celery_beat.view_periodictask", "django_celery_beat.change_periodictask"
SHOWN = 12
NOT_OURS = "celery."


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule in words, and when it is due next; None while it is switched off."""

    pk: int
    name: str
    sentence: str
    is_on: bool
    due: datetime | None


def current() -> list[Schedule]:
    """Return the schedules, the next one first, those that are switched off last."""
    tasks = PeriodicTask.objects.select_related("crontab", "interval", "clocked", "solar")
    found = [_schedule(task) for task in tasks.exclude(task__startswith=NOT_OURS).order_by("name")]
    return sorted(found, key=lambda each: (each.due is None, each.due or timezone.now(), each.name))[:SHOWN]


def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """Switch a schedule on or off."""
    if not request.user.has_perm(CHANGES):
        raise PermissionDenied
    task = get_object_or_404(PeriodicTask, pk=pk)
    is_on = request.POST.get("to") == "on"
    if task.enabled != is_on:
        task.enabled = is_on
        task.save()
    messages.success(request, f"“{task.name}” is switched {'on' if task.enabled else 'off'}.")
    return redirect("admin:index")


def _schedule(task: PeriodicTask) -> Schedule:
    now = timezone.now()
    due = now + task.schedule.remaining_estimate(now) if task.enabled else None
    return Schedule(task.pk, task.name, f"{task.description or f'Runs {task.task}.'} {_when(task)}", task.enabled, due)


def _when(task: PeriodicTask) -> str:
    """Return when it runs, as a sentence: "Every day at 03:00 UTC."."""
    cron = task.crontab
    if cron is None:
        return f"{str(task.interval or task.clocked or task.solar).capitalize()}."
    if _is_daily((cron.day_of_week, cron.day_of_month, cron.month_of_year)) and _are_numbers((cron.hour, cron.minute)):
        return f"Every day at {int(cron.hour):02}:{int(cron.minute):02} {cron.timezone}."
    return f"{cron.human_readable}."


def _is_daily(parts: Iterable[str]) -> bool:
    return all(part == "*" for part in parts)


def _are_numbers(parts: Iterable[str]) -> bool:
    return all(part.isdecimal() for part in parts)
