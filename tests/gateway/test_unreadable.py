"""Replies that are JSON and yet not what the protocol says: counted, kept, told, never guessed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pink_actors.clock import NS_PER_MS
from pink_actors.gateway.desk import Desk
from pink_actors.gateway.inbox import Work
from pink_actors.gateway.income import income
from pink_actors.gateway.query import query
from pink_actors.gateway.settle import settle
from pink_actors.gateway.snapshot import reconcile
from pink_actors.rest.budget import Priority
from pink_actors.rest.connection import Ending, Turn
from pink_actors.rest.kept import FILE_MODE, FILE_SIZE_MAX
from pink_actors.shm_layout import (
    ORDERS,
    Code,
    CommandKind,
    Has,
    OrderCell,
    OrderStatus,
    Report,
    ReportKind,
)
from pink_actors.venue import requests
from pink_actors.venue.replies import BODY_SIZE_MAX
from tests.gateway.rig import Rig
from tests.gateway.scripted import Asked, scripted
from tests.gateway.stage import CLOCK, Stage


@asynccontextmanager
async def answering(body: bytes) -> AsyncIterator[int]:
    """A venue that says the same to everything; its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


ENVELOPES = [
    (b"[1,2]", Code.MALFORMED), (b"{", Code.MALFORMED), (b'{"code":"x"}', Code.MALFORMED),
    (b'{"data":{}}', Code.MALFORMED), (b"\x1f\x8b\x08", Code.MALFORMED),
    (b'{"code":1,"msg":"\xff"}', Code.MALFORMED), (b" " * (BODY_SIZE_MAX + 1), Code.TOO_LARGE),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(ENVELOPES)))
async def test_flaw_h8_a_reply_without_an_envelope_is_counted_kept_and_told(
    instance: str, home: Path, number: int
) -> None:
    body, code = ENVELOPES[number]
    async with answering(body) as port:
        with Stage(instance, home, f"http://127.0.0.1:{port}", rate_limits="off") as stage:
            old = stage.unread_dir / "gateway-unread-00.bin"
            old.write_bytes(b"left by an earlier build")
            old.chmod(0o644)
            rig = Rig(stage)
            answer = await rig.connection.send(requests.BALANCE, Turn(Priority.QUERY))
            await rig.connection.close()
            assert answer.ending is Ending.UNKNOWN
            assert [told for told, _ in rig.told()] == [code]
            counters = rig.connection.counters
            assert (counters.parse_errors, counters.connected) == (1, 1)
            assert old.read_bytes() == body[:FILE_SIZE_MAX]
            assert old.stat().st_mode & 0o777 == FILE_MODE


RESTING = {
    "symbol": "BTC-USDT", "orderId": 7, "side": "SELL", "positionSide": "BOTH",
    "type": "STOP_MARKET", "origQty": "0.1", "stopPrice": "20000", "status": "NEW",
}  # fmt: skip
# Its average cannot be a price.
ODD = {**RESTING, "orderId": 8, "avgPrice": "1e99", "symbol": "ETH-USDT"}


async def snapshot(
    instance: str, home: Path, orders: list[object], *known: OrderCell
) -> tuple[list[Report], Report, list[str], int]:
    """Orders and end of the second snapshot of these, diagnostics, and how many were kept."""

    def answer(asked: Asked) -> object:
        if asked.path.endswith("openOrders"):
            return {"orders": orders}
        return [] if asked.path.endswith("positions") else [{"asset": "USDT", "balance": "1"}]

    async with scripted(instance, home, answer) as desk:
        for index, cell in enumerate(known):
            desk.stage.own.write(ORDERS, cell, index)
        for _ in range(2):
            command = desk.stage.command(CommandKind.RECONCILE)
            await reconcile(desk.rig.desk, Work(command, maybe_sent=False))
        texts = [text for _, text in desk.rig.told()]
        *rows, end = desk.stage.answers(command)
        assert end.row_count == len(rows) - 1
        kept = len(list(desk.stage.unread_dir.iterdir()))
        return [row for row in rows if row.kind is ReportKind.SNAPSHOT_ORDER], end, texts, kept


