"""Structured logs: one JSON line per event, secrets masked before anything is rendered."""

import re
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TextIO

import orjson
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

Logger = FilteringBoundLogger

MASK = "***"
# A value shorter than this would also mask innocent words that happen to contain it.
SECRET_LENGTH_MIN = 6
_SECRET_KEY = re.compile(r"secret|signature|password|passwd|api_?key|token|credential", re.I)
_SECRET_PARAM = re.compile(r"(?i)\b(signature|secret|api_?key|password|listenKey)=[^&\s\"']+")
_LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


class Redaction:
    """Masks secret fields by name, query parameters by name, and known secret values anywhere."""

    __slots__ = ("_values",)

    def __init__(self, values: Sequence[str] = ()) -> None:
        self._values = tuple(value for value in values if len(value) >= SECRET_LENGTH_MIN)

    def text(self, text: str) -> str:
        """`text` without any secret."""
        for value in self._values:
            text = text.replace(value, MASK)
        return _SECRET_PARAM.sub(lambda found: f"{found.group(1)}={MASK}", text)

    def __call__(self, _: WrappedLogger, __: str, event: EventDict) -> EventDict:
        """As a structlog processor."""
        for key, value in event.items():
            if _SECRET_KEY.search(key):
                event[key] = MASK
            elif isinstance(value, str):
                event[key] = self.text(value)
            elif not isinstance(value, int | float | bool | None):
                # Containers and objects are rendered first, so that nothing nests past the mask.
                event[key] = self.text(str(value))
        return event


class _Stamp:
    """Adds when, who and how grave."""

    __slots__ = ("_name", "_pid")

    def __init__(self, name: str, pid: int) -> None:
        self._name = name
        self._pid = pid

    def __call__(self, _: WrappedLogger, method: str, event: EventDict) -> EventDict:
        wall_ns = time.time_ns()
        second = datetime.fromtimestamp(wall_ns // 1_000_000_000, UTC)
        stamped: EventDict = {
            "ts": f"{second:%Y-%m-%dT%H:%M:%S}.{wall_ns % 1_000_000_000:09d}Z",
            "mono_ns": time.monotonic_ns(),
            "lvl": method,
            "proc": self._name,
            "pid": self._pid,
            "evt": event.pop("event", ""),
        }
        stamped.update(event)
        return stamped


def _render(_: WrappedLogger, __: str, event: EventDict) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


def make(
    name: str,
    pid: int,
    level: str = "info",
    secrets: Sequence[str] = (),
    stream: TextIO | None = None,
) -> Logger:
    """A logger of process `name`: stdout and tracebacks are never silent, secrets always are.

    Fields are keyword arguments: `log.warning("ring_full", region="intents", seq=7)`. The first
    word is a stable event name. `log.error("...", exc_info=error)` writes the traceback too.
    """
    logger: Logger = structlog.wrap_logger(
        structlog.PrintLogger(stream if stream is not None else sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        processors=[
            _Stamp(name, pid),
            structlog.processors.format_exc_info,
            Redaction(secrets),
            _render,
        ],
        cache_logger_on_first_use=False,
    )
    return logger
