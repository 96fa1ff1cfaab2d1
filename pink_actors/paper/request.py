"""What a client asks for, read from text into exact numbers, and why it may be refused."""

from typing import NamedTuple

from msgspec import Struct


class Refusal(NamedTuple):
    """A refused request: the code and text of the wire."""

    code: int
    message: str


class Now(NamedTuple):
    """The two times of one step: protocol time, and the time of the market."""

    wall_ms: int
    market_ms: int


class NewOrder(Struct):
    """An order as asked for; quantities are already cut to the contract's precision."""

    symbol: str
    side: str
    type: str
    position_side: str = "BOTH"
    qty_e8: int = 0
    price_e12: int = 0
    stop_e12: int = 0
    time_in_force: str = "GTC"
    working_type: str = "MARK_PRICE"
    client_order_id: str = ""
    reduce_only: bool = False
    close_position: bool = False
    rate_e8: int = 0
    activation_e12: int = 0
    stop_loss: str = ""
    take_profit: str = ""
    parent_id: int = 0

    @property
    def buyer(self) -> bool:
        """Whether the order buys."""
        return self.side == "BUY"

    @property
    def sign(self) -> int:
        """+1 for BUY, -1 for SELL."""
        return 1 if self.side == "BUY" else -1


NO_SYMBOL = Refusal(109425, "this symbol does not exist")
NO_ORDER = Refusal(109421, "order not exist")
ALREADY_FILLED = Refusal(80018, "order is already filled, The order doesn't exist")
NO_POSITION = Refusal(101205, "No position to close")
NO_MARGIN = Refusal(101204, "Insufficient margin")
DUPLICATE_ID = Refusal(101481, "clientOrderID cannot be repeated")
TWICE_IN_A_SECOND = Refusal(
    109201, "The same order number is only allowed to be submitted once within 1 second."
)
ONE_WAY_SIDE = Refusal(
    109400, "In the One-way mode, the 'PositionSide' field can only be set to BOTH."
)
HEDGE_SIDE = Refusal(
    109400, "In the Hedge mode, the 'PositionSide' field can only be set to LONG or SHORT."
)
HEDGE_REDUCE = Refusal(109400, "In the Hedge mode, the 'ReduceOnly' field can not be filled")
REDUCE_ONLY = Refusal(
    101290,
    "The Reduce Only order can only decrease the position and not be used to open a position. "
    "Please check your positions and open orders.",
)
NOTIONAL_MIN = Refusal(
    101400,
    "Please ensure that the minimum nominal value of the order placed must be greater than 2u",
)
WOULD_TAKE = Refusal(
    101215, "The PostOnly order would be filled immediately as a taker, it will be canceled"
)
PRICE_BAND = Refusal(101211, "The order price is outside of the allowed range")
WRONG_TRIGGER_SIDE = Refusal(110412, "The trigger price is on the wrong side of the current price")
TOO_MANY_ORDERS = Refusal(101419, "The number of pending orders has reached the limit")
TOO_BIG = Refusal(101209, "The maximum position value for this leverage has been exceeded")
CLOSABLE = Refusal(110424, "The closable quantity of the position is insufficient")
MODE_BUSY = Refusal(109401, "user has pending orders or position")


def bad(message: str) -> Refusal:
    """A malformed parameter."""
    return Refusal(109400, message)
