"""How many threads a kernel may use: GNU OpenMP hangs in a process that was forked after its threads had started."""

import os

_started = False
_forked_since = False


def allowed(n_threads: int) -> int:
    """Return `n_threads`, at least 1; 1 in a process forked after a kernel had used several threads."""
    global _started
    n_threads = 1 if _forked_since else max(1, n_threads)
    _started = _started or n_threads > 1
    return n_threads


def _after_fork() -> None:
    global _forked_since
    _forked_since = _started


os.register_at_fork(after_in_child=_after_fork)
