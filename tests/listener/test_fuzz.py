"""Mutated frames and replies, through the real code into a running kernel, do nothing wrong."""

from pathlib import Path

import pytest

from tests.listener.fuzz_round import fuzz

# Thousands of files are written on a disk that others may use.
pytestmark = pytest.mark.timeout(180)

SEED = 11
CASES = 8_000


def test_no_mutated_frame_or_reply_changes_a_slot_but_as_its_bytes_say(
    instance: str, tmp_path: Path
) -> None:
    print(f"seed {SEED}")
    ends = fuzz(instance, tmp_path, SEED, CASES)
    for name, count in sorted(ends.items()):
        print(f"{name:50} {count:8}")
    assert ends["booked as said"] > 20
    assert ends["LISTENER ORDER_STATE FOREIGN_ORDER"] > 20
    assert ends["LISTENER DIAGNOSTIC"] >= 5
    assert ends["listener: counted unreadable"] > CASES // 2
    assert 0 < ends["frames kept"] <= 32
