"""One child's life: started, watched, brought back with back-off, or given up."""

import signal
from collections import deque
from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from pink_actors.config import Supervisor as Times
from pink_actors.errors import EXIT_BUG, NEVER_RESTARTED
from pink_actors.shm_layout import ActorState
from pink_actors.supervisor.children import Child
from pink_actors.supervisor.process import Ended, Process

ABORT_GRACE_MS = 200  # From SIGABRT, which leaves a stack in the log, to SIGKILL.
SERVING = frozenset({ActorState.READY, ActorState.DEGRADED})


class Phase(Enum):
    """Where a child stands for its supervisor."""

    DOWN = "down"
    STARTING = "starting"
    READY = "ready"
    BACKOFF = "backoff"
    STOPPING = "stopping"
    FATAL = "fatal"


class Sign(NamedTuple):
    """What a child shows of itself at one moment."""

    state: ActorState
    beat: int
    progress: int
    waiting: bool  # input lies ready for it


class Event(NamedTuple):
    """Something an operator wants to know of a child."""

    child: str
    what: str
    detail: str = ""


class Supervised:
    """A row of the table and what has become of it. Times are monotonic milliseconds."""

    def __init__(self, child: Child, times: Times, start: Callable[[Child], Process]) -> None:
        self.child = child
        self.phase = Phase.DOWN
        self.process: Process | None = None
        self.restarts = 0
        self.hangs = 0
        self.last_exit: Ended | None = None
        self.last_words = ""
        self.wanted = True
        self.log_start = 0
        self.started_ms = 0
        self.beat_ms = 0
        self._times = times
        self._start = start
        self._deaths: deque[int] = deque(maxlen=times.restarts_max + 1)
        self._backoff_ms = times.backoff_ms_min
        self._retry_ms = 0
        self._kill_ms: int | None = None
        self._progress_ms = 0
        self._sign: Sign | None = None
        self._again = False
        self._hang_reason = ""

    @property
    def name(self) -> str:
        """As in the table."""
        return self.child.name

    def start(self, now_ms: int) -> Event:
        """Runs it."""
        self.process = self._start(self.child)
        self.log_start = self.process.log_start
        self._began(now_ms)
        return Event(self.name, "started", f"process {self.process.pid}")

    def adopt(self, process: Process, now_ms: int) -> Event:
        """Takes over one that an earlier supervisor started."""
        self.process = process
        self._began(now_ms)
        return Event(self.name, "taken over", f"process {process.pid}")

    def _began(self, now_ms: int) -> None:
        self.phase = Phase.STARTING
        self.started_ms = self.beat_ms = self._progress_ms = now_ms
        self._kill_ms = None
        self._sign = None

    def stop(self, now_ms: int, again: bool = False) -> None:
        """Asks it to end; `again` brings it back afterwards."""
        self.wanted = self._again = again
        if self.process is None:
            if self.phase is not Phase.FATAL or again:
                self.phase = Phase.DOWN
            return
        self.phase = Phase.STOPPING
        self._kill_ms = now_ms + self.child.stop_timeout_ms
        self.process.signal(signal.SIGTERM)
        if self.process.stopped:
            # It would not even see the signal.
            self._kill_ms = now_ms

    def rearm(self, now_ms: int) -> None:
        """Our own loop was late, so their silence proves nothing."""
        self.beat_ms = self._progress_ms = now_ms
        if self.phase is Phase.STARTING:
            self.started_ms = now_ms

    def observe(self, sign: Sign | None, now_ms: int) -> list[Event]:
        """One look; `sign` is what this process shows, None if it shows nothing yet."""
        if self.phase is Phase.BACKOFF:
            return [self.start(now_ms)] if now_ms >= self._retry_ms else []
        if self.process is None:
            return []
        ended = self.process.poll()
        if ended is not None:
            return self._ended(ended, now_ms)
        if sign is not None:
            self._note(sign, now_ms)
        if self._kill_ms is not None:
            if now_ms >= self._kill_ms:
                self.process.signal(signal.SIGKILL)
            return []
        if self.phase is Phase.STARTING:
            return self._starting(sign, now_ms)
        return self._watch(now_ms) if self.phase is Phase.READY else []

    def _note(self, sign: Sign, now_ms: int) -> None:
        before, self._sign = self._sign, sign
        if before is None or sign.beat != before.beat:
            self.beat_ms = now_ms
        if before is None or sign.progress != before.progress or not sign.waiting:
            self._progress_ms = now_ms

    def _starting(self, sign: Sign | None, now_ms: int) -> list[Event]:
        if sign is not None and sign.state in SERVING:
            self.phase = Phase.READY
            return [Event(self.name, "ready", f"after {now_ms - self.started_ms} ms")]
        if now_ms - self.started_ms > self.child.ready_timeout_ms:
            return self._hang(f"not ready after {self.child.ready_timeout_ms} ms", now_ms)
        return []

    def _watch(self, now_ms: int) -> list[Event]:
        silent_ms = now_ms - self.beat_ms
        if silent_ms > self.child.watchdog_ms:
            how = "stopped by a signal, " if self.process and self.process.stopped else ""
            return self._hang(f"{how}no heartbeat for {silent_ms} ms", now_ms)
        stuck_ms = now_ms - self._progress_ms
        if self.child.progress_ms is not None and stuck_ms > self.child.progress_ms:
            return self._hang(f"input waits, no progress for {stuck_ms} ms", now_ms)
        return []

    def _hang(self, reason: str, now_ms: int) -> list[Event]:
        self.hangs += 1
        self._hang_reason = reason
        if self.process is not None and not self.process.stopped:
            self.process.signal(signal.SIGABRT)
            self._kill_ms = now_ms + ABORT_GRACE_MS
        elif self.process is not None:
            self._kill_ms = now_ms
            self.process.signal(signal.SIGKILL)
        return [Event(self.name, "hangs", reason)]

    def _ended(self, ended: Ended, now_ms: int) -> list[Event]:
        if self.process is not None:
            self.process.release()
        self.process = None
        self.last_exit = ended
        wanted = self.phase is Phase.STOPPING
        if wanted and not self._again:
            self.phase = Phase.DOWN
            return [Event(self.name, "ended", str(ended))]
        if wanted:
            self._again = False
            self.phase, self._retry_ms = Phase.BACKOFF, now_ms
            return [Event(self.name, "ended", f"{ended}; starting it again")]
        why = f"{ended}, {self._hang_reason}" if self._hang_reason else str(ended)
        self._hang_reason = ""
        self.last_words = why
        return self._died(ended, why, now_ms)

    def _died(self, ended: Ended, why: str, now_ms: int) -> list[Event]:
        if ended.code in NEVER_RESTARTED:
            self.phase = Phase.FATAL
            return [Event(self.name, "given up", f"{why}: a restart cannot help")]
        window_ms = self._times.restart_window_ms
        if now_ms - self.started_ms >= window_ms:
            self._backoff_ms = self._times.backoff_ms_min
        # A bug counts twice: it comes back for certain.
        self._deaths.extend([now_ms] * (2 if ended.code == EXIT_BUG else 1))
        recent = [death for death in self._deaths if now_ms - death < window_ms]
        if len(recent) > self._times.restarts_max:
            self.phase = Phase.FATAL
            return [Event(self.name, "given up", f"{why}: {len(recent)} deaths in {window_ms} ms")]
        self.restarts += 1
        self.phase, self._retry_ms = Phase.BACKOFF, now_ms + self._backoff_ms
        event = Event(self.name, "died", f"{why}; again in {self._backoff_ms} ms")
        self._backoff_ms = min(self._backoff_ms * 2, self._times.backoff_ms_max)
        return [event]

    def revive(self, now_ms: int) -> None:
        """An operator's word: back from FATAL, with a clean record."""
        self._deaths.clear()
        self._backoff_ms = self._times.backoff_ms_min
        self.phase, self._retry_ms = Phase.BACKOFF, now_ms

    @property
    def state(self) -> ActorState:
        """For the child's cell."""
        match self.phase:
            case Phase.READY:
                return self._sign.state if self._sign is not None else ActorState.READY
            case Phase.STARTING:
                return ActorState.STARTING
            case Phase.STOPPING:
                return ActorState.CLOSING
            case Phase.FATAL:
                return ActorState.FAILED
            case Phase.BACKOFF | Phase.DOWN:
                return ActorState.STOPPED if self.last_exit else ActorState.VOID
