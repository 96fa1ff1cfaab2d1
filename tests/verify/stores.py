"""Four stores that agree: a ledger, a journal, a saved segment and a database, made by the test.

One trade in BTC went round (two fills each way), a limit order was cancelled, funding was paid, and
a short position in ETH is still open.
"""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path
from typing import NamedTuple

from pink_actors import config
from pink_actors.config import Config
from pink_actors.persistence.database import Database, Owner
from pink_actors.persistence.sink import Numbered, Sink
from pink_actors.persistence.tables import Schema
from pink_actors.shm_layout import (
    ACCOUNT,
    CELLS,
    DIGEST,
    MAGIC,
    ORDERS,
    SEGMENTS,
    SLOTS,
    VERSION,
    AccountCell,
    Effect,
    Has,
    InputKind,
    OrderCell,
    OrderKind,
    OrderRole,
    OrderSide,
    OrderStatus,
    Outcome,
    Provenance,
    Record,
    Report,
    ReportKind,
    SegmentHeader,
    Side,
    SlotCell,
    Stage,
    Writer,
)
from tests import journal_files
from tests.journal_files import CELL, INPUT, Entry, Part

E8 = 10**8
E12 = 10**12
JOURNAL_ID = 0x1234_5678
REPORT = 5
SEED_E8 = 10_000 * E8
WALL_NS = 1_790_000_000 * 10**9


class Fill(NamedTuple):
    """One execution, in scaled integers."""

    fill_id: int
    qty_e8: int
    price_e12: int
    fee_e8: int

    @property
    def value_e8(self) -> int:
        return self.qty_e8 * self.price_e12 // E12


class Order(NamedTuple):
    """What was sent and what came of it."""

    order_id: int
    client_order_id: str
    symbol: str
    role: OrderRole
    side: OrderSide
    kind: OrderKind
    qty_e8: int
    price_e12: int
    status: OrderStatus
    fills: tuple[Fill, ...]


def client_id(instance: str, rest: str) -> str:
    return f"{instance[:8]}{JOURNAL_ID:08x}1-{rest}"


