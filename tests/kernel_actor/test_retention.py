"""Snapshots while the kernel runs, and segments that go only when nobody needs them."""

import os
import time
from pathlib import Path

from pink_actors.shm_layout import InputKind
from tests.kernel_actor.harness import Rig, rig, run_tool
from tests.waiting import wait_until

SEGMENT_BYTES = 64 << 10
SNAPSHOTS_MAX = 2
OLD_SECONDS = 8 * 86_400


def segments(bench: Rig) -> list[int]:
    """Numbers of the segments that are there."""
    return sorted(int(path.stem.split("-")[1]) for path in bench.journal_dir.glob("seg-*.pj"))


def snapshots(bench: Rig) -> list[int]:
    """Sequences that a snapshot covers."""
    return sorted(int(path.stem.split("-")[1]) for path in bench.journal_dir.glob("snap-*.ps"))


def grow_beyond(bench: Rig, covered: int, sent: int) -> int:
    """Notes until a snapshot covers more than this; how many notes there are now."""

    def stored() -> bool:
        nonlocal sent
        for _ in range(min(100, bench.intents.free())):
            sent += 1
            bench.note(sent)
        found = snapshots(bench)
        return len(found) == SNAPSHOTS_MAX and found[0] > covered

    wait_until(stored, "two newer snapshots", timeout_s=30)
    return sent


def test_segments_go_when_snapshots_database_and_age_allow_it_and_not_before(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path, SEGMENT_BYTES) as bench:
        bench.start()
        sent = grow_beyond(bench, 0, 0)
        assert segments(bench)[0] == 1
        for path in bench.journal_dir.glob("seg-*.pj"):
            os.utime(path, (time.time() - OLD_SECONDS,) * 2)
        sent = grow_beyond(bench, snapshots(bench)[-1], sent)
        assert segments(bench)[0] == 1, "the database has not got it"
        database_seq = snapshots(bench)[0] // 2
        bench.stored(database_seq)
        sent = grow_beyond(bench, snapshots(bench)[-1], sent)
        wait_until(lambda: segments(bench)[0] > 1, "the first segment to go")
        bench.settled()
        kept = run_tool("dump", "--journal-dir", bench.journal_dir).stdout.splitlines()
        assert int(kept[0].split()[0]) <= database_seq + 1, "what the database lacks is there"
        bench.kill()
        bench.start()
        bench.settled()
        assert bench.journal().replayed < sent // 2, "it began from a snapshot"
        first = int(kept[0].split()[0])
        notes = [e.outcome for e in bench.outcomes(first) if e.outcome.input == InputKind.NOTE]
        assert [o.input_id for o in notes] == list(range(notes[0].input_id, sent + 1))
        replayed = run_tool("replay", "--journal-dir", bench.journal_dir)
        assert replayed.returncode == 0, replayed.stderr
        gone = run_tool("dump", "--from", "2", "--journal-dir", bench.journal_dir)
        assert gone.returncode == 1 and f"ask from {first} on" in gone.stderr
