"""Files as IMDb publishes them, with films made up by the project, and a server that serves them."""

import contextlib
import gzip
import threading
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HEADERS = {
    "title.basics": "tconst titleType primaryTitle originalTitle isAdult startYear endYear runtimeMinutes genres",
    "title.ratings": "tconst averageRating numVotes",
    "title.akas": "titleId ordering title region language types attributes isOriginalTitle",
    "title.crew": "tconst directors writers",
    "title.principals": "tconst ordering nconst category job characters",
    "name.basics": "nconst primaryName birthYear deathYear primaryProfession knownForTitles",
}
Rows = Mapping[str, Sequence[str]]
FILMS: Rows = {
    "title.basics": (
        "tt0000011|movie|The Lighthouse Keeper|Der Leuchtturm|0|1961|\\N|95|Drama,Family",
        "tt0000012|movie|Night Ferry|Night Ferry|0|2024|\\N|\\N|Thriller",
        "tt0000013|tvEpisode|Night Ferry|Night Ferry|0|2024|\\N|40|Thriller",
        "tt0000014|movie|Seen by Nobody|Seen by Nobody|0|2020|\\N|90|Drama",
        "tt0000015|movie|For Adults|For Adults|1|2020|\\N|90|Drama",
        "tt0000016|short|Short and Sweet|Short and Sweet|0|2020|\\N|9|Comedy",
        'tt0000017|tvMovie|The "Best" <script>alert(1)</script>|\\N|0|\\N|\\N|0|\\N',
    ),
    "title.ratings": (
        "tt0000011|8.1|1200",
        "tt0000012|6.4|900",
        "tt0000013|9.9|5000",
        "tt0000014|5.0|12",
        "tt0000015|5.0|5000",
        "tt0000016|7.0|5000",
        "tt0000017|1.0|300",
    ),
    "title.akas": (
        "tt0000011|1|El faro|ES|\\N|\\N|\\N|0",
        "tt0000011|2|The Keeper of the Light|US|\\N|\\N|\\N|0",
        "tt0000011|3|THE LIGHTHOUSE KEEPER|GB|\\N|\\N|\\N|0",
        "tt0000012|1|Ночной паром|RU|\\N|\\N|\\N|0",
    ),
    "title.crew": ("tt0000011|nm0000001|nm0000001,nm0000002", "tt0000012|nm0000003|\\N", "tt0000017|\\N|\\N"),
    "title.principals": (
        'tt0000011|1|nm0000004|actress|\\N|["Anna"]',
        'tt0000011|2|nm0000005|actor|\\N|["The keeper"]',
        'tt0000011|3|nm0000004|actress|\\N|["Anna\'s sister"]',
        "tt0000011|4|nm0000002|producer|\\N|\\N",
        'tt0000012|1|nm0000005|actor|\\N|["A passenger"]',
        "tt0000012|2|nm0000009|actor|\\N|\\N",
    ),
    "name.basics": (
        "nm0000001|Agneta Lindqvist|1923|2001|director|tt0000011",
        "nm0000002|José Écrivain|\\N|\\N|writer|tt0000011",
        "nm0000003|Юрий Морозов|1970|\\N|director|tt0000012",
        "nm0000004|Berta Klein|1930|\\N|actress|tt0000011",
        "nm0000005|Carl Berta Holm|1940|\\N|actor|tt0000011",
    ),
}


def write(folder: Path, rows: Rows = FILMS, *, only: Sequence[str] = tuple(HEADERS)) -> None:
    """Write the files; "|" stands for a tab."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in only:
        lines = [HEADERS[name].replace(" ", "\t"), *(row.replace("|", "\t") for row in rows[name])]
        (folder / f"{name}.tsv.gz").write_bytes(gzip.compress("\n".join([*lines, ""]).encode(), mtime=0))


class _Handler(SimpleHTTPRequestHandler):
    """Serves files, answers 304, and counts what it sends; ranges are not supported, as on some servers."""

    sent: list[str]

    def log_message(self, *args: object) -> None:
        pass

    def send_response(self, code: int, message: str | None = None) -> None:
        self.sent.append(f"{code} {self.path}")
        super().send_response(code, message)


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve a folder; yield its address and the answers so far, such as "304 /title.basics.tsv.gz"."""
    sent: list[str] = []
    handler = type("Handler", (_Handler,), {"sent": sent})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", sent
    server.shutdown()
    server.server_close()
