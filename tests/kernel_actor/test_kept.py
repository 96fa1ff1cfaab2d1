"""The journal of the previous build under the process of this one: its trades come to their end."""

from enum import IntEnum
from pathlib import Path
from typing import Any

from pink_actors.shm_layout import (
    JOURNAL_SHAPE,
    SLOTS,
    Command,
    InputKind,
    Mode,
    OrderStatus,
    Stage,
)
from tests.kernel_actor.harness import MARK_E12, Rig, rig, run_tool
from tests.kernel_actor.keep_journal import KEPT, SEGMENT_BYTES, Kept, from_text, plain
from tests.kernel_actor.model import SYMBOLS, Gateway, Order, Venue
from tests.kernel_actor.test_trade import wait_for_stage, wait_until_active, wait_until_freed
from tests.waiting import wait_until

SHAPE_AT = slice(56, 64)
TIMES = ("seq", "changed_wall_ns", "changed_mono_ns")


def restored(facts: dict[str, Any]) -> Command:
    """A command by the names of its fields and codes."""
    zero = Command.zero()
    values = {}
    for name, value in facts.items():
        kind = type(getattr(zero, name, None))
        values[name] = kind[value] if issubclass(kind, IntEnum) else value
    known: dict[str, Any] = {name: values[name] for name in zero._fields if name in values}
    return zero._replace(**known)


def venue_of(kept: Kept) -> Venue:
    """The venue as it was when the previous build's kernel was killed."""
    facts: dict[str, Any] = kept.told["venue"][0]
    rows: list[dict[str, Any]] = kept.told["venue_orders"]
    orders = [
        Order(
            restored(row), row["number"], row["price_e12"], row["accepted_ms"],
            OrderStatus[row["status"]], row["filled_e8"],
        )
        for row in rows
    ]  # fmt: skip
    venue = Venue(facts["wallet_e8"], fills=facts["fills"])
    venue.orders = {order.command.client_order_id: order for order in orders}
    venue.positions = facts["positions"]
    venue.costs = facts["costs"]
    return venue


def same(now: dict[str, object], then: dict[str, object]) -> None:
    """Every figure the previous build published, except when it was published."""
    known = {name: value for name, value in now.items() if name in then and name not in TIMES}
    told = {name: value for name, value in then.items() if name not in TIMES}
    lists = {name: list(v) if isinstance(v, tuple) else v for name, v in known.items()}
    assert lists == told


def last_shape(bench: Rig) -> int:
    """Which records the newest used segment holds."""
    heads = [path.read_bytes()[:4096] for path in sorted(bench.journal_dir.glob("seg-*.pj"))]
    return int.from_bytes([head for head in heads if any(head)][-1][SHAPE_AT], "little")


def test_the_previous_builds_journal_is_taken_up_and_its_trades_come_to_their_end(
    instance: str, tmp_path: Path
) -> None:
    kept = from_text(KEPT.read_text())
    with rig(instance, tmp_path, SEGMENT_BYTES) as bench:
        bench.journal_dir.mkdir()
        for name, data in kept.files.items():
            (bench.journal_dir / name).write_bytes(data)
        assert last_shape(bench) != JOURNAL_SHAPE
        bench.start()
        slots = [plain(s) for s in bench.kernel.read_all(SLOTS) if s.stage != Stage.IDLE]
        for slot, then in zip(slots, kept.told["slots"], strict=True):
            same(slot, then)
        wait_until(lambda: bench.journal().incarnation == 3, "the new incarnation to be shown")
        assert 0 < bench.journal().replayed < 60, "it began from the snapshot"
        starts = [e.outcome for e in bench.outcomes() if e.outcome.input == InputKind.EPOCH]
        assert len(starts) == 3, "records of both builds are read"
        assert starts[-1].capital_e8 == kept.told["account"][0]["capital_e8"]
        assert last_shape(bench) == JOURNAL_SHAPE

        gateway = Gateway(bench)
        gateway.venue = venue_of(kept)
        gateway.greet()
        wait_until_active(bench, gateway)
        assert "t-silent" in {command.trade_id for command in gateway.reissued}
        for place, trade_id in ((2, "t-held"), (3, "t-unknown"), (0, "t-silent")):
            wait_for_stage(bench, gateway, trade_id, Stage.POSITION_OPEN)
            bench.mark(MARK_E12, SYMBOLS[place], place)
            bench.exit(trade_id)
            wait_until_freed(bench, gateway, trade_id)
        bench.settled()
        account = bench.account()
        assert (account.trades_closed, account.open_slots) == (5, 0)
        assert account.capital_e8 == gateway.venue.wallet_e8
        assert all(qty == 0 for qty in gateway.venue.positions.values())
        resting = [o for o in gateway.venue.orders.values() if o.status == OrderStatus.WORKING]
        assert not resting and len(gateway.venue.orders) == 15

        bench.kill()
        bench.start()
        halted = account._replace(mode=Mode.HALTED, reconciled=0)
        same(plain(bench.account()), plain(halted))
        replayed = run_tool("replay", "--journal-dir", bench.journal_dir)
        assert replayed.returncode == 0, replayed.stderr
        assert "2 starts of other builds" in replayed.stdout
        story = run_tool("why", "t-silent", "--journal-dir", bench.journal_dir).stdout
        assert "kept for later builds" in story and "CLOSED -> IDLE" in story
