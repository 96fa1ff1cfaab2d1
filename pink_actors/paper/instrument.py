"""What can be traded: precision, minimum sizes, fees and margin tiers of each contract."""

from typing import NamedTuple

from pink_actors.paper.fixed import PRICE_DIGITS, QTY_DIGITS, QTY_ONE


class Instrument(NamedTuple):
    """One perpetual contract, quoted in USDT."""

    symbol: str
    contract_id: str
    price_places: int
    qty_places: int
    qty_min_e8: int
    notional_min_e8: int
    leverage_max: int
    start_price_e12: int
    level_qty_e8: int
    maker_rate_e8: int
    taker_rate_e8: int

    @property
    def tick_e12(self) -> int:
        """The smallest price step."""
        return int(10 ** (PRICE_DIGITS - self.price_places))

    @property
    def step_e8(self) -> int:
        """The smallest quantity step."""
        return int(10 ** (QTY_DIGITS - self.qty_places))

    @property
    def asset(self) -> str:
        """The base coin."""
        return self.symbol.partition("-")[0]


class Tier(NamedTuple):
    """A band of position value with its maintenance rate and its leverage limit."""

    value_min_e8: int
    value_max_e8: int
    rate_e8: int
    leverage_max: int


TIERS = (
    Tier(0, 150_000 * QTY_ONE, 380_000, 125),
    Tier(150_000 * QTY_ONE, 900_000 * QTY_ONE, 500_000, 100),
    Tier(900_000 * QTY_ONE, 4_000_000 * QTY_ONE, 1_000_000, 50),
    Tier(4_000_000 * QTY_ONE, 20_000_000 * QTY_ONE, 2_500_000, 20),
    Tier(20_000_000 * QTY_ONE, 100_000_000 * QTY_ONE, 5_000_000, 10),
)

# symbol, id, price places, quantity places, minimum, leverage, start price, quantity of one level
_ROWS = (
    ("BTC-USDT", "100", 1, 4, "0.0001", 125, "95000", "1.5"),
    ("ETH-USDT", "101", 2, 2, "0.01", 125, "3300", "40"),
    ("SOL-USDT", "102", 3, 2, "0.01", 100, "190", "500"),
    ("LTC-USDT", "103", 2, 1, "0.1", 75, "90", "400"),
    ("BCH-USDT", "104", 2, 2, "0.01", 75, "430", "90"),
    ("XRP-USDT", "105", 4, 1, "1", 75, "2.2", "30000"),
    ("DOGE-USDT", "106", 5, 0, "10", 75, "0.32", "200000"),
    ("ADA-USDT", "107", 4, 0, "5", 75, "0.9", "60000"),
    ("LINK-USDT", "108", 3, 1, "0.1", 75, "22", "3000"),
    ("BONK-USDT", "109", 9, 0, "1000", 50, "0.00003", "900000000"),
)


def _scaled(text: str, digits: int) -> int:
    whole, _, fraction = text.partition(".")
    return int(whole + fraction.ljust(digits, "0"))


def catalogue() -> dict[str, Instrument]:
    """All contracts the venue knows, by symbol."""
    return {
        row[0]: Instrument(
            symbol=row[0],
            contract_id=row[1],
            price_places=row[2],
            qty_places=row[3],
            qty_min_e8=_scaled(row[4], QTY_DIGITS),
            notional_min_e8=2 * QTY_ONE,
            leverage_max=row[5],
            start_price_e12=_scaled(row[6], PRICE_DIGITS),
            level_qty_e8=_scaled(row[7], QTY_DIGITS),
            maker_rate_e8=20_000,
            taker_rate_e8=50_000,
        )
        for row in _ROWS
    }


def tier_of(value_e8: int) -> Tier:
    """The tier that a position value falls into; the last one has no upper end."""
    for tier in TIERS:
        if value_e8 < tier.value_max_e8:
            return tier
    return TIERS[-1]


def maintenance_e8(value_e8: int) -> int:
    """The margin below which a position of this value is liquidated."""
    rate_e8 = tier_of(value_e8).rate_e8
    return value_e8 * rate_e8 // QTY_ONE
