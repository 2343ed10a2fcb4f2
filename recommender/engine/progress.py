"""How far a computation is: callbacks that take the share done, and callbacks for a part of the whole."""

from collections.abc import Callable

OnProgress = Callable[[float], None]
"""Called with the share done (0..1) between blocks; it may raise to cancel."""


def no_progress(share: float, message: str = "") -> None:
    """Report to nobody."""


def subrange(on_progress: Callable[..., None], start: float, end: float, message: str = "") -> Callable[..., None]:
    """Return a callback for one part of a computation, which takes the progress from `start` to `end`.

    It passes on `message`, or else the message that it is called with, if there is one.
    """

    def report(share: float, detail: str = "") -> None:
        messages = (message or detail,) if message or detail else ()
        on_progress(start + (end - start) * min(max(share, 0.0), 1.0), *messages)

    return report
