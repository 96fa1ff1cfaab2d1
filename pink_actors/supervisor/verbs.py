"""The operator's socket: one JSON line asks, one JSON line answers; only the owner may connect."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from pink_actors.errors import EXIT_CLEAN, EXIT_NOT_RUNNING, EXIT_REFUSED, NotRunning
from pink_actors.shm_layout import ControlKind
from pink_actors.supervisor.child import Phase

if TYPE_CHECKING:
    from pink_actors.supervisor.supervise import Supervisor

LINE_BYTES_MAX = 4096
ANSWER_TIMEOUT_S = 5.0
SOCKET_NAME = "supervisor.sock"
PATH_BYTES_MAX = 100  # An address of a unix socket ends at 108 bytes.

Word = Literal["down", "restart", "pause", "resume", "flatten", "anchor", "reconcile"]


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the operator wants, of which child, and why."""

    verb: Word
    child: str = ""
    reason: str = ""


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Exit code of the verb, and what to print."""

    code: int
    text: str


class _Directory:
    """A directory held open, so that a long path still fits an address."""

    def __init__(self, path: Path) -> None:
        self.descriptor = os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        direct = str(path / SOCKET_NAME)
        short = f"/proc/self/fd/{self.descriptor}/{SOCKET_NAME}"
        self.address = direct if len(direct.encode()) <= PATH_BYTES_MAX else short

    def close(self) -> None:
        """Lets the directory go."""
        os.close(self.descriptor)


class VerbServer:
    """Answers for the supervisor, from within its own loop."""

    def __init__(self, tree: Supervisor) -> None:
        self._tree = tree
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Listens; the lock of the tree says that a socket left there is nobody's."""
        run_dir = self._tree.config.run_dir
        (run_dir / SOCKET_NAME).unlink(missing_ok=True)
        directory = _Directory(run_dir)
        try:
            before = os.umask(0o177)
            try:
                self._server = await asyncio.start_unix_server(
                    self._serve, directory.address, limit=LINE_BYTES_MAX
                )
            finally:
                os.umask(before)
        finally:
            directory.close()

    async def close(self) -> None:
        """No more words."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        (self._tree.config.run_dir / SOCKET_NAME).unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                line = await reader.readline()
                writer.write(msgspec.json.encode(self._answer(line)) + b"\n")
                await writer.drain()
        except (TimeoutError, ConnectionError, ValueError) as error:
            self._tree.log.warning("operator_left", error=repr(error))
        finally:
            writer.close()

    def _answer(self, line: bytes) -> Answer:
        try:
            request = msgspec.json.decode(line, type=Request)
        except msgspec.DecodeError as error:
            return Answer(EXIT_REFUSED, f"not understood: {error}")
        self._tree.log.info(
            "operator", verb=request.verb, child=request.child, reason=request.reason
        )
        if self._tree.closing and request.verb != "down":
            return Answer(EXIT_REFUSED, "the tree is going down; start it again first")
        return self._obey(request)

    def _obey(self, request: Request) -> Answer:
        tree = self._tree
        match request.verb:
            case "down":
                tree.stop.set()
                return Answer(EXIT_CLEAN, "going down")
            case "restart":
                return self._restart(request.child)
            case "pause":
                tree.pause(request.reason)
                return Answer(EXIT_CLEAN, "paused: no added risk until pink-supervisor resume")
            case "resume":
                tree.resume()
                return Answer(EXIT_CLEAN, "resumed")
            case "flatten":
                return self._flatten(request.reason)
            case "anchor":
                tree.order(ControlKind.ANCHOR, request.reason)
                return Answer(EXIT_CLEAN, "told the kernel to book the difference")
            case "reconcile":
                tree.order(ControlKind.RECONCILE, request.reason)
                return Answer(EXIT_CLEAN, "told the kernel to ask the venue")

    def _flatten(self, reason: str) -> Answer:
        rows = (self._tree.child(name) for name in ("kernel", "gateway"))
        away = [row.name for row in rows if row is not None and row.phase is not Phase.READY]
        if away:
            return Answer(EXIT_NOT_RUNNING, f"{' and '.join(away)} cannot do it now")
        self._tree.order(ControlKind.FLATTEN, reason)
        return Answer(EXIT_CLEAN, "told the kernel to cancel and close everything")

    def _restart(self, name: str) -> Answer:
        child = self._tree.child(name)
        if child is None:
            known = ", ".join(one.name for one in self._tree.children)
            return Answer(EXIT_REFUSED, f"{name}: no such process; there are {known}")
        if child.phase is Phase.FATAL:
            child.revive(self._tree.now_ms())
        else:
            child.stop(self._tree.now_ms(), again=True)
        return Answer(EXIT_CLEAN, f"{name}: restarting")


def ask(run_dir: Path, request: Request) -> Answer:
    """Puts one question to the supervisor of that directory, and waits for its answer."""
    try:
        directory = _Directory(run_dir)
    except OSError as error:
        raise NotRunning(
            f"{run_dir}: {error.strerror}; start a tree with pink-supervisor up"
        ) from error
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC) as there:
            there.settimeout(ANSWER_TIMEOUT_S)
            there.connect(directory.address)
            there.sendall(msgspec.json.encode(request) + b"\n")
            with there.makefile("rb") as file:
                return msgspec.json.decode(file.readline(LINE_BYTES_MAX), type=Answer)
    except (OSError, msgspec.DecodeError) as error:
        raise NotRunning(
            f"{run_dir / SOCKET_NAME}: no supervisor answers ({error}); see pink-supervisor status"
        ) from error
    finally:
        directory.close()
