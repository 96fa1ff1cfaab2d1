"""The two probe segments of an instance, and the Rust program that plays the other end."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from pink_actors import _native
from pink_actors.shm import Own, Reader
from pink_actors.shm_layout import Writer
from tests.shm.kills import built_probe

ENDS = (Writer.PROBE_A, Writer.PROBE_B)


class Pair(NamedTuple):
    """An instance that has the two probe segments."""

    instance: str
    run_dir: Path

    def own(self, writer: Writer) -> Own:
        """This process as that segment's writer."""
        return Own(_native.OwnSegment.open(self.instance, writer, str(self.run_dir)))

    def reader(self, writer: Writer) -> Reader:
        """That segment, read-only."""
        return Reader.attach(self.instance, writer)

    def path(self, writer: Writer) -> Path:
        """Where the system keeps the object."""
        return Path(f"/dev/shm/pink.{self.instance}.{writer.name.lower()}")


@pytest.fixture
def pair(instance: str, tmp_path: Path) -> Iterator[Pair]:
    """Both segments, fresh; they are gone afterwards."""
    for writer in ENDS:
        _native.create_segment(instance, writer, str(tmp_path), 0o600)
    yield Pair(instance, tmp_path)
    for writer in ENDS:
        _native.unlink_segment(instance, writer)


@pytest.fixture(scope="session")
def probe() -> str:
    """The Rust end; `cargo test` has built it already."""
    return built_probe(release=False)
