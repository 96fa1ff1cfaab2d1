"""The kernel's resident memory: small, and flat however much goes through it."""

from pathlib import Path

from tests.kernel_actor.harness import Rig, rig
from tests.waiting import wait_until

RESIDENT_BYTES_MAX = 20_000_000
GROWTH_BYTES_MAX = 1_000_000
WARM = 5_000
EVENTS = 25_000


def resident_bytes(pid: int) -> int:
    """What the process keeps in memory without the shared segments."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    return sum(int(fields[name].split()[0]) * 1024 for name in ("RssAnon", "RssFile"))


def push(bench: Rig, count: int) -> None:
    """Publishes so many notes and waits until they are durable."""
    for number in range(count):
        if bench.intents.free() == 0:
            wait_until(lambda: bench.intents.free() > 0, "room among the intents")
        bench.note(number)
    bench.settled()


def grow(bench: Rig, warm: int, events: int) -> tuple[int, int]:
    """Resident bytes after warming up and after so many events more."""
    assert bench.process is not None
    push(bench, warm)
    before = resident_bytes(bench.process.pid)
    push(bench, events)
    return before, resident_bytes(bench.process.pid)


def test_flaw_k7_memory_stays_small_and_flat_and_no_record_is_dropped(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path) as bench:
        bench.start()
        before, after = grow(bench, WARM, EVENTS)
        assert after < RESIDENT_BYTES_MAX
        assert after - before < GROWTH_BYTES_MAX, f"{before} -> {after}"
        reader_seq = bench.journal().written_seq
        assert reader_seq >= WARM + EVENTS
        assert len(bench.outcomes(reader_seq - 1000)) == 1001
