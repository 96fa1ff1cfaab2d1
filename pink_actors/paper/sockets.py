"""The WebSocket side: subscriptions, heartbeats and the regular pushes of both streams."""

import asyncio
import contextlib

import msgspec
from aiohttp import WSMsgType, web

from pink_actors.paper import frames
from pink_actors.paper.feed import CANDLE_MS
from pink_actors.paper.hub import SOCKETS_MAX, Socket, pack, zipped
from pink_actors.paper.market import Market, grouped
from pink_actors.paper.request import Now
from pink_actors.paper.venue import Venue
from pink_actors.paper.wire import Json

PING_MS = 5_000
SILENCE_MAX_MS = 60_000
MESSAGE_BYTES_MAX = 1 << 16
DEPTH_PACES = ("200ms", "500ms")
SLOW_CHANNELS_MS = {"ticker": 1_000, "kline": 250, "depth": 200, "incrDepth": 200}


class Ask(msgspec.Struct, rename="camel"):
    """What a client sends on a socket."""

    id: str | int = ""
    req_type: str = ""
    data_type: str = ""


async def serve_socket(venue: Venue, request: web.BaseRequest) -> web.StreamResponse:
    """One client from its upgrade to its end."""
    hub = venue.hub
    key = request.query.get("listenKey", "")
    entry = hub.keys.get(key)
    stream = web.WebSocketResponse(
        max_msg_size=MESSAGE_BYTES_MAX, compress=False, autoping=True, timeout=1.0
    )
    if not stream.can_prepare(request):
        return web.json_response({"code": 100400, "msg": "this is a websocket"}, status=400)
    if len(hub.sockets) >= SOCKETS_MAX:
        return web.json_response({"code": 100410, "msg": "too many sockets"}, status=429)
    await stream.prepare(request)
    account = entry.account if entry is not None else ""
    socket = Socket(stream, request.transport, account, key)
    now = venue.clock.now()
    socket.heard_ms = now.wall_ms
    hub.sockets.add(socket)
    venue.stats.sockets_opened += 1
    writer = asyncio.create_task(socket.write(), name="stream writer")
    try:
        if key and entry is None:
            hub.send(socket, pack(frames.expired_frame(key, now)))
            socket.silent = True
        elif key:
            send_snapshots(venue, socket, now)
        await _listen(venue, socket)
    finally:
        hub.leave(socket)
        writer.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await writer
    return stream


async def _listen(venue: Venue, socket: Socket) -> None:
    async for message in socket.stream:
        socket.heard_ms = venue.clock.now().wall_ms
        if message.type is WSMsgType.TEXT:
            answer = _answer(venue, socket, message.data)
            if answer is not None:
                venue.hub.send(socket, pack(answer))


def _answer(venue: Venue, socket: Socket, text: str) -> Json | None:
    """Carry out a subscription; heartbeats need no answer."""
    if text in ("Pong", "pong"):
        return None
    now = venue.clock.now()
    try:
        ask = msgspec.json.decode(text, type=Ask)
    except msgspec.DecodeError:
        return {"code": 100400, "id": "", "msg": "cannot be read", "timestamp": now.wall_ms}
    if ask.req_type == "unsub":
        venue.hub.unsubscribe(socket, ask.data_type)
    elif ask.req_type == "sub":
        complaint = _subscribe(venue, socket, ask.data_type, now)
        if complaint is not None:
            return {"id": ask.id, "timestamp": now.wall_ms, **complaint}
    else:
        return {"code": 100400, "id": ask.id, "msg": "reqType", "timestamp": now.wall_ms}
    return {
        "id": ask.id,
        "code": 0,
        "msg": "",
        "dataType": "",
        "data": None,
        "timestamp": now.wall_ms,
    }


def _subscribe(venue: Venue, socket: Socket, topic: str, now: Now) -> Json | None:
    symbol, _, channel = topic.partition("@")
    market = venue.markets.get(symbol)
    if market is None:
        return {"code": 80015, "msg": f"symbol:{symbol} not supported"}
    if _frame(channel, topic, market, now) is None:
        return {"code": 80014, "msg": "dataType not supported"}
    if not venue.hub.subscribe(socket, topic):
        return {"code": 80403, "msg": "too many topics"}
    venue.clock.release()
    return None


def _frame(channel: str, topic: str, market: Market, now: Now) -> Json | None:
    _, _, pace = channel.partition("@")
    if pace and not (channel.startswith("depth") and pace in DEPTH_PACES):
        return None
    if not channel.startswith("kline_"):
        return frames.market_frame(channel, topic, market, now)
    span = frames.KLINE_MS.get(channel[6:])
    if span is None:
        return None
    wanted = max(1, span // CANDLE_MS)
    bars = grouped(list(market.bars)[-wanted:], span, 1)
    return {
        "code": 0,
        "dataType": topic,
        "s": market.instrument.symbol,
        "ts": now.wall_ms,
        "data": frames.kline_data(bars, market.instrument),
        "marketTime": now.market_ms,
    }


def send_snapshots(venue: Venue, socket: Socket, now: Now) -> None:
    """The whole account, as sent on connect and every few seconds."""
    account = venue.state.accounts[socket.account]
    venue.hub.send(socket, pack(frames.snapshot_frame(account, venue.exchange.marks(), now)))
    for symbol in venue.markets:
        frame = frames.config_frame(account, symbol, now, "ACCOUNT_CONFIG_UPDATE")
        venue.hub.send(socket, pack(frame))


class Pusher:
    """Sends what is due: market channels when prices moved, heartbeats every five seconds."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._seen: dict[str, int] = {}
        self._sent_ms: dict[str, int] = {}
        self._ping_ms = 0
        self._ping = zipped(b"Ping")

    def push(self, now: Now) -> None:
        """One round."""
        venue = self._venue
        for topic in list(venue.hub.topics):
            symbol, _, channel = topic.partition("@")
            market = venue.markets[symbol]
            if self._seen.get(topic) == market.updates:
                continue
            pause = self._pause_ms(channel)
            if pause and now.wall_ms - self._sent_ms.get(topic, 0) < pause:
                continue
            self._seen[topic] = market.updates
            self._sent_ms[topic] = now.wall_ms
            frame = _frame(channel, topic, market, now)
            # A market without a past has no bar or trade to tell of yet.
            if frame is not None and frame["data"] != []:
                venue.hub.send_topic(topic, frame)
        if now.wall_ms - self._ping_ms >= PING_MS:
            self._ping_ms = now.wall_ms
            self._beat(now)

    def _pause_ms(self, channel: str) -> int:
        name = channel.partition("_")[0].partition("@")[0].rstrip("0123456789")
        return SLOW_CHANNELS_MS.get(name, 0)

    def _beat(self, now: Now) -> None:
        venue = self._venue
        for socket in list(venue.hub.sockets):
            if now.wall_ms - socket.heard_ms > SILENCE_MAX_MS:
                venue.hub.cut(socket)
                continue
            venue.hub.send(socket, self._ping)
            if socket.account and not socket.silent:
                send_snapshots(venue, socket, now)
