"""A trade through the real process: from the wish to the settled figures, and through its death."""

import random
import time
from collections import Counter
from pathlib import Path

from pink_actors.shm_layout import (
    OUTCOMES,
    SLOTS,
    Code,
    CommandKind,
    InputKind,
    Mode,
    Outcome,
    ReportKind,
    SlotCell,
    Stage,
)
from tests.kernel_actor.harness import CONFIG, E8, MARK_E12, Rig, rig
from tests.kernel_actor.model import SYMBOLS, Gateway
from tests.waiting import wait_until

TRADES = 10
KILL_SHARE = 0.3


def prepared(bench: Rig) -> Gateway:
    """A kernel that is configured, reconciled and ACTIVE, with a gateway that answers."""
    gateway = Gateway(bench)
    prepare(bench, gateway)
    return gateway


def prepare(bench: Rig, gateway: Gateway) -> None:
    """Starts the kernel and brings it to ACTIVE."""
    bench.start()
    bench.control(CONFIG)
    gateway.greet()
    for index, symbol in enumerate(SYMBOLS):
        bench.mark(MARK_E12, symbol, index)

    wait_until_active(bench, gateway)


def wait_until_active(bench: Rig, gateway: Gateway) -> None:
    def active() -> bool:
        gateway.step()
        account = bench.account()
        return account.mode == Mode.ACTIVE and account.seeded == 1 and account.reconciled == 1

    wait_until(active, "the kernel to be ACTIVE")


def slot_of(bench: Rig, trade_id: str) -> SlotCell | None:
    slots = bench.kernel.read_all(SLOTS)
    return next((s for s in slots if s.trade_id == trade_id and s.stage != Stage.IDLE), None)


def wait_for_stage(bench: Rig, gateway: Gateway, trade_id: str, stage: Stage) -> SlotCell:
    def reached() -> SlotCell | None:
        gateway.step()
        slot = slot_of(bench, trade_id)
        return slot if slot is not None and slot.stage == stage else None

    return wait_until(reached, f"{trade_id} to be {stage.name}: {slot_of(bench, trade_id)}")


def wait_until_freed(bench: Rig, gateway: Gateway, trade_id: str) -> None:
    def freed() -> bool:
        gateway.step()
        return slot_of(bench, trade_id) is None

    wait_until(freed, f"{trade_id} to be settled: {slot_of(bench, trade_id)}")


def test_a_market_trade_opens_closes_and_settles_to_the_last_digit(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path) as bench:
        gateway = prepared(bench)
        bench.enter("t-1", qty_e8=E8 // 10)
        held = wait_for_stage(bench, gateway, "t-1", Stage.POSITION_OPEN)
        assert held.qty_e8 == E8 // 10
        assert held.entry_notional_e8 == 5_000 * E8
        gateway.price_e12 = MARK_E12 // 100 * 101
        bench.mark(gateway.price_e12)
        bench.exit("t-1")
        wait_until_freed(bench, gateway, "t-1")
        account = bench.account()
        assert account.realised_e8 == 50 * E8
        assert account.capital_e8 == gateway.venue.wallet_e8
        assert not gateway.sent_undurable, "an order that adds risk left before it was durable"


def test_flaw_t7_nobody_sees_what_a_killed_kernel_had_not_recorded(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path) as bench:
        gateway = prepared(bench)
        followed = bench.kernel.follow(OUTCOMES)
        bench.enter("t-seen")
        seen: dict[int, Outcome] = {}

        def held() -> bool:
            gateway.step()
            seen.update((m.record.seq, m.record) for m in followed.poll(1_000))
            slot = slot_of(bench, "t-seen")
            return slot is not None and slot.stage == Stage.POSITION_OPEN

        wait_until(held, "the position to be seen")
        bench.kill()
        seen.update((m.record.seq, m.record) for m in followed.poll(1_000))
        recorded = {entry.outcome.seq: entry.outcome for entry in bench.outcomes()}
        assert seen
        assert {seq: recorded.get(seq) for seq in seen} == seen
        assert max(slot.seq for slot in bench.kernel.read_all(SLOTS)) <= max(recorded)


def test_flaw_g24_every_outcome_of_a_trade_names_it_also_after_a_restart(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path) as bench:
        gateway = prepared(bench)
        bench.enter("t-named")
        wait_for_stage(bench, gateway, "t-named", Stage.POSITION_OPEN)
        bench.kill()
        bench.start()
        slot = slot_of(bench, "t-named")
        assert slot is not None and slot.stage == Stage.POSITION_OPEN
        bench.mark()
        bench.exit("t-named")
        wait_until_freed(bench, gateway, "t-named")
        bench.settled()
        told = [
            e.outcome
            for e in bench.outcomes()
            if e.outcome.client_order_id and e.outcome.code == Code.OK
        ]
        assert {outcome.trade_id for outcome in told} == {"t-named"}


def test_flaw_i9_i10_i14_trades_go_on_through_kills_and_no_order_is_sent_twice(
    instance: str, tmp_path: Path
) -> None:
    seed = time.time_ns()
    print(f"seed {seed}")
    rng = random.Random(seed)
    with rig(instance, tmp_path) as bench:
        gateway = prepared(bench)
        kills = 0

        def disturb() -> None:
            nonlocal kills
            if rng.random() < KILL_SHARE:
                until = time.monotonic() + rng.random() * 0.004
                while time.monotonic() < until:
                    gateway.step()
                bench.kill()
                bench.start()
                kills += 1

        for number in range(TRADES):
            trade_id = f"t-{number}"
            symbol = SYMBOLS[number % len(SYMBOLS)]
            wait_until_active(bench, gateway)
            bench.mark(MARK_E12, symbol, number % len(SYMBOLS))
            bench.enter(trade_id, symbol=symbol)
            disturb()
            wait_until(lambda: gateway.step() == 0 and taken(bench), "the intent to be taken")
            if not was_accepted(bench, trade_id):
                continue
            wait_for_stage(bench, gateway, trade_id, Stage.POSITION_OPEN)
            disturb()
            bench.exit(trade_id)
            disturb()
            wait_until_freed(bench, gateway, trade_id)
        bench.settled()
        assert kills > 0
        check_story(bench, gateway)


def taken(bench: Rig) -> bool:
    return bench.intents.free() == 1024 and bench.reports.free() == 4096


def was_accepted(bench: Rig, trade_id: str) -> bool:
    enters = [
        e.outcome
        for e in bench.outcomes()
        if e.outcome.input == InputKind.ENTER and e.outcome.trade_id == trade_id
    ]
    assert len(enters) == 1, f"{trade_id} was taken {len(enters)} times"
    assert enters[0].code in (Code.OK, Code.NOT_RECONCILED, Code.MODE_FORBIDS, Code.JOURNAL_SLOW)
    return enters[0].code == Code.OK


def check_story(bench: Rig, gateway: Gateway) -> None:
    """The journal and the venue tell the same: each fill once, and the money to the last digit."""
    outcomes = [entry.outcome for entry in bench.outcomes()]
    fills = Counter(
        o.fill_id for o in outcomes if o.report_kind == ReportKind.FILL and o.code == Code.OK
    )
    assert set(fills.values()) == {1}, "no trade, or a fill booked twice"
    assert len(fills) == gateway.venue.fills
    account = bench.account()
    assert account.capital_e8 == gateway.venue.wallet_e8
    assert account.open_slots == 0
    assert not gateway.sent_undurable
    kinds = {command.kind for command in gateway.reissued}
    assert kinds <= set(CommandKind)
