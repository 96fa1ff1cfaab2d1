"""What a request is and what an answer is; the tables of the other `routes_*` files use these."""

from collections.abc import Callable
from typing import NamedTuple

from pink_actors.paper.fixed import parse_price, parse_qty
from pink_actors.paper.limits import Rate
from pink_actors.paper.request import Now, Refusal, bad
from pink_actors.paper.state import Account
from pink_actors.paper.venue import Venue
from pink_actors.paper.wire import Json


class Call(NamedTuple):
    """One request; on public paths the account is an empty one that nobody owns."""

    venue: Venue
    account: Account
    params: dict[str, str]
    now: Now

    def text(self, name: str) -> str:
        """A parameter, empty when missing."""
        return self.params.get(name, "")

    def whole(self, name: str, default: int) -> int | Refusal:
        """An integer parameter."""
        text = self.params.get(name, "")
        if not text:
            return default
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit()) or len(text) > 19:
            return bad(f"Invalid parameters, err:{name}: Mismatch type int64")
        return int(text)

    def price(self, name: str) -> int | Refusal:
        """A price parameter, zero when missing."""
        return _decimal(name, self.params.get(name, ""), parse_price)

    def qty(self, name: str) -> int | Refusal:
        """A quantity or money parameter, zero when missing."""
        return _decimal(name, self.params.get(name, ""), parse_qty)


class Bare(NamedTuple):
    """An answer without the usual `data` wrapper."""

    body: Json
    status: int = 200


Answer = Json | list[Json] | Bare | Refusal


class Route(NamedTuple):
    """What serves a path, whether it must be signed, and its budgets."""

    serve: Callable[[Call], Answer]
    private: bool
    rate: Rate
    unsigned: bool = False


def _decimal(name: str, text: str, parse: Callable[[str], int | None]) -> int | Refusal:
    if not text:
        return 0
    value = parse(text)
    if value is None or value < 0:
        return bad(f"Invalid parameters, err:{name}: Mismatch type float64")
    return value
