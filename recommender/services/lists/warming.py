"""Load in advance what the first requests of a process would otherwise wait for."""

import logging
import threading
import time

from django.db import DatabaseError, connection

from recommender.services.lists import movie_arrays, onboarding, served_model
from recommender.services.versions import serving

logger = logging.getLogger(__name__)


def in_background() -> threading.Thread:
    """Warm up this process while it already answers requests."""
    thread = threading.Thread(target=_warm_up_or_say_why, name="warm-up", daemon=True)
    thread.start()
    return thread


def warm_up() -> None:
    """Load the title index, the similar movies and the default model, with what lists cache for it."""
    serving.title_index()
    serving.neighbours()
    if served_model.best_in_service() is None:
        return
    model = served_model.served().model
    movie_arrays.of(model)
    onboarding.groups_of(model)


def _warm_up_or_say_why() -> None:
    """A process that cannot be warmed up still works: its first requests load what they need."""
    started = time.monotonic()
    try:
        warm_up()
        logger.debug("Warmed up in %.1f s", time.monotonic() - started)
    except (DatabaseError, OSError) as error:
        logger.warning("The first requests may be slow: nothing could be loaded in advance (%s).", error)
    finally:
        connection.close()
