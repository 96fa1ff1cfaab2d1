"""One running program: started through the launcher, known by pid and start time, never by pid."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple

REPORT_BYTES_MAX = 256
NOT_OUR_CHILD = 0


class Identity(NamedTuple):
    """A pid alone may be another process by now; with its start time it cannot."""

    name: str
    pid: int
    start_ticks: int


class Ended(NamedTuple):
    """How a process went: exit code, or minus the signal; None if it was not our child."""

    code: int | None

    def __str__(self) -> str:
        if self.code is None:
            return "gone"
        if self.code >= 0:
            return f"exit code {self.code}"
        return f"signal {signal.Signals(-self.code).name}"


def start_ticks(pid: int) -> int | None:
    """When the process started, in clock ticks since boot; None if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    # A zombie has ended; it only waits for its parent to look.
    return None if fields[0] in "ZX" else int(fields[19])


def alive(identity: Identity) -> bool:
    """Whether exactly this process still runs."""
    return start_ticks(identity.pid) == identity.start_ticks


class Process:
    """A started or adopted program. Its descriptor becomes readable when it ends."""

    def __init__(
        self,
        identity: Identity,
        pidfd: int,
        child: subprocess.Popen[bytes] | None,
        report: int | None,
        log_start: int = 0,
    ) -> None:
        self.identity = identity
        self.log_start = log_start  # Where its own lines begin in the log file.
        self.pidfd = pidfd
        self.stopped = False  # By SIGSTOP; such a process cannot run its handlers.
        self.confinement = ""  # The launcher's words, once it has said them.
        self._child = child
        self._report = report
        self._ended: Ended | None = None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.identity.pid

    def poll(self) -> Ended | None:
        """How it ended, or None while it runs; notices stops and the launcher's report."""
        if self._ended is not None:
            return self._ended
        self._read_report()
        if self._child is None:
            return self._gone() if not alive(self.identity) else None
        self._watch_stops()
        code = self._child.poll()
        if code is None:
            return None
        self._ended = Ended(code)
        return self._ended

    def _gone(self) -> Ended:
        self._ended = Ended(None)
        return self._ended

    def _watch_stops(self) -> None:
        options = os.WSTOPPED | os.WCONTINUED | os.WNOHANG
        with contextlib.suppress(ChildProcessError):
            seen = os.waitid(os.P_PIDFD, self.pidfd, options)
            if seen is not None:
                self.stopped = seen.si_code in (os.CLD_STOPPED, os.CLD_TRAPPED)

    def _read_report(self) -> None:
        if self._report is None:
            return
        try:
            words = os.read(self._report, REPORT_BYTES_MAX)
        except BlockingIOError:
            return  # The launcher has not come that far.
        self.confinement = words.decode("ascii", "replace").strip()
        os.close(self._report)
        self._report = None

    def signal(self, number: signal.Signals) -> None:
        """Sends it a signal; a process that has just ended is not an error."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.pidfd, number)

    def release(self) -> None:
        """Gives the descriptors back; the process itself is left as it is."""
        os.close(self.pidfd)
        if self._report is not None:
            os.close(self._report)
            self._report = None
        if self._child is not None and self._child.returncode is None:
            # It is meant to outlive us, so nobody here will wait for it.
            self._child.returncode = NOT_OUR_CHILD


class Command(NamedTuple):
    """Everything `spawn` needs."""

    name: str
    argv: list[str]
    env: dict[str, str]
    cwd: Path
    log: Path
    inherit: tuple[int, ...]


def spawn(command: Command) -> Process:
    """Starts a program in a session of its own, with its output at the end of its log file.

    Output goes to a file and not through a pipe of ours, so that a supervisor that is stopped or
    slow never blocks a child. Must be called from the main thread: the launcher ties the child's
    life to the thread that forked it.
    """
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    log = os.open(command.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    log_start = os.fstat(log).st_size
    try:
        child = subprocess.Popen(
            command.argv,
            stdin=writer,
            stdout=log,
            stderr=log,
            env=command.env,
            cwd=command.cwd,
            pass_fds=command.inherit,
            start_new_session=True,
        )
    except BaseException:
        os.close(reader)
        raise
    finally:
        os.close(writer)
        os.close(log)
    pidfd = os.pidfd_open(child.pid)
    identity = Identity(command.name, child.pid, _ticks_of(child.pid))
    return Process(identity, pidfd, child, reader, log_start)


def _ticks_of(pid: int) -> int:
    # A child that has ended already still has its entry until it is waited for.
    ticks = start_ticks(pid)
    return ticks if ticks is not None else 0


def adopt(identity: Identity) -> Process | None:
    """A process that somebody else started; None if it is gone."""
    try:
        pidfd = os.pidfd_open(identity.pid)
    except ProcessLookupError:
        return None
    if not alive(identity):
        os.close(pidfd)
        return None
    return Process(identity, pidfd, None, None)
