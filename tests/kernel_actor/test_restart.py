"""Death and restart of the kernel: nothing that was accepted is lost, nothing is taken twice."""

import random
import time
from pathlib import Path

from pink_actors.shm_layout import InputKind
from tests.kernel_actor.harness import CONFIG, Rig, rig
from tests.waiting import wait_until

KILLS = 12
NOTES = 400


def note_ids(bench: Rig) -> list[int]:
    return [e.outcome.input_id for e in bench.outcomes() if e.outcome.input == InputKind.NOTE]


def test_flaw_i9_i10_inputs_survive_kills_at_random_instants_exactly_once(
    instance: str, tmp_path: Path
) -> None:
    seed = time.time_ns()
    print(f"seed {seed}")
    rng = random.Random(seed)
    with rig(instance, tmp_path) as bench:
        bench.start()
        sent = 0
        for _ in range(KILLS):
            for _ in range(rng.randrange(1, NOTES)):
                sent += 1
                bench.note(sent)
            until = time.monotonic() + rng.random() * 0.003
            while time.monotonic() < until:
                pass
            bench.kill()
            bench.start()
        bench.settled()
        assert note_ids(bench) == list(range(1, sent + 1))
        assert bench.journal().incarnation == KILLS + 1


def test_flaw_i14_what_was_published_is_there_again_after_a_restart(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path) as bench:
        bench.start()
        bench.control(CONFIG)
        wait_until(lambda: bench.account().configured == 1, "the configuration")
        bench.settled()
        before = bench.account()
        bench.kill()
        bench.start()
        after = bench.account()
        assert after.configured == 1
        assert before._replace(seq=0) == after._replace(
            seq=0,
            changed_wall_ns=before.changed_wall_ns,
            changed_mono_ns=before.changed_mono_ns,
        )


def test_an_orderly_stop_ends_with_0_and_the_next_start_replays_nothing(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path) as bench:
        bench.start()
        for number in range(1, 200):
            bench.note(number)
        bench.settled()
        assert bench.stop() == 0, bench.log()
        assert list(bench.journal_dir.glob("snap-*.ps"))
        bench.start()
        assert bench.journal().replayed == 0
        bench.note(200)
        bench.settled()
        assert note_ids(bench) == list(range(1, 201))