def orders(instance: str) -> list[Order]:
    btc, eth = "BTC-USDT", "ETH-USDT"
    market, limit = OrderKind.MARKET, OrderKind.LIMIT
    filled, cancelled = OrderStatus.FILLED, OrderStatus.CANCELLED
    buy, sell = OrderSide.BUY, OrderSide.SELL
    entry, leave = OrderRole.ENTRY, OrderRole.EXIT
    return [
        Order(
            2**60 + 1, client_id(instance, "0-1-e0-1"), btc, entry, buy, market, E8 // 2, 0, filled,
            (
                Fill(9001, E8 // 5, 50_000 * E12, 5 * E8 + 1),
                Fill(9002, 3 * E8 // 10, 50_010 * E12, 7 * E8 + 3),
            ),
        ),
        Order(
            2**60 + 2, client_id(instance, "1-1-e0-1"), btc, entry, buy, limit, E8, 49_000 * E12,
            cancelled, (),
        ),
        Order(
            2**60 + 3, client_id(instance, "0-1-x0-2"), btc, leave, sell, market, E8 // 2, 0,
            filled,
            (
                Fill(9003, E8 // 4, 50_100 * E12, 6 * E8 + 5),
                Fill(9004, E8 // 4, 50_090 * E12, 6 * E8 + 7),
            ),
        ),
        Order(
            2**60 + 4, client_id(instance, "1-2-e0-1"), eth, entry, sell, market, 2 * E8, 0, filled,
            (Fill(9005, 2 * E8, 3_000 * E12 + 10**10, 3 * E8 + 9),),
        ),
    ]  # fmt: skip


class Stores:
    """Makes all four for one instance below `home`."""

    def __init__(self, instance: str, home: Path) -> None:
        self.config = Config(instance=config.Instance(name=instance, home=str(home)))
        self.orders = orders(instance)
        self._entries: list[Entry] = []
        self._account = AccountCell.zero()._replace(seed_e8=SEED_E8, capital_e8=SEED_E8, seeded=1)
        self._positions: dict[str, int] = {}
        self._ledger: list[dict[str, object]] = []
        self._make()

    @property
    def ledger(self) -> Path:
        return self.config.paper_dir / "ledger.jsonl"

    @property
    def journal(self) -> Path:
        return self.config.journal_dir / "seg-00000001.pj"

    @property
    def segment(self) -> Path:
        return self.config.journal_dir / "last-kernel.segment"

    def _make(self) -> None:
        self._line("start", seed=1)
        self._line("account", account="main", balance="10000")
        for order in self.orders:
            self._run_order(order)
        self._pay_funding(E8 // 8)
        self._end_trade()
        self._leave_cells()
        self.config.paper_dir.mkdir(parents=True)
        self.ledger.write_text("".join(sealed(json.dumps(line)) for line in self._ledger))
        journal_files.write(
            self.config.journal_dir, JOURNAL_ID, [self._entries[:7], self._entries[7:]]
        )
        self.store_rows()

    def store_rows(self) -> None:
        """The database, as the persistence process fills it."""
        schema = Schema()
        database = Database.open(self.config.persistence, self.config.database_dir, schema)
        sink = Sink(database, schema, Owner(self.config.instance.name, JOURNAL_ID))
        sink.recover()
        sink.write([Numbered(e.outcome.seq, e.outcome.encode()) for e in self._entries])
        database.close()

    def forged(self, seq: int, **fields: int) -> list[Entry]:
        """The journal's entries, one outcome of which says something else."""
        return [
            entry._replace(outcome=entry.outcome._replace(**fields))  # type: ignore[arg-type]
            if entry.outcome.seq == seq
            else entry
            for entry in self._entries
        ]

    def cell(self, region: int, index: int, field: str) -> int:
        """A field of a cell that was left behind."""
        for part in self._entries[-1].parts:
            if (part.region, part.place) == (region, index):
                return int(getattr(part.record, field))
        raise AssertionError(f"no cell {region}[{index}]")

    def _line(self, kind: str, /, **fields: object) -> None:
        self._ledger.append({"t": kind, "seq": len(self._ledger) + 1, **fields})

    def _entry(self, outcome: Outcome, *parts: Part) -> None:
        seq = len(self._entries) + 1
        sums = self._account
        told = outcome._replace(
            seq=seq,
            wall_ns=WALL_NS + seq,
            capital_e8=sums.capital_e8,
            seed_e8=SEED_E8,
            realised_e8=sums.realised_e8,
            fees_e8=sums.fees_e8,
            funding_e8=sums.funding_e8,
        )
        self._entries.append(Entry(told, parts))

    def _post(self, realised_e8: int, fee_e8: int, funding_e8: int) -> None:
        old = self._account
        self._account = old._replace(
            realised_e8=old.realised_e8 + realised_e8,
            fees_e8=old.fees_e8 + fee_e8,
            funding_e8=old.funding_e8 + funding_e8,
            capital_e8=old.capital_e8 + realised_e8 - fee_e8 - funding_e8,
        )

    def _run_order(self, order: Order) -> None:
        self._line(
            "order", account="main", order_id=order.order_id,
            client_order_id=order.client_order_id, symbol=order.symbol, side=order.side.name,
            position_side="BOTH", type=order.kind.name, qty=text(order.qty_e8, 8),
            price=text(order.price_e12, 12),
        )  # fmt: skip
        told = Outcome.zero()._replace(
            source=Writer.LISTENER,
            input=InputKind.REPORT,
            report_kind=ReportKind.ORDER_STATE,
            slot_id=0,
            symbol=order.symbol,
            client_order_id=order.client_order_id,
            venue_order_id=order.order_id,
            role=order.role,
            order_side=order.side,
            order_kind=order.kind,
            order_status=order.status,
            order_qty_e8=order.qty_e8,
            order_price_e12=order.price_e12,
        )
        self._entry(told._replace(order_status=OrderStatus.WORKING))
        if not order.fills:
            self._line(
                "end", account="main", order_id=order.order_id, status="CANCELLED", reason="asked"
            )
            self._entry(told)
        for number, fill in enumerate(order.fills, start=1):
            self._run_fill(order, fill, told, number)

    def _run_fill(self, order: Order, fill: Fill, told: Outcome, number: int) -> None:
        realised_e8 = 0
        if number == len(order.fills) and order.role is OrderRole.EXIT:
            realised_e8 = sum(f.value_e8 for f in order.fills)
            realised_e8 -= sum(f.value_e8 for f in self.orders[0].fills)
        self._post(realised_e8, fill.fee_e8, 0)
        signed = fill.qty_e8 if order.side is OrderSide.BUY else -fill.qty_e8
        self._positions[order.symbol] = self._positions.get(order.symbol, 0) + signed
        self._line(
            "fill", account="main", order_id=order.order_id,
            client_order_id=order.client_order_id, trade_id=fill.fill_id, symbol=order.symbol,
            side=order.side.name, position_side="BOTH", qty=text(fill.qty_e8, 8),
            price=text(fill.price_e12, 12), fee=text(fill.fee_e8, 8),
            realised_pnl=text(realised_e8, 8), role="taker",
            position_after=text(self._positions[order.symbol], 8),
            wallet_after=text(self._account.capital_e8, 8),
        )  # fmt: skip
        done = order.fills[:number]
        report = Report.zero()._replace(
            kind=ReportKind.FILL,
            has=Has.AMOUNT,
            fill_id=str(fill.fill_id),
            symbol=order.symbol,
            client_order_id=order.client_order_id,
            qty_e8=fill.qty_e8,
            price_e12=fill.price_e12,
            amount_e8=fill.fee_e8,
        )
        self._entry(
            told._replace(
                report_kind=ReportKind.FILL,
                fill_id=str(fill.fill_id),
                fill_qty_e8=fill.qty_e8,
                fill_price_e12=fill.price_e12,
                amount_e8=fill.fee_e8,
                fill_provenance=Provenance.SETTLED,
                order_cum_qty_e8=sum(f.qty_e8 for f in done),
                order_cum_notional_e8=sum(f.value_e8 for f in done),
                order_cum_fee_e8=sum(f.fee_e8 for f in done),
            ),
            Part(INPUT, REPORT, 0, report),
        )

    def _pay_funding(self, cost_e8: int) -> None:
        self._post(0, 0, cost_e8)
        self._line(
            "money", account="main", kind="FUNDING_FEE", symbol="ETH-USDT",
            amount=text(-cost_e8, 8), wallet_after=text(self._account.capital_e8, 8),
        )  # fmt: skip
        told = Outcome.zero()._replace(
            source=Writer.GATEWAY, input=InputKind.REPORT, report_kind=ReportKind.INCOME,
            slot_id=0xFFFF, fill_id="f1", symbol="ETH-USDT", amount_e8=-cost_e8,
        )  # fmt: skip
        self._entry(told)

    def _end_trade(self) -> None:
        bought, sold = self.orders[0].fills, self.orders[2].fills
        entered, left = sum(f.value_e8 for f in bought), sum(f.value_e8 for f in sold)
        self._entry(
            Outcome.zero()._replace(
                source=Writer.KERNEL,
                input=InputKind.DEADLINE,
                effect=Effect.FREE_SLOT,
                trade_id="t-1",
                symbol="BTC-USDT",
                slot_side=Side.LONG,
                slot_opened_qty_e8=E8 // 2,
                slot_opened_notional_e8=entered,
                slot_closed_qty_e8=E8 // 2,
                slot_closed_notional_e8=left,
                slot_realised_e8=left - entered,
                slot_fees_e8=sum(f.fee_e8 for f in (*bought, *sold)),
            )
        )

    def _leave_cells(self) -> None:
        """The last entry carries the cells as they are left, and the segment holds the same."""
        held = self.orders[3].fills[0]
        slot = SlotCell.zero()._replace(
            slot_id=1,
            stage=Stage.POSITION_OPEN,
            side=Side.SHORT,
            trade_id="t-2",
            symbol="ETH-USDT",
            qty_e8=held.qty_e8,
            entry_notional_e8=held.value_e8,
            opened_qty_e8=held.qty_e8,
            opened_notional_e8=held.value_e8,
            fees_e8=held.fee_e8,
        )
        order = OrderCell.zero()._replace(order_index=5)
        cells: list[tuple[int, int, Record]] = [
            (SLOTS.id, 1, slot),
            (ORDERS.id, 5, order),
            (ACCOUNT.id, 0, self._account),
        ]
        last = self._entries[-1]
        parts = tuple(Part(CELL, region, index, record) for region, index, record in cells)
        self._entries[-1] = last._replace(parts=parts)
        self.config.journal_dir.mkdir(parents=True)
        self.segment.write_bytes(segment(self.config.instance.name, cells))


def segment(instance: str, cells: list[tuple[int, int, Record]]) -> bytes:
    """A kernel segment with these cells in their second copies."""
    size = SEGMENTS[Writer.KERNEL].size
    data = bytearray(size)
    head = SegmentHeader.zero()._replace(
        magic=MAGIC, layout_version=VERSION, writer=Writer.KERNEL, total_size=size, digest=DIGEST,
        instance=instance,
    ).encode()  # fmt: skip
    data[: len(head)] = head
    regions = {region.id: region for region in CELLS}
    for region_id, index, record in cells:
        region = regions[region_id]
        offset = region.offset + index * region.stride
        start = offset + 8 + region.record_size
        data[offset : offset + 8] = struct.pack("<Q", 2)
        data[start : start + region.record_size] = record.encode()
    return bytes(data)


def text(value: int, places: int) -> str:
    """A scaled integer as the ledger writes it."""
    sign = "-" if value < 0 else ""
    digits = f"{abs(value):0{places + 1}d}"
    return f"{sign}{digits[:-places]}.{digits[-places:]}".rstrip("0").rstrip(".")


def sealed(line: str) -> str:
    """A line of the ledger with its checksum and its end."""
    body = line.removesuffix("}").encode()
    return f'{body.decode()},"crc32":{zlib.crc32(body)}}}\n'
