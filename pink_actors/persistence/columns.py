"""Column types as annotations: the ClickHouse type, what fits into it, and how it is written."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Context, Decimal
from typing import Annotated, NamedTuple, get_args, get_type_hints

Value = int | str | bool | Decimal | tuple[str, ...] | None

Word = Annotated[str, "LowCardinality(String)"]
Text = Annotated[str, "String"]
Words = Annotated[tuple[str, ...], "Array(LowCardinality(String))"]
Flag = Annotated[bool, "Bool"]
U8 = Annotated[int, "UInt8"]
U16 = Annotated[int, "UInt16"]
U32 = Annotated[int, "UInt32"]
U64 = Annotated[int, "UInt64"]
I32 = Annotated[int, "Int32"]
I64 = Annotated[int, "Int64"]
Price = Annotated[Decimal, "Decimal(38, 12)"]
Amount = Annotated[Decimal, "Decimal(38, 8)"]
TimeNs = Annotated[int, "DateTime64(9, 'UTC')"]
SlotOrNull = Annotated[int | None, "Nullable(UInt16)"]
PriceOrNull = Annotated[Decimal | None, "Nullable(Decimal(38, 12))"]
AmountOrNull = Annotated[Decimal | None, "Nullable(Decimal(38, 8))"]
TimeNsOrNull = Annotated[int | None, "Nullable(DateTime64(9, 'UTC'))"]

PRICE_PLACES = 12
AMOUNT_PLACES = 8
DECIMAL_DIGITS_MAX = 38
# The last second that a DateTime64 of nanoseconds can hold is in April 2262; a day less is ample.
TIME_NS_MAX = 9_223_286_400 * 10**9
NULL = "\\N"
_WIDE = Context(prec=80)
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0"})


class BadValueError(ValueError):
    """A value that its column cannot hold exactly."""


class Column(NamedTuple):
    """One column: how it is declared and how a value is checked and written in one go."""

    name: str
    type: str
    write: Callable[[Value], str]


def columns_of(row: type) -> tuple[Column, ...]:
    """The columns of a row type, in order, from its annotations."""
    hints = get_type_hints(row, include_extras=True)
    columns: list[Column] = []
    for name in row.__annotations__:
        declared = str(get_args(hints[name])[1])
        columns.append(Column(name, declared, _writer(declared)))
    return tuple(columns)


def exact(value: int, places: int) -> Decimal:
    """A scaled integer as the decimal it means, with nothing rounded."""
    return Decimal(value).scaleb(-places, _WIDE)


def month_of(wall_ns: int) -> str:
    """The partition a time falls into, as YYYY-MM."""
    fits = 0 <= wall_ns <= TIME_NS_MAX
    return datetime.fromtimestamp(wall_ns // 10**9 if fits else 0, UTC).isoformat()[:7]


def _writer(declared: str) -> Callable[[Value], str]:
    if declared.startswith("Nullable("):
        inner = _writer(declared.removeprefix("Nullable(").removesuffix(")"))
        return lambda value: NULL if value is None else inner(value)
    if declared.startswith("UInt"):
        return _integer(0, 2 ** int(declared.removeprefix("UInt")) - 1)
    if declared.startswith("Int"):
        half = 2 ** (int(declared.removeprefix("Int")) - 1)
        return _integer(-half, half - 1)
    if declared.startswith("Decimal("):
        return _decimal(int(declared.removesuffix(")").split(", ")[1]))
    if declared.startswith("DateTime64(9"):
        return _time_ns
    simple = {
        "String": _text,
        "LowCardinality(String)": _text,
        "Array(LowCardinality(String))": _words,
        "Bool": _flag,
    }
    return simple[declared]


def _integer(low: int, high: int) -> Callable[[Value], str]:
    def write(value: Value) -> str:
        if type(value) is not int or not low <= value <= high:
            raise BadValueError(f"{value!r} is not an integer of {low}..{high}")
        return str(value)

    return write


def _decimal(places: int) -> Callable[[Value], str]:
    whole_max = DECIMAL_DIGITS_MAX - places

    def write(value: Value) -> str:
        if not isinstance(value, Decimal) or not value.is_finite():
            raise BadValueError(f"{value!r} is no decimal")
        if value and value.adjusted() >= whole_max:
            raise BadValueError(f"{value} has more than {whole_max} digits before the point")
        if value != value.quantize(Decimal(1).scaleb(-places), context=_WIDE):
            raise BadValueError(f"{value} has more than {places} decimals")
        return f"{value:f}"

    return write


def _time_ns(value: Value) -> str:
    if type(value) is not int or not 0 <= value <= TIME_NS_MAX:
        raise BadValueError(f"{value!r} is no time in nanoseconds since 1970")
    second, rest = divmod(value, 10**9)
    return f"{datetime.fromtimestamp(second, UTC).isoformat(' ')[:19]}.{rest:09d}"


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise BadValueError(f"{value!r} is no text")
    return value.translate(_ESCAPES)


def _words(value: Value) -> str:
    if not isinstance(value, tuple) or not all(word.isidentifier() for word in value):
        raise BadValueError(f"{value!r} is no list of words")
    return "[" + ",".join(f"'{word}'" for word in value) + "]"


def _flag(value: Value) -> str:
    if type(value) is not bool:
        raise BadValueError(f"{value!r} is neither true nor false")
    return "true" if value else "false"
