"""The site as gunicorn serves it to the browser tests."""

from movierec_site.wsgi import application
from tests.support import quick_hashing  # noqa: F401 - imported for its effect

__all__ = ["application"]
