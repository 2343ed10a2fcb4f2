"""Tells a container engine whether this container is well: a worker's heartbeat is fresh, or the site answers.

It runs every half minute, so it imports nothing of the site.
"""

import os
import sys
import time
import urllib.request
from pathlib import Path

OLDEST_HEARTBEAT = 120.0


def problem() -> str:
    """Return what is wrong, or nothing."""
    heartbeat = os.environ.get("WORKER_HEARTBEAT_FILE")
    try:
        if heartbeat:
            age = time.time() - Path(heartbeat).stat().st_mtime
            return f"The last heartbeat in {heartbeat} is {age:.0f} s old." if age > OLDEST_HEARTBEAT else ""
        url = f"http://127.0.0.1:{os.environ.get('PORT') or 8000}/healthz"
        request = urllib.request.Request(url, headers={"X-Forwarded-Proto": "https"})
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5):
            return ""
    except OSError as error:
        return str(error)


if __name__ == "__main__":
    sys.exit(problem() or 0)
