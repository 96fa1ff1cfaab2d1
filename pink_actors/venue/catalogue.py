"""What each answer of the venue means for a request, as data: by code, HTTP status and text."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple


class Kind(IntEnum):
    """What may be concluded, and so what may be done."""

    RETRY = 0  # nothing happened; the same request may be sent again after a pause
    FIX = 1  # nothing happened, and the same request will fail again
    DEFINITE = 2  # the venue's final word
    UNKNOWN = 3  # it may or may not have happened: look before doing anything


class Meaning(IntEnum):
    """Answers that the gateway treats in their own way."""

    NONE = 0
    RATE = 1  # too many requests to this endpoint
    CLOCK = 2  # our time and the venue's differ
    KEY = 3  # signature, key or permission
    DUPLICATE_ID = 4  # an order with that client id exists
    IN_PROGRESS = 5  # the same request is being worked on
    NO_ORDER = 6  # no such order, as far as that endpoint knows
    ALREADY_FILLED = 7  # too late to cancel
    MODE = 8  # the account is not in the position mode that was assumed
    ADDRESS_RATE = 9  # too many requests from this address: whatever is asked next adds to it


class Verdict(NamedTuple):
    """A judged answer."""

    kind: Kind
    meaning: Meaning


class Row(NamedTuple):
    """One line of the catalogue: what a code means for a change and for a mere question."""

    change: Kind
    read: Kind
    meaning: Meaning = Meaning.NONE


_R: Final = Row(Kind.RETRY, Kind.RETRY)
_F: Final = Row(Kind.FIX, Kind.FIX)
_D: Final = Row(Kind.DEFINITE, Kind.DEFINITE)
_U: Final = Row(Kind.UNKNOWN, Kind.RETRY)
_RATE: Final = Row(Kind.RETRY, Kind.RETRY, Meaning.RATE)
_ADDRESS: Final = Row(Kind.RETRY, Kind.RETRY, Meaning.ADDRESS_RATE)
_CLOCK: Final = Row(Kind.RETRY, Kind.RETRY, Meaning.CLOCK)
_KEY: Final = Row(Kind.FIX, Kind.FIX, Meaning.KEY)
_NO_ORDER: Final = Row(Kind.DEFINITE, Kind.DEFINITE, Meaning.NO_ORDER)
_FILLED: Final = Row(Kind.DEFINITE, Kind.DEFINITE, Meaning.ALREADY_FILLED)
_IN_PROGRESS: Final = Row(Kind.UNKNOWN, Kind.RETRY, Meaning.IN_PROGRESS)
_MODE: Final = Row(Kind.DEFINITE, Kind.DEFINITE, Meaning.MODE)
_DUPLICATE: Final = Row(Kind.DEFINITE, Kind.DEFINITE, Meaning.DUPLICATE_ID)

CODES: Final[dict[int, Row]] = {
    100001: _KEY, 100004: _KEY, 100412: _KEY, 100413: _KEY, 100414: _KEY, 100419: _KEY,
    100400: _F, 100401: _F, 100404: _F, 80014: _F, 109403: _F, 109429: _F,
    100410: _RATE, 100421: _CLOCK,
    101214: _D, 101219: _R, 101514: _R, 101515: _R,
    100500: _U, 101500: _U, 109500: _U, 109701: _U, 110500: _U, 80019: _IN_PROGRESS,
    100202: _D, 101201: _D, 101202: _D, 101204: _D, 101205: _D, 101206: _D, 101209: _D, 101211: _D,
    101215: _D, 101253: _D, 101290: _D, 101400: _D, 101414: _D, 101415: _D, 101419: _D, 101460: _D,
    101461: _D, 101481: _DUPLICATE, 101485: _D, 102201: _D, 104103: _D, 109400: _D, 109401: _D,
    109201: _IN_PROGRESS,
    109414: _NO_ORDER, 109421: _NO_ORDER, 80016: _NO_ORDER, 80017: _D, 109418: _D, 109425: _D,
    109420: _D, 109422: _FILLED, 110203: _D, 110280: _D, 110287: _D, 110400: _D, 110402: _D,
    110406: _D, 110407: _D, 110411: _D, 110412: _D, 110413: _D, 110414: _D, 110422: _D, 110424: _D,
    110425: _D, 110426: _D, 80001: _U, 80012: _U, 80013: _D, 80018: _FILLED, 80020: _D,
    429: _ADDRESS, 418: _ADDRESS, 403: _F,
}  # fmt: skip

# Words of an outcome that nobody knows: whatever else the text says, they decide first, since an
# order that is told refused and lives is an order lost.  All texts are lower case.
UNKNOWN_WORDS: Final = (
    "timed out", "timeout", "time out", "process", "retry", "try again", "later", "internal",
    "failed", "failure", "busy", "system", "unavailable", "network", "some errors", "rpc",
    "connection", "unknown",
)  # fmt: skip
# Codes that stand for many things, of which some are no answer at all.
CATCH_ALL: Final = frozenset({80001, 80012, 100400, 101400, 109400})
# What the codes that stand for anything are known to say when they mean it; all else is unknown.
_EXACT: Final = (
    ("cannot be repeated", _DUPLICATE), ("one-way mode", _MODE), ("hedge mode", _MODE),
    ("order not exist", _NO_ORDER),
    ("only allowed to be submitted once", _IN_PROGRESS),
    ("margin is not enough", _D), ("margin not enough", _D), ("insufficient margin", _D),
    ("no position to close", _D), ("symbol not exist", _D), ("minimum nominal value", _D),
    ("minimum order amount", _D), ("reduce only order can only decrease", _D),
)  # fmt: skip
# Some codes stand for many things; their text decides first.
TEXTS: Final[dict[int, tuple[tuple[str, Row], ...]]] = {
    80001: _EXACT,
    80012: _EXACT,
    101400: (("duplicate", _DUPLICATE), ("repeated", _DUPLICATE)),
    101214: (("funding settlement", _R), ("being processed", _R)),
    109400: (
        ("timestamp", _CLOCK), ("order not exist", _NO_ORDER), ("one-way mode", _MODE),
        ("hedge mode", _MODE),
    ),
}  # fmt: skip

HTTP: Final[dict[int, Row]] = {
    400: _F, 401: _KEY, 403: _F, 404: _F, 405: _F, 418: _ADDRESS, 429: _ADDRESS,
}  # fmt: skip

_UNLISTED: Final = Row(Kind.UNKNOWN, Kind.UNKNOWN)


def judge(code: int, text: str, *, changes: bool) -> Verdict:
    """The verdict on a body whose code is not 0; unlisted codes are UNKNOWN."""
    row = CODES.get(code, _UNLISTED)
    lowered = text.lower()
    if code in CATCH_ALL and any(word in lowered for word in UNKNOWN_WORDS):
        return Verdict(Kind.UNKNOWN if changes else Kind.RETRY, Meaning.NONE)
    for part, special in TEXTS.get(code, ()):
        if part in lowered:
            row = special
            break
    return Verdict(row.change if changes else row.read, row.meaning)


def judge_http(status: int, *, changes: bool) -> Verdict:
    """The verdict on an answer without a usable body: 5xx say nothing about what happened."""
    row = HTTP.get(status, _U)
    return Verdict(row.change if changes else row.read, row.meaning)
