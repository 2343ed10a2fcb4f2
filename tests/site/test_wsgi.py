"""What gunicorn imports once, before it forks its workers."""

import subprocess
import sys


def test_the_garbage_collector_ignores_what_was_loaded_before() -> None:
    script = "import gc, movierec_site.wsgi; print(gc.get_freeze_count(), len(gc.get_objects()))"
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    n_frozen, n_left = map(int, told.split())
    assert n_frozen > 100 * n_left
