"""A million events through a real kernel: its memory, its pace and its replay."""

import os
import tempfile
import time
from pathlib import Path

from tests.kernel_actor.harness import rig
from tests.kernel_actor.test_memory import RESIDENT_BYTES_MAX, grow

EVENTS = 1_000_000


def main() -> None:
    """Prints what was measured; fails if memory grows."""
    with (
        tempfile.TemporaryDirectory() as folder,
        rig(f"million-{os.getpid()}", Path(folder), segment_bytes=64 << 20) as bench,
    ):
        bench.start()
        started = time.monotonic()
        before, after = grow(bench, EVENTS // 10, EVENTS)
        took = time.monotonic() - started
        print(f"{EVENTS * 11 // 10} events from Python in {took:.1f} s")
        print(f"resident: {before} bytes after {EVENTS // 10}, {after} after the rest")
        assert after < RESIDENT_BYTES_MAX
        bench.kill()
        bench.start()
        cell = bench.journal()
        print(f"{cell.replayed} records replayed in {cell.replay_ns / 1e9:.2f} s after a kill")
