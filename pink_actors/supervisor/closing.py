"""The orderly end of a tree: no new intents, nothing in flight, then each process in reverse."""

from __future__ import annotations

import asyncio
import shutil
from typing import TYPE_CHECKING

from pink_actors import shm
from pink_actors.monitor import view
from pink_actors.shm_layout import (
    ACCOUNT,
    ORDERS,
    SLOTS,
    ControlKind,
    OrderCell,
    OrderKind,
    OrderRole,
    OrderStatus,
    Stage,
    Writer,
)
from pink_actors.supervisor import keys, leftovers, paper_venue, sandbox
from pink_actors.supervisor.child import Phase, Supervised

if TYPE_CHECKING:
    from pink_actors.supervisor.supervise import Supervisor

TURN_S = 0.02
DRAIN_LOOK_S = 0.1
LAST_SEGMENT = "last-kernel.segment"
RESTING = frozenset({OrderRole.STOP_LOSS, OrderRole.TAKE_PROFIT, OrderRole.EXIT})


async def close(tree: Supervisor) -> None:
    """Stops everything; says what is left at the venue, and what would not end."""
    tree.display.say("going down")
    for child in tree.children:
        child.wanted = False
    await _stop(tree, [child for child in tree.children if child.name == "policy"])
    if tree.ever_ready:
        await _drain(tree)
        await _hold_market(tree)
    for child in reversed(tree.children):
        await _stop(tree, [child])
    for line in positions_held(tree.readers[Writer.KERNEL]):
        tree.display.say(line)
    _save_kernel_segment(tree)
    instance = tree.config.instance.name
    leftovers.remove_segments(instance)
    leftovers.record(tree.config.run_dir, tree.identities())
    tree.display.say("down")


async def _stop(tree: Supervisor, children: list[Supervised]) -> None:
    for child in children:
        child.stop(tree.now_ms())
    while any(child.process is not None for child in children):
        tree.turn()
        await asyncio.sleep(TURN_S)


async def _hold_market(tree: Supervisor) -> None:
    """Paper only: what it traded from here on nobody would see."""
    if tree.child("paper") is None:
        return
    if await paper_venue.hold(tree.config.paper.port, keys.api_key(tree.claim.secrets)):
        # Something may have traded between the last look and the hold: look once more.
        seen = tree.readers[Writer.KERNEL].read(ACCOUNT).last_snapshot_seq
        tree.order(ControlKind.RECONCILE, "market is held")
        await _drain(tree, seen)
    else:
        tree.display.say("the paper market could not be held; it may trade while the tree ends")


async def _drain(tree: Supervisor, snapshot_seq: int = -1) -> None:
    """Waits, for a bounded time, for a snapshot after `snapshot_seq` and no open order's fate."""
    deadline_ms = tree.now_ms() + tree.config.supervisor.drain_timeout_ms
    kernel = tree.child("kernel")
    while kernel is not None and kernel.phase is not Phase.FATAL:
        tree.turn()
        reader = tree.readers[Writer.KERNEL]
        # The account first: orders read after it are at least as new as its snapshot.
        looked = reader.read(ACCOUNT).last_snapshot_seq > snapshot_seq
        open_orders = unfinished(reader)
        if not open_orders and looked and kernel.phase is Phase.READY:
            return
        if tree.now_ms() >= deadline_ms:
            for order in open_orders:
                tree.display.say(
                    f"still open: {order.client_order_id} {order.role.name} {order.symbol} "
                    f"{order.status.name}; the next start settles it"
                )
            return
        await asyncio.sleep(DRAIN_LOOK_S)


def unfinished(kernel: shm.Reader) -> list[OrderCell]:
    """Orders whose fate or final figures are not known yet."""
    return [cell for cell in kernel.read_all(ORDERS) if _is_unfinished(cell)]


def _is_unfinished(cell: OrderCell) -> bool:
    if cell.status is OrderStatus.NONE:
        return False
    asked = cell.submit_open or cell.cancel_open or cell.query_open
    # Protection and resting exits stay at the venue; they are not ours to wait for.
    rests = cell.role in RESTING and cell.order_kind is not OrderKind.MARKET
    return bool(asked) or cell.status is not OrderStatus.WORKING or not rests


def positions_held(kernel: shm.Reader) -> list[str]:
    """A line for each position the venue goes on holding."""
    return [
        f"position left open: {slot.side.name} {view.amount(slot.qty_e8)} {slot.symbol} "
        f"(slot {slot.slot_id}, trade {slot.trade_id})"
        for slot in kernel.read_all(SLOTS)
        if slot.stage is not Stage.IDLE and slot.qty_e8 != 0
    ]


def _save_kernel_segment(tree: Supervisor) -> None:
    """For `verify` and for monitors after the fact; the object itself goes away."""
    source = sandbox.object_path(tree.config.instance.name, Writer.KERNEL)
    target = tree.config.journal_dir / LAST_SEGMENT
    partial = target.with_suffix(".partial")
    try:
        shutil.copyfile(source, partial)
        partial.chmod(0o600)
        partial.replace(target)
    except OSError as error:
        tree.display.say(f"{target}: the last slots could not be saved: {error.strerror}")
