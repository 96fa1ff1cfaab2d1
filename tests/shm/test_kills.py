"""Processes killed in the middle of stores and publishes; scripts/longruns/zinc_kills goes on."""

import random
import signal
import subprocess
from pathlib import Path

from pink_actors import _native
from pink_actors.shm_layout import PING_CAST, Writer
from tests.shm.conftest import Pair
from tests.shm.kills import Kills

KILLS = 300
RECORDS = 100_000


def test_flaw_f11_nothing_is_torn_hung_or_lost_when_writers_and_readers_are_killed(
    instance: str, tmp_path: Path, probe: str
) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    print(f"seed {seed}")
    kills = Kills(instance, tmp_path, probe, seed)
    try:
        for _ in range(KILLS):
            kills.once()
        kills.settle()
        tally = kills.tally()
    finally:
        kills.close()
    assert tally.writers + tally.readers >= KILLS
    assert tally.mid_store > 0 and tally.mid_publish > 0, f"no kill hit a store: {tally}"
    assert tally.messages > KILLS


def test_flaw_g28_a_killed_writers_segment_is_replaced_by_the_next_tree(
    pair: Pair, probe: str
) -> None:
    command = [probe, "storm", pair.instance, str(pair.run_dir)]
    with subprocess.Popen(command) as storm:
        storm.kill()
    for writer in (Writer.PROBE_A, Writer.PROBE_B):
        assert _native.unlink_segment(pair.instance, writer)
        _native.create_segment(pair.instance, writer, str(pair.run_dir), 0o600)
    assert pair.reader(Writer.PROBE_A).header().epoch == 0


def test_publishing_with_nobody_parked_makes_no_system_call(pair: Pair, probe: str) -> None:
    # Strict seccomp kills at the first call; the noisy run shows that it would.
    def ended(kind: str) -> int:
        command = [probe, kind, pair.instance, str(pair.run_dir), str(RECORDS)]
        return subprocess.run(command, check=False, timeout=30).returncode

    assert ended("quiet") == 0
    assert ended("noisy") == -signal.SIGKILL
    assert pair.reader(Writer.PROBE_A).native.tail(PING_CAST.id) == 2 * RECORDS
