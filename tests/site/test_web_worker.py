"""The web server gives no thread to somebody who is still sending."""

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from movierec_site.web_worker import MAX_BODY, MAX_HEAD, Arriving
from tests.support.processes import PATIENCE, wait_until

APPLICATION = """
def application(environ, start_response):
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    answer = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']} {len(body)}".encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(answer)))])
    return [answer]
"""
N_SLOW = 12
UNFINISHED = [
    b"G",
    b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc",
    b"GET /first HTTP/1.1\r\nHost: x\r\n\r\nGET /second HT",
]


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a server with one process and two threads."""
    folder: Path = tmp_path_factory.mktemp("site")
    (folder / "app.py").write_text(APPLICATION)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "gunicorn", "-k", "movierec_site.web_worker.Worker", "--threads", "2"]
    command += ["--bind", f"127.0.0.1:{number}", "--pythonpath", str(folder), "app"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            assert wait_until(lambda: answers(number))
            yield number
        finally:
            server.terminate()


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True


def asked(port: int, method: str = "GET", path: str = "/", body: bytes | None = None, **headers: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request(method, path, body, headers)
    answer = connection.getresponse().read().decode()
    connection.close()
    return answer


@pytest.mark.parametrize("sent", UNFINISHED)
def test_those_who_are_still_sending_stall_nobody(port: int, sent: bytes) -> None:
    with ExitStack() as stack:
        for _ in range(N_SLOW):
            stack.enter_context(socket.create_connection(("127.0.0.1", port))).sendall(sent)
        assert asked(port, path="/quick") == "GET /quick 0"


def test_a_request_that_comes_in_pieces_is_answered(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        for piece in (b"POST /pieces HT", b"TP/1.1\r\nHost: x\r\nContent-Le", b"ngth: 6\r\n\r\nabc", b"def"):
            client.sendall(piece)
            asked(port)  # so that each piece is read for itself
        assert client.recv(4096).endswith(b"POST /pieces 6")


def test_large_bodies_several_requests_and_a_client_that_waits_for_a_word(port: int) -> None:
    assert asked(port, "POST", "/large", b"x" * 3_000_000) == "POST /large 3000000"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    for number in range(3):
        connection.request("GET", f"/{number}")
        assert connection.getresponse().read() == f"GET /{number} 0".encode()
    connection.close()
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert client.recv(4096).startswith(b"HTTP/1.1 100 Continue")
        client.sendall(b"abc")
        assert wait_until(lambda: b"POST / 3" in client.recv(4096))


def test_it_knows_when_a_request_is_whole() -> None:
    def is_whole(data: bytes) -> bool:
        return Arriving(data, lambda _: None).is_whole()

    assert is_whole(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert not is_whole(b"GET / HTTP/1.1\r\nHost: x\r\n")
    assert not is_whole(b"POST / HTTP/1.1\r\ncontent-LENGTH:  3 \r\n\r\nab")
    assert is_whole(b"POST / HTTP/1.1\r\ncontent-LENGTH:  3 \r\n\r\nabc")
    assert is_whole(b"x" * (MAX_HEAD + 1))
    assert is_whole(b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1))
