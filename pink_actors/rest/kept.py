"""Raw bytes of the venue that could not be read, kept for inspection in a bounded ring of files."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from pink_actors.clock import NS_PER_S, Clock
from pink_actors.log import Logger

FILES_MAX: Final = 16
# A flood must not wait for the disk: a file that is replaced is written out at once.
WINDOW_NS: Final = 10 * NS_PER_S
FILE_SIZE_MAX: Final = 64 * 1024
# What the venue says of an account is for nobody else to read.
FILE_MODE: Final = 0o600


class Kept:
    """The first FILES_MAX unreadable frames of each window; those of earlier ones give way."""

    def __init__(self, folder: Path, name: str, clock: Clock, log: Logger) -> None:
        self._folder = folder
        self._name = name
        self._clock = clock
        self._log = log
        self._count = 0
        self._window_mono_ns = 0
        self._in_window = 0

    def keep(self, data: bytes) -> None:
        """Writes the frame down; a disk that refuses costs the frame and not the process."""
        now = self._clock.mono_ns()
        if now - self._window_mono_ns > WINDOW_NS:
            self._window_mono_ns, self._in_window = now, 0
        if self._in_window >= FILES_MAX:
            return
        self._in_window += 1
        path = self._folder / f"{self._name}-unread-{self._count % FILES_MAX:02}.bin"
        self._count += 1
        try:
            _write(path, data[:FILE_SIZE_MAX])
        except OSError as error:
            self._log.warning("frame_not_kept", path=str(path), error=str(error))


def _write(path: Path, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(path, flags, FILE_MODE), "wb") as file:
        os.fchmod(file.fileno(), FILE_MODE)  # A file of an earlier build was for everybody.
        file.write(data)