async def test_one_open_order_that_cannot_be_read_hides_no_other_and_is_told_to_be_there(
    instance: str, home: Path
) -> None:
    rows, end, texts, kept = await snapshot(instance, home, [RESTING, ODD])
    assert [(row.venue_order_id, row.symbol) for row in rows] == [(7, "BTC-USDT"), (8, "ETH-USDT")]
    assert (rows[0].order_status, rows[1].order_status) == (
        OrderStatus.WORKING, OrderStatus.UNKNOWN,
    )  # fmt: skip
    assert not rows[1].has & (Has.QTY | Has.CUM_QTY | Has.AVG_PRICE)
    assert (end.complete, end.code) == (1, Code.OK)
    # Told once and not at each reading.
    (text,) = texts
    assert text.startswith("order 8 cannot be read: avgPrice")
    assert kept == 1


async def test_an_unreadable_order_of_the_kernel_is_left_out_so_that_it_is_asked_about(
    instance: str, home: Path
) -> None:
    cell = OrderCell.zero()._replace(
        status=OrderStatus.WORKING, venue_order_id=8, client_order_id="ours", symbol="ETH-USDT"
    )
    rows, end, texts, _ = await snapshot(instance, home, [RESTING, ODD], cell)
    assert [row.venue_order_id for row in rows] == [7]
    assert (end.complete, len(texts)) == (1, 1)


@pytest.mark.parametrize("nameless", [{**ODD, "symbol": ""}, {**ODD, "orderId": "x"}, "what"])
async def test_an_order_without_a_name_could_be_any_so_that_none_is_absent(
    instance: str, home: Path, nameless: object
) -> None:
    rows, end, texts, _ = await snapshot(instance, home, [nameless, RESTING])
    assert [row.venue_order_id for row in rows] == [7]
    assert (end.complete, end.code) == (0, Code.UNRESOLVED)
    assert texts


ORDER = {"symbol": "BTC-USDT", "side": "BUY", "positionSide": "BOTH", "type": "MARKET"}
BAD = [
    (query, CommandKind.QUERY, {"order": {**ORDER, "orderId": "one"}}),
    (query, CommandKind.QUERY, {"order": {**ORDER, "orderId": 7, "executedQty": "-1"}}),
    (query, CommandKind.QUERY, {"order": {**ORDER, "orderId": 7, "avgPrice": "1e99"}}),
    (query, CommandKind.QUERY, {"order": {**ORDER, "orderId": 7, "side": "MAYBE"}}),
    (settle, CommandKind.SETTLE, {"fill_history_orders": [{"symbol": "BTC-USDT"}]}),
    (income, CommandKind.INCOME, [{"incomeType": "FUNDING_FEE", "income": "much"}]),
    (reconcile, CommandKind.RECONCILE, [{"symbol": "BTC-USDT", "positionSide": "UP"}]),
]


@pytest.mark.parametrize(("perform", "kind", "data"), BAD)
async def test_flaw_h8_a_field_that_makes_no_sense_is_counted_kept_and_told(
    instance: str,
    home: Path,
    perform: Callable[[Desk, Work], Awaitable[None]],
    kind: CommandKind,
    data: object,
) -> None:
    body = json.dumps({"code": 0, "msg": "", "data": data}).encode()
    async with answering(body) as port:
        with Stage(instance, home, f"http://127.0.0.1:{port}", rate_limits="off") as stage:
            rig = Rig(stage)
            since_ms = CLOCK.wall_ns() // NS_PER_MS
            command = stage.command(kind, venue_order_id=7, cum_qty_e8=1, since_wall_ms=since_ms)
            await perform(rig.desk, Work(command, maybe_sent=False))
            await rig.connection.close()
            assert {code for code, _ in rig.told()} == {Code.MALFORMED}
            assert rig.connection.counters.parse_errors >= 1
            kept = [path.read_bytes() for path in stage.unread_dir.glob("gateway-unread-*.bin")]
            assert json.dumps(data).encode() in kept
            end = stage.answers(command)[-1]
            ending = ReportKind.SNAPSHOT_END if perform is reconcile else ReportKind.COMMAND_DONE
            assert (end.kind, end.code, end.complete) == (ending, Code.UNRESOLVED, 0)
