"""What systemd wants to know of a service of Type=notify: one datagram a message."""

import os
import socket


class Notifier:
    """Speaks to the service manager if there is one; takes its address out of the environment."""

    def __init__(self) -> None:
        self._address = os.environ.pop("NOTIFY_SOCKET", "")
        os.environ.pop("WATCHDOG_PID", "")
        self.watched = bool(os.environ.pop("WATCHDOG_USEC", ""))

    def say(self, *lines: str) -> None:
        """`READY=1`, `STOPPING=1`, `WATCHDOG=1`, `STATUS=...`."""
        if not self._address:
            return
        name = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as there:
            there.setblocking(False)
            there.sendto("\n".join(lines).encode(), name)
