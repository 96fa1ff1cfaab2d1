"""One HTTP client to the venue: signs, sends once, and says what may be concluded from the answer.

Invariant: `send` sends a request at most once.  A change is sent again only where the answer proves
that nothing happened (Kind.RETRY, or it never left); everything else is the caller's decision.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import IntEnum
from typing import Final, NamedTuple

from msgspec import Raw

from pink_actors.clock import NS_PER_MS, Clock
from pink_actors.config import Venue
from pink_actors.log import Logger
from pink_actors.rest.backoff import Backoff
from pink_actors.rest.budget import Budget, Priority
from pink_actors.rest.counters import Counters
from pink_actors.rest.kept import Kept
from pink_actors.rest.transport import (
    MAY_HAVE_LEFT,
    NEVER_LEFT,
    Gate,
    Held,
    Host,
    Transport,
    host,
)
from pink_actors.shm_layout import Code
from pink_actors.venue import replies, requests
from pink_actors.venue.catalogue import Kind, Meaning, Verdict, judge, judge_http
from pink_actors.venue.endpoints import Access
from pink_actors.venue.numbers import ABSENT, Malformed
from pink_actors.venue.requests import Request
from pink_actors.venue.signing import plain_query, signed_query

READ_TRIES_MAX: Final = 3
CLOCK_TRIES_MAX: Final = 3
# Farther off than this is no clock to sign by: one of the two has to be set first.
OFFSET_MS_MAX: Final = 24 * 3600 * 1000
# What a slow answer can make of a clock that did not step.
VENUE_STEP_MS_MIN: Final = 2_000


class Ending(IntEnum):
    """How a request ended."""

    OK = 0  # the venue did it, `data` says what
    REFUSED = 1  # the venue's final no
    NOTHING = 2  # nothing happened: it may be sent again after a pause
    UNKNOWN = 3  # it may or may not have happened
    UNSENT = 4  # it never left: no connection
    HELD = 5  # it never left: the gate or the deadline said no


class Answer(NamedTuple):
    """One request's end."""

    ending: Ending
    meaning: Meaning = Meaning.NONE
    code: int = 0
    text: str = ""
    data: Raw = ABSENT
    listen_key: str = ""
    held: Code = Code.OK
    asked_wall_ms: int = 0
    wall_ns: int = 0
    mono_ns: int = 0


class Turn(NamedTuple):
    """How urgent a request is, until when it may leave, and what is asked right before."""

    priority: Priority
    deadline_mono_ns: int = 0
    gate: Gate | None = None


class Keys(NamedTuple):
    """The account's keys; they never show."""

    api_key: str
    api_secret: str

    def __repr__(self) -> str:
        return "Keys(***)"


_ENDING: Final = {
    Kind.RETRY: Ending.NOTHING,
    Kind.FIX: Ending.REFUSED,
    Kind.DEFINITE: Ending.REFUSED,
    Kind.UNKNOWN: Ending.UNKNOWN,
}


