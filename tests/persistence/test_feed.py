"""The order of the journal out of a ring that laps: never a gap, never ahead of the disk."""

from __future__ import annotations

from pink_actors._native import Lapped
from pink_actors.persistence.feed import Feed
from tests.persistence.outcomes import outcome

LARGE = 10_000


class ScriptedRing:
    """Hands out what the test put in, as a ring would: positions are not journal sequences."""

    def __init__(self) -> None:
        self._answers: list[list[int] | None] = []
        self.next_seq = 1_000_000
        self.released = 0

    def publish(self, *seqs: int) -> None:
        self._answers.append(list(seqs))

    def lap(self) -> None:
        self._answers.append(None)

    def poll(self, max: int) -> list[tuple[int, bytes]]:
        if not self._answers:
            return []
        answer = self._answers.pop(0)
        if answer is None:
            raise Lapped("lapped")
        assert len(answer) <= max
        polled = [(self.next_seq + i, outcome(seq).encode()) for i, seq in enumerate(answer)]
        self.next_seq += len(answer)
        return polled

    def release(self, next_seq: int) -> None:
        self.released = next_seq


class ScriptedJournal:
    """Holds everything up to a sequence number, and remembers what was asked."""

    def __init__(self, last: int) -> None:
        self.last = last
        self.asked: list[tuple[int, int]] = []

    def read(self, from_seq: int, max: int, limit_seq: int) -> list[tuple[int, bytes]]:
        self.asked.append((from_seq, limit_seq))
        until = min(self.last, limit_seq, from_seq + max - 1)
        return [(seq, outcome(seq).encode()) for seq in range(from_seq, until + 1)]


def taken(feed: Feed, durable_seq: int, limit: int = LARGE) -> list[int]:
    records = feed.take(durable_seq, limit)
    assert [record.data for record in records] == [outcome(r.seq).encode() for r in records]
    return [record.seq for record in records]


def test_the_ring_alone_serves_a_reader_that_keeps_up() -> None:
    ring, journal = ScriptedRing(), ScriptedJournal(0)
    feed = Feed(ring, journal)
    ring.publish(1, 2, 3)
    ring.publish(4)
    assert taken(feed, durable_seq=4) == [1, 2, 3, 4]
    assert (journal.asked, feed.refilled) == ([], 0)
    assert ring.released == ring.next_seq


def test_nothing_that_a_power_cut_could_take_away_is_handed_out() -> None:
    ring = ScriptedRing()
    feed = Feed(ring, ScriptedJournal(0))
    ring.publish(1, 2, 3, 4)
    assert taken(feed, durable_seq=2) == [1, 2]
    assert taken(feed, durable_seq=2) == []
    assert taken(feed, durable_seq=4) == [3, 4]


def test_flaw_k7_what_the_ring_lost_comes_from_the_journal() -> None:
    ring, journal = ScriptedRing(), ScriptedJournal(100)
    feed = Feed(ring, journal)
    ring.publish(1, 2)
    ring.lap()
    ring.publish(8, 9)
    assert taken(feed, durable_seq=9) == list(range(1, 10))
    assert journal.asked == [(3, 7)]
    assert feed.refilled == 5


def test_a_start_far_behind_reads_the_journal_and_then_the_ring() -> None:
    ring, journal = ScriptedRing(), ScriptedJournal(40)
    feed = Feed(ring, journal)
    feed.seek(5)
    ring.publish(*range(30, 42))
    assert taken(feed, durable_seq=41, limit=10) == list(range(5, 15))
    assert taken(feed, durable_seq=41) == list(range(15, 42))
    assert feed.refilled == 25


def test_records_that_are_stored_already_are_passed_over() -> None:
    ring = ScriptedRing()
    feed = Feed(ring, ScriptedJournal(0))
    feed.seek(4)
    ring.publish(1, 2, 3, 4, 5)
    assert taken(feed, durable_seq=5) == [4, 5]


def test_a_database_that_fell_back_is_served_again_from_the_journal() -> None:
    ring, journal = ScriptedRing(), ScriptedJournal(9)
    feed = Feed(ring, journal)
    ring.publish(*range(1, 10))
    assert taken(feed, durable_seq=9) == list(range(1, 10))
    feed.seek(4)
    assert taken(feed, durable_seq=9) == list(range(4, 10))


def test_a_journal_that_does_not_have_it_yet_is_asked_again_later() -> None:
    ring, journal = ScriptedRing(), ScriptedJournal(2)
    feed = Feed(ring, journal)
    assert taken(feed, durable_seq=5) == [1, 2]
    journal.last = 5
    assert taken(feed, durable_seq=5) == [3, 4, 5]
