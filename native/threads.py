"""Who may use several threads: the kernels, and BLAS never.

GNU OpenMP hangs in a process that was forked after its threads had started.
"""

import os

from threadpoolctl import threadpool_limits

_started = False
_forked_since = False


def allowed(n_threads: int) -> int:
    """Return `n_threads`, at least 1; 1 in a process forked after a kernel had used several threads."""
    global _started
    n_threads = 1 if _forked_since else max(1, n_threads)
    _started = _started or n_threads > 1
    return n_threads


def one_blas_thread() -> threadpool_limits:
    """Keep BLAS to one thread, until the returned context ends.

    What is large enough for several is divided by our kernels, whose results do not depend on their number. Threads of
    BLAS wait for each other, which makes a training up to ten times slower on a busy machine.
    """
    return threadpool_limits(limits=1, user_api="blas")


def _after_fork() -> None:
    global _forked_since
    _forked_since = _started


os.register_at_fork(after_in_child=_after_fork)
