"""Attaches to whatever segments exist, live or saved, and reads one snapshot; never writes."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

from pink_actors import _native
from pink_actors._native import Lapped
from pink_actors.monitor import view
from pink_actors.monitor.view import (
    EventView,
    JournalView,
    MarkView,
    OrderView,
    ProcessView,
    SlotView,
    Snapshot,
)
from pink_actors.shm import Consumer, Reader
from pink_actors.shm_layout import (
    ACCOUNT,
    CHILDREN,
    GATEWAY_STATS,
    JOURNAL,
    KERNEL_STATS,
    LISTENER_STATS,
    MARKS,
    ORDERS,
    OUTCOMES,
    PERSISTENCE_STATS,
    POLICY_STATS,
    SLOTS,
    TREE,
    Cells,
    ChildCell,
    GatewayCell,
    KernelCell,
    ListenerCell,
    Outcome,
    PersistenceCell,
    PolicyCell,
    Writer,
)

EVENTS_MAX = 30
# How far back the event list starts when a monitor attaches.
OUTCOMES_BACK_MAX = 8_000
OUTCOMES_PER_READ_MAX = 8_192
LIVES_IN = (
    Writer.SUPERVISOR,
    Writer.KERNEL,
    Writer.GATEWAY,
    Writer.LISTENER,
    Writer.PERSISTENCE,
    Writer.POLICY,
)
Stats = KernelCell | GatewayCell | ListenerCell | PersistenceCell | PolicyCell


class Watch:
    """A monitor's attachments to one instance; segments may come, be replaced and go."""

    def __init__(self, instance: str, kernel_file: Path | None = None) -> None:
        self.instance = instance
        self._attached: dict[Writer, Reader] = {}
        self._followed: Consumer[Outcome] | None = None
        self._events: deque[EventView] = deque(maxlen=EVENTS_MAX)
        self._kernel_file = kernel_file

    def refresh(self) -> None:
        """Attaches what has appeared and lets go of what was replaced or taken down."""
        for writer in LIVES_IN:
            held = self._attached.get(writer)
            if held is not None and not held.replaced():
                continue
            found = self._attach(writer)
            if found is None:
                self._attached.pop(writer, None)
            else:
                self._attached[writer] = found
            if writer == Writer.KERNEL:
                self._followed = self._following(found)

    def _following(self, kernel: Reader | None) -> Consumer[Outcome] | None:
        if kernel is None:
            return None
        followed = kernel.follow(OUTCOMES)
        followed.seek(max(0, kernel.tail(OUTCOMES) - OUTCOMES_BACK_MAX))
        return followed

    def _attach(self, writer: Writer) -> Reader | None:
        if writer == Writer.KERNEL and self._kernel_file is not None:
            return Reader.attach_file(str(self._kernel_file), writer)
        if f"{self.instance}.{writer.name.lower()}" not in _native.list_segments():
            return None
        return Reader.attach(self.instance, writer)

    def snapshot(self) -> Snapshot:
        """Everything readable now."""
        self.refresh()
        wall_ns, mono_ns = time.time_ns(), time.monotonic_ns()
        kernel = self._attached.get(Writer.KERNEL)
        supervisor = self._attached.get(Writer.SUPERVISOR)
        self._follow()
        return Snapshot(
            schema_version=view.SCHEMA_VERSION,
            wall_ns=wall_ns,
            instance=self.instance,
            tree=view.tree_view(supervisor.read(TREE), mono_ns) if supervisor else None,
            processes=self._processes(mono_ns),
            account=view.account_view(kernel.read(ACCOUNT), wall_ns, mono_ns) if kernel else None,
            slots=self._slots(kernel, mono_ns),
            orders=self._orders(kernel, mono_ns),
            journal=self._journal(kernel),
            marks=self._marks(mono_ns),
            counters=self._counters(),
            events=list(self._events),
        )

    def _slots(self, kernel: Reader | None, mono_ns: int) -> list[SlotView]:
        if kernel is None:
            return []
        return view.slot_views(kernel.read_all(SLOTS), mono_ns)

    def _orders(self, kernel: Reader | None, mono_ns: int) -> list[OrderView]:
        if kernel is None:
            return []
        return view.order_views(kernel.read_all(ORDERS), mono_ns)

    def _journal(self, kernel: Reader | None) -> JournalView | None:
        if kernel is None:
            return None
        persistence = self._attached.get(Writer.PERSISTENCE)
        cell = persistence.read(PERSISTENCE_STATS) if persistence else None
        known = cell is not None and cell.journal_id != 0
        return view.journal_view(
            kernel.read(JOURNAL),
            cell.stored_seq if cell is not None and known else None,
            cell.quarantined if cell is not None and known else None,
        )

    def _marks(self, mono_ns: int) -> list[MarkView]:
        listener = self._attached.get(Writer.LISTENER)
        if listener is None:
            return []
        return [view.mark_view(cell, mono_ns) for cell in listener.read_all(MARKS) if cell.symbol]

    def _processes(self, mono_ns: int) -> list[ProcessView]:
        supervisor = self._attached.get(Writer.SUPERVISOR)
        children: dict[str, ChildCell] = {}
        if supervisor is not None:
            cells = (supervisor.read(CHILDREN, index) for index in range(CHILDREN.cell_count))
            children = {cell.name: cell for cell in cells if cell.name}
        views = []
        for writer in LIVES_IN:
            name = writer.name.lower()
            held = self._attached.get(writer)
            child = children.pop(name, None)
            if held is None and child is None:
                continue
            said = None
            if held is not None:
                head = held.header()
                said = (head.state, head.pid, head.epoch, head.heartbeat_mono_ns, head.progress)
            views.append(view.process_view(name, child, said, mono_ns))
        return views + [view.process_view(n, c, None, mono_ns) for n, c in children.items()]

    def _counters(self) -> dict[str, dict[str, int | str]]:
        regions: tuple[Cells[Stats], ...] = (  # type: ignore[assignment]
            KERNEL_STATS,
            GATEWAY_STATS,
            LISTENER_STATS,
            PERSISTENCE_STATS,
            POLICY_STATS,
        )
        return {
            region.writer.name.lower(): dict(
                self._attached[region.writer].read(region, 0)._asdict()
            )
            for region in regions
            if region.writer in self._attached
        }

    def _follow(self) -> None:
        """Takes new outcomes for the event list; what a lap lost is simply not shown."""
        if self._followed is None:
            return
        try:
            records = self._followed.poll(OUTCOMES_PER_READ_MAX)
        except Lapped:
            return
        for _, outcome in records:
            event = view.event_view(outcome)
            if event is not None:
                self._events.append(event)
