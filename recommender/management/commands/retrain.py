"""Retrain every model in service on the current ratings."""

from recommender.management.job_command import JobCommand
from recommender.models import Job, ModelVersion


class Command(JobCommand):
    """`manage.py retrain`."""

    help = "Retrain every model in service, activate what is not worse, rebuild similar movies and title index."
    kind = Job.Kind.RETRAIN

    def done(self, job: Job) -> str:
        versions = ModelVersion.objects.filter(job=job).order_by("pk")
        return f"Retrained: {', '.join(f'{v.algorithm} {v.get_state_display().lower()}' for v in versions)}."
