"""The venue's words and ours, as tables: an unlisted word is UNKNOWN, never a default."""

from __future__ import annotations

from typing import Final

from pink_actors.shm_layout import (
    OrderKind,
    OrderSide,
    OrderStatus,
    PositionMode,
    Side,
    TimeInForce,
)
from pink_actors.venue.numbers import Malformed

# Both spellings of cancelled; PENDING rests, NEW is an untriggered conditional at REST and resting
# on the stream: all of them are live orders to us.
STATUS: Final = {
    "NEW": OrderStatus.WORKING,
    "PENDING": OrderStatus.WORKING,
    "WORKING": OrderStatus.WORKING,
    "PARTIALLY_FILLED": OrderStatus.WORKING,
    "FILLED": OrderStatus.FILLED,
    "CANCELLED": OrderStatus.CANCELLED,
    "CANCELED": OrderStatus.CANCELLED,
    "FAILED": OrderStatus.REJECTED,
    "EXPIRED": OrderStatus.EXPIRED,
}
FINISHED: Final = frozenset(
    {OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.EXPIRED}
)

KIND: Final = {
    "MARKET": OrderKind.MARKET,
    "LIMIT": OrderKind.LIMIT,
    "STOP_MARKET": OrderKind.STOP_MARKET,
    "TAKE_PROFIT_MARKET": OrderKind.TAKE_PROFIT_MARKET,
    "TRAILING_STOP_MARKET": OrderKind.TRAILING_STOP_MARKET,
}
KIND_WORD: Final = {kind: word for word, kind in KIND.items()}
# Only these two carry a client order id at the venue.
KINDS_WITH_CLIENT_ID: Final = frozenset({OrderKind.MARKET, OrderKind.LIMIT})

SIDE: Final = {"BUY": OrderSide.BUY, "SELL": OrderSide.SELL}
SIDE_WORD: Final = {side: word for word, side in SIDE.items()}

POSITION_SIDE: Final = {"LONG": Side.LONG, "SHORT": Side.SHORT, "BOTH": Side.NONE}
POSITION_SIDE_WORD: Final = {side: word for word, side in POSITION_SIDE.items()}

TIF_WORD: Final = {
    TimeInForce.GTC: "GTC",
    TimeInForce.IOC: "IOC",
    TimeInForce.FOK: "FOK",
    TimeInForce.POST_ONLY: "PostOnly",
}
TIF: Final = {word.upper(): tif for tif, word in TIF_WORD.items()}

DUAL_WORD: Final = {PositionMode.ONE_WAY: "false", PositionMode.HEDGE: "true"}

# Names of the one coin that margin, fees and income are in, by kind of venue, first one first: the
# demo venue calls its play money by both; beside real money the second would be another coin.
MARGIN_COINS: Final = {"live": ("USDT",), "demo": ("VST", "USDT"), "paper": ("USDT", "VST")}

INCOME_FUNDING: Final = 1
INCOME_TRANSFER: Final = 2
INCOME_LIQUIDATION: Final = 3
INCOME_ADL: Final = 4
INCOME_OTHER: Final = 5
# REALIZED_PNL and TRADING_FEE come with the fills and are booked from those.
INCOME_OF_FILLS: Final = frozenset({"REALIZED_PNL", "TRADING_FEE"})
INCOME_KIND: Final = {
    "FUNDING_FEE": INCOME_FUNDING,
    "TRANSFER": INCOME_TRANSFER,
    "INSURANCE_CLEAR": INCOME_LIQUIDATION,
    "ADL": INCOME_ADL,
}

TEXT_SIZE_MAX: Final = 64


def status(word: str) -> OrderStatus:
    """The order status behind a venue word; UNKNOWN when the word is not in the sheet."""
    return STATUS.get(word.upper(), OrderStatus.UNKNOWN)


def order_kind(word: str) -> OrderKind:
    """The order type behind a venue word; UNKNOWN for those we never send."""
    return KIND.get(word.upper(), OrderKind.UNKNOWN)


def order_side(word: str, field: str) -> OrderSide:
    """BUY or SELL; anything else is malformed, since nothing may be guessed about direction."""
    side = SIDE.get(word.upper())
    if side is None:
        raise Malformed(f"{field}: {word[:TEXT_SIZE_MAX]!r} is neither BUY nor SELL")
    return side


def position_side(word: str, field: str) -> Side:
    """LONG, SHORT, or NONE for BOTH; anything else is malformed."""
    side = POSITION_SIDE.get(word.upper())
    if side is None:
        raise Malformed(f"{field}: {word[:TEXT_SIZE_MAX]!r} is no position side")
    return side


def tif(word: str) -> TimeInForce:
    """The time in force, NONE where the venue gives none or a word we never send."""
    return TIF.get(word.upper(), TimeInForce.NONE)


def strange(status_word: str, kind_word: str, tif_word: str = "") -> str:
    """Which words of an order are not in the sheet, or of types that are never sent; "" = none."""
    known = (
        ("status", status_word, STATUS),
        ("type", kind_word, KIND),
        ("time in force", tif_word, TIF),
    )
    return ", ".join(
        f"{what} {ascii_cut(word)}"
        for what, word, table in known
        if word and word.upper() not in table
    )


def ascii_cut(text: str, size_max: int = TEXT_SIZE_MAX) -> str:
    """Venue text made fit for a fixed ASCII field: cut, every other character a question mark."""
    kept = (char if " " <= char <= "~" else "?" for char in text[:size_max])
    return "".join(kept)
