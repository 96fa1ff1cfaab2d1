"""Exact decimals as scaled integers: price 1e-12, quantity and money 1e-8, their product 1e-20.

The venue owns this arithmetic; it shares no code with the kernel, so that the two can be compared.
"""

from decimal import Context, Decimal, InvalidOperation

PRICE_DIGITS = 12
QTY_DIGITS = 8
PRICE_ONE: int = 10**PRICE_DIGITS
QTY_ONE: int = 10**QTY_DIGITS
MONEY_ONE: int = QTY_ONE
RATE_ONE: int = 10**8

TEXT_LENGTH_MAX = 40
EXPONENT_MAX = 30
_WIDE = Context(prec=120)


def parse_scaled(text: str, digits: int) -> int | None:
    """Read a decimal text as an integer of 10^-digits, truncating; None when it is no number."""
    if len(text) > TEXT_LENGTH_MAX or not text.isascii() or "_" in text or " " in text:
        return None
    whole, _, fraction = text.partition(".")
    if whole.isdigit() and (not fraction or fraction.isdigit()):
        return int(whole + fraction[:digits].ljust(digits, "0"))
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value.adjusted()) > EXPONENT_MAX:
        return None
    return int(value.scaleb(digits, _WIDE))


def parse_price(text: str) -> int | None:
    """Read a price as 1e-12 units."""
    return parse_scaled(text, PRICE_DIGITS)


def parse_qty(text: str) -> int | None:
    """Read a quantity or an amount of money as 1e-8 units."""
    return parse_scaled(text, QTY_DIGITS)


def exact_text(value: int, digits: int) -> str:
    """Write a scaled integer in full, without trailing zeros: what the ledger keeps."""
    sign = "-" if value < 0 else ""
    whole, rest = divmod(abs(value), 10**digits)
    if not rest:
        return f"{sign}{whole}"
    return f"{sign}{whole}.{rest:0{digits}d}".rstrip("0")


def rounded_text(value: int, digits: int, places: int) -> str:
    """Write a scaled integer with a fixed number of places, half to even: what the wire shows."""
    if places == digits:
        scaled = value
    elif places > digits:
        scaled = value * 10 ** (places - digits)
    else:
        scaled = div_half_even(value, 10 ** (digits - places))
    sign = "-" if scaled < 0 else ""
    whole, rest = divmod(abs(scaled), 10**places)
    return f"{sign}{whole}.{rest:0{places}d}" if places else f"{sign}{whole}"


def div_half_even(numerator: int, denominator: int) -> int:
    """Divide integers, rounding a tie to the even neighbour; the denominator is positive."""
    quotient, rest = divmod(numerator, denominator)
    twice = rest * 2
    if twice > denominator or (twice == denominator and quotient & 1):
        return quotient + 1
    return quotient


def truncate(value: int, step: int) -> int:
    """Cut a positive value down to a multiple of the step, as the venue does with excess digits."""
    return value - value % step


def notional_e8(price_e12: int, qty_e8: int) -> int:
    """Price times quantity as money, half to even."""
    return div_half_even(price_e12 * qty_e8, PRICE_ONE)


def fee_e8(price_e12: int, qty_e8: int, rate_e8: int) -> int:
    """The fee of one fill, rounded once from the exact product, half to even."""
    return div_half_even(price_e12 * qty_e8 * rate_e8, PRICE_ONE * RATE_ONE)
