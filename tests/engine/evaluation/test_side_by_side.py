"""Pieces of work side by side: results in order, progress in the caller's thread, and all stop when one fails."""

import threading
import time
from collections.abc import Callable

import pytest

from recommender.engine.evaluation.side_by_side import SideBySide, Stopped
from recommender.engine.progress import OnProgress, no_progress
from tests.support.processes import PATIENCE


def test_it_gives_the_results_in_the_order_of_the_pieces() -> None:
    last_one_ended = threading.Event()

    def work(number: int) -> int:
        if number == 0:
            assert last_one_ended.wait(PATIENCE)
        elif number == 4:
            last_one_ended.set()
        return number

    with SideBySide[int](5, n_workers=2) as pieces:
        for number in range(5):
            pieces.start(lambda _report, number=number: work(number))  # type: ignore[misc]
        assert list(pieces.results()) == [0, 1, 2, 3, 4]


def test_it_works_on_no_more_pieces_than_workers() -> None:
    running, most = 0, 0
    lock, two = threading.Lock(), threading.Barrier(2, timeout=PATIENCE)

    def work(_report: OnProgress) -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        two.wait()
        with lock:
            running -= 1

    with SideBySide[None](6, n_workers=2) as pieces:
        for _ in range(6):
            pieces.start(work)
        list(pieces.results())
    assert most == 2


def test_it_reports_the_sum_of_all_shares_in_the_callers_thread() -> None:
    seen: list[float] = []

    def on_progress(share: float) -> None:
        assert threading.current_thread() is threading.main_thread()
        seen.append(share)

    with SideBySide[None](2, n_workers=2, on_progress=on_progress) as pieces:
        for _ in range(2):
            pieces.start(lambda report: report(1.0))
        list(pieces.results())
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_the_others_end_when_one_fails_or_the_caller_has_enough() -> None:
    ended: list[str] = []

    def endless(report: OnProgress) -> None:
        try:
            while True:
                report(0.5)
                time.sleep(0.01)
        except Stopped:
            ended.append("stopped")
            raise

    def broken(_report: OnProgress) -> None:
        raise ValueError("no")

    def run(*works: Callable[[OnProgress], None], on_progress: OnProgress = no_progress) -> None:
        with SideBySide[None](len(works), n_workers=2, on_progress=on_progress) as pieces:
            for work in works:
                pieces.start(work)
            list(pieces.results())

    def cancel(share: float) -> None:
        if share:
            raise KeyboardInterrupt

    with pytest.raises(ValueError, match="no"):
        run(endless, broken)
    with pytest.raises(KeyboardInterrupt):
        run(endless, on_progress=cancel)
    assert ended == ["stopped", "stopped"]
