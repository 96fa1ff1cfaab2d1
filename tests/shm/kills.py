"""SIGKILL for a storing writer and a releasing reader, at random moments; every promise checked."""

import os
import random
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from pink_actors import _native
from pink_actors.shm_layout import (
    LINE_SIZE,
    PING_64,
    PING_CAST,
    PROBE_CELLS,
    Probe64,
    Ring,
    Writer,
)
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
START_S_MAX = 10.0
LIFE_S_MAX = 0.003
READ_S_MAX = 1.0


def built_probe(release: bool) -> str:
    """The Rust program beside the crate's tests; cargo does nothing if it is fresh."""
    command = ["cargo", "build", "--quiet", "--locked", "-p", "zinc", "--example", "probe"]
    environment = {key: value for key, value in os.environ.items() if key != "CARGO_TARGET_DIR"}
    target = os.environ.get("PINK_PROBE_TARGET", str(ROOT / "target"))
    environment["CARGO_TARGET_DIR"] = target
    subprocess.run([*command, *(["--release"] * release)], cwd=ROOT, env=environment, check=True)
    return f"{target}/{'release' if release else 'debug'}/examples/probe"


class Tally(NamedTuple):
    """How many of the kills hit what they were aimed at."""

    writers: int
    readers: int
    mid_store: int
    mid_publish: int
    messages: int


class Kills:
    """A storm of stores and a drain of messages, killed in turn and started again."""

    def __init__(self, instance: str, run_dir: Path, probe: str, seed: int) -> None:
        self.instance, self.run_dir, self.probe = instance, run_dir, probe
        self.random = random.Random(seed)
        for writer in (Writer.PROBE_A, Writer.PROBE_B):
            _native.create_segment(instance, writer, str(run_dir), 0o600)
        self.storm_view = _native.Segment.attach(instance, Writer.PROBE_A)
        self.drain_view = _native.Segment.attach(instance, Writer.PROBE_B)
        self.object = os.open(f"/dev/shm/pink.{instance}.probe_a", os.O_RDONLY)
        self.storm = self._start("storm", self.storm_view)
        self.drain = self._start("drain", self.drain_view)
        self.writers = self.readers = self.mid_store = self.mid_publish = 0
        self.turns = [0, 0]

    def close(self) -> None:
        """Nothing stays."""
        for child in (self.storm, self.drain):
            child.kill()
            child.wait()
        os.close(self.object)
        for writer in (Writer.PROBE_A, Writer.PROBE_B):
            _native.unlink_segment(self.instance, writer)

    def tally(self) -> Tally:
        """What was hit so far."""
        counts = (self.writers, self.readers, self.mid_store, self.mid_publish)
        return Tally(*counts, self.storm_view.tail(PING_64.id))

    def once(self) -> None:
        """Lets both run for a moment, kills one or both, checks, and starts them again."""
        self._look_while_it_runs(self.random.uniform(0, LIFE_S_MAX))
        choice = self.random.random()
        if choice < 0.8:
            self._kill_storm()
        if choice > 0.7:
            self._kill_drain()

    def settle(self) -> None:
        """Both still work: the drain gets past everything that is published by now."""
        goal = self.storm_view.tail(PING_64.id) + 1
        wait_until(
            lambda: self.drain_view.header().progress > goal, "the drain to go on", START_S_MAX
        )

    def _start(self, kind: str, view: _native.Segment) -> subprocess.Popen[bytes]:
        epoch = view.header().epoch
        child = subprocess.Popen([self.probe, kind, self.instance, str(self.run_dir)])
        deadline = time.monotonic() + START_S_MAX
        while view.header().epoch == epoch or view.header().state != 2:
            assert child.poll() is None, f"{kind} ended with {child.returncode}"
            assert time.monotonic() < deadline, f"{kind} hung at its start"
        return child

    def _look_while_it_runs(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while True:
            self._check_cells()
            if time.monotonic() >= end:
                return

    def _check_cells(self) -> None:
        for index in (0, 1):
            start = time.monotonic()
            try:
                record = self.storm_view.read(PROBE_CELLS.id, index)
            except _native.CellBusy:
                continue  # The storm never pauses: a reader that gives up in time is the promise.
            assert time.monotonic() - start < READ_S_MAX, "a reader hung"
            words = {record[i : i + 8] for i in range(0, len(record), 8)}
            assert len(words) == 1, f"torn: {record.hex()}"

    def _kill_storm(self) -> None:
        assert self.storm.poll() is None, f"the storm ended with {self.storm.returncode}"
        self.storm.kill()
        self.storm.wait()
        self.writers += 1
        acknowledged, tail = self.storm_view.header().progress, self.storm_view.tail(PING_64.id)
        assert tail - 1 <= acknowledged <= tail, f"{acknowledged} acknowledged, tail is {tail}"
        self.mid_store += any(self._word(self._cell_offset(i)) & 1 for i in (0, 1))
        self.mid_publish += any(self._half_published(ring) for ring in (PING_64, PING_CAST))
        for index in (0, 1):
            assert len(self.storm_view.read(PROBE_CELLS.id, index)) == PROBE_CELLS.record_size
        self._check_cells()
        self.storm = self._start("storm", self.storm_view)
        assert self.storm_view.tail(PING_64.id) >= tail, "the restarted writer went back"

    def _kill_drain(self) -> None:
        # The drain ends by itself, with an error, on a torn, missing or doubled message.
        assert self.drain.poll() is None, f"the drain ended with {self.drain.returncode}"
        self.drain.kill()
        self.drain.wait()
        self.readers += 1
        acknowledged = self.drain_view.header().progress
        _, released, _ = self.drain_view.cursor(PING_64.id)
        assert acknowledged <= released <= acknowledged + 1, f"{acknowledged}, {released}"
        self.drain = self._start("drain", self.drain_view)
        assert self.drain_view.header().progress >= released, "messages came twice"

    def _word(self, offset: int) -> int:
        return int.from_bytes(os.pread(self.object, 8, offset), "little")

    @staticmethod
    def _cell_offset(index: int) -> int:
        return PROBE_CELLS.offset + index * PROBE_CELLS.stride

    def _half_published(self, region: Ring[Probe64]) -> bool:
        tail = self.storm_view.tail(region.id)
        slot = region.offset + LINE_SIZE + (tail & (region.capacity - 1)) * region.stride
        return self._word(slot) in (2 * tail + 1, 2 * tail + 2)
