"""A MovieLens release whose every rating is of a movie it has, for tests: the importer refuses any other, and rightly.

A release that has been added to (a copy of ml-latest-small was seen with one rating of a movie 999999 at its end) is
copied without those ratings, with one line that says so. Standard library only: the newcomer's check runs it too.
"""

import csv
import shutil
import sys
from pathlib import Path


def whole_release(release: Path, into: Path) -> Path:
    """Return `release` if its ratings name only movies it has, otherwise a copy below `into` without the others."""
    ratings, movies = release / "ratings.csv", release / "movies.csv"
    if not (ratings.is_file() and movies.is_file()):
        return release
    with movies.open(newline="", encoding="utf-8-sig") as rows:
        known = {row[0] for row in csv.reader(rows) if row}
    header, *lines = ratings.read_text().splitlines(keepends=True)
    kept = [line for line in lines if line.split(",")[1] in known]
    if len(kept) == len(lines):
        return release
    copy = into / release.name
    copy.mkdir(parents=True)
    for file in release.iterdir():
        if file.is_file() and file != ratings:
            shutil.copyfile(file, copy / file.name)
    (copy / "ratings.csv").write_text(header + "".join(kept))
    for beside in release.parent.iterdir():  # a catalogue is looked for beside the release
        if beside.is_dir() and beside != release:
            (into / beside.name).symlink_to(beside.resolve())
    left_out = len(lines) - len(kept)
    print(f"{release.name}: {left_out} of {len(lines)} ratings left out, of movies it does not have.", file=sys.stderr)
    return copy


if __name__ == "__main__":
    print(whole_release(Path(sys.argv[1]).resolve(), Path(sys.argv[2])))
