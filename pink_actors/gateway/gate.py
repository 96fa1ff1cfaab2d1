"""Asked right before a request that adds risk leaves: may it still?"""

from __future__ import annotations

import os
from pathlib import Path

from pink_actors import shm
from pink_actors._native import AttachRefused, CellBusy
from pink_actors.clock import Clock
from pink_actors.shm_layout import ACCOUNT, TREE, Code, Command, Mode, Writer

LATCH_NAME = "kill-switch"


class Gate:
    """The latch file is the truth; the supervisor's mirror and the kernel's mode may only add."""

    def __init__(self, instance: str, run_dir: Path, kernel: shm.Reader, clock: Clock) -> None:
        self._instance = instance
        self._latch = run_dir / LATCH_NAME
        self._kernel = kernel
        self._clock = clock
        self._supervisor: shm.Reader | None = None

    def refusal(self, command: Command) -> Code:
        """OK, or why this command must not leave now; what reduces risk always may."""
        if not command.adds_risk:
            return Code.OK
        if self._engaged():
            return Code.KILL_SWITCH
        if 0 < command.deadline_mono_ns <= self._clock.mono_ns():
            return Code.DEADLINE_PASSED
        return self._mode_refusal()

    def _engaged(self) -> bool:
        """Whether the latch exists or cannot be looked at; both mean engaged."""
        try:
            os.lstat(self._latch)
        except FileNotFoundError:
            return self._mirror_engaged()
        except OSError:
            return True
        return True

    def _mirror_engaged(self) -> bool:
        if self._supervisor is None:
            try:
                self._supervisor = shm.Reader.attach(self._instance, Writer.SUPERVISOR)
            except AttachRefused:
                return False  # No supervisor lives; the latch alone holds.
        try:
            return self._supervisor.read(TREE, 0).kill_switch != 0
        except CellBusy:
            return True

    def _mode_refusal(self) -> Code:
        try:
            account = self._kernel.read(ACCOUNT, 0)
        except CellBusy:
            return Code.MODE_FORBIDS
        if account.kill_switch:
            return Code.KILL_SWITCH
        return Code.OK if account.mode is Mode.ACTIVE else Code.MODE_FORBIDS
