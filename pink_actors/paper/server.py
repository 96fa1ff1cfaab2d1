"""The HTTP side: parameters, keys, budgets and faults around the tables of endpoints."""

import asyncio
from typing import NamedTuple

import msgspec
import orjson
from aiohttp import web
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http_parser import RawRequestMessage
from aiohttp.streams import StreamReader
from aiohttp.web_protocol import RequestHandler

from pink_actors.paper.auth import (
    UNREADABLE,
    WRONG_KEY,
    Pairs,
    body_pairs,
    check_time,
    query_pairs,
    verify,
)
from pink_actors.paper.endpoints import ENDPOINTS
from pink_actors.paper.faults import FaultName
from pink_actors.paper.ledger import LedgerUnwritableError
from pink_actors.paper.request import Now, Refusal
from pink_actors.paper.routes import Answer, Bare, Call, Route
from pink_actors.paper.routes_control import control, draw_events, statistics
from pink_actors.paper.sockets import serve_socket
from pink_actors.paper.state import Account
from pink_actors.paper.venue import Venue

BODY_BYTES_MAX = 1 << 18
HELD_MAX = 10_000
NOBODY = ""
NO_ROUTE = Refusal(100400, "this api is not exist, please refer to the API docs")
LIMITED = Refusal(100410, "rate limited, please retry later")
BUSY = Refusal(100500, "system busy, please try again later")
TOO_LONG = Refusal(100400, f"the request body has more than {BODY_BYTES_MAX} bytes")
SOCKET_PATHS = ("/swap-market", "/market")


class Arrival(NamedTuple):
    """A request as it came in."""

    endpoint: str
    api_key: str
    pairs: Pairs
    address: str
    now: Now


class Reply(msgspec.Struct):
    """An answer ready for the wire."""

    body: bytes
    status: int = 200
    remaining: int = 1_000
    expires_ms: int = 0


