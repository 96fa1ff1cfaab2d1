"""A trading session of the whole tree on the paper venue, with faults on demand and an oracle."""

import json
import os
import signal
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pink_actors import config as configuration
from pink_actors._native import CellBusy
from pink_actors.shm import Reader
from pink_actors.shm_layout import (
    ACCOUNT,
    ORDERS,
    SLOTS,
    AccountStatus,
    OrderCell,
    OrderStatus,
    Stage,
    Writer,
)
from pink_actors.supervisor import keys, verbs
from pink_actors.supervisor.paper_venue import HOST, addressed
from pink_actors.verify.findings import Report
from pink_actors.verify.run import run_verify
from tests.sessions.faults import rules_of, struck_by
from tests.system import stage as system
from tests.waiting import wait_until

STRATEGY_DIR = Path(__file__).with_name("strategy")
REPLY_TIMEOUT_S = 10.0
TRADE_TIMEOUT_S = 120.0
DRAIN_TIMEOUT_S = 60.0
# Each look is a request that the venue has to answer.
LOOK_EVERY_S = 0.1

Table = Mapping[str, int | float | str | bool]
VENUE: Table = {"rate_limits": "off", "recv_window_ms": 1_000, "request_timeout_ms": 1_500}
RISK: Table = {
    "max_slots": 12, "max_total_notional": 20_000, "order_rate_max": 256,
    "order_rate_window_ms": 1_000, "daily_loss": 5_000, "drawdown": 5_000, "delta_error": 2_000,
    "report_deadline_ms": 500, "settle_after_ms": 20, "not_found_after_ms": 3_000,
    "reconcile_interval_ms": 3_000,
}  # fmt: skip
PAPER: Table = {"control": True, "seed": 1, "speed": "20"}
SUPERVISOR: Table = {"restarts_max": 100}
POLICY: Table = {"strategy": "churn:Churn", "path": str(STRATEGY_DIR), "interval_ms": 20}
SYMBOLS = ("BTC-USDT", "ETH-USDT", "SOL-USDT", "LTC-USDT", "BCH-USDT", "XRP-USDT")
PARAMS: Table = {
    "notional": 600,
    "hold_ms": 60,
    "rest_ms": 600,
    "pause_ms": 30,
    "positions_max": 6,
    "retry_ms": 150,
    "stop_every": 2,
    "stop_bp": 15,
    "profit_bp": 15,
}


class Result(NamedTuple):
    """What a stretch of trading came to."""

    orders: int
    conditional: int
    fills: int
    faults: dict[str, int]
    seconds: float

    def __str__(self) -> str:
        strikes = " ".join(f"{name}={count}" for name, count in sorted(self.faults.items()))
        told = f"{self.orders} orders, {self.conditional} conditional, {self.fills} fills"
        return f"{told}; {strikes}; {self.seconds:.0f} s"


