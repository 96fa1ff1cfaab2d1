"""Outcomes in the order of the journal: from the ring, or from the disk where the ring lapped."""

from collections import deque
from typing import Protocol

from pink_actors._native import Lapped
from pink_actors.persistence.sink import Numbered

# Records taken from the ring in one go; those above the durable mark wait here.
HELD_MAX = 4_096
SEQ_BYTES = 8


class OutcomeRing(Protocol):
    """The part of a ring consumer that is used; its positions are not journal sequences."""

    @property
    def next_seq(self) -> int:
        """Position the next poll looks at."""
        ...

    def poll(self, max: int) -> list[tuple[int, bytes]]:
        """Records with their positions, or Lapped once for each gap."""
        ...

    def release(self, next_seq: int) -> None:
        """Where a successor goes on."""
        ...


class OutcomeJournal(Protocol):
    """The same records from the disk."""

    def read(self, from_seq: int, max: int, limit_seq: int) -> list[tuple[int, bytes]]:
        """Up to `max` outcomes of from_seq..limit_seq with their sequence numbers."""
        ...


class Feed:
    """The journal is the spool: whatever is not in the ring any more is read from there."""

    def __init__(self, ring: OutcomeRing, journal: OutcomeJournal) -> None:
        self._ring = ring
        self._journal = journal
        self._held: deque[Numbered] = deque()
        self.next_seq = 1
        self.refilled = 0

    def seek(self, next_seq: int) -> None:
        """Goes on at another sequence, back or forth."""
        if next_seq < self.next_seq:
            self._held.clear()
        self.next_seq = next_seq

    def take(self, durable_seq: int, limit: int) -> list[Numbered]:
        """The next records without a gap, never one that a power cut could still take away."""
        taken: list[Numbered] = []
        while len(taken) < limit and self.next_seq <= durable_seq:
            self._fill()
            if self._held and self._held[0].seq == self.next_seq:
                taken.append(self._held.popleft())
                self.next_seq += 1
                continue
            below = self._held[0].seq - 1 if self._held else durable_seq
            refill = self._journal.read(self.next_seq, limit - len(taken), min(durable_seq, below))
            if not refill:
                break
            taken.extend(Numbered(seq, data) for seq, data in refill)
            self.next_seq = refill[-1][0] + 1
            self.refilled += len(refill)
        return taken

    def _fill(self) -> None:
        """Keeps records of the ring at hand, without those that are already behind."""
        while self._held and self._held[0].seq < self.next_seq:
            self._held.popleft()
        while not self._held:
            try:
                polled = self._ring.poll(HELD_MAX)
            except Lapped:
                # The numbers of the records that follow show what the journal has to give.
                continue
            if not polled:
                return
            self._ring.release(self._ring.next_seq)
            numbered = (
                Numbered(int.from_bytes(data[:SEQ_BYTES], "little"), data) for _, data in polled
            )
            self._held.extend(one for one in numbered if one.seq >= self.next_seq)
