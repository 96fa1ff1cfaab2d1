"""kill -9 while rows are being stored, at random and aimed at the rename that makes a part real."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.persistence.outcomes import records
from tests.persistence.store import contents, expected

ROOT = Path(__file__).parents[2]
LAST = 600
BATCH = 20
FINISH_S_MAX = 50
RENAMES = "rename,renameat,renameat2"


def inserting(directory: Path, *prefix: str) -> subprocess.Popen[bytes]:
    words = [*prefix, sys.executable, "-m", "tests.persistence.inserting"]
    words += [str(directory), str(LAST), str(BATCH)]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def check_and_finish(directory: Path) -> int:
    """Goes on after the last kill, and compares every row; where it had to go on."""
    finished = inserting(directory)
    out, _ = finished.communicate(timeout=FINISH_S_MAX)
    assert finished.returncode == 0, out
    assert contents(directory) == expected(records(1, LAST))
    return int(out)


@pytest.mark.timeout(180)
def test_a_kill_at_any_moment_loses_no_row_and_doubles_none(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print("seed", seed)
    rng = random.Random(seed)
    directory = tmp_path / "data"
    for _ in range(5):
        process = inserting(directory)
        # Between the start of the interpreter and the end of the work, wherever it hits.
        try:
            process.wait(timeout=rng.uniform(0.8, 3.0))
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate(timeout=FINISH_S_MAX)
    check_and_finish(directory)


@pytest.mark.timeout(180)
@pytest.mark.parametrize("which", [70, 83, 101])
def test_a_kill_at_the_rename_of_a_part_loses_no_row_and_doubles_none(
    tmp_path: Path, which: int
) -> None:
    strace = shutil.which("strace")
    assert strace is not None, "install strace: apt install strace"
    directory = tmp_path / "data"
    inject = f"inject={RENAMES}:signal=KILL:when={which}"
    aimed = (strace, "-f", "-qq", "-o", "/dev/null", "-e", f"trace={RENAMES}", "-e", inject)
    process = inserting(directory, *aimed)
    process.communicate(timeout=FINISH_S_MAX)
    assert process.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    assert 0 < check_and_finish(directory) < LAST
