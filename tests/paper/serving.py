"""A paper venue on loopback inside the test, and a signing client for it."""

import asyncio
import gzip
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, TypeVar

import httpx
import msgspec
from websockets.asyncio.client import ClientConnection, connect

from pink_actors.paper.actor import PaperVenue, Setup
from pink_actors.paper.auth import ApiKey
from pink_actors.paper.entries import Entry
from pink_actors.paper.faults import FaultPlan
from pink_actors.paper.feed import Candle
from pink_actors.paper.instrument import catalogue
from pink_actors.paper.ledger import EntryCodec
from pink_actors.paper.venue import Options

Row = dict[str, object]
T = TypeVar("T")
DEADLINE_S = 10.0
ORDER = "/openApi/swap/v2/trade/order"
LISTEN = "/openApi/user/auth/userDataStream"
KEYS = [ApiKey("main", "key-main", "secret-main"), ApiKey("other", "key-other", "secret-other")]


class Answer(NamedTuple):
    """What came back."""

    status: int
    code: int
    data: Row
    whole: Row
    headers: httpx.Headers


class Client:
    """Signs and sends, as a program of a user would."""

    def __init__(self, base: str, key: ApiKey) -> None:
        self.base = base
        self._key = key
        self.skew_ms = 0
        self._http = httpx.AsyncClient(base_url=base, timeout=5.0)

    async def __aenter__(self) -> "Client":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.aclose()

    async def send(self, method: str, path: str, **params: object) -> Answer:
        """One signed request."""
        names = {name: str(value) for name, value in params.items()}
        names["timestamp"] = str(time.time_ns() // 1_000_000 + self.skew_ms)
        text = "&".join(f"{name}={value}" for name, value in names.items())
        digest = hmac.new(self._key.api_secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        response = await self._http.request(
            method,
            path,
            params={**names, "signature": digest},
            headers={"X-BX-APIKEY": self._key.api_key},
        )
        return answer_of(response)

    async def body(self, path: str, content_type: str, **params: object) -> Answer:
        """One POST with its signed parameters in the body."""
        names = {name: str(value) for name, value in params.items()}
        names["timestamp"] = str(time.time_ns() // 1_000_000)
        text = "&".join(f"{name}={value}" for name, value in sorted(names.items()))
        digest = hmac.new(self._key.api_secret.encode(), text.encode(), hashlib.sha256).hexdigest()
        whole = {**names, "signature": digest}
        form = "&".join(f"{name}={value}" for name, value in whole.items())
        response = await self._http.post(
            path,
            content=json.dumps(whole) if "json" in content_type else form,
            headers={"X-BX-APIKEY": self._key.api_key, "Content-Type": content_type},
        )
        return answer_of(response)

    async def raw(self, method: str, path: str, **rest: object) -> Answer:
        """One request as it is, unsigned."""
        response = await self._http.request(
            method,
            path,
            content=bytes(str(rest.get("content", "")), "utf-8"),
            headers={"X-BX-APIKEY": str(rest.get("key", ""))},
        )
        return answer_of(response)

    async def get(self, path: str, **params: object) -> Answer:
        """A signed GET."""
        return await self.send("GET", f"/openApi/swap/{path}", **params)

    async def post(self, path: str, **params: object) -> Answer:
        """A signed POST."""
        return await self.send("POST", f"/openApi/swap/{path}", **params)

    async def delete(self, path: str, **params: object) -> Answer:
        """A signed DELETE."""
        return await self.send("DELETE", f"/openApi/swap/{path}", **params)

    async def place(self, **params: object) -> Answer:
        """An order in BTC-USDT, one-way unless said otherwise."""
        fixed: Row = {"symbol": "BTC-USDT", "positionSide": "BOTH"}
        return await self.send("POST", ORDER, **{**fixed, **params})

    async def control(self, **command: object) -> None:
        """Tell the venue to misbehave."""
        response = await self._http.post("/paper/control", json=command)
        assert response.status_code == 200, response.text

    async def stats(self) -> Row:
        """What the venue says it did."""
        return rows(await self._http.get("/paper/stats"))

    @asynccontextmanager
    async def stream(self, listen_key: str = "") -> AsyncIterator["Stream"]:
        """A socket, for market data or for the account of the key."""
        query = f"?listenKey={listen_key}" if listen_key else ""
        url = self.base.replace("http", "ws", 1) + "/swap-market" + query
        # Without a bound on unread frames a test that stops reading can still say goodbye.
        async with connect(url, max_queue=None) as socket:
            yield Stream(socket)

    async def listen_key(self) -> str:
        """A fresh listen key."""
        return str((await self.send("POST", LISTEN)).whole["listenKey"])


class Stream:
    """Reads frames and answers heartbeats."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.pings = 0

    async def next(self, *, event: str = "", topic: str = "") -> Row:
        """The next frame of this event or topic; others are passed over."""
        async with asyncio.timeout(DEADLINE_S):
            while True:
                frame = await self.any()
                if event and frame.get("e") == event:
                    return frame
                if topic and frame.get("dataType") == topic:
                    return frame
                if not event and not topic:
                    return frame

    async def any(self) -> Row:
        """The next frame that is no heartbeat."""
        while True:
            data = await self.socket.recv()
            assert isinstance(data, bytes)
            text = gzip.decompress(data).decode()
            if text != "Ping":
                return object_of(text)
            self.pings += 1
            await self.socket.send("Pong")

    async def subscribe(self, topic: str) -> Row:
        """Ask for a topic and wait for the answer."""
        await self.socket.send(json.dumps({"id": topic, "reqType": "sub", "dataType": topic}))
        async with asyncio.timeout(DEADLINE_S):
            while True:
                frame = await self.any()
                if frame.get("id") == topic:
                    return frame


@asynccontextmanager
async def served(
    data: Path,
    *,
    limits: bool = False,
    plan: FaultPlan | None = None,
    candles: list[Candle] | None = None,
    speed: float | None = 1.0,
    told: list[str] | None = None,
) -> AsyncIterator[str]:
    """A venue on a free port, with its market moving; yields its base URL."""
    known = catalogue()
    setup = Setup(
        "127.0.0.1",
        0,
        data,
        [known["BTC-USDT"], known["ETH-USDT"]],
        KEYS,
        candles or [],
        speed,
        plan or FaultPlan(),
        Options(seed=1, rate_limits=limits, control=True, coin="USDT"),
    )
    actor = PaperVenue(setup, lambda: None, (told if told is not None else []).append)
    _, port = actor.open()
    await actor.start()
    ticking = asyncio.create_task(_tick(actor))
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        if ticking.done():
            ticking.result()
        ticking.cancel()
        with suppress(asyncio.CancelledError):
            await ticking
        await actor.close()


async def _tick(actor: PaperVenue) -> None:
    while True:
        done = await actor.step()
        await asyncio.sleep(0 if done else actor.idle_ms / 1000)


async def until(ask: Callable[[], Awaitable[T | None]], what: str) -> T:
    """The first answer that is neither None nor False."""
    deadline = time.monotonic() + DEADLINE_S
    while True:
        answer = await ask()
        if answer is not None and answer is not False:
            return answer
        assert time.monotonic() < deadline, f"waited {DEADLINE_S} s for {what}"
        await asyncio.sleep(0.02)


def ledger_of(data: Path) -> list[Entry]:
    """The entries that are on disk, while the venue serves."""
    codec = EntryCodec()
    lines = (data / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    return [codec.decode(line) for line in lines if line.endswith(b"\n")]


def answer_of(response: httpx.Response) -> Answer:
    """Split a reply into its parts; one that is no JSON has the code -1."""
    try:
        whole = object_of(response.text or "{}")
    except ValueError:
        whole = {"code": -1}
    data = whole.get("data")
    code = whole.get("code", 0)
    assert isinstance(code, int)
    return Answer(
        response.status_code, code, data if isinstance(data, dict) else {}, whole, response.headers
    )


def rows(response: httpx.Response) -> Row:
    """The JSON object of a reply."""
    return object_of(response.text)


def object_of(text: str) -> Row:
    """A JSON object; integers stay exact."""
    return msgspec.json.decode(text, type=Row)


def at(row: object, *path: str | int) -> object:
    """A value deep inside JSON."""
    for step in path:
        if isinstance(step, int):
            assert isinstance(row, list), step
            row = row[step]
        else:
            assert isinstance(row, dict), step
            row = row[step]
    return row


def size(row: object) -> int:
    """The length of a JSON list."""
    assert isinstance(row, list)
    return len(row)
