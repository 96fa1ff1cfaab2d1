"""Why a child could not start, as one line and one exit code."""

from pathlib import Path

import msgspec

from pink_actors.config import Config
from pink_actors.errors import (
    EXIT_CONFIG,
    EXIT_PERMANENT,
    EXIT_TEMPORARY,
    EXIT_USAGE,
    ConfigError,
    PermanentError,
    PinkError,
    TemporaryError,
    UsageError,
)
from pink_actors.supervisor import logs
from pink_actors.supervisor.child import Supervised

LINES_LOOKED_AT_MAX = 20

_KINDS: dict[int, type[PinkError]] = {
    EXIT_USAGE: UsageError,
    EXIT_CONFIG: ConfigError,
    EXIT_TEMPORARY: TemporaryError,
    EXIT_PERMANENT: PermanentError,
}


class _Line(msgspec.Struct):
    """What a refusal looks like in a child's log."""

    error: str = ""


def of_child(child: Supervised, log_dir: Path) -> PinkError:
    """The error that ends `up`, in the child's own words where it left any."""
    path = logs.log_file(log_dir, child.name)
    code = child.last_exit.code if child.last_exit is not None else None
    kind = PinkError if code is None else _KINDS.get(code, PinkError)
    said = last_words(logs.tail(path, LINES_LOOKED_AT_MAX, child.log_start))
    return kind(f"{child.name}: {said or child.last_words}; its log is {path}")


def of_venue(child: Supervised, config: Config) -> PinkError:
    """A child that is up and gets no answer from outside."""
    path = logs.log_file(config.log_dir, child.name)
    venue = config.venue
    return TemporaryError(
        f"{child.name}: no answer from {venue.rest_url} and {venue.ws_url}; check venue.rest_url, "
        f"venue.ws_url and the network; its log is {path}"
    )


def last_words(lines: list[str]) -> str:
    """The last error a process logged, else its last plain line."""
    plain = ""
    for line in reversed(lines):
        try:
            error = msgspec.json.decode(line, type=_Line).error
        except msgspec.DecodeError:
            plain = plain or line.strip()
            continue
        if error:
            return error
    return plain
