"""The paper venue as a process: opens the ledger, serves, and moves the market step by step."""

import errno
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import NamedTuple

from aiohttp import web

from pink_actors.errors import ConfigError, TemporaryError, UsageError
from pink_actors.paper import entries as e
from pink_actors.paper.auth import ApiKey
from pink_actors.paper.clock import VenueClock
from pink_actors.paper.faults import FaultPlan
from pink_actors.paper.feed import Candle, Replay, Walk, on_tick
from pink_actors.paper.fixed import parse_qty
from pink_actors.paper.instrument import Instrument
from pink_actors.paper.keys import make_directory
from pink_actors.paper.ledger import Ledger
from pink_actors.paper.market import Market
from pink_actors.paper.request import Now
from pink_actors.paper.routes_control import USED_UP
from pink_actors.paper.server import Server
from pink_actors.paper.sockets import Pusher
from pink_actors.paper.state import State
from pink_actors.paper.venue import Options, Venue

IDLE_MS = 100
IDLE_FAST_MS = 5
SHUTDOWN_S = 0.5
BACKLOG = 256
PROGRESS_MS = 5_000


class Setup(NamedTuple):
    """What the command line asked for, read and checked."""

    host: str
    port: int
    data: Path
    instruments: list[Instrument]
    keys: list[ApiKey]
    candles: list[Candle]
    speed: float | None
    plan: FaultPlan
    options: Options


class PaperVenue:
    """The actor; its steps are ticks of the market."""

    def __init__(
        self, setup: Setup, ready: Callable[[], None], progress: Callable[[str], None]
    ) -> None:
        self._setup = setup
        self._ready = ready
        self._progress = progress
        self._ledger = Ledger(setup.data)
        self._listener: socket.socket | None = None
        self._runner: web.ServerRunner | None = None
        self._venue: Venue | None = None
        self._server: Server | None = None
        self._pusher: Pusher | None = None
        self._progress_ms = 0

    @property
    def idle_ms(self) -> int:
        """How long a market rests between two ticks."""
        return IDLE_FAST_MS if self._venue is not None and self._venue.clock.fast else IDLE_MS

    def open(self) -> tuple[str, int]:
        """Rebuild the state from the ledger and take the port; what can be refused is, here."""
        self._venue = build(self._setup, self._ledger)
        self._listener = _listen(self._setup.host, self._setup.port)
        for line in notices(self._venue):
            self._progress(line)
        host, port = self._listener.getsockname()[:2]
        return host, port

    async def start(self) -> None:
        """Serve."""
        venue, listener = self._venue, self._listener
        assert venue is not None and listener is not None
        self._server = Server(venue)
        self._pusher = Pusher(venue)
        self._runner = web.ServerRunner(self._server.listening(), shutdown_timeout=SHUTDOWN_S)
        await self._runner.setup()
        await web.SockSite(self._runner, listener, backlog=BACKLOG).start()
        self._ready()

    async def step(self) -> int:
        """One tick; in a stepped market at once the next."""
        venue, pusher = self._venue, self._pusher
        assert venue is not None and pusher is not None
        venue.tick()
        now = venue.clock.now()
        pusher.push(now)
        self._report(venue, now)
        return 1 if venue.clock.stepping and not venue.clock.held else 0

    async def close(self) -> None:
        """Stop serving, note where the market stands, sync and close the ledger."""
        if self._server is not None:
            self._server.close()
        if self._runner is not None:
            await self._runner.cleanup()
        elif self._listener is not None:
            self._listener.close()
        if self._venue is not None:
            self._venue.clockwork.checkpoint(self._venue.clock.now())
        self._ledger.close()

    def _report(self, venue: Venue, now: Now) -> None:
        if now.wall_ms - self._progress_ms < PROGRESS_MS:
            return
        self._progress_ms = now.wall_ms
        for symbol, market in venue.markets.items():
            feed = market.feed
            if isinstance(feed, Replay) and not venue.clock.held and venue.clock.fast:
                span = max(1, feed.end_ms - feed.first_ms)
                percent = min(100, max(0, now.market_ms - feed.first_ms) * 100 // span)
                moment = datetime.fromtimestamp(now.market_ms / 1000, UTC)
                self._progress(
                    f"{symbol} {percent:3d} %  {moment:%Y-%m-%d %H:%M} market time  "
                    f"orders {venue.stats.orders}  fills {venue.stats.fills}"
                )


def build(setup: Setup, ledger: Ledger) -> Venue:
    """A venue whose state is what the ledger says."""
    make_directory(setup.data)
    state = State()
    for entry in ledger.open():
        state.apply(entry)
    market_ms: int | None = None
    if setup.candles:
        market_ms = max(setup.candles[0].open_ms, state.market_ms)
    elif setup.speed != 1.0 and state.market_ms:
        market_ms = state.market_ms
    clock = VenueClock(market_ms, setup.speed, held=bool(setup.candles))
    now = clock.now()
    markets = {
        instrument.symbol: _market(setup, state, instrument, index, now)
        for index, instrument in enumerate(setup.instruments)
    }
    unknown = sorted(
        {
            symbol
            for account in state.accounts.values()
            for symbol in (
                *(p.symbol for p in account.held()),
                *(o.accepted.symbol for o in account.open_orders.values()),
            )
            if symbol not in markets
        }
    )
    if unknown:
        raise ConfigError(
            f"{ledger.path}: holds positions or orders in {', '.join(unknown)}; "
            "add them to --symbols"
        )
    venue = Venue(setup.options, setup.keys, state, ledger, markets, clock, setup.plan)
    _open_accounts(venue, setup.keys, now)
    venue.record(now, e.Started(seed=setup.options.seed))
    ledger.commit()
    return venue


def _market(setup: Setup, state: State, instrument: Instrument, index: int, now: Now) -> Market:
    """A market that goes on from the price the ledger saw last."""
    rng = Random(f"{setup.options.seed}:{instrument.symbol}:{state.starts}")
    price = state.prices.get(instrument.symbol, instrument.start_price_e12)
    if setup.candles and index == 0:
        feed: Walk | Replay = Replay(setup.candles, instrument.tick_e12, now.market_ms)
        first = on_tick(setup.candles[0].open_e12, instrument.tick_e12)
        price = state.prices.get(instrument.symbol, first)
    else:
        feed = Walk(rng, price, instrument.tick_e12, now.market_ms)
    market = Market(instrument, feed, rng)
    market.last_e12 = market.mark_e12 = price
    if not (setup.candles and index == 0):
        market.warm(now.market_ms)
    return market


def _open_accounts(venue: Venue, keys: list[ApiKey], now: Now) -> None:
    for key in keys:
        if key.account not in venue.state.accounts:
            balance = parse_qty(key.balance)
            if balance is None or balance < 0:
                raise ConfigError(f"account {key.account}: balance {key.balance!r} is no amount")
            venue.record(now, e.AccountOpened(account=key.account, balance=balance))


def notices(venue: Venue) -> list[str]:
    """What somebody who starts this venue would otherwise wonder about."""
    return [
        f"{symbol}: {USED_UP}; choose another --data to replay them again"
        for symbol, market in venue.markets.items()
        if isinstance(market.feed, Replay) and market.feed.done
    ]


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise UsageError(
                f"--host {host}: cannot listen there: {error.strerror}; "
                "give an address of this machine, such as 127.0.0.1"
            ) from error
        raise TemporaryError(
            f"{host}:{port}: cannot listen: {error.strerror}; choose another --port"
        ) from error
    return listener
