"""Lets this build's kernel live a rich session and keeps its journal as text for later builds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from pink_actors.shm_layout import (
    INSTRUMENTS,
    ORDERS,
    SLOTS,
    Command,
    CommandKind,
    InputKind,
    Intent,
    OrderKind,
    OrderStatus,
    Record,
    Report,
    ReportKind,
    Side,
    Stage,
)
from tests.kernel_actor.harness import CONFIG, E8, E12, MARK_E12, Rig, program, rig
from tests.kernel_actor.model import SYMBOLS, Gateway
from tests.kernel_actor.test_trade import (
    prepare,
    wait_for_stage,
    wait_until_active,
    wait_until_freed,
)
from tests.waiting import wait_until

KEPT = Path(__file__).parent.parent.parent / "crates/pink_journal/tests/fixtures/journal.txt"
SEGMENT_BYTES = 64 << 10
ROW_BYTES = 32
SENT = 12
"""Orders of the session: five entries, three exits, twice a pair of protection."""
LATER_CONFIG = CONFIG._replace(max_leverage=5, settle_after_ms=7, config_hash=4712)


class LossyGateway(Gateway):
    """Does what it is told; of two trades it loses what the venue says."""

    lossy = False

    def _answer(self, command: Command) -> list[Report]:
        lost = self.lossy and command.trade_id in ("t-unknown", "t-silent")
        if not lost or command.kind not in (CommandKind.SUBMIT, CommandKind.QUERY):
            return super()._answer(command)
        if command.kind == CommandKind.QUERY:
            return []
        self._submit(command)
        if command.trade_id == "t-silent":
            return []
        return [self._report(ReportKind.ORDER_UNKNOWN, command)]


class Kept(NamedTuple):
    """What the text says: who wrote it, the files, and what was true when the kernel was killed."""

    told: dict[str, list[dict[str, object]]]
    files: dict[str, bytes]


def enter(bench: Rig, place: int, trade_id: str, legs: tuple[int, ...], guarded: bool) -> None:
    """A MARKET order for 0.01, with protection if it is to be guarded."""
    ratios = [E8 * share // 100 for share in legs]
    bench.mark(MARK_E12, SYMBOLS[place], place)
    bench.intent(
        Intent.zero()._replace(
            kind=InputKind.ENTER,
            side=Side.LONG,
            order_kind=OrderKind.MARKET,
            leverage=3,
            slot_id=0xFFFF,
            intent_id=place + 1,
            trade_id=trade_id,
            symbol=SYMBOLS[place],
            qty_e8=E8 // 100,
            reference_price_e12=MARK_E12,
            stop_loss_e12=45_000 * E12 if guarded else 0,
            take_profit_e12=56_000 * E12 if guarded else 0,
            leg_count=len(legs),
            leg_ratios_e8=tuple(ratios + [0] * (8 - len(ratios))),
            text="kept for later builds",
        )
    )


def protections(bench: Rig, trade_id: str) -> int:
    """How many orders of the trade rest at the venue."""
    slots = [s.slot_id for s in bench.kernel.read_all(SLOTS) if s.trade_id == trade_id]
    resting = [o for o in bench.kernel.read_all(ORDERS) if o.status == OrderStatus.WORKING]
    return len([order for order in resting if order.slot_id in slots])


def live(bench: Rig) -> LossyGateway:
    """The session: trades with and without protection, other limits, two restarts, a kill."""
    gateway = LossyGateway(bench)
    prepare(bench, gateway)

    def settled_protection(trade_id: str) -> bool:
        gateway.step()
        return protections(bench, trade_id) == 2

    enter(bench, 0, "t-guarded", (100,), guarded=True)
    wait_for_stage(bench, gateway, "t-guarded", Stage.POSITION_OPEN)
    wait_until(lambda: settled_protection("t-guarded"), "the protection to rest")
    gateway.price_e12 = MARK_E12 // 100 * 101
    bench.mark(gateway.price_e12)
    bench.exit("t-guarded")
    wait_until_freed(bench, gateway, "t-guarded")
    gateway.price_e12 = MARK_E12

    bench.control(LATER_CONFIG)
    wait_until(lambda: bench.journal().config_hash == LATER_CONFIG.config_hash, "the new limits")
    enter(bench, 1, "t-legs", (40, 60), guarded=False)
    wait_for_stage(bench, gateway, "t-legs", Stage.POSITION_OPEN)
    bench.exit("t-legs")
    wait_for_stage(bench, gateway, "t-legs", Stage.POSITION_OPEN)
    bench.settled()
    assert bench.stop() == 0, bench.log()

    bench.start()
    wait_until_active(bench, gateway)
    bench.mark(MARK_E12, SYMBOLS[1], 1)
    bench.exit("t-legs")
    wait_until_freed(bench, gateway, "t-legs")
    enter(bench, 2, "t-held", (100,), guarded=True)
    wait_for_stage(bench, gateway, "t-held", Stage.POSITION_OPEN)
    wait_until(lambda: settled_protection("t-held"), "the protection to rest")
    gateway.lossy = True
    enter(bench, 3, "t-unknown", (100,), guarded=False)
    enter(bench, 0, "t-silent", (100,), guarded=False)

    def lost() -> bool:
        gateway.step()
        orders = [o.status for o in bench.kernel.read_all(ORDERS) if o.status != OrderStatus.NONE]
        return len(gateway.venue.orders) == SENT and OrderStatus.UNKNOWN in orders

    wait_until(lost, "two orders to be sent of which nothing is known")
    bench.settled()
    return gateway


def plain(record: Record) -> dict[str, object]:
    """Fields by name, codes by their names: another layout may number them otherwise."""
    values = record._asdict()  # type: ignore[attr-defined]
    return {name: getattr(value, "name", value) for name, value in values.items()}


def told(bench: Rig, gateway: Gateway) -> dict[str, list[dict[str, object]]]:
    """What was true in shared memory and at the venue when the kernel was killed."""
    venue = gateway.venue
    return {
        "slots": [plain(s) for s in bench.kernel.read_all(SLOTS) if s.stage != Stage.IDLE],
        "orders": [plain(o) for o in bench.kernel.read_all(ORDERS) if o.client_order_id],
        "instruments": [plain(i) for i in bench.kernel.read_all(INSTRUMENTS) if i.symbol],
        "account": [plain(bench.account())],
        "venue": [
            {
                "wallet_e8": venue.wallet_e8,
                "positions": venue.positions,
                "costs": venue.costs,
                "fills": venue.fills,
            }
        ],
        "venue_orders": [
            {
                **plain(order.command),
                "number": order.number,
                "price_e12": order.price_e12,
                "accepted_ms": order.accepted_ms,
                "status": order.status.name,
                "filled_e8": order.cum_qty_e8,
            }
            for order in venue.orders.values()
        ],
    }


def to_text(written_by: str, facts: dict[str, list[dict[str, object]]], folder: Path) -> str:
    """`# fact json` lines, then each file: `= name bytes` and its rows that are not all zero."""
    lines = [f"# written_by {json.dumps(written_by)}"]
    lines += [f"# {name} {json.dumps(rows)}" for name, rows in facts.items()]
    for path in sorted(folder.iterdir()):
        data = path.read_bytes()
        if not any(data):
            continue
        lines.append(f"= {path.name} {len(data)}")
        rows = ((at, data[at : at + ROW_BYTES]) for at in range(0, len(data), ROW_BYTES))
        lines += [f"{at:x} {row.hex()}" for at, row in rows if any(row)]
    return "\n".join(lines) + "\n"


def from_text(text: str) -> Kept:
    """The facts and the files again."""
    facts: dict[str, list[dict[str, object]]] = {}
    files: dict[str, bytearray] = {}
    data = bytearray()
    for line in text.splitlines():
        kind, rest = line.split(" ", 1)
        if kind == "#":
            name, value = rest.split(" ", 1)
            facts[name] = json.loads(value)
        elif kind == "=":
            name, size = rest.split(" ")
            data = files[name] = bytearray(int(size))
        else:
            row = bytes.fromhex(rest)
            data[int(kind, 16) : int(kind, 16) + len(row)] = row
    return Kept(facts, {name: bytes(content) for name, content in files.items()})


def said(*command: str) -> str:
    """What a command prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def main() -> int:
    """Writes the text that KEPT names, or the one given."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else KEPT
    commit = said("git", "rev-parse", "--short", "HEAD")
    version = f"{said(program('pink-kernel'), '--version')} of commit {commit}"
    with tempfile.TemporaryDirectory() as folder:
        name = f"kept-{os.getpid()}"
        with rig(name, Path(folder), SEGMENT_BYTES) as bench:
            gateway = live(bench)
            facts = told(bench, gateway)
            bench.kill()
            text = to_text(version, facts, bench.journal_dir)
    target.write_text(text)
    print(f"{target}: {len(text)} bytes, written by {version}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
