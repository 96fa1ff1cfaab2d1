"""A venue without sockets, driven by lines: what happens on the left, what holds on the right.

    buy limit 0.5 @ 49000      | open 1
    price 48990                | last FILLED 0.5, pos 0.5

Actions: `buy|sell <type> <quantity> [@ price] [stop price] [words]`, `price P`, `wait MS`,
`cancel`, `leverage N`, `isolated`. Words: ioc fok post reduce long short close contract,
`rate R`, `id NAME`, `sl P`, `tp P`. Checks: `last STATUS FILLED`, `pos Q`, `long Q`, `short Q`,
`open N`, `code N`, `wallet M`, `role R`, `at P`.
"""

from random import Random

from pink_actors.paper import entries as e
from pink_actors.paper.advance import Clockwork
from pink_actors.paper.engine import Exchange
from pink_actors.paper.feed import Point, Walk
from pink_actors.paper.fixed import exact_text, parse_price, parse_qty
from pink_actors.paper.instrument import catalogue
from pink_actors.paper.market import Market
from pink_actors.paper.request import NewOrder, Now, Refusal
from pink_actors.paper.state import Order, State

START_MS = 1_700_000_000_000
SYMBOL = "BTC-USDT"
TYPES = {
    "market": "MARKET",
    "limit": "LIMIT",
    "stopmarket": "STOP_MARKET",
    "stoplimit": "STOP",
    "tpmarket": "TAKE_PROFIT_MARKET",
    "tplimit": "TAKE_PROFIT",
    "trail": "TRAILING_STOP_MARKET",
    "trigger": "TRIGGER_MARKET",
}
TIMES = {"ioc": "IOC", "fok": "FOK", "post": "PostOnly"}


def price_of(text: str) -> int:
    """A price in a scenario; it must be one."""
    value = parse_price(text)
    assert value is not None, text
    return value


def qty_of(text: str) -> int:
    """A quantity or amount in a scenario."""
    value = parse_qty(text.removeprefix("-"))
    assert value is not None, text
    return -value if text.startswith("-") else value


class World:
    """One account in one market at 50,000."""

    def __init__(
        self,
        *,
        hedge: bool = False,
        partial_share: float = 0.0,
        balance: str = "100000",
        seed: int = 1,
    ) -> None:
        self.entries: list[e.Entry] = []
        self.now = Now(START_MS, START_MS)
        self.state = State()
        instrument = catalogue()[SYMBOL]
        feed = Walk(Random(seed), price_of("50000"), instrument.tick_e12, START_MS)
        self.market = Market(instrument, feed, Random(seed))
        self.exchange = Exchange(
            self.state, {SYMBOL: self.market}, self._write, seed, partial_share
        )
        self.exchange.record(self.now, e.AccountOpened(account="main", balance=qty_of(balance)))
        self.account = self.state.accounts["main"]
        if hedge:
            self.exchange.record(self.now, e.ModeSet(account="main", hedge=True))
        self.clockwork = Clockwork(self.exchange, self.now, seed)
        self.last: Order | None = None
        self.code = 0
        self.price("50000")

    def _write(self, entry: e.Entry) -> None:
        entry.seq = len(self.entries) + 1
        self.entries.append(entry)

    @property
    def fills(self) -> list[e.Filled]:
        """All executions so far."""
        return [entry for entry in self.entries if isinstance(entry, e.Filled)]

    def price(self, text: str) -> None:
        """The market trades here now, and mark price with it."""
        self.now = Now(self.now.wall_ms + 10, self.now.market_ms + 10)
        self.market.touch(Point(self.now.market_ms, price_of(text), 0), self.now.wall_ms)
        self.market.mark_e12 = price_of(text)
        self.clockwork.react(self.market, self.now)

    def wait(self, pause_ms: int) -> None:
        """Time passes at this price; later pieces fill."""
        self.now = Now(self.now.wall_ms + pause_ms, self.now.market_ms + pause_ms)
        self.exchange.due(self.now)

    def place(self, order: NewOrder) -> Order | Refusal:
        """Send an order and remember what came of it."""
        answer = self.exchange.place(self.account, order, self.now)
        if isinstance(answer, Refusal):
            self.code = answer.code
        else:
            self.last, self.code = answer, 0
        return answer

    def act(self, line: str) -> None:
        """One action."""
        words = line.split()
        match words:
            case ["price", at]:
                self.price(at)
            case ["wait", pause]:
                self.wait(int(pause))
            case ["cancel"]:
                assert self.last is not None
                answer = self.exchange.cancel(self.account, self.last.order_id, self.now)
                self.code = answer.code if isinstance(answer, Refusal) else 0
            case ["leverage", times]:
                self.exchange.record(
                    self.now,
                    e.LeverageSet(account="main", symbol=SYMBOL, side="BOTH", leverage=int(times)),
                )
            case ["isolated"]:
                self.exchange.record(
                    self.now, e.MarginTypeSet(account="main", symbol=SYMBOL, margin_type="ISOLATED")
                )
            case _:
                self.place(read_order(words, hedge=self.account.hedge))

    def holds(self, fact: str) -> str:
        """The empty text when a fact holds, else what is the case instead."""
        name, *rest = fact.split()
        size = {"pos": "BOTH", "long": "LONG", "short": "SHORT"}
        if name in size:
            position = self.account.positions.get((SYMBOL, size[name]))
            found = exact_text(position.qty_e8 if position is not None else 0, 8)
        elif name == "last":
            assert self.last is not None
            found = f"{self.last.status} {exact_text(self.last.filled_e8, 8)}"
        elif name == "open":
            found = str(len(self.account.open_orders))
        elif name == "code":
            found = str(self.code)
        elif name == "wallet":
            found = exact_text(self.account.wallet_e8, 8)
        elif name == "role":
            found = self.fills[-1].role
        else:
            assert name == "at", fact
            found = exact_text(self.fills[-1].price, 12)
        return "" if found == " ".join(rest) else f"{fact!r}: is {found}"


def read_order(words: list[str], *, hedge: bool) -> NewOrder:
    """An order in the words of a scenario."""
    order = NewOrder(
        SYMBOL,
        words[0].upper(),
        TYPES[words[1]],
        "BOTH",
        qty_e8=qty_of(words[2]),
        working_type="MARK_PRICE",
    )
    rest = iter(words[3:])
    for word in rest:
        match word:
            case "@":
                order.price_e12 = price_of(next(rest))
            case "stop":
                order.stop_e12 = price_of(next(rest))
            case "rate":
                order.rate_e8 = qty_of(next(rest))
            case "id":
                order.client_order_id = next(rest)
            case "reduce":
                order.reduce_only = True
            case "close":
                order.close_position = True
            case "contract":
                order.working_type = "CONTRACT_PRICE"
            case "long" | "short":
                order.position_side = word.upper()
            case "sl":
                order.stop_loss = f'{{"type":"STOP_MARKET","stopPrice":{next(rest)}}}'
            case "tp":
                order.take_profit = f'{{"type":"TAKE_PROFIT_MARKET","stopPrice":{next(rest)}}}'
            case _:
                order.time_in_force = TIMES[word]
    return order


def check(scenario: str, world: World | None = None) -> World:
    """Run a scenario and fail at the first line whose facts do not hold."""
    world = world or World()
    for line in filter(None, map(str.strip, scenario.splitlines())):
        action, _, facts = line.partition("|")
        world.act(action)
        for fact in filter(None, map(str.strip, facts.split(","))):
            wrong = world.holds(fact)
            assert not wrong, f"{line!r}: {wrong}"
    return world
