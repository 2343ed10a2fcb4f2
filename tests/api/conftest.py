"""Pages of errors are rendered with hashed static files."""

import pytest


@pytest.fixture(autouse=True)
def _static(collected_static: None) -> None:
    """Collect the static files once."""
