"""The other side of the wire for benchmarks: when each order's request arrived, and bare httpx.

Both addresses are served by one process with the same code, so that an arrival means the same for
every way that is compared: one answers at once, the other passes on to a venue that answers itself.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from pathlib import Path

import httpx

from pink_actors.clock import SystemClock
from pink_actors.venue.signing import signed_query
from tests.gateway.stage import API_KEY, API_SECRET, SYMBOL
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]
CLOCK = SystemClock()
HOST = "127.0.0.1"
ORDER = re.compile(rb"^POST /openApi/swap/v2/trade/order\?\S*clientOrderId=([^&\s]+)")
RULES = {
    "symbol": SYMBOL, "pricePrecision": 1, "quantityPrecision": 4, "tradeMinQuantity": 0.0001,
    "tradeMinUSDT": 2, "makerFeeRate": 0.0002, "takerFeeRate": 0.0005, "apiStateOpen": "true",
}  # fmt: skip


class End(asyncio.Protocol, ABC):
    """One client's connection; notes when an order's request arrived."""

    def __init__(self, arrivals: dict[str, int]) -> None:
        self._arrivals = arrivals
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        arrived = CLOCK.mono_ns()
        found = ORDER.match(data)
        if found:
            self._arrivals[found[1].decode()] = arrived
        self.answer(data, found)

    @abstractmethod
    def answer(self, data: bytes, found: re.Match[bytes] | None) -> None:
        """What is done with it after the note."""

    def write(self, data: bytes) -> None:
        """To the client."""
        if self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        """Ends the connection."""
        if self._transport is not None:
            self._transport.close()


class Answering(End):
    """A venue that accepts everything at once."""

    def answer(self, data: bytes, found: re.Match[bytes] | None) -> None:
        path = data.split(b" ", 2)[1].partition(b"?")[0].decode()
        body = json.dumps({"code": 0, "msg": "", "data": _data(path, found)}).encode()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
        self.write(head.encode() + b"\r\n\r\n" + body)


def _data(path: str, found: re.Match[bytes] | None) -> object:
    if found:
        return {"order": {
            "symbol": SYMBOL, "orderId": 1735950529123455001, "side": "BUY", "type": "MARKET",
            "positionSide": "BOTH", "quantity": 0.1, "price": 0, "avgPrice": "0.00",
            "executedQty": "0.00", "clientOrderId": found[1].decode(), "status": "PENDING",
        }}  # fmt: skip
    if path.endswith("/contracts"):
        return [RULES]
    return {"serverTime": CLOCK.wall_ns() // 10**6, "dualSidePosition": "false", "leverage": 3}


class Passing(End):
    """Passes everything on to the venue behind it, and the answers back."""

    def __init__(self, arrivals: dict[str, int], port: int) -> None:
        super().__init__(arrivals)
        self._kept: list[bytes] = []
        self._behind: asyncio.Transport | None = None
        self._connecting = asyncio.create_task(self._connect(port))

    async def _connect(self, port: int) -> None:
        loop = asyncio.get_running_loop()
        self._behind, _ = await loop.create_connection(lambda: _Back(self), HOST, port)
        self._behind.writelines(self._kept)

    def answer(self, data: bytes, found: re.Match[bytes] | None) -> None:
        if self._behind is None:
            self._kept.append(data)
        else:
            self._behind.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._behind is not None:
            self._behind.close()


class _Back(asyncio.Protocol):
    """The venue's side of a connection that is passed on."""

    def __init__(self, front: Passing) -> None:
        self._front = front

    def data_received(self, data: bytes) -> None:
        self._front.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._front.close()


async def serve(folder: Path, venue_port: int) -> None:
    """The process, until its input ends; each line of that names a file for the arrivals."""
    arrivals: dict[str, int] = {}
    loop = asyncio.get_running_loop()
    ends: list[Callable[[], End]] = [
        lambda: Answering(arrivals), lambda: Passing(arrivals, venue_port),
    ]  # fmt: skip
    servers = [await loop.create_server(end, HOST, 0) for end in ends]
    ports = [server.sockets[0].getsockname()[1] for server in servers]
    _put(folder / "ports", ports)
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        _put(Path(line.decode().strip()), arrivals)
        arrivals.clear()


def _put(path: Path, content: object) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(content))
    part.rename(path)


class Wire:
    """The serving process as a benchmark sees it."""

    def __init__(self, folder: Path, venue_port: int = 0) -> None:
        self._folder = folder
        self._child = subprocess.Popen(
            [sys.executable, "-m", "scripts.benchmarks.wire", str(folder), str(venue_port)],
            stdin=subprocess.PIPE,
            cwd=ROOT,
        )
        ports = folder / "ports"
        wait_until(lambda: ports.exists() or self._child.poll() is not None, "the server")
        answering, passing = json.loads(ports.read_text())
        self.url = f"http://{HOST}:{answering}"
        self.passing_url = f"http://{HOST}:{passing}"

    def arrivals(self) -> dict[str, int]:
        """When each order arrived since the last call."""
        path = self._folder / "asked"
        assert self._child.stdin is not None
        self._child.stdin.write(f"{path}\n".encode())
        self._child.stdin.flush()
        wait_until(lambda: path.exists() or self._child.poll() is not None, "the times")
        found: dict[str, int] = json.loads(path.read_text())
        path.unlink()
        return found

    def stop(self) -> None:
        """Ends it."""
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child.wait(timeout=5)


def signed_order(url: str, name: str) -> str:
    """The order as a URL."""
    params = (
        ("symbol", SYMBOL), ("side", "BUY"), ("positionSide", "BOTH"), ("type", "MARKET"),
        ("quantity", "0.1"), ("clientOrderId", name),
    )  # fmt: skip
    query = signed_query(API_SECRET, params, CLOCK.wall_ns() // 10**6, 5000)
    return f"{url}/openApi/swap/v2/trade/order?{query}"


async def through_httpx(
    url: str, names: Iterable[str], gaps_s: Iterable[float] | None = None
) -> tuple[dict[str, int], list[int]]:
    """Orders by httpx as its documentation says; when each left the caller, and each round trip.

    `gaps_s` are the pauses before them; without any one follows the other.
    """
    left: dict[str, int] = {}
    trips: list[int] = []
    pauses = iter(gaps_s or ())
    async with httpx.AsyncClient(headers={"X-BX-APIKEY": API_KEY}, trust_env=False) as client:
        for name in names:
            await asyncio.sleep(next(pauses, 0.0))
            started = CLOCK.mono_ns()
            left[name] = started
            response = await client.post(signed_order(url, name))
            assert response.json()["code"] == 0
            trips.append(CLOCK.mono_ns() - started)
    return left, trips


def at(row: Iterable[int], part: float) -> float:
    """A percentile in µs."""
    ordered = sorted(row)
    return ordered[int(len(ordered) * part)] / 1000


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("venue_port", type=int)
    given = parser.parse_args()
    asyncio.run(serve(given.folder, given.venue_port))
