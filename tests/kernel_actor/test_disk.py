"""A disk that gives no more segments: added risk stops first, exits go on, nothing is lost."""

from pathlib import Path

from pink_actors.shm_layout import INTENTS, ActorState, Code, InputKind, Stage
from tests.kernel_actor.harness import Rig, rig
from tests.kernel_actor.test_trade import prepared, wait_for_stage, wait_until_freed
from tests.waiting import wait_until

SMALL_SEGMENT_BYTES = 64 << 10


def full_disk(bench: Rig) -> Path:
    """From now on no segment can be prepared: something sits on the name of the next one."""
    newest = max(int(path.stem.split("-")[1]) for path in bench.journal_dir.glob("seg-*.pj"))
    obstacle = bench.journal_dir / f"seg-{newest + 1:08}.pj.tmp"
    obstacle.mkdir()
    return obstacle


def notes_of(bench: Rig) -> list[int]:
    return [e.outcome.input_id for e in bench.outcomes() if e.outcome.input == InputKind.NOTE]


def test_at_the_reserve_enters_are_refused_and_exits_still_go(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path, SMALL_SEGMENT_BYTES) as bench:
        gateway = prepared(bench)
        bench.enter("t-held")
        wait_for_stage(bench, gateway, "t-held", Stage.POSITION_OPEN)
        wait_until(lambda: bench.journal().spare_segments == 2, "two segments ahead")
        obstacle = full_disk(bench)
        sent = 0
        while bench.journal().spare_segments > 0:
            sent += 1
            bench.note(sent)
            bench.settled()
            gateway.step()
        wait_until(lambda: bench.account().journal_slow == 1, "the reserve to be noticed")
        assert bench.kernel.header().state == ActorState.DEGRADED
        bench.mark()
        bench.enter("t-refused")
        bench.exit("t-held")
        wait_until_freed(bench, gateway, "t-held")
        bench.settled()
        enters = [e.outcome for e in bench.outcomes() if e.outcome.input == InputKind.ENTER]
        assert [o.code for o in enters] == [Code.OK, Code.JOURNAL_SLOW]
        obstacle.rmdir()
        wait_until(lambda: bench.account().journal_slow == 0, "the disk to be believed again")
        assert bench.kernel.header().state == ActorState.READY
        assert notes_of(bench) == list(range(1, sent + 1))


def test_with_no_room_at_all_inputs_wait_in_their_rings_and_none_is_lost(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path, SMALL_SEGMENT_BYTES) as bench:
        bench.start()
        wait_until(lambda: bench.journal().spare_segments == 2, "two segments ahead")
        obstacle = full_disk(bench)
        sent = 0

        def stuck() -> bool:
            nonlocal sent
            before = bench.journal().written_seq
            for _ in range(min(100, bench.intents.free())):
                sent += 1
                bench.note(sent)
            return bench.intents.free() < 100 and bench.journal().written_seq == before

        wait_until(stuck, "the kernel to run out of segments")
        assert bench.intents.free() < INTENTS.capacity // 2, "the inputs are still in their ring"
        heartbeat = bench.kernel.header().heartbeat_mono_ns
        wait_until(lambda: bench.kernel.header().heartbeat_mono_ns > heartbeat, "the heartbeat")
        bench.kill()
        obstacle.rmdir()
        bench.start()
        bench.settled()
        assert notes_of(bench) == list(range(1, sent + 1))
