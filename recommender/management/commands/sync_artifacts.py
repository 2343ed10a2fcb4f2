"""Copy what is in service to a bucket, or back from one."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.template.defaultfilters import filesizeformat

from recommender.engine.data.artifact import ArtifactError
from recommender.management import progress_bar
from recommender.models import ModelVersion
from recommender.services.storage import mirror
from recommender.services.storage.artifacts import StoredArtifact
from recommender.services.storage.outages import storage_errors


class Command(BaseCommand):
    """`manage.py sync_artifacts`."""

    help = "Copy the artifacts in service to or from an S3 bucket: only what is missing or different there."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        way = parser.add_mutually_exclusive_group(required=True)
        way.add_argument("--to", metavar="ADDRESS", help="the bucket to copy to, such as s3://bucket/folder")
        way.add_argument("--from", metavar="ADDRESS", dest="source", help="the bucket to copy from")

    def handle(self, *args: Any, to: str | None, source: str | None, **options: Any) -> None:
        address = to or source or ""
        wanted = in_service()
        try:
            with progress_bar.meter(f"Artifacts {'to' if to else 'from'} {address}") as draw:
                report = _Bytes(draw, total=sum(each.size for each in wanted))
                opened = mirror.bucket(address)
                if to:
                    done = mirror.send(wanted=wanted, target=opened, on_bytes=report)
                else:
                    done = mirror.receive(wanted=wanted, source=opened, on_bytes=report)
        except (mirror.BadTarget, ArtifactError) as error:
            raise CommandError(str(error)) from None
        except storage_errors() as error:
            raise CommandError(f"{address} cannot be used ({error}); what was copied stays, run it again.") from None
        except KeyboardInterrupt:
            raise CommandError("Interrupted; what was copied stays. Run it again to go on.") from None
        self.stdout.write(
            f"{done.copied} of {len(wanted)} artifacts in service copied ({filesizeformat(done.size)}); "
            f"{done.unchanged} unchanged."
        )


def in_service() -> list[StoredArtifact]:
    """Return the artifacts of the versions in service, the smallest first."""
    rows = ModelVersion.objects.active().order_by("artifact_size", "pk")
    return [StoredArtifact(row.artifact_key, row.artifact_sha256, row.artifact_size) for row in rows]


class _Bytes:
    """Draws the share of the bytes that are done; boto3 calls it from several threads."""

    def __init__(self, draw: progress_bar.Draw, *, total: int) -> None:
        self._draw, self._total, self._done = draw, max(total, 1), 0

    def __call__(self, size: int) -> None:
        self._done += size
        done, total = min(self._done, self._total), self._total
        self._draw(done / total, f"{filesizeformat(done)} of {filesizeformat(total)}")
