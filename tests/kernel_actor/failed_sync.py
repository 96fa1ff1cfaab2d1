"""Failing syncs under a real kernel: it ends with 125 at once and has not sent what adds risk."""

import os
import tempfile
from pathlib import Path

from pink_actors.shm_layout import ActorState
from tests.kernel_actor.harness import rig
from tests.waiting import wait_until

CALLS = range(1, 13)


def fail_from(call: int, folder: Path) -> None:
    """One kernel whose fdatasync fails from this call on."""
    with rig(f"sync-{os.getpid()}-{call}", folder) as bench:
        bench.start()
        bench.settled()
        bench.kill()
        inject = ["-e", "trace=fdatasync", "-e", f"inject=fdatasync:error=EIO:when={call}+"]
        process = bench.launch("strace", "-f", "-qq", "-o", "/dev/null", *inject)
        number = 0

        def over() -> bool:
            nonlocal number
            if process.poll() is None and bench.intents.free() > 0:
                number += 1
                bench.note(number)
            return process.poll() is not None

        wait_until(over, "the kernel to give up", timeout_s=30)
        assert process.returncode == 125, bench.log()
        assert bench.kernel.header().state == ActorState.FAILED
        assert bench.journal().durable_seq <= bench.journal().written_seq
        assert "Input/output error" in bench.log()
        print(f"fdatasync {call} failed: exit 125 after {number} inputs")
        bench.start()
        bench.settled()


def main() -> None:
    """Every call in turn."""
    for call in CALLS:
        with tempfile.TemporaryDirectory() as folder:
            fail_from(call, Path(folder))
