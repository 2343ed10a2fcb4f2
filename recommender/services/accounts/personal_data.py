"""Everything the site knows about a user, as a stream of JSON or of a zip archive with CSV files."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.db.models import F, QuerySet
from django.db.models.functions import Extract

from recommender.formats.csv_cells import neutralised_row
from recommender.models import (
    Follow,
    Impression,
    Mark,
    Outcome,
    Provider,
    Rater,
    Rating,
    RatingImport,
    RatingImportRow,
    Session,
    TagApplication,
)

ROWS_AT_ONCE: Final = 2000
BLOCK_BYTES: Final = 1 << 16
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of data about a user: a file in the archive, a list in the JSON."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[User], Iterable[Row]]


def _values(query: QuerySet[Any], *fields: str) -> Iterator[Row]:
    yield from query.values_list(*fields).iterator(chunk_size=ROWS_AT_ONCE)


def _account(user: User) -> Iterator[Row]:
    yield user.get_username(), user.email, user.first_name, user.last_name, user.date_joined, user.last_login


def _email_addresses(user: User) -> Iterator[Row]:
    return _values(EmailAddress.objects.filter(user=user).order_by("pk"), "email", "verified", "primary")


def _second_factors(user: User) -> Iterator[Row]:
    return _values(Authenticator.objects.filter(user=user).order_by("pk"), "type", "created_at", "last_used_at")


def _ratings(user: User) -> Iterator[Row]:
    mine = Rating.objects.filter(rater__user=user).order_by("movie_id").annotate(seconds=Extract("rated_at", "epoch"))
    about = ("movie__title", "movie__year", "movie__imdb_id", "movie__tmdb_id")
    for rater, movie, half_stars, seconds, *more in _values(
        mine, "rater_id", "movie_id", "half_stars", "seconds", *about
    ):
        yield rater, movie, half_stars / 2, int(seconds), *more


def _tags(user: User) -> Iterator[Row]:
    mine = TagApplication.objects.filter(rater__user=user).order_by("movie_id", "tag_id")
    return _values(mine, "rater_id", "movie_id", "tag__name", "applied_at", "movie__title")


def _imports(user: User) -> Iterator[Row]:
    mine = RatingImport.objects.filter(rater__user=user).order_by("pk")
    columns = ("pk", "source", "file_name", "state", "created_at", "applied_at", "undone_at", "people")
    for *about, people in _values(mine, *columns):
        yield *about, " ".join(people)


def _import_rows(user: User) -> Iterator[Row]:
    mine = RatingImportRow.objects.filter(rating_import__rater__user=user).order_by("rating_import_id", "line")
    half_stars = mine.annotate(stars=F("half_stars") / 2.0, stars_before=F("half_stars_before") / 2.0)
    return _values(
        half_stars,
        *("rating_import_id", "line", "kind", "title", "year", "stars", "rated_at", "match", "movie_id", "outcome"),
        *("stars_before", "imdb_id", "tmdb_id"),
    )


def _followed_people(user: User) -> Iterator[Row]:
    mine = Follow.objects.filter(rater__user=user).order_by("person_id")
    return _values(mine, "person_id", "person__name", "person__imdb_id", "person__tmdb_id", "followed_at")


def _marks(user: User) -> Iterator[Row]:
    mine = Mark.objects.filter(rater__user=user).order_by("movie_id")
    return _values(mine, "kind", "movie_id", "movie__title", "marked_at")


def _settings(user: User) -> Iterator[Row]:
    return _values(
        Rater.objects.filter(user=user), "shares_impressions", "preferences__algorithm", "preferences__country"
    )


def _services(user: User) -> Iterator[Row]:
    mine = Provider.objects.filter(preferences_with__rater__user=user).order_by("name", "pk")
    return _values(mine, "pk", "name")


def _impressions(user: User) -> Iterator[Row]:
    mine = Impression.objects.filter(rater__user=user).order_by("pk")
    for *about, movie_ids in _values(mine, "shown_at", "algorithm", "first_place", "movie_ids"):
        yield *about, " ".join(map(str, movie_ids))


def _outcomes(user: User) -> Iterator[Row]:
    mine = Outcome.objects.filter(impression__rater__user=user).order_by("happened_at", "movie_id")
    return _values(mine, "happened_at", "impression__shown_at", "movie_id", "kind", "half_stars")


def _sessions(user: User) -> Iterator[Row]:
    return _values(Session.objects.filter(user=user).order_by("expire_date"), "expire_date")


# Every kind of data about users has a section here. The first four columns of the ratings are those of a MovieLens
# release, so that the file can be imported here and elsewhere.
SECTIONS: Final = (
    Section("account", ("user_name", "email", "first_name", "last_name", "joined_at", "last_signed_in_at"), _account),
    Section("email_addresses", ("email", "confirmed", "main"), _email_addresses),
    Section("second_factors", ("kind", "added_at", "last_used_at"), _second_factors),
    Section("sessions", ("ends_at",), _sessions),
    Section(
        "ratings",
        ("userId", "movieId", "rating", "timestamp", "title", "year", "imdbId", "tmdbId"),
        _ratings,
    ),
    Section("tags", ("userId", "movieId", "tag", "applied_at", "title"), _tags),
    Section(
        "imports",
        ("import", "source", "file_name", "state", "read_at", "applied_at", "undone_at", "personIds"),
        _imports,
    ),
    Section(
        "import_rows",
        (
            *("import", "line", "kind", "title", "year", "stars", "rated_at", "match", "movieId", "outcome"),
            *("stars_before", "imdbId", "tmdbId"),
        ),
        _import_rows,
    ),
    Section("marks", ("kind", "movieId", "title", "marked_at"), _marks),
    Section("followed_people", ("personId", "name", "imdbId", "tmdbId", "followed_at"), _followed_people),
    Section("settings", ("share_impressions", "algorithm", "country"), _settings),
    Section("services", ("provider", "name"), _services),
    Section("impressions", ("shown_at", "algorithm", "first_place", "movieIds"), _impressions),
    Section("impression_outcomes", ("happened_at", "shown_at", "movieId", "kind", "half_stars"), _outcomes),
)


def as_json(*, user: User) -> Iterator[bytes]:
    """Yield one JSON object with a list for each section."""
    yield b"{"
    for place, section in enumerate(SECTIONS):
        yield f"{',' if place else ''}\n{json.dumps(section.name)}: [".encode()
        for number, row in enumerate(section.rows(user)):
            line = json.dumps(dict(zip(section.columns, row, strict=True)), default=_as_text, ensure_ascii=False)
            yield f"{',' if number else ''}\n  {line}".encode()
        yield b"\n]"
    yield b"\n}\n"


def as_zip(*, user: User) -> Iterator[bytes]:
    """Yield a zip archive with a CSV file for each section, safe to open in a spreadsheet."""
    out = _Buffer()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for section in SECTIONS:
            with archive.open(f"{section.name}.csv", "w") as file:
                for block in _csv_blocks(section, user):
                    file.write(block)
                    yield out.drain()
    yield out.drain()


def _csv_blocks(section: Section, user: User) -> Iterator[bytes]:
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(section.columns)
    for row in section.rows(user):
        writer.writerow(neutralised_row(_as_text(cell) if isinstance(cell, datetime) else cell for cell in row))
        if text.tell() >= BLOCK_BYTES:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def _as_text(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


class _Buffer(io.RawIOBase):
    """Holds what the archive has written until it is sent; not seekable, so that `zipfile` streams."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, block: Any) -> int:
        self.blocks.append(bytes(block))
        return len(self.blocks[-1])

    def drain(self) -> bytes:
        blocks, self.blocks = self.blocks, []
        return b"".join(blocks)
