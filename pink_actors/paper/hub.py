"""Stream sockets: who listens to what, bounded queues, and the faults of a lossy stream."""

import asyncio
import gzip
import secrets
import zlib
from collections import deque
from struct import Struct as Binary

import orjson
from aiohttp import web
from msgspec import Struct

from pink_actors.paper.faults import FaultName, Faults
from pink_actors.paper.stats import Stats
from pink_actors.paper.wire import Json

QUEUE_MAX = 20_000
TOPICS_MAX = 200
SOCKETS_MAX = 240
LISTEN_KEYS_MAX = 1_000
LISTEN_KEY_MS = 60 * 60_000
STORED_BYTES_MAX = 0xFFFF
# RFC 1952: a member without name or time, then RFC 1951: one last block that is not compressed.
_HEAD = bytes.fromhex("1f8b08000000000000ff")
_BLOCK = Binary("<BHH")
_TAIL = Binary("<II")


class ListenKey(Struct):
    """A key of a user stream and how long it lives, in protocol time."""

    account: str
    expires_ms: int


def pack(frame: Json) -> bytes:
    """A frame as it goes over the wire."""
    return zipped(orjson.dumps(frame))


def zipped(data: bytes) -> bytes:
    """As gzip; what fits one block is stored, since squeezing costs more than sending it here."""
    size = len(data)
    if size > STORED_BYTES_MAX:
        return gzip.compress(data, 1, mtime=0)
    block = _BLOCK.pack(1, size, size ^ STORED_BYTES_MAX)
    return b"".join((_HEAD, block, data, _TAIL.pack(zlib.crc32(data), size)))


class Socket:
    """One connected client; a writer task drains its queue."""

    def __init__(
        self,
        stream: web.WebSocketResponse,
        transport: asyncio.Transport | None,
        account: str,
        listen_key: str,
    ) -> None:
        self.stream = stream
        self.transport = transport
        self.account = account
        self.listen_key = listen_key
        self.topics: set[str] = set()
        self.silent = False
        self.heard_ms = 0
        self._queue: deque[bytes] = deque()
        self._ready = asyncio.Event()
        self._held: bytes | None = None

    def push(self, data: bytes) -> bool:
        """Queue a frame; False when the client is too slow to keep."""
        if len(self._queue) >= QUEUE_MAX:
            return False
        self._queue.append(data)
        if self._held is not None:
            self._queue.append(self._held)
            self._held = None
        self._ready.set()
        return True

    def hold(self, data: bytes) -> None:
        """Keep a frame back until after the next one."""
        if self._held is not None:
            self._queue.append(self._held)
        self._held = data

    async def write(self) -> None:
        """Send queued frames until the socket is gone."""
        while not self.stream.closed:
            await self._ready.wait()
            self._ready.clear()
            while self._queue:
                await self.stream.send_bytes(self._queue.popleft(), compress=None)


class Hub:
    """All sockets and listen keys."""

    def __init__(self, faults: Faults, stats: Stats) -> None:
        self.sockets: set[Socket] = set()
        self.keys: dict[str, ListenKey] = {}
        self.topics: dict[str, set[Socket]] = {}
        self._faults = faults
        self._stats = stats

    def new_key(self, account: str, now_ms: int) -> str | None:
        """Give an account one more listen key; None when there are too many."""
        if len(self.keys) >= LISTEN_KEYS_MAX:
            return None
        key = secrets.token_hex(32)
        self.keys[key] = ListenKey(account, now_ms + LISTEN_KEY_MS)
        return key

    def renew(self, key: str, now_ms: int) -> bool:
        """Extend a key by an hour; False when it is unknown."""
        found = self.keys.get(key)
        if found is None:
            return False
        found.expires_ms = now_ms + LISTEN_KEY_MS
        return True

    def overdue(self, now_ms: int) -> list[str]:
        """The keys whose time is over."""
        return [key for key, entry in self.keys.items() if entry.expires_ms <= now_ms]

    def expire(self, key: str, frame: Json) -> None:
        """End a key: tell its sockets, then send them nothing more."""
        self.keys.pop(key, None)
        data = pack(frame)
        for socket in self.sockets:
            if socket.listen_key == key and not socket.silent:
                socket.push(data)
                socket.silent = True

    def subscribe(self, socket: Socket, topic: str) -> bool:
        """Add a topic; False at the limit."""
        if len(socket.topics) >= TOPICS_MAX and topic not in socket.topics:
            return False
        socket.topics.add(topic)
        self.topics.setdefault(topic, set()).add(socket)
        return True

    def unsubscribe(self, socket: Socket, topic: str) -> None:
        """Drop a topic."""
        socket.topics.discard(topic)
        listeners = self.topics.get(topic)
        if listeners is not None:
            listeners.discard(socket)
            if not listeners:
                del self.topics[topic]

    def leave(self, socket: Socket) -> None:
        """Forget a socket."""
        for topic in list(socket.topics):
            self.unsubscribe(socket, topic)
        self.sockets.discard(socket)

    def listeners(self, account: str) -> list[Socket]:
        """The sockets that follow an account."""
        return [s for s in self.sockets if s.account == account and not s.silent]

    def send_user(self, listeners: list[Socket], frame: Json) -> None:
        """Send an account's event to its sockets, each with its own push time, past the faults."""
        subject = str(frame.get("e", ""))
        pushed_ms = frame["E"]
        assert isinstance(pushed_ms, int)
        for late_ms, socket in enumerate(listeners):
            frame["E"] = pushed_ms + late_ms
            self._deliver(socket, pack(frame), subject)

    def send_topic(self, topic: str, frame: Json) -> None:
        """Send a market frame to all who asked for its topic."""
        data = pack(frame)
        for socket in list(self.topics.get(topic, ())):
            self._deliver(socket, data, topic)

    def send(self, socket: Socket, data: bytes) -> None:
        """Send one frame to one socket, cutting it when it cannot keep up."""
        self._stats.frames_sent += 1
        if not socket.push(data):
            self.cut(socket)

    def cut(self, socket: Socket) -> None:
        """Break a connection without a farewell."""
        self._stats.sockets_cut += 1
        socket.silent = True
        if socket.transport is not None:
            socket.transport.abort()

    def _deliver(self, socket: Socket, data: bytes, subject: str) -> None:
        faults = self._faults
        if faults.draw(FaultName.FRAME_DROPPED, subject):
            return
        if faults.draw(FaultName.FRAME_REORDERED, subject):
            socket.hold(data)
            return
        self.send(socket, data)
        if faults.draw(FaultName.FRAME_DUPLICATED, subject):
            self.send(socket, data)
        if faults.draw(FaultName.SOCKET_CUT, subject):
            self.cut(socket)
