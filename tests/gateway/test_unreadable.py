"""Replies that are JSON and yet not what the protocol says: counted, kept, told, never guessed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pink_actors.gateway.desk import Desk
from pink_actors.gateway.inbox import Work
from pink_actors.gateway.income import income
from pink_actors.gateway.query import query
from pink_actors.gateway.settle import settle
from pink_actors.gateway.snapshot import reconcile
from pink_actors.shm_layout import Code, CommandKind, ReportKind
from tests.gateway.rig import Rig
from tests.gateway.stage import Stage


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
            command = stage.command(kind, venue_order_id=7, cum_qty_e8=1)
            await perform(rig.desk, Work(command, maybe_sent=False))
            await rig.connection.close()
            assert rig.told()
            assert rig.connection.counters.parse_errors >= 1
            kept = [path.read_bytes() for path in stage.unread_dir.glob("gateway-unread-*.bin")]
            assert json.dumps(data).encode() in kept
            end = stage.answers(command)[-1]
            ending = ReportKind.SNAPSHOT_END if perform is reconcile else ReportKind.COMMAND_DONE
            assert (end.kind, end.code, end.complete) == (ending, Code.UNRESOLVED, 0)
