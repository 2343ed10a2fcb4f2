"""Kernels in a process forked after they had run on several threads, which are gone there."""

import os
import signal

import numpy as np

from native.top_n import top_n


def test_it_answers_in_a_process_forked_after_several_threads_ran() -> None:
    scores = np.random.default_rng(0).random((100, 50), dtype=np.float32)
    best = top_n(scores, 5, n_threads=2)
    child = os.fork()
    if child == 0:
        signal.alarm(10)
        os._exit(0 if np.array_equal(top_n(scores, 5, n_threads=2), best) else 1)
    assert os.waitpid(child, 0)[1] == 0
