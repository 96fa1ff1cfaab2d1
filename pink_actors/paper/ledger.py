"""The durable ledger of the paper venue, and the oracle that the rest is compared with.

Format of `ledger.jsonl`: UTF-8, one JSON object a line, append only. Each object has

    t          kind of entry: start account order fill end trigger trail amend money liquidation
               mode leverage margin_type margin market (the classes of `entries.py`, in that order)
    seq        1, 2, 3 ... without a gap
    wall_ms    protocol time: real time, the time of replies and signatures
    market_ms  market time: differs from wall_ms when candles are replayed or time is sped up
    ...        the fields of the entry, by the names of the class
    crc32      of the bytes of the line before `,"crc32":`, so that no digit changes unnoticed

Prices, quantities and money are exact decimal strings without trailing zeros; identifiers, counts
and times are JSON integers (order ids exceed 2^53: read them as 64-bit). `fee` is positive when
paid. `position_after` is the signed position of (symbol, position_side) after the fill, where a
short is negative in both position modes; `wallet_after` is the exact wallet of the account.

For each account, wallet = balance of `account` + sum of `money.amount` + sum over `fill` of
(realised_pnl - fee). An order is `order`, then any of fill, trigger, trail and amend, and it is
over when its fills sum to its quantity or when an `end` names it. `client_order_id` is lower case
and unique for each account for ever. A MARKET order's `price` is its protective bound.

An entry is on disk (fdatasync) before the reply or stream frame that tells of it leaves. A torn
last line, the mark of a crash during a write, is cut at start and kept in `ledger.torn`; a damaged
line anywhere else is refused.
"""

import fcntl
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, get_args, get_type_hints

import msgspec
import orjson

from pink_actors.errors import ConfigError, PermanentError, TemporaryError
from pink_actors.paper.entries import ENTRY_TYPES, Entry
from pink_actors.paper.fixed import exact_text, parse_scaled

LINE_LENGTH_MAX = 1 << 20


class LedgerDamagedError(PermanentError):
    """A line that cannot be read stands before the end of the ledger."""


class LedgerUnwritableError(TemporaryError):
    """The disk refused: the venue must end, since it knows more than its ledger does."""


class FieldCodec(NamedTuple):
    """One field of an entry; digits is the decimal scale, or None for what JSON holds itself."""

    name: str
    digits: int | None


class EntryCodec:
    """Turns entries into lines and back, with scaled integers written as exact decimals."""

    def __init__(self) -> None:
        self._tags: dict[type[Entry], str] = {}
        self._types: dict[str, type[Entry]] = {}
        self._fields: dict[type[Entry], tuple[FieldCodec, ...]] = {}
        for kind in ENTRY_TYPES:
            tag = kind.__struct_config__.tag
            hints = get_type_hints(kind, include_extras=True)
            self._tags[kind] = str(tag)
            self._types[str(tag)] = kind
            self._fields[kind] = tuple(
                FieldCodec(name, _digits_of(hints[name])) for name in kind.__struct_fields__
            )

    def encode(self, entry: Entry) -> bytes:
        """One line, with its newline."""
        kind = type(entry)
        row: dict[str, object] = {"t": self._tags[kind]}
        for name, digits in self._fields[kind]:
            value = getattr(entry, name)
            row[name] = value if digits is None else exact_text(value, digits)
        body = orjson.dumps(row)[:-1]
        return b'%b,"crc32":%d}\n' % (body, zlib.crc32(body))

    def decode(self, line: bytes) -> Entry:
        """Read one line; any defect is a ValueError."""
        body, _, seal = line.rpartition(b',"crc32":')
        if seal.rstrip() != b"%d}" % zlib.crc32(body):
            raise ValueError("the line does not fit its crc32")
        row = orjson.loads(line)
        if not isinstance(row, dict):
            raise ValueError("not an object")
        kind = self._types.get(str(row.get("t", "")))
        if kind is None:
            raise ValueError("unknown kind of entry")
        del row["crc32"]
        for name, digits in self._fields[kind]:
            if digits is not None and name in row:
                value = parse_scaled(str(row[name]), digits)
                if value is None:
                    raise ValueError(f"{name} is no decimal")
                row[name] = value
        return msgspec.convert(row, kind)


class Ledger:
    """The append-only file; entries gather in memory until `commit` makes them durable."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "ledger.jsonl"
        self.torn_path = directory / "ledger.torn"
        self.commits = 0
        self._codec = EntryCodec()
        self._pending: list[bytes] = []
        self._seq = 0
        self._fd = -1

    @property
    def dirty(self) -> bool:
        """Whether entries wait for a commit."""
        return bool(self._pending)

    def open(self) -> Iterator[Entry]:
        """Cut a torn end, then yield all entries in order and stand ready to append."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        try:
            self._fd = os.open(self.path, flags, 0o600)
            self._claim()
            self._cut_torn_end()
        except OSError as error:
            raise ConfigError(
                f"{self.path}: cannot be opened: {error.strerror}; choose another --data"
            ) from error
        with self.path.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                try:
                    entry = self._codec.decode(line)
                except ValueError as error:
                    raise LedgerDamagedError(f"{self.path}:{number}: {error}") from error
                if entry.seq != self._seq + 1:
                    raise LedgerDamagedError(
                        f"{self.path}:{number}: seq {entry.seq} follows {self._seq}"
                    )
                self._seq = entry.seq
                yield entry

    def append(self, entry: Entry) -> None:
        """Number an entry and hold it for the next commit."""
        self._seq += 1
        entry.seq = self._seq
        self._pending.append(self._codec.encode(entry))

    def commit(self) -> None:
        """Write and sync everything held: one group, one fdatasync."""
        if not self._pending:
            return
        data = b"".join(self._pending)
        self._pending.clear()
        written = 0
        try:
            while written < len(data):
                written += os.write(self._fd, data[written:])
            os.fdatasync(self._fd)
        except OSError as error:
            raise LedgerUnwritableError(
                f"{self.path}: cannot be written: {error.strerror}; make room and start again"
            ) from error
        self.commits += 1

    def close(self) -> None:
        """Commit what is held and let the file go."""
        if self._fd >= 0:
            self.commit()
            os.close(self._fd)
            self._fd = -1

    def _claim(self) -> None:
        """One venue a ledger; and its name must be on disk before its lines are relied on."""
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._fd)
            self._fd = -1
            raise TemporaryError(
                f"{self.path}: another venue serves from it; stop that or choose another --data"
            ) from error
        directory = os.open(self.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def _cut_torn_end(self) -> None:
        size = self.path.stat().st_size
        with self.path.open("r+b") as file:
            start = max(0, size - LINE_LENGTH_MAX)
            file.seek(start)
            tail = file.read()
            keep = tail.rfind(b"\n") + 1
            if keep == len(tail):
                return
            with self.torn_path.open("ab") as torn:
                torn.write(tail[keep:] + b"\n")
                torn.flush()
                os.fsync(torn.fileno())
            file.truncate(start + keep)
            file.flush()
            os.fsync(file.fileno())


def _digits_of(hint: object) -> int | None:
    arguments = get_args(hint)
    return arguments[1] if len(arguments) == 2 and isinstance(arguments[1], int) else None
