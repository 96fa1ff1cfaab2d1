"""Raw bytes of the venue that could not be read, kept for inspection in a bounded ring of files."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pink_actors.log import Logger

FILES_MAX: Final = 16
FILE_SIZE_MAX: Final = 64 * 1024


class Kept:
    """The newest FILES_MAX unreadable frames; older ones are overwritten."""

    def __init__(self, folder: Path, name: str, log: Logger) -> None:
        self._folder = folder
        self._name = name
        self._log = log
        self._count = 0

    def keep(self, data: bytes) -> None:
        """Writes the frame down; a disk that refuses costs the frame and not the process."""
        path = self._folder / f"{self._name}-unread-{self._count % FILES_MAX:02}.bin"
        self._count += 1
        try:
            path.write_bytes(data[:FILE_SIZE_MAX])
        except OSError as error:
            self._log.warning("frame_not_kept", path=str(path), error=str(error))
