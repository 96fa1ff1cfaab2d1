"""The supervisor's own cells: every process of the tree, and the tree as a whole."""

import contextlib

import psutil

from pink_actors import shm
from pink_actors.clock import NS_PER_MS, Clock
from pink_actors.config import Config, config_hash
from pink_actors.shm_layout import CHILDREN, TREE, ChildCell, TreeCell
from pink_actors.supervisor import latch
from pink_actors.supervisor.child import Phase, Supervised
from pink_actors.supervisor.controls import ascii_text

NAME_BYTES_MAX = 16
TEXT_BYTES_MAX = 64
CPU_UNITS_PER_PERCENT = 100  # The cell counts 1e-4 of a core.


class Load:
    """Memory and processor share of running children; psutil measures between two looks."""

    def __init__(self) -> None:
        self._seen: dict[int, psutil.Process] = {}

    def look(self, pid: int) -> tuple[int, int]:
        """(resident bytes, 1e-4 of a core since the last look); zeros if it is gone."""
        with contextlib.suppress(psutil.Error):
            process = self._seen.get(pid)
            if process is None:
                process = self._seen[pid] = psutil.Process(pid)
            share = process.cpu_percent(None) * CPU_UNITS_PER_PERCENT
            return process.memory_info().rss, int(share)
        self._seen.pop(pid, None)
        return 0, 0


class Cells:
    """Writes the cells; everything in them is as of one turn of the supervisor."""

    def __init__(self, own: shm.Own, config: Config, clock: Clock) -> None:
        self._own = own
        self._config = config
        self._clock = clock
        self._load = Load()
        self._tree = TreeCell.zero()._replace(
            venue=config.venue.kind,
            instance=config.instance.name,
            started_wall_ns=clock.wall_ns(),
            started_mono_ns=clock.mono_ns(),
            config_hash=config_hash(config),
        )
        for index in range(CHILDREN.cell_count):
            own.write(CHILDREN, ChildCell.zero(), index)

    def write_child(self, index: int, child: Supervised) -> None:
        """One row."""
        process = child.process
        rss, share = self._load.look(process.pid) if process is not None else (0, 0)
        mono_ns = self._clock.mono_ns()
        age_ms = mono_ns // NS_PER_MS - child.beat_ms
        ended = child.last_exit
        started_ns = child.started_ms * NS_PER_MS if process is not None else 0
        started_wall_ns = self._clock.wall_ns() - (mono_ns - started_ns) if started_ns else 0
        cell = ChildCell.zero()._replace(
            name=child.name[:NAME_BYTES_MAX],
            pid=process.pid if process is not None else 0,
            state=child.state,
            fatal=int(child.phase is Phase.FATAL),
            critical=int(child.child.critical),
            sandboxed=int(process is not None and process.confinement.startswith("landlock")),
            restarts=child.restarts,
            started_wall_ns=started_wall_ns,
            started_mono_ns=started_ns,
            last_exit=ended.code or 0 if ended is not None else 0,
            hangs=child.hangs,
            rss_bytes=rss,
            cpu_e4=share,
            beat_age_ms=max(0, age_ms) if process is not None else 0,
            last_exit_text=ascii_text(child.last_words, TEXT_BYTES_MAX),
        )
        self._own.write(CHILDREN, cell, index)

    def write_tree(self, ready: bool, closing: bool) -> None:
        """The tree, with the kill switch as its file says now."""
        switch = latch.read(self._config.run_dir)
        ready_ns = self._tree.ready_mono_ns
        if ready and not ready_ns:
            ready_ns = self._clock.mono_ns()
        self._tree = self._tree._replace(
            ready=int(ready),
            ready_mono_ns=ready_ns,
            closing=int(closing),
            kill_switch=int(switch.engaged),
            kill_switch_wall_ns=switch.since_wall_ns,
            kill_switch_text=ascii_text(switch.reason, TEXT_BYTES_MAX),
        )
        self._own.write(TREE, self._tree)
