"""The paper venue's tests run on the event loop that its process has."""

import pytest


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """Another loop's transports break and close in another way."""
    return "asyncio", {"use_uvloop": True}