class Session:
    """One tree that trades until it is told to stop, and is compared then."""

    def __init__(
        self,
        home: Path,
        instance: str,
        symbols: tuple[str, ...] = SYMBOLS,
        **tables: Table,
    ) -> None:
        usual = {
            "venue": VENUE, "risk": RISK, "paper": PAPER, "supervisor": SUPERVISOR,
        }  # fmt: skip
        lines = [f"symbols = {json.dumps(list(symbols))}"]
        for name, table in usual.items():
            lines += [f"[{name}]", *_lines({**table, **tables.get(name, {})})]
        if "policy" not in tables:
            lines += ["[policy.params]", *_lines({**PARAMS, **tables.get("params", {})})]
        lines += ["[policy]", *_lines({**POLICY, **tables.get("policy", {})})]
        self.stage = system.Stage(home, instance, "\n".join(lines))
        given = configuration.load(home / "pink.toml")
        self.config = configuration.with_instance(given, instance, str(home))

    def up(self) -> None:
        """The tree is READY."""
        self.stage.up()
        self.config = addressed(configuration.resolve(self.config, live=False))

    def control(self, op: str, **words: object) -> None:
        """One order to the venue's test-only endpoint."""
        self._http("/paper/control", json.dumps({"op": op, **words}).encode())

    def hold(self) -> None:
        """The market stands still, once its candles are used up; orders fill all the same."""
        wait_until(lambda: self.market("done"), "the end of the candles")
        self._http("/paper/hold", b"")
        wait_until(lambda: self.market("held"), "a market that stands still")

    def market(self, name: str) -> object:
        """One word about the market's time."""
        market = self.stats()["market"]
        assert isinstance(market, dict)
        return market[name]

    def fault(self, **words: object) -> None:
        """Puts a fault rule in force."""
        self.control("fault", **words)

    def stats(self) -> dict[str, object]:
        """What the venue did since it started."""
        found: dict[str, object] = json.loads(self._http("/paper/stats"))
        return found

    def count(self, name: str) -> int:
        """One figure of the statistics."""
        value = self.stats()[name]
        assert isinstance(value, int)
        return value

    def faults(self) -> Counter[str]:
        """Strikes by name."""
        value = self.stats()["faults"]
        assert isinstance(value, dict)
        return Counter(value)

    def trade(
        self, orders: int, faults: Iterable[str] = (), timeout_s: float = TRADE_TIMEOUT_S
    ) -> Result:
        """Trades until the venue has taken so many more orders and each fault has struck."""
        names = tuple(faults)
        before, struck, began = self.stats(), self.faults(), time.monotonic()
        for rule in rules_of(names):
            self.fault(**rule)
        target = self.count("orders") + orders

        def done() -> bool:
            grown = (self.faults() - struck).keys()
            return self.count("orders") >= target and struck_by(names) <= grown

        try:
            wait_until(done, f"{orders} orders under {names}", timeout_s, LOOK_EVERY_S)
        except AssertionError as error:
            raise AssertionError(f"{error}; {self.faults() - struck}; {self._told()}") from None
        self.control("clear")
        after = self.stats()

        def grown(name: str) -> int:
            return int(str(after[name])) - int(str(before[name]))

        faults = dict(self.faults() - struck)
        seconds = time.monotonic() - began
        return Result(grown("orders"), grown("orders_conditional"), grown("fills"), faults, seconds)

    def verb(self, word: verbs.Word, reason: str = "session") -> None:
        """A word of the operator's."""
        answer = verbs.ask(self.config.run_dir, verbs.Request(word, reason=reason))
        assert answer.code == 0, answer

    def drain(self, timeout_s: float = DRAIN_TIMEOUT_S) -> None:
        """No entries any more; waits until each trade is closed and settled."""
        self.verb("pause")
        self.until(self.quiet, "a quiet tree", timeout_s)

    def until(self, condition: Callable[[], bool], what: str, timeout_s: float) -> None:
        """Waits; a failure tells what the kernel has open."""
        try:
            wait_until(condition, what, timeout_s)
        except AssertionError as error:
            raise AssertionError(f"{error}; {self._told()}") from None

    def quiet(self) -> bool:
        """Nothing is open, asked or unsettled, and capital was found equal to the wallet since."""
        kernel = Reader.attach(self.config.instance.name, Writer.KERNEL)
        try:
            account = kernel.read(ACCOUNT, 0)
            busy = [slot for slot in kernel.read_all(SLOTS) if slot.stage is not Stage.IDLE]
            orders = [one for one in kernel.read_all(ORDERS) if one.status is not OrderStatus.NONE]
        except CellBusy:
            return False
        judged = account.status is AccountStatus.OK and account.delta_seq > account.last_fill_seq
        return judged and not busy and not orders

    def orders(self) -> list[OrderCell]:
        """The orders the kernel follows."""
        kernel = Reader.attach(self.config.instance.name, Writer.KERNEL)
        cells = wait_until(lambda: _read_all(kernel), "cells that nobody is writing")
        return [one for one in cells if one.status is not OrderStatus.NONE]

    def snapshots(self) -> int:
        """Journal sequence of the last complete snapshot."""
        kernel = Reader.attach(self.config.instance.name, Writer.KERNEL)
        return kernel.read(ACCOUNT, 0).last_snapshot_seq

    def at_venue(self) -> dict[str, int]:
        """How many orders rest and positions are held there."""
        accounts = self.stats()["accounts"]
        assert isinstance(accounts, dict)
        account = accounts["main"]
        return {"orders": account["open_orders"], "positions": len(account["positions"])}

    def resume(self) -> None:
        """Entries again."""
        self.verb("resume")

    def verify(self) -> Report:
        """All four stores, compared by code that shares nothing with them."""
        return run_verify(self.config)

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Signals one process of the tree."""
        pid = self.stage.process(name).pid
        if pid > 0:
            os.kill(pid, number)
        return pid

    def _told(self) -> str:
        seen = self.stage.snapshot()
        return f"{seen.account}, {seen.slots}, {seen.orders}"

    def _http(self, path: str, body: bytes | None = None) -> bytes:
        address = f"http://{HOST}:{self.config.paper.port}{path}"
        key = {"X-BX-APIKEY": keys.api_key(keys.load(self.config))}
        request = urllib.request.Request(address, body, key)
        with urllib.request.urlopen(request, timeout=REPLY_TIMEOUT_S) as reply:
            content: bytes = reply.read()
            return content


def _read_all(kernel: Reader) -> list[OrderCell] | None:
    try:
        return kernel.read_all(ORDERS)
    except CellBusy:
        return None


def _lines(table: Table) -> list[str]:
    return [f"{name} = {json.dumps(value)}" for name, value in table.items()]


@contextmanager
def session_of(session: Session) -> Iterator[Session]:
    """A session that is down at the end, whatever happened in it."""
    try:
        session.up()
        yield session
    finally:
        session.stage.run("down")
