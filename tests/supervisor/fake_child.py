"""A child that does what a test wants: `fake_child.py WRITER INSTANCE RUN_DIR CONDUCT`.

CONDUCT is a list of words: `exit=N` ends at once; `late` never gets READY; `mute=FILE` stops
beating once FILE exists; `stuck` beats and never consumes; `crash=FILE` ends with 70 once FILE
exists; `deaf` ignores SIGTERM; `write=PATH` opens PATH for writing and says what came of it.
"""

import os
import signal
import sys
import time
from pathlib import Path

from pink_actors._native import OwnSegment
from pink_actors.shm_layout import ActorState, Writer

TURN_S = 0.01


def main() -> int:
    writer, instance, run_dir, *conduct = sys.argv[1:]
    words = dict(word.partition("=")[::2] for word in conduct)
    if "exit" in words:
        sys.stderr.write(f'{{"evt": "failed", "error": "told to end with {words["exit"]}"}}\n')
        return int(words["exit"])
    stop: list[int] = []
    if "deaf" in words:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    else:
        signal.signal(signal.SIGTERM, lambda number, _: stop.append(number))
    segment = OwnSegment.open(instance, Writer[writer], run_dir)
    segment.set_state(ActorState.STARTING)
    if "write" in words:
        report(words["write"])
    if "env" in words:
        sys.stderr.write(f"env={sorted(os.environ)}\n")
    if "late" not in words:
        segment.set_state(ActorState.READY)
    turns = 0
    while not stop:
        turns += 1
        if not ("mute" in words and Path(words["mute"]).exists()):
            segment.beat(0 if "stuck" in words else turns)
        if "crash" in words and Path(words["crash"]).exists():
            return 70
        time.sleep(TURN_S)
    segment.set_state(ActorState.STOPPED)
    return 0


def report(path: str) -> None:
    try:
        os.close(os.open(path, os.O_RDWR))
        said = "worked"
    except OSError as error:
        said = error.strerror or str(error)
    sys.stderr.write(f"write={said}\n")


if __name__ == "__main__":
    sys.exit(main())
