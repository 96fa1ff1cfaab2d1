"""How the venue tells whoever started it that it serves: a port file, a descriptor, a line."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from pink_actors.errors import ConfigError


class Readiness:
    """Judged before anything is opened, prepared before anything is served, then told."""

    def __init__(
        self, port_file: Path | None, ready_fd: int | None, say: Callable[[str], None]
    ) -> None:
        self._port_file = port_file
        self._ready_fd = ready_fd
        self._say = say
        self._part: Path | None = None
        self._line = ""

    def check(self) -> None:
        """Whether both can be written."""
        if self._ready_fd is not None:
            where = f"--ready-fd {self._ready_fd}"
            try:
                access = fcntl.fcntl(self._ready_fd, fcntl.F_GETFL) & os.O_ACCMODE
            except (OSError, ValueError, OverflowError) as error:
                raise ConfigError(f"{where}: is no open descriptor; give the one to write") from (
                    error
                )
            if access == os.O_RDONLY:
                raise ConfigError(f"{where}: cannot be written; give the pipe's other end")
        if self._port_file is not None and self._port_file.is_dir():
            raise ConfigError(f"--port-file {self._port_file}: is a directory; name a file in it")

    def prepare(self, host: str, port: int) -> None:
        """The port's file beside its place: a reader sees the old file or the new one."""
        self._line = f"paper venue: http://{host}:{port}  ws://{host}:{port}/swap-market"
        if self._port_file is None:
            return
        self._part = self._port_file.with_suffix(".part")
        try:
            self._part.write_text(f"{port}\n", encoding="utf-8")
        except OSError as error:
            raise ConfigError(
                f"--port-file {self._port_file}: cannot be written: {error.strerror}; "
                "choose another place"
            ) from error

    def tell(self) -> None:
        """The venue serves."""
        if self._part is not None and self._port_file is not None:
            self._part.replace(self._port_file)
        if self._ready_fd is not None:
            os.write(self._ready_fd, b"\n")
            os.close(self._ready_fd)
        self._say(self._line)
