"""Numbers of the wire as exact integers: text goes to a scaled int and never through float.

BingX writes one and the same figure as a string in one reply, as a bare number in the next and
as "" when there is none.  So numeric fields are taken as raw JSON tokens and read digit by digit.
Missing is None, never zero.  What does not fit the scale is refused, never rounded, but for
amounts of money that the venue charged or holds, and prices that it computed: those are a fact
whatever their digits, and end in noise where a float or a division wrote them.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from msgspec import Raw

PRICE_DIGITS: Final = 12
QTY_DIGITS: Final = 8
MONEY_DIGITS: Final = 8
RATIO_DIGITS: Final = 8

TOKEN_SIZE_MAX: Final = 48
EXPONENT_MAX: Final = 30
INT64_MAX: Final = 2**63 - 1

ABSENT: Final = Raw(b"")

_DECIMAL: Final = re.compile(r"(-?)([0-9]+)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,3}))?")
_EMPTY: Final = frozenset({b"", b"null", b'""'})
_TRUE: Final = frozenset({b"true", b'"true"', b'"True"', b'"TRUE"'})
_FALSE: Final = frozenset({b"false", b'"false"', b'"False"', b'"FALSE"'})


class Malformed(ValueError):
    """Bytes from the venue that are not what the protocol says; the text names the field."""


class TooLarge(Malformed):
    """More bytes than anything the protocol has; what there is of them is the beginning."""


class Told(NamedTuple):
    """An amount of money as the venue told it, and in words what was rounded of it."""

    value_e8: int | None  # None = not told
    rounded: str  # "" = every digit counts


def scaled(raw: Raw, digits: int, field: str) -> int | None:
    """The number in this token as an integer of 10**-digits; None where the venue gave none."""
    text = token(raw, field)
    return None if text is None else scaled_from_text(text, digits, field)


def price(raw: Raw, field: str) -> int | None:
    """A price as 1e-12 units."""
    return scaled(raw, PRICE_DIGITS, field)


def told_price(raw: Raw, field: str) -> int | None:
    """A price the venue may have computed, an average or a bound: rounded half to even at 1e-12."""
    text = token(raw, field)
    return None if text is None else _split(text, PRICE_DIGITS, field)[0]


def qty(raw: Raw, field: str) -> int | None:
    """A quantity as 1e-8 units."""
    return scaled(raw, QTY_DIGITS, field)


def money(raw: Raw, field: str) -> int | None:
    """An amount of money as 1e-8 units."""
    return scaled(raw, MONEY_DIGITS, field)


def told(raw: Raw, field: str) -> Told:
    """Money that moved or lies at the venue: digits beyond 1e-8 are rounded half to even."""
    text = token(raw, field)
    if text is None:
        return Told(None, "")
    value, exact = _split(text, MONEY_DIGITS, field)
    return Told(value, "" if exact else f"{field}: {text} was rounded to {MONEY_DIGITS} decimals")


def whole(raw: Raw, field: str) -> int | None:
    """An int64 such as an order id, written bare or as a string; None where there is none."""
    text = token(raw, field)
    if text is None:
        return None
    digits = text[1:] if text.startswith("-") else text
    if not digits.isdigit():
        raise Malformed(f"{field}: {text!r} is not a whole number")
    return _bounded(int(text), field)


def flag(raw: Raw, field: str) -> bool | None:
    """A truth value, written as JSON true or as the string "true"; None where there is none."""
    data = bytes(raw)
    if data in _TRUE:
        return True
    if data in _FALSE:
        return False
    if data in _EMPTY:
        return None
    raise Malformed(f"{field}: {_shown(data)} is neither true nor false")


def token(raw: Raw, field: str) -> str | None:
    """The text of a string or number token; None when absent, null or empty."""
    data = bytes(raw)
    if data in _EMPTY:
        return None
    if len(data) > TOKEN_SIZE_MAX:
        raise Malformed(f"{field}: a number of {len(data)} bytes")
    if data[0] == 0x22:
        data = data[1:-1]
    if not data.isascii() or data[:1] in b"[{" or b"\\" in data:
        raise Malformed(f"{field}: {_shown(data)} is not a number")
    return data.decode("ascii")


def scaled_from_text(text: str, digits: int, field: str) -> int:
    """Decimal text as an integer of 10**-digits; excess digits that are not zero are Malformed."""
    value, exact = _split(text, digits, field)
    if not exact:
        raise Malformed(f"{field}: {text!r} has more than {digits} decimals")
    return value


def _split(text: str, digits: int, field: str) -> tuple[int, bool]:
    """The integer of 10**-digits nearest to the text, even at a tie; and whether it is exact."""
    match = _DECIMAL.fullmatch(text)
    if match is None:
        raise Malformed(f"{field}: {text[:TOKEN_SIZE_MAX]!r} is not a decimal number")
    sign, left, right, exponent_text = match.groups()
    fraction = right or ""
    exponent = int(exponent_text or "0")
    if abs(exponent) > EXPONENT_MAX:
        raise Malformed(f"{field}: exponent {exponent} is absurd")
    shift = exponent + digits - len(fraction)
    value, rest = int(left + fraction), 0
    if shift >= 0:
        value *= 10**shift
    else:
        unit = 10**-shift
        value, rest = divmod(value, unit)
        value += 2 * rest > unit or (2 * rest == unit and value % 2 == 1)
    return _bounded(-value if sign else value, field), rest == 0


def decimal_text(value: int, digits: int) -> str:
    """A scaled integer as the shortest exact decimal text."""
    sign = "-" if value < 0 else ""
    left, right = divmod(abs(value), 10**digits)
    if right == 0:
        return f"{sign}{left}"
    return f"{sign}{left}.{right:0{digits}d}".rstrip("0")


def _bounded(value: int, field: str) -> int:
    if not -INT64_MAX <= value <= INT64_MAX:
        raise Malformed(f"{field}: {value} does not fit 64 bits")
    return value


def _shown(data: bytes) -> str:
    return repr(data[:TOKEN_SIZE_MAX])