class Server:
    """Turns HTTP requests into calls and their answers into replies."""

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._held: set[asyncio.Task[None]] = set()

    def listening(self) -> web.Server:
        """What speaks HTTP: one handler sees every path, without the layers of an application."""
        return web.Server(self._handle, request_factory=_bounded, access_log=None)

    def close(self) -> None:
        """Let go of requests that are still held."""
        for task in self._held:
            task.cancel()

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path, _, query = request.raw_path.partition("?")
        if path in SOCKET_PATHS:
            return await serve_socket(self._venue, request)
        if path.startswith("/paper/"):
            return await self._own(request, path)
        venue = self._venue
        venue.stats.requests += 1
        try:
            body = await request.read() if request.body_exists else b""
        except web.HTTPRequestEntityTooLarge:
            venue.stats.bad_requests += 1
            return _response(self._encode(TOO_LONG, venue.clock.now()))
        pairs = query_pairs(query)
        if body:
            in_body = body_pairs(body, request.content_type)
            if in_body is None:
                venue.stats.bad_requests += 1
                return _response(self._encode(UNREADABLE, venue.clock.now()))
            pairs = in_body + pairs
        endpoint = f"{request.method} {path}"
        arrival = Arrival(
            endpoint,
            request.headers.get("X-BX-APIKEY", ""),
            pairs,
            request.remote or "",
            venue.clock.now(),
        )
        early = await self._before(arrival, request)
        if early is not None:
            return _response(early)
        try:
            reply = await self._serve(arrival)
        except LedgerUnwritableError:
            return _broken(request)
        if venue.faults.draw(FaultName.REPLY_LOST, endpoint):
            return _broken(request)
        if venue.faults.draw(FaultName.HTTP_5XX_AFTER, endpoint):
            return web.Response(status=504, text="Gateway Time-out")
        if venue.faults.draw(FaultName.REPLY_GARBLED, endpoint):
            reply.body = reply.body[: len(reply.body) // 2]
        return _response(reply)

    async def _before(self, arrival: Arrival, request: web.BaseRequest) -> Reply | None:
        """The faults that strike before the venue looks at a request."""
        faults, endpoint = self._venue.faults, arrival.endpoint
        if faults.draw(FaultName.REQUEST_LOST, endpoint):
            _abort(request)
            return Reply(b"")
        held = faults.draw(FaultName.REQUEST_HELD, endpoint)
        if held is not None and len(self._held) < HELD_MAX:
            task = asyncio.create_task(self._later(held.delay_ms, arrival), name="held request")
            self._held.add(task)
            task.add_done_callback(self._held.discard)
            _abort(request)
            return Reply(b"")
        delay = faults.draw(FaultName.DELAY, endpoint)
        if delay is not None:
            await asyncio.sleep(delay.delay_ms / 1000)
        broken = faults.draw(FaultName.HTTP_5XX, endpoint)
        if broken is not None:
            return Reply(b"<html>upstream error</html>", broken.status)
        if faults.draw(FaultName.HTTP_429, endpoint):
            return Reply(b'{"code":429,"msg":"Too Many Requests"}', 429)
        if faults.draw(FaultName.RATE_LIMITED, endpoint):
            return self._encode(LIMITED, self._venue.clock.now())
        if faults.draw(FaultName.BUSY, endpoint):
            return self._encode(BUSY, self._venue.clock.now())
        return None

    async def _later(self, delay_ms: int, arrival: Arrival) -> None:
        await asyncio.sleep(delay_ms / 1000)
        await self._serve(arrival)

    async def _serve(self, arrival: Arrival) -> Reply:
        """Judge and carry out one request, and wait until what it changed is durable."""
        venue, endpoint = self._venue, arrival.endpoint
        now = venue.clock.now()
        route = ENDPOINTS.get(endpoint)
        if route is None:
            venue.stats.bad_requests += 1
            return self._encode(NO_ROUTE, now)
        params = dict(arrival.pairs)
        account = self._admit(route, arrival, params)
        if isinstance(account, Refusal):
            venue.stats.bad_requests += 1
            return self._encode(account, now)
        allowance = venue.budgets.take(
            endpoint, route.rate, account.name, arrival.address, now.wall_ms
        )
        if not allowance.granted:
            venue.stats.rate_limited += 1
            answer: Answer = LIMITED
        else:
            answer = route.serve(Call(venue, account, params, now))
            if endpoint.startswith("POST") and "order" in endpoint:
                draw_events(venue, account, params.get("symbol", ""), now)
        reply = self._encode(answer, now)
        reply.remaining, reply.expires_ms = allowance.remaining, allowance.expires_ms
        if venue.ledger.dirty or venue.exchange.events:
            await venue.committed()
        return reply

    def _admit(self, route: Route, arrival: Arrival, params: dict[str, str]) -> Account | Refusal:
        """The account that may have this; a held request is judged by the time it came in."""
        if not route.private:
            return Account(NOBODY, 0)
        account = self._venue.account_of(arrival.api_key)
        if account is None:
            return WRONG_KEY
        if route.unsigned and "signature" not in params:
            return account
        refusal = verify(self._venue.keys[arrival.api_key].api_secret, arrival.pairs)
        return refusal or check_time(params, arrival.now.wall_ms) or account

    def _encode(self, answer: Answer, now: Now) -> Reply:
        if isinstance(answer, Bare):
            return Reply(orjson.dumps(answer.body), answer.status)
        times = {"timestamp": now.wall_ms, "marketTime": now.market_ms}
        if isinstance(answer, Refusal):
            row = {"code": answer.code, "msg": answer.message, "data": {}, **times}
            return Reply(orjson.dumps(row))
        return Reply(orjson.dumps({"code": 0, "msg": "", "data": answer, **times}))

    async def _own(self, request: web.BaseRequest, path: str) -> web.StreamResponse:
        venue = self._venue
        now = venue.clock.now()
        if path == "/paper/stats" and request.method == "GET":
            return web.Response(
                body=orjson.dumps(statistics(venue, now)), content_type="application/json"
            )
        if path == "/paper/hold" and request.method == "POST":
            # Before an orderly end: no order may trade once its owner has stopped looking.
            if venue.account_of(request.headers.get("X-BX-APIKEY", "")) is None:
                return web.json_response({"msg": WRONG_KEY.message}, status=403)
            venue.clock.hold()
            venue.tick()
            return web.json_response({"msg": ""})
        if path == "/paper/control" and request.method == "POST" and venue.options.control:
            complaint = control(venue, await request.read(), now)
            venue.flush()
            return web.json_response({"msg": complaint}, status=400 if complaint else 200)
        return web.json_response({"code": UNREADABLE.code, "msg": "no such path"}, status=404)


def _bounded(
    message: RawRequestMessage,
    payload: StreamReader,
    protocol: RequestHandler,
    writer: AbstractStreamWriter,
    task: "asyncio.Task[None]",
) -> web.BaseRequest:
    """A request whose body has the bound of this venue."""
    loop = asyncio.get_running_loop()
    return web.BaseRequest(
        message, payload, protocol, writer, task, loop, client_max_size=BODY_BYTES_MAX
    )


def _response(reply: Reply) -> web.Response:
    return web.Response(
        body=reply.body,
        status=reply.status,
        content_type="application/json",
        headers={
            "X-RateLimit-Requests-Remain": str(reply.remaining),
            "X-RateLimit-Requests-Expire": str(reply.expires_ms),
        },
    )


def _broken(request: web.BaseRequest) -> web.Response:
    _abort(request)
    return web.Response()


def _abort(request: web.BaseRequest) -> None:
    """Break the connection so that the client never learns what became of its request."""
    if request.transport is not None:
        request.transport.abort()