class Connection:
    """The venue's REST side for one account."""

    def __init__(self, venue: Venue, keys: Keys, clock: Clock, log: Logger, kept: Kept) -> None:
        self.counters = Counters()
        self._kept = kept
        self._keys = keys
        self._clock = clock
        self._log = log
        self._recv_window_ms = venue.recv_window_ms
        self._budget = Budget(clock, self.counters, limited=venue.rate_limits == "on")
        self._by_fallback = False
        self._offset_ms = 0
        self._venue_seen_ms = 0
        self._venue_seen_mono_ms = 0
        self._outage = False
        # For a process with a ring: who is told of a reply whose envelope cannot be read.
        self.tell_unread: Callable[[Malformed], Awaitable[None]] | None = None
        self.offset_ms_min = 0  # The smallest ever measured: an order's age is judged by it.
        self._transport = Transport(venue.request_timeout_ms / 1000, venue.proxy)
        self._host = host(venue.rest_url, keys.api_key, "venue.rest_url")
        fallback = venue.rest_fallback_url
        self._fallback = (
            host(fallback, keys.api_key, "venue.rest_fallback_url") if fallback else None
        )

    async def close(self) -> None:
        """Ends all connections."""
        await self._transport.close()

    def venue_wall_ms(self) -> int:
        """The venue's clock as far as we know it."""
        return self._clock.wall_ns() // NS_PER_MS + self._offset_ms

    def venue_now_ms(self) -> int:
        """The same as last measured and carried on by the clock that no step of ours moves."""
        if not self._venue_seen_ms:
            return self.venue_wall_ms()
        passed_ms = self._clock.mono_ns() // NS_PER_MS - self._venue_seen_mono_ms
        return self._venue_seen_ms + passed_ms

    async def ask(self, request: Request, turn: Turn, tries_max: int = READ_TRIES_MAX) -> Answer:
        """A request that may be repeated: tried again with pauses while nothing is known."""
        backoff = Backoff(0.1, 1.0)
        for attempt in range(1, tries_max + 1):
            answer = await self.send(request, turn)
            final = answer.ending in (Ending.OK, Ending.REFUSED, Ending.HELD)
            if final or attempt == tries_max:
                return answer
            self.counters.retries += 1
            await asyncio.sleep(backoff.next_s())
        return answer

    async def send(self, request: Request, turn: Turn) -> Answer:
        """Sends once, in its turn; a refusal for a wrong clock is mended and sent again."""
        answer = await self._send_once(request, turn)
        for _ in range(CLOCK_TRIES_MAX):
            if answer.ending is not Ending.NOTHING or answer.meaning is not Meaning.CLOCK:
                break
            if not await self.set_clock(turn.priority):
                break
            answer = await self._send_once(request, turn)
        return answer

    async def set_clock(self, priority: Priority = Priority.QUERY) -> bool:
        """Measures the venue's clock against ours; False when it did not answer."""
        sent_wall_ms = self._clock.wall_ns() // NS_PER_MS
        answer = await self._send_once(requests.SERVER_TIME, Turn(priority))
        if answer.ending is not Ending.OK:
            return False
        try:
            server_ms = replies.server_time(answer.data)
        except Malformed as error:
            self.unreadable(answer, error)
            return False
        sent_wall_ms = answer.asked_wall_ms or sent_wall_ms
        middle_wall_ms = (sent_wall_ms + answer.wall_ns // NS_PER_MS) // 2
        offset_ms = server_ms - middle_wall_ms
        if abs(offset_ms) > OFFSET_MS_MAX:
            self._log.warning("clock_far_off", offset_ms=offset_ms, action="set the system clock")
            return False
        half_way_ms = answer.wall_ns // NS_PER_MS - middle_wall_ms
        if half_way_ms < VENUE_STEP_MS_MIN:
            self._note_venue_step(server_ms, answer.mono_ns // NS_PER_MS - half_way_ms)
        self._set_offset(offset_ms)
        return True

    def clock_stepped(self, step_ms: int) -> None:
        """Our wall clock stepped: what was measured against it steps along."""
        self._set_offset(self._offset_ms - step_ms)

    def _set_offset(self, offset_ms: int) -> None:
        self._offset_ms = offset_ms
        self.offset_ms_min = min(self.offset_ms_min, offset_ms)
        self.counters.clock_offset_ms = offset_ms

    def _note_venue_step(self, server_ms: int, mono_ms: int) -> None:
        """The venue's clock against the monotonic one, which no step of ours can touch."""
        before_ms, self._venue_seen_ms = self._venue_seen_ms, server_ms
        moved_ms = server_ms - before_ms
        passed_ms, self._venue_seen_mono_ms = mono_ms - self._venue_seen_mono_ms, mono_ms
        step_ms = moved_ms - passed_ms
        if before_ms and abs(step_ms) >= VENUE_STEP_MS_MIN:
            self.counters.venue_clock_steps += 1
            self.counters.venue_clock_step_ms = step_ms

    async def _send_once(self, request: Request, turn: Turn) -> Answer:
        endpoint = request.endpoint
        if not await self._budget.take(endpoint, turn.priority, turn.deadline_mono_ns):
            return Answer(Ending.HELD, held=Code.DEADLINE_PASSED)
        answer = await self._exchange(request, turn.gate)
        if answer.meaning is Meaning.RATE:
            self._budget.pause(endpoint)
        elif answer.meaning is Meaning.ADDRESS_RATE:
            self._budget.pause_address()
        elif answer.ending is Ending.OK:
            self._budget.resume(endpoint)
        return answer

    async def _exchange(self, request: Request, gate: Gate | None) -> Answer:
        counters = self.counters
        asked_wall_ms = self._clock.wall_ns() // NS_PER_MS
        sent_mono_ns = self._clock.mono_ns()
        counters.requests += 1
        counters.in_flight += 1
        try:
            status, content = await self._reach(request, gate)
        except Held as no:
            counters.requests -= 1  # It was none.
            return Answer(Ending.HELD, held=no.code)
        except NEVER_LEFT as error:
            return self._no_answer(request, Ending.UNSENT, error, asked_wall_ms)
        except MAY_HAVE_LEFT as error:
            return self._no_answer(request, Ending.UNKNOWN, error, asked_wall_ms)
        finally:
            counters.in_flight -= 1
        mono_ns = self._clock.mono_ns()
        if self._outage:
            self._outage = False
            self._log.info("answered_again", request=request.endpoint.name)
        # Changes do not go to the fallback, so an answer from there is half a connection.
        counters.connected = int(not self._by_fallback)
        counters.last_answer_mono_ns = mono_ns
        counters.rtt_last_ns = mono_ns - sent_mono_ns
        counters.rtt_max_ns = max(counters.rtt_max_ns, counters.rtt_last_ns)
        try:
            answer = self._judged(request, status, content)
        except Malformed as error:
            self._malformed(content, error)
            if self.tell_unread is not None:
                await self.tell_unread(error)
            answer = Answer(Ending.UNKNOWN, code=status, text=str(error))
        return answer._replace(
            asked_wall_ms=asked_wall_ms, wall_ns=self._clock.wall_ns(), mono_ns=mono_ns
        )

    async def _reach(self, request: Request, gate: Gate | None) -> tuple[int, bytes]:
        """At the fallback where the first address is not reached and the request only asks."""
        try:
            answer = await self._round_trip(request, self._host, gate)
        except NEVER_LEFT as error:
            if self._fallback is None or request.endpoint.method != "GET":
                raise
            answer = await self._round_trip(request, self._fallback, gate)
            if not self._by_fallback:
                self._log.warning("answered_by_fallback", error=f"{type(error).__name__}: {error}")
            self._by_fallback = True
            return answer
        self._by_fallback = False
        return answer

    async def _round_trip(self, request: Request, to: Host, gate: Gate | None) -> tuple[int, bytes]:
        endpoint = request.endpoint
        if endpoint.access is Access.SIGNED:
            query = signed_query(
                self._keys.api_secret, request.params, self.venue_wall_ms(), self._recv_window_ms
            )
        else:
            query = plain_query(request.params)
        target = f"{endpoint.path}?{query}" if query else endpoint.path
        return await self._transport.round_trip(endpoint.method, to, target, gate)

    def _judged(self, request: Request, status: int, content: bytes) -> Answer:
        """What the answer means; Malformed where one without a fault cannot be read."""
        changes = not request.endpoint.repeatable
        bare = request.endpoint.access is Access.KEY
        try:
            body = replies.body(content or b"{}" if bare else content, bare=bare)
        except Malformed:
            if status == 200:
                raise
            return self._refused(judge_http(status, changes=changes), status, f"HTTP {status}")
        if body.code:
            return self._refused(judge(body.code, body.text, changes=changes), body.code, body.text)
        if status != 200:
            return self._refused(judge_http(status, changes=changes), status, f"HTTP {status}")
        return Answer(Ending.OK, data=body.data, listen_key=body.listen_key)

    def _refused(self, verdict: Verdict, code: int, text: str) -> Answer:
        ending = _ENDING[verdict.kind]
        if ending is not Ending.REFUSED:
            self.counters.http_errors += 1
        return Answer(ending, verdict.meaning, code, text)

    def _no_answer(
        self, request: Request, ending: Ending, error: Exception, asked_wall_ms: int
    ) -> Answer:
        self.counters.http_errors += 1
        text = f"{type(error).__name__}: {error}"
        if not self._outage:
            # One line for an outage; the counters know how many requests it cost.
            self._outage = True
            self._log.warning("no_answer", request=request.endpoint.name, error=text)
        self.counters.connected = 0
        return Answer(
            ending,
            text=text,
            asked_wall_ms=asked_wall_ms,
            wall_ns=self._clock.wall_ns(),
            mono_ns=self._clock.mono_ns(),
        )

    def unreadable(self, answer: Answer, error: Malformed) -> None:
        """Counts and keeps what a caller could not read of an answer."""
        self._malformed(bytes(answer.data), error)

    def _malformed(self, content: bytes, error: Malformed) -> None:
        self.counters.parse_errors += 1
        self._kept.keep(content)
        self._log.warning("malformed_reply", error=str(error))
