"""Everything a site does, run by the code of an earlier checkout on the database at DATABASE_URL.

`test_previous_release.py` copies this file into that checkout, so it uses commands, the API and models alone, as
`make_dump.py` does, and takes what it needs from there.
"""

import json
import os
import sys
from pathlib import Path

import django

ADMIN_PAGES = ("", "recommender/job/", "recommender/modelversion/", "recommender/movie/", "recommender/rater/")


def main(folder: Path) -> None:
    """Do it, and write the sessions of the people into a file of the folder."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "movierec_site.settings")
    django.setup()
    from tests.upgrades import make_dump
    from tests.upgrades.answers import answers

    make_dump.run("migrate", verbosity=0)  # finds nothing to do
    make_dump.run("generate_movielens", str(folder / "data"), "--raters", "60", "--movies", "90", "--ratings", "1500")
    make_dump.run("import_movielens", str(folder / "data"), local=True)
    make_dump.run("title_index", local=True)
    people = {name: make_dump.sign_up(name) for name in ("alice", "bob", "charlie", "admin")}
    make_dump.rate(people["alice"], make_dump.ALICE)
    make_dump.rate(people["bob"], make_dump.BOB)
    make_dump.rate(people["charlie"], make_dump.CHARLIE)
    make_dump.mark_and_tag(people["alice"], people["bob"])
    make_dump.bring_ratings(people)
    make_dump.run("similar_movies", local=True)
    for algorithm in ("mean", "ease"):
        make_dump.run("train", algorithm, local=True)
    for seed in ("1", "2"):
        make_dump.run("train", "als", "--set", "n_factors=4", "--seed", seed, local=True)
    make_dump.run("evaluate", "mean", "--splits", "1", local=True)
    make_dump.send(people["bob"], "put", "preferences", {"algorithm": "ease"})
    make_dump.experiment(people["charlie"])
    make_dump.schedule()
    make_dump.interrupt()
    sessions = {name: str(client.session.session_key) for name, client in people.items()}
    answers(sessions)
    refused = [page for page in ADMIN_PAGES if people["admin"].get(f"/admin/{page}").status_code != 200]
    assert refused == []
    (folder / "sessions.json").write_text(json.dumps(sessions))


main(Path(sys.argv[1]))
