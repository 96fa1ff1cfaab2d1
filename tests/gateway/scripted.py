"""A venue that answers as the test says, for replies that no honest venue gives."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from pink_actors.shm_layout import Code, Report, ReportKind
from pink_actors.venue.facts import InstrumentFacts
from tests.gateway.rig import Rig
from tests.gateway.stage import SYMBOL, Stage

RULES = InstrumentFacts(
    symbol=SYMBOL, tick_e12=10**11, lot_e8=10_000, min_qty_e8=10_000, min_notional_e8=2 * 10**8,
    maker_fee_e8=0, taker_fee_e8=0, open_to_api=True,
)  # fmt: skip


class Asked(NamedTuple):
    """One request as the venue saw it."""

    method: str
    path: str
    params: dict[str, str]

    def span(self, since: str, until: str) -> tuple[int, int]:
        """The span of time it asks for, by the names of its two parameters."""
        return int(self.params[since]), int(self.params[until])


# What comes after the head, or the data of an answer in its envelope.
Handler = Callable[[Asked], bytes | object]


def refusal(code: int, text: str) -> bytes:
    """The body of an answer that says no."""
    return json.dumps({"code": code, "msg": text, "data": {}}).encode()


class Bench(NamedTuple):
    """A desk in front of a scripted venue."""

    stage: Stage
    rig: Rig
    asked: list[Asked]

    def count(self, method: str) -> int:
        """How often the venue was asked by this method."""
        return sum(one.method == method for one in self.asked)

    def kinds(self) -> list[tuple[ReportKind, Code]]:
        """What was reported but for diagnostics."""
        self.stage.drain()
        told = [(report.kind, report.code) for report in self.stage.seen]
        return [one for one in told if one[0] is not ReportKind.DIAGNOSTIC]

    def told(self) -> list[Report]:
        """What was reported since the last call."""
        self.stage.drain()
        reports = list(self.stage.seen)
        self.stage.seen.clear()
        return reports


@asynccontextmanager
async def scripted(
    instance: str, home: Path, handler: Handler, **venue: str | int
) -> AsyncIterator[Bench]:
    """The desk; it knows the rules of BTC and that the venue answers leverage as it is asked."""
    asked: list[Asked] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
            parts = urlsplit(target)
            one = Asked(method, parts.path, dict(parse_qsl(parts.query)))
            asked.append(one)
            if one.path.endswith("/trade/leverage"):
                said: bytes | object = {"leverage": int(one.params["leverage"])}
            else:
                said = handler(one)
            if not isinstance(said, bytes):
                said = json.dumps({"code": 0, "msg": "", "data": said}).encode()
            start = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(said)}\r\n\r\n"
            writer.write(start.encode() + said)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        with Stage(instance, home, url, rate_limits="off", **venue) as stage:
            rig = Rig(stage)
            rig.desk.memory.instruments[SYMBOL] = RULES
            rig.desk.memory.learned.set()
            try:
                yield Bench(stage, rig, asked)
            finally:
                await rig.connection.close()
