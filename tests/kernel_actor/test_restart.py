"""Death and restart of the kernel: nothing that was accepted is lost, nothing is taken twice."""

import json
import random
import time
from pathlib import Path

from pink_actors.shm_layout import Code, CommandKind, InputKind, Stage
from tests.kernel_actor.harness import CONFIG, MARK_E12, Rig, rig, run_tool
from tests.kernel_actor.model import SYMBOLS
from tests.kernel_actor.test_trade import (
    prepared,
    wait_for_stage,
    wait_until_active,
    wait_until_freed,
)
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


def test_replay_is_bit_equal_after_the_configuration_changed_in_the_middle(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path) as bench:
        gateway = prepared(bench)
        bench.enter("t-allowed")
        wait_for_stage(bench, gateway, "t-allowed", Stage.POSITION_OPEN)
        bench.control(CONFIG._replace(max_leverage=2, settle_after_ms=9, config_hash=4712))
        wait_until(lambda: bench.journal().config_hash == 4712, "the new limits")
        bench.mark(MARK_E12, SYMBOLS[1], 1)
        bench.enter("t-refused", symbol=SYMBOLS[1])
        bench.exit("t-allowed")
        wait_until_freed(bench, gateway, "t-allowed")
        bench.settled()
        enters = [e.outcome for e in bench.outcomes() if e.outcome.input == InputKind.ENTER]
        assert [o.code for o in enters] == [Code.OK, Code.MAX_LEVERAGE]
        bench.kill()
        before = bench.account()
        whole = run_tool("replay", "--json", "--journal-dir", bench.journal_dir)
        assert whole.returncode == 0, whole.stderr
        told = json.loads(whole.stdout)
        assert told["other_builds"] == 0 and told["slots"] == []
        for name in ("capital_e8", "realised_e8", "fees_e8", "trades_closed", "refusals"):
            assert told["account"][name] == getattr(before, name), name
        bench.start()
        wait_until(lambda: bench.journal().config_hash == 4712, "the limits to be in force")
        wait_until_active(bench, gateway)
        bench.mark(MARK_E12, SYMBOLS[1], 1)
        bench.enter("t-refused-again", symbol=SYMBOLS[1])
        bench.settled()
        enters = [e.outcome for e in bench.outcomes() if e.outcome.input == InputKind.ENTER]
        assert enters[-1].code == Code.MAX_LEVERAGE


def wait_for_incarnation(bench: Rig, incarnation: int) -> None:
    """The new kernel has gone round once: what it issues again is in the rings."""
    wait_until(lambda: bench.journal().incarnation == incarnation, f"incarnation {incarnation}")


def test_commands_nobody_answered_come_again_in_their_ring_under_the_same_id_and_marked(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path) as bench:
        gateway = prepared(bench)
        bench.enter("t-held")
        wait_for_stage(bench, gateway, "t-held", Stage.POSITION_OPEN)
        wait_until(lambda: gateway.step() == 0 and bench.account().unsettled_orders == 0, "quiet")
        bench.mark(MARK_E12, SYMBOLS[1], 1)
        bench.enter("t-lost", symbol=SYMBOLS[1])
        bench.exit("t-held")
        bench.settled()
        for incarnation in (2, 3):
            bench.kill()
            bench.start()
            wait_for_incarnation(bench, incarnation)
            bench.settled()
        for ring, trade_id, adds_risk in (
            (bench.commands_durable, "t-lost", 1),
            (bench.commands_now, "t-held", 0),
        ):
            submits = [
                message.record
                for message in ring.poll(64)
                if message.record.kind == CommandKind.SUBMIT
            ]
            assert [command.reissue for command in submits] == [0, 1, 1]
            assert {command.trade_id for command in submits} == {trade_id}
            assert {command.adds_risk for command in submits} == {adds_risk}
            assert len({command.command_seq for command in submits}) == 1
            assert len({command.client_order_id for command in submits}) == 1
