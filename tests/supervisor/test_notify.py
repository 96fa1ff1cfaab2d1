"""What systemd hears from a supervisor."""

import os
import socket
from pathlib import Path

import pytest

from pink_actors.shm_layout import Writer
from pink_actors.supervisor.notify import Notifier
from tests.supervisor.trees import config_of, fake, tree_of


async def test_the_service_manager_hears_ready_watchdog_and_stopping(
    home: Path, instance: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"pink-{instance}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name)
        manager.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name)
        async with tree_of(config_of(home, instance), fake(Writer.KERNEL)) as tree:
            await tree.ready()
            # No child inherits the address, so none can speak for the tree.
            assert "NOTIFY_SOCKET" not in os.environ
        heard = []
        while b"STOPPING=1" not in heard:
            heard += manager.recv(1024).split(b"\n")
    assert b"READY=1" in heard
    assert b"WATCHDOG=1" in heard
    assert heard.index(b"READY=1") < heard.index(b"STOPPING=1")


def test_without_a_service_manager_nothing_is_said() -> None:
    Notifier().say("READY=1")
