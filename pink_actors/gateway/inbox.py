"""Commands from the kernel's two rings, and the cursors that move only past finished ones."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from pink_actors import shm
from pink_actors.shm_layout import Command

# Commands taken and not yet concluded, of each ring: however many entries wait for their turn, a
# cancel or an exit is taken.  What is beyond stays in the rings.
TAKEN_MAX: Final = 256
POLL_MAX: Final = 64


@dataclass(slots=True)
class Work:
    """One command on its way."""

    command: Command
    maybe_sent: bool  # it may have left before: look before sending
    overtaken: bool = False  # its cancel has come
    done: bool = False  # its last report is published


class _Line:
    """One ring: what was taken from it, in order."""

    def __init__(self, consumer: shm.Consumer[Command]) -> None:
        self.consumer = consumer
        # What lay in the ring when this process started may have been sent by the one before it.
        self._head_at_start = consumer.next_seq + consumer.lag
        self._taken: deque[tuple[int, Work]] = deque()

    @property
    def full(self) -> bool:
        """Whether nothing more is taken until something is finished."""
        return len(self._taken) >= TAKEN_MAX

    def take(self) -> list[Work]:
        """The next commands."""
        taken = []
        for seq, command in self.consumer.poll(min(TAKEN_MAX - len(self._taken), POLL_MAX)):
            work = Work(command, bool(command.reissue) or seq < self._head_at_start)
            self._taken.append((seq, work))
            taken.append(work)
        return taken

    def release(self) -> int:
        """Moves the cursor past the finished commands at its front; how many there were."""
        last = -1
        count = 0
        while self._taken and self._taken[0][1].done:
            last = self._taken.popleft()[0]
            count += 1
        if count:
            self.consumer.release(last + 1)
        return count


class Inbox:
    """Both rings together."""

    def __init__(self, now: shm.Consumer[Command], durable: shm.Consumer[Command]) -> None:
        self._lines = (_Line(now), _Line(durable))
        self._open = 0

    @property
    def consumers(self) -> list[shm.Consumer[Command]]:
        """For waiting on those from which more is taken."""
        return [line.consumer for line in self._lines if not line.full]

    @property
    def open_count(self) -> int:
        """Commands taken whose place in the ring is not yet free."""
        return self._open

    def take(self) -> list[Work]:
        """New commands: those that reduce risk first."""
        taken: list[Work] = []
        for line in self._lines:
            taken += line.take()
        self._open += len(taken)
        return taken

    def release(self) -> int:
        """Frees the places of finished commands."""
        count = sum(line.release() for line in self._lines)
        self._open -= count
        return count
