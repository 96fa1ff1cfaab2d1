"""What every test gets: a name for its instance, a home folder, and nothing left over."""

import itertools
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

SHARED_MEMORY = Path("/dev/shm")
_numbers = itertools.count()


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Coroutine tests run on asyncio, as the actors do."""
    return "asyncio"


@pytest.fixture
def instance() -> Iterator[str]:
    """An instance name that no other test and no other worker has; its memory must be gone."""
    name = f"t{os.getpid()}-{next(_numbers)}"
    yield name
    left = sorted(SHARED_MEMORY.glob(f"pink.{name}.*"))
    for path in left:
        path.unlink()
    assert not left, f"the test left shared memory behind: {[path.name for path in left]}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder for instances, as `--home` takes it."""
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    return folder
