"""Every byte and every code of the shared memory; generated from layout.toml by scripts/gen."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from enum import IntEnum
from struct import Struct
from struct import error as StructError
from typing import Any, Final, Generic, NamedTuple, Protocol, Self, TypeVar


class MalformedRecord(ValueError):
    """Bytes that are not a value of their record: wrong length, unknown code, text not ASCII."""


class Record(Protocol):
    """What every record offers."""

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""


R = TypeVar("R", bound=Record)


class Cells(NamedTuple, Generic[R]):
    """A region of two-copy cells: latest state."""

    id: int
    name: str
    writer: Writer
    record: type[R]
    record_size: int
    offset: int
    stride: int
    cell_count: int


class Ring(NamedTuple, Generic[R]):
    """A ring of messages; lossless rings wait for their consumers, broadcast rings never."""

    id: int
    name: str
    writer: Writer
    record: type[R]
    record_size: int
    offset: int
    stride: int
    capacity: int
    lossless: bool
    consumers: tuple[Writer, ...]


class Cursor(NamedTuple):
    """The line in a consumer's own segment that holds its position in one ring."""

    ring: int
    consumer: Writer
    offset: int


class Segment(NamedTuple):
    """One shared-memory object: all that one process may write."""

    writer: Writer
    size: int
    cursors: tuple[Cursor, ...]


def _ascii(text: str, size: int, field: str) -> bytes:
    if len(text) > size or not text.isascii() or "\0" in text:
        raise MalformedRecord(f"{field}: {text!r} is not ASCII of at most {size} bytes")
    return text.encode("ascii")


def _sized(data: bytes, size: int, field: str) -> bytes:
    if len(data) != size:
        raise MalformedRecord(f"{field}: {len(data)} bytes, not {size}")
    return data


def _text(data: bytes, field: str) -> str:
    try:
        text = data.rstrip(b"\0").decode("ascii")
    except UnicodeDecodeError:
        raise MalformedRecord(f"{field}: text is not ASCII") from None
    if "\0" in text:
        raise MalformedRecord(f"{field}: text goes on after its end")
    return text


def _counted(values: tuple[int, ...], count: int, field: str) -> tuple[int, ...]:
    if len(values) != count:
        raise MalformedRecord(f"{field}: {len(values)} numbers, not {count}")
    return values


def _checked(layout: Struct, data: bytes, record: str) -> tuple[Any, ...]:
    if len(data) != layout.size:
        raise MalformedRecord(f"{record}: {len(data)} bytes, not {layout.size}")
    return layout.unpack(data)


VERSION: Final = 1
DIGEST_HEX: Final = "ffba9e119a24430c151f6cefbd1a4b31f67bbf403438d381ec095be1d4bae4fa"
DIGEST: Final = bytes.fromhex(DIGEST_HEX)
JOURNAL_SHAPE: Final = 0xf368b44babfa0902
MAGIC: Final = int.from_bytes(b"PINKZNC1", "little")
HEADER_SIZE: Final = 4096
HEADER_CRC_OFFSET: Final = 256
WRITER_CELL_OFFSET: Final = 512
LIVE_STATE_OFFSET: Final = 1024
LIVE_HEARTBEAT_OFFSET: Final = 1032
LIVE_PROGRESS_OFFSET: Final = 1040
LINE_SIZE: Final = 128
SLOT_HEAD_SIZE: Final = 16


class Writer(IntEnum):
    """The processes that own a segment, and therefore the possible sources of an input."""

    NONE = 0  # nobody
    KERNEL = 1  # pink-kernel, sole writer of slots
    GATEWAY = 2  # venue REST
    LISTENER = 3  # venue WebSockets
    PERSISTENCE = 4  # ClickHouse
    POLICY = 5  # strategy
    SUPERVISOR = 6  # process tree and operator
    PROJECTION = 7  # Hazelcast
    PROBE_A = 8  # one end of the latency probe and of the tests of shared memory
    PROBE_B = 9  # the other end


_Writer: Final = {member.value: member for member in Writer}


class ActorState(IntEnum):
    """Where a process is in its life, as it says itself in its segment header."""

    VOID = 0  # never started
    STARTING = 1  # acquiring what it needs
    READY = 2  # doing its work
    DEGRADED = 3  # alive, but something outside is missing
    CLOSING = 4  # finishing
    STOPPED = 5  # ended in order
    FAILED = 6  # ended with an error


_ActorState: Final = {member.value: member for member in ActorState}


class Mode(IntEnum):
    """What the kernel lets through."""

    HALTED = 0  # no added risk: start, or a limit, or an operator
    REDUCE_ONLY = 1  # no added risk by order of the operator
    ACTIVE = 2  # everything that passes the checks


_Mode: Final = {member.value: member for member in Mode}


class Side(IntEnum):
    """Direction of a position."""

    NONE = 0  # flat
    LONG = 1
    SHORT = 2


_Side: Final = {member.value: member for member in Side}


class OrderSide(IntEnum):
    """Direction of an order."""

    NONE = 0
    BUY = 1
    SELL = 2


_OrderSide: Final = {member.value: member for member in OrderSide}


class PositionMode(IntEnum):
    """How the venue keeps long and short of one symbol."""

    UNKNOWN = 0  # not asked yet
    ONE_WAY = 1  # netted
    HEDGE = 2  # apart


_PositionMode: Final = {member.value: member for member in PositionMode}


class OrderKind(IntEnum):
    """Order types PINK sends."""

    NONE = 0
    MARKET = 1
    LIMIT = 2
    STOP_MARKET = 3  # protection: stop loss
    TAKE_PROFIT_MARKET = 4  # protection: take profit
    TRAILING_STOP_MARKET = 5  # protection: trailing stop
    UNKNOWN = 255  # the venue named a type that is not in the sheet


_OrderKind: Final = {member.value: member for member in OrderKind}


class TimeInForce(IntEnum):
    """How long a LIMIT order may rest."""

    NONE = 0
    GTC = 1
    IOC = 2
    FOK = 3
    POST_ONLY = 4


_TimeInForce: Final = {member.value: member for member in TimeInForce}


class OrderRole(IntEnum):
    """What an order is for within its slot."""

    NONE = 0
    ENTRY = 1  # opens the position
    EXIT = 2  # closes a leg
    STOP_LOSS = 3  # rests at the venue
    TAKE_PROFIT = 4  # rests at the venue


_OrderRole: Final = {member.value: member for member in OrderRole}


class OrderStatus(IntEnum):
    """An order as far as the venue has told us."""

    NONE = 0  # no such order
    REQUESTED = 1  # command issued, no evidence yet
    WORKING = 2  # resting or partly filled
    FILLED = 3  # gone: all of it
    CANCELLED = 4  # gone: the rest was cancelled
    REJECTED = 5  # gone: definitely refused
    EXPIRED = 6  # gone: IOC/FOK rest, or the venue expired it
    NOT_SENT = 7  # gone: it never left the gateway
    UNKNOWN = 8  # sent, outcome not known: capital stays reserved


_OrderStatus: Final = {member.value: member for member in OrderStatus}


class Stage(IntEnum):
    """Where a slot is in the life of its trade."""

    IDLE = 0  # free
    ORDER_REQUESTED = 1  # entry commanded, no evidence from the venue yet
    ENTRY_WORKING = 2  # entry rests or is partly filled
    ENTRY_CANCELLING = 3  # cancel of the entry commanded
    POSITION_OPEN = 4  # position held, no entry or exit order live
    EXIT_REQUESTED = 5  # exit commanded, no evidence yet
    EXIT_WORKING = 6  # exit rests or is partly filled
    EXIT_CANCELLING = 7  # cancel of the exit commanded
    CLOSED = 8  # flat; the venue's settled figures are awaited
    STALE_STATE_RECONCILING = 9  # venue and slot disagree; evidence is being gathered


_Stage: Final = {member.value: member for member in Stage}


class Fact(IntEnum):
    """Inputs of the state machine: facts about the world, not words of the venue."""

    NONE = 0  # the input does not concern a slot's stage
    ENTER = 1  # an accepted wish to open
    EXIT = 2  # an accepted wish to close a leg
    CANCEL = 3  # an accepted wish to cancel the working order
    ORDER_LIVE = 4  # the working order exists at the venue
    GONE_FLAT = 5  # the working order is gone and no position is left
    GONE_HELD = 6  # the working order is gone and a position is left
    CANCEL_REFUSED = 7  # the cancel had no effect; the order is still live
    CLOSED_OUTSIDE = 8  # the position went away by protection, liquidation or by hand
    SETTLED = 9  # every order of the closed trade has its settled figures
    DISAGREES = 10  # a snapshot contradicts the slot
    AGREES_FLAT = 11  # evidence is complete: nothing is held
    AGREES_HELD = 12  # evidence is complete: a position is held
    ADOPTED = 13  # a position found at the venue is taken over
    NEVER_OPENED = 14  # the entry is gone and nothing of it was ever filled


_Fact: Final = {member.value: member for member in Fact}


class Effect(IntEnum):
    """What a move of the state machine asks for."""

    NOTHING = 0
    SEND_ENTRY = 1
    SEND_EXIT = 2
    SEND_CANCEL = 3
    CLOSE_TRADE = 4  # book the end of the trade
    FREE_SLOT = 5  # figures are final, the slot may be used again
    ASK_VENUE = 6  # query and reconcile
    ABANDON = 7  # the entry came to nothing: the slot is free again, no trade took place


_Effect: Final = {member.value: member for member in Effect}


class InputKind(IntEnum):
    """Everything `apply` can be given; all of it is journalled."""

    NONE = 0
    EPOCH = 1  # a kernel process started: incarnation, boot, build
    CONTROL = 2  # configuration and operator words, from the supervisor
    ENTER = 3  # intent
    EXIT = 4  # intent
    EXIT_RESIDUAL = 5  # intent
    CANCEL = 6  # intent
    NOTE = 7  # a policy decision, a stream gap, a process event: changes no slot
    MARK_PRICE = 8  # sampled mark
    RECONCILE = 9  # a row of a venue snapshot
    REPORT = 10  # any other report of gateway or listener
    DEADLINE = 11  # time passed that the kernel asked to be told of


_InputKind: Final = {member.value: member for member in InputKind}


class ReportKind(IntEnum):
    """What gateway and listener tell the kernel."""

    NONE = 0
    ORDER_STATE = 1  # cumulative facts about one order
    ORDER_REFUSED = 2  # the venue definitely refused the submit
    ORDER_UNKNOWN = 3  # submit sent, outcome not known
    ORDER_NOT_FOUND = 4  # asked after the settling time: the venue has no such order
    NOT_SENT = 5  # the command never left
    CANCEL_REFUSED = 6  # the venue refused the cancel
    CANCEL_ACCEPTED = 7  # the venue took the cancel; the order state follows
    FILL = 8  # one row of the fill history: row_index of row_count, complete sets only
    INSTRUMENT = 9  # trading rules of one symbol
    BALANCE = 10  # wallet figures
    SNAPSHOT_BEGIN = 11  # rows of one reconciliation follow
    SNAPSHOT_POSITION = 12  # one position held at the venue
    SNAPSHOT_ORDER = 13  # one open order at the venue
    SNAPSHOT_END = 14  # `complete` says whether absence means anything
    INCOME = 15  # funding, transfer, liquidation charge, ADL, by transaction id
    GAP = 16  # the stream may have lost events
    ACCOUNT_HINT = 17  # the stream saw money move: ask
    LEVERAGE = 18  # leverage in force at the venue
    POSITION_MODE = 19  # one-way or hedge, as the venue says
    COMMAND_DONE = 20  # a command that has no other report is finished
    DIAGNOSTIC = 21  # something odd the edge saw; text says what


_ReportKind: Final = {member.value: member for member in ReportKind}


class CommandKind(IntEnum):
    """What the kernel orders from the gateway."""

    NONE = 0
    SUBMIT = 1  # place an order
    CANCEL = 2  # cancel an order
    QUERY = 3  # look one order up
    RECONCILE = 4  # snapshot of orders, positions, balance
    SETTLE = 5  # fetch the fill history of one finished order
    INCOME = 6  # fetch income rows since `since_wall_ms`


_CommandKind: Final = {member.value: member for member in CommandKind}


class ControlKind(IntEnum):
    """What the supervisor tells the kernel."""

    NONE = 0
    CONFIG = 1  # limits and times; the whole of them
    MODE = 2  # set the mode
    KILL_SWITCH = 3  # engaged or reset
    ANCHOR = 4  # book the difference to the venue wallet as an adjustment
    RECONCILE = 5  # ask the venue now
    FLATTEN = 6  # cancel every order and close every position
    CHILD = 7  # a process started, stopped or died: a note
    DISK = 8  # from the kernel's own shell: engaged = the disk does not keep up


_ControlKind: Final = {member.value: member for member in ControlKind}


class AccountStatus(IntEnum):
    """How well the kernel's capital agrees with the venue's wallet."""

    UNKNOWN = 0  # not judged since start
    OK = 1  # within a cent
    WARN = 2  # in-flight settlement
    ERROR = 3  # unexplained: ENTER is frozen


_AccountStatus: Final = {member.value: member for member in AccountStatus}


class Provenance(IntEnum):
    """Where a figure comes from."""

    NONE = 0  # no figure
    ESTIMATE = 1  # computed here
    EXCHANGE = 2  # reported, rounded
    SETTLED = 3  # exact, from the fill history


_Provenance: Final = {member.value: member for member in Provenance}


class Code(IntEnum):
    """The result of `apply`. Accepted if and only if OK; DUPLICATE and the like change nothing."""

    OK = 0  # accepted
    DUPLICATE = 1  # already known; nothing changed
    INVALID_FIELD = 2  # a field is missing, out of its enum or contradicts another
    OUT_OF_RANGE = 3  # a number does not fit the scales
    UNKNOWN_SYMBOL = 4  # no instrument rules for it
    NOT_CONFIGURED = 5  # no CONFIG received since start
    MODE_FORBIDS = 6  # HALTED or REDUCE_ONLY
    KILL_SWITCH = 7  # the latch is engaged
    FROZEN = 8  # capital and wallet differ by the error threshold or more
    NOT_RECONCILED = 9  # no complete snapshot since start
    MAX_SLOTS = 10  # no free slot within the limit
    MAX_LEVERAGE = 11  # leverage above the limit
    MAX_ORDER_NOTIONAL = 12  # this order is too big
    MAX_TOTAL_NOTIONAL = 13  # all positions and orders together would be too big
    DAILY_LOSS = 14  # today's loss limit is reached, or cannot be computed
    DRAWDOWN = 15  # the drawdown limit is reached
    ORDER_RATE = 16  # too many risk-adding orders in the window
    STALE_INTENT = 17  # older than its time to live
    STALE_MARK = 18  # the mark is too old
    PRICE_BAND = 19  # limit or trigger price too far from the mark, or on its wrong side
    PRICE_DIVERGENCE = 20  # the strategy's reference price is too far from the venue's
    TICK = 21  # price is not a multiple of the tick
    LOT = 22  # quantity is not a multiple of the lot
    MIN_QUANTITY = 23  # quantity below the venue's minimum
    MIN_NOTIONAL = 24  # value below the venue's minimum
    DUPLICATE_TRADE_ID = 25  # that trade id was used before
    SLOT_BUSY = 26  # the named slot is not free
    SYMBOL_BUSY = 27  # another slot works on that symbol and side
    NO_SUCH_SLOT = 28  # slot number out of range
    NO_SUCH_TRADE = 29  # no slot holds that trade id
    NO_POSITION = 30  # nothing to close
    NO_ACTIVE_ORDER = 31  # nothing to cancel
    ORDER_IN_FLIGHT = 32  # another order of the slot is live or unknown
    DUST = 33  # the rest is below the venue's minimum; EXIT_RESIDUAL closes it
    NOT_DUST = 34  # EXIT_RESIDUAL is for what is left under the minimum
    NO_LEGS_LEFT = 35  # every exit leg was used
    UNEXPECTED = 36  # the table has no row for this stage and fact
    TERMINAL_STATE = 37  # the order or trade is already finished
    FOREIGN_ORDER = 38  # no order of ours
    IMPLAUSIBLE_FILL = 39  # fill of price zero or far from the mark: held, not booked
    STALE_FACT = 40  # older than what is known; nothing changed
    STALE_SNAPSHOT = 41  # asked before the last event of that symbol
    SETTLE_MISMATCH = 42  # fill rows do not add up to the order
    ORDER_TABLE_FULL = 43  # too many unsettled orders
    CAPITAL = 44  # not enough free capital for the margin
    OVERFILL = 45  # booked: the venue filled more than was ordered
    ANCHOR_REFUSED = 46  # an adjustment of that size needs the operator's word
    RATE_LIMITED = 47  # the venue's rate limit
    JOURNAL_SLOW = 48  # the disk does not keep up; no added risk
    VENUE_REFUSED = 49  # the venue said no; venue_code says why
    DEADLINE_PASSED = 50  # not sent: its deadline passed first
    OVERTAKEN = 51  # not sent: its cancel came first
    POSITION_MODE_UNKNOWN = 52  # one-way or hedge not known yet
    UNRESOLVED = 53  # no order or slot matches; kept as an anomaly
    CLOCK_STEPPED = 54  # a clock jumped or ran backwards; facts keep the journal's order
    MALFORMED = 55  # the venue's bytes are not what the protocol says; they are kept
    TOO_LARGE = 56  # a reply or frame beyond its bound; its beginning is kept
    UNKNOWN_WORD = 57  # a word, type or event that the protocol does not know
    ECHO_DIFFERS = 58  # the venue understood an order otherwise than it was commanded
    NOT_AS_CONFIGURED = 59  # the account is set otherwise than the configuration says


_Code: Final = {member.value: member for member in Code}


class Has(IntEnum):
    """Bits of the `has` word of Report: which figures the venue really gave."""

    CUM_QTY = 1
    AVG_PRICE = 2
    CUM_FEE = 4
    PRICE = 8
    QTY = 16
    TRIGGER = 32
    WALLET = 64
    EQUITY = 128
    AVAILABLE = 256
    USED_MARGIN = 512
    VENUE_ORDER_ID = 1024
    AMOUNT = 2048
    VENUE_TIME = 4096
    LEVERAGE = 8192


_Has: Final = {member.value: member for member in Has}


class AdoptPolicy(IntEnum):
    """What to do with a position found at the venue that no slot owns."""

    FLAG = 0  # freeze that symbol and raise an anomaly
    ADOPT = 1  # take it into a free slot


_AdoptPolicy: Final = {member.value: member for member in AdoptPolicy}


class SegmentHeader(NamedTuple):
    """Start of every segment; written once, before the object gets its name."""

    magic: int  # `PINKZNC1`, read as a little-endian word
    layout_version: int  # `version` of layout.toml
    writer: int  # code of the one process that may write this segment
    total_size: int  # size of the object in bytes
    digest: bytes  # digest of the layout the creator was built with
    instance: str  # name of the instance
    boot_id: bytes  # kernel boot in which the segment was created
    creator_pid: int  # process that created the segment
    creator_uid: int  # its user
    creator_start_ticks: int  # its start time, so that a reused pid is told apart
    created_mono_ns: int  # CLOCK_MONOTONIC at creation
    created_wall_ns: int  # CLOCK_REALTIME at creation

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            magic=0,
            layout_version=0,
            writer=0,
            total_size=0,
            digest=bytes(32),
            instance="",
            boot_id=bytes(16),
            creator_pid=0,
            creator_uid=0,
            creator_start_ticks=0,
            created_mono_ns=0,
            created_wall_ns=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _SegmentHeader_STRUCT.pack(
                self.magic,
                self.layout_version,
                self.writer,
                self.total_size,
                _sized(self.digest, 32, "SegmentHeader.digest"),
                _ascii(self.instance, 32, "SegmentHeader.instance"),
                _sized(self.boot_id, 16, "SegmentHeader.boot_id"),
                self.creator_pid,
                self.creator_uid,
                self.creator_start_ticks,
                self.created_mono_ns,
                self.created_wall_ns,
            )
        except StructError as error:
            raise MalformedRecord(f"SegmentHeader: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_SegmentHeader_STRUCT, data, "SegmentHeader")
        try:
            return tuple.__new__(cls, (
                *v[0:5],
                _text(v[5], "SegmentHeader.instance"),
                *v[6:12],
            ))
        except KeyError as error:
            raise MalformedRecord(f"SegmentHeader: unknown code {error}") from error


_SegmentHeader_STRUCT: Final = Struct("<Q I I Q 32s 32s 16s I I Q Q Q")


class WriterIdentity(NamedTuple):
    """Who writes the segment; a two-copy cell at WRITER_CELL_OFFSET of the header page."""

    epoch: int  # incarnation of the writer, +1 at each; 0: none yet
    pid: int  # process that holds the writer lock
    uid: int  # its user
    start_ticks: int  # its start time, so that a reused pid is told apart
    opened_mono_ns: int  # CLOCK_MONOTONIC when it opened the segment
    opened_wall_ns: int  # CLOCK_REALTIME when it opened the segment
    boot_id: bytes  # kernel boot in which it runs

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            epoch=0,
            pid=0,
            uid=0,
            start_ticks=0,
            opened_mono_ns=0,
            opened_wall_ns=0,
            boot_id=bytes(16),
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _WriterIdentity_STRUCT.pack(
                self.epoch,
                self.pid,
                self.uid,
                self.start_ticks,
                self.opened_mono_ns,
                self.opened_wall_ns,
                _sized(self.boot_id, 16, "WriterIdentity.boot_id"),
            )
        except StructError as error:
            raise MalformedRecord(f"WriterIdentity: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_WriterIdentity_STRUCT, data, "WriterIdentity")
        try:
            return tuple.__new__(cls, (
                *v[0:7],
            ))
        except KeyError as error:
            raise MalformedRecord(f"WriterIdentity: unknown code {error}") from error


_WriterIdentity_STRUCT: Final = Struct("<Q I I Q Q Q 16s")


class Intent(NamedTuple):
    """A strategy's decision: what, never how."""

    kind: InputKind  # ENTER, EXIT, EXIT_RESIDUAL, CANCEL or NOTE
    side: Side  # of the position to open
    order_kind: OrderKind  # MARKET or LIMIT
    tif: TimeInForce  # for LIMIT
    leverage: int  # exchange leverage, whole number
    slot_id: int  # 0xFFFF: let the kernel choose (ENTER), or find by trade_id
    intent_id: int  # the policy's own number, for logs
    trade_id: str  # unique for ever per instance
    symbol: str
    qty_e8: int  # base quantity to open; for EXIT 0 = next leg by ratio
    price_e12: int  # limit price; 0 for MARKET
    reference_price_e12: int  # the price the decision was made on; 0 = none given
    stop_loss_e12: int  # trigger price; 0 = none
    take_profit_e12: int  # trigger price; 0 = none
    trail_e12: int  # distance of a trailing stop, in place of stop_loss_e12; 0 = none
    created_wall_ns: int
    created_mono_ns: int
    ttl_ms: int  # 0 is refused
    leg_count: int  # exit legs given below (ENTER); 1..8
    leg_ratios_e8: tuple[int, ...]  # share of the current size per exit leg; the last takes the remainder
    confidence_e8: int  # the strategy's own figure, for the records
    bars_held: int  # the strategy's own figure, for the records
    reason_code: int  # the strategy's own figure, for the records
    text: str  # why, in the strategy's words

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            kind=InputKind.NONE,
            side=Side.NONE,
            order_kind=OrderKind.NONE,
            tif=TimeInForce.NONE,
            leverage=0,
            slot_id=0,
            intent_id=0,
            trade_id="",
            symbol="",
            qty_e8=0,
            price_e12=0,
            reference_price_e12=0,
            stop_loss_e12=0,
            take_profit_e12=0,
            trail_e12=0,
            created_wall_ns=0,
            created_mono_ns=0,
            ttl_ms=0,
            leg_count=0,
            leg_ratios_e8=(0,) * 8,
            confidence_e8=0,
            bars_held=0,
            reason_code=0,
            text="",
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _Intent_STRUCT.pack(
                self.kind,
                self.side,
                self.order_kind,
                self.tif,
                self.leverage,
                self.slot_id,
                self.intent_id,
                _ascii(self.trade_id, 32, "Intent.trade_id"),
                _ascii(self.symbol, 24, "Intent.symbol"),
                self.qty_e8,
                self.price_e12,
                self.reference_price_e12,
                self.stop_loss_e12,
                self.take_profit_e12,
                self.trail_e12,
                self.created_wall_ns,
                self.created_mono_ns,
                self.ttl_ms,
                self.leg_count,
                *_counted(self.leg_ratios_e8, 8, "Intent.leg_ratios_e8"),
                self.confidence_e8,
                self.bars_held,
                self.reason_code,
                _ascii(self.text, 120, "Intent.text"),
            )
        except StructError as error:
            raise MalformedRecord(f"Intent: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_Intent_STRUCT, data, "Intent")
        try:
            return tuple.__new__(cls, (
                _InputKind[v[0]],
                _Side[v[1]],
                _OrderKind[v[2]],
                _TimeInForce[v[3]],
                *v[4:7],
                _text(v[7], "Intent.trade_id"),
                _text(v[8], "Intent.symbol"),
                *v[9:19],
                v[19:27],
                *v[27:30],
                _text(v[30], "Intent.text"),
            ))
        except KeyError as error:
            raise MalformedRecord(f"Intent: unknown code {error}") from error


_Intent_STRUCT: Final = Struct("<B B B B H H Q 32s 24s q q q q q q q Q I I 8q q I I 120s")


class Report(NamedTuple):
    """One fact from the venue's edge, from gateway or listener."""

    kind: ReportKind
    role: OrderRole  # if the edge knows it
    order_side: OrderSide
    position_side: Side  # LONG/SHORT; NONE when the venue says BOTH
    order_kind: OrderKind
    tif: TimeInForce
    order_status: OrderStatus
    position_mode: PositionMode
    has: int  # bits of Has
    code: Code  # for refusals and NOT_SENT
    reduce_only: int  # 0/1
    complete: int  # SNAPSHOT_END: 1 = every part was fetched
    venue_code: int  # the venue's own error code; 0 = none
    leverage: int
    maker: int  # FILL: 1 maker, 0 taker
    income_kind: int  # INCOME: 1 funding 2 transfer 3 liquidation 4 ADL 5 other
    command_seq: int  # the command this answers; 0 = unsolicited
    asked_seq: int  # snapshots and queries: journal sequence when asked
    asked_wall_ms: int  # when the question left
    venue_wall_ms: int  # the venue's own time of the fact
    recv_wall_ns: int  # when it reached us
    recv_mono_ns: int
    market_ms: int  # market time of the fact; 0 = same as venue time
    venue_order_id: int
    client_order_id: str
    symbol: str
    fill_id: str  # trade id of a fill, transaction id of an income row
    qty_e8: int  # order quantity, fill quantity, position quantity
    price_e12: int  # order price (a bound for MARKET, never a fill), fill price, entry price
    trigger_e12: int
    cum_qty_e8: int  # filled so far
    avg_price_e12: int  # average of what is filled; rounded by the venue
    cum_fee_e8: int  # paid so far, cost positive
    amount_e8: int  # FILL: fee of this fill; INCOME: amount, our gain positive
    wallet_e8: int  # BALANCE
    equity_e8: int  # BALANCE
    available_e8: int  # BALANCE
    used_margin_e8: int  # BALANCE
    row_index: int  # FILL
    row_count: int  # FILL: rows of the complete set; snapshots: rows between BEGIN and END
    tick_e12: int  # INSTRUMENT
    lot_e8: int  # INSTRUMENT
    min_qty_e8: int  # INSTRUMENT
    min_notional_e8: int  # INSTRUMENT
    maker_fee_e8: int  # INSTRUMENT: ratio
    taker_fee_e8: int  # INSTRUMENT: ratio
    text: str  # the venue's words, cut

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            kind=ReportKind.NONE,
            role=OrderRole.NONE,
            order_side=OrderSide.NONE,
            position_side=Side.NONE,
            order_kind=OrderKind.NONE,
            tif=TimeInForce.NONE,
            order_status=OrderStatus.NONE,
            position_mode=PositionMode.UNKNOWN,
            has=0,
            code=Code.OK,
            reduce_only=0,
            complete=0,
            venue_code=0,
            leverage=0,
            maker=0,
            income_kind=0,
            command_seq=0,
            asked_seq=0,
            asked_wall_ms=0,
            venue_wall_ms=0,
            recv_wall_ns=0,
            recv_mono_ns=0,
            market_ms=0,
            venue_order_id=0,
            client_order_id="",
            symbol="",
            fill_id="",
            qty_e8=0,
            price_e12=0,
            trigger_e12=0,
            cum_qty_e8=0,
            avg_price_e12=0,
            cum_fee_e8=0,
            amount_e8=0,
            wallet_e8=0,
            equity_e8=0,
            available_e8=0,
            used_margin_e8=0,
            row_index=0,
            row_count=0,
            tick_e12=0,
            lot_e8=0,
            min_qty_e8=0,
            min_notional_e8=0,
            maker_fee_e8=0,
            taker_fee_e8=0,
            text="",
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _Report_STRUCT.pack(
                self.kind,
                self.role,
                self.order_side,
                self.position_side,
                self.order_kind,
                self.tif,
                self.order_status,
                self.position_mode,
                self.has,
                self.code,
                self.reduce_only,
                self.complete,
                self.venue_code,
                self.leverage,
                self.maker,
                self.income_kind,
                self.command_seq,
                self.asked_seq,
                self.asked_wall_ms,
                self.venue_wall_ms,
                self.recv_wall_ns,
                self.recv_mono_ns,
                self.market_ms,
                self.venue_order_id,
                _ascii(self.client_order_id, 40, "Report.client_order_id"),
                _ascii(self.symbol, 24, "Report.symbol"),
                _ascii(self.fill_id, 32, "Report.fill_id"),
                self.qty_e8,
                self.price_e12,
                self.trigger_e12,
                self.cum_qty_e8,
                self.avg_price_e12,
                self.cum_fee_e8,
                self.amount_e8,
                self.wallet_e8,
                self.equity_e8,
                self.available_e8,
                self.used_margin_e8,
                self.row_index,
                self.row_count,
                self.tick_e12,
                self.lot_e8,
                self.min_qty_e8,
                self.min_notional_e8,
                self.maker_fee_e8,
                self.taker_fee_e8,
                _ascii(self.text, 64, "Report.text"),
            )
        except StructError as error:
            raise MalformedRecord(f"Report: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_Report_STRUCT, data, "Report")
        try:
            return tuple.__new__(cls, (
                _ReportKind[v[0]],
                _OrderRole[v[1]],
                _OrderSide[v[2]],
                _Side[v[3]],
                _OrderKind[v[4]],
                _TimeInForce[v[5]],
                _OrderStatus[v[6]],
                _PositionMode[v[7]],
                v[8],
                _Code[v[9]],
                *v[10:24],
                _text(v[24], "Report.client_order_id"),
                _text(v[25], "Report.symbol"),
                _text(v[26], "Report.fill_id"),
                *v[27:46],
                _text(v[46], "Report.text"),
            ))
        except KeyError as error:
            raise MalformedRecord(f"Report: unknown code {error}") from error


_Report_STRUCT: Final = Struct("<B B B B B B B B I H B B i H B B Q Q q q q Q q q 40s 24s 32s q q q q q q q q q q q I I q q q q q q 64s")


class Control(NamedTuple):
    """The supervisor's word to the kernel; CONFIG carries every limit at once."""

    kind: ControlKind
    mode: Mode  # MODE
    engaged: int  # KILL_SWITCH
    adopt: AdoptPolicy  # CONFIG
    max_slots: int  # CONFIG
    max_leverage: int  # CONFIG
    operator: int  # 1 = a person said so
    order_rate_max: int  # CONFIG: risk-adding orders per order_rate_window_ms
    order_rate_window_ms: int  # CONFIG
    ttl_ms_max: int  # CONFIG: longest time to live an intent may ask for
    mark_age_ms_max: int  # CONFIG
    submit_deadline_ms: int  # CONFIG: a risk-adding command must leave within this
    report_deadline_ms: int  # CONFIG: no evidence after this: query
    settle_after_ms: int  # CONFIG: pause before asking for fill rows
    not_found_after_ms: int  # CONFIG: recvWindow + settling time before 'not found' counts
    reconcile_interval_ms: int  # CONFIG
    flat_confirm_ms: int  # CONFIG: two complete snapshots this far apart end a position
    max_order_notional_e8: int  # CONFIG
    max_total_notional_e8: int  # CONFIG
    daily_loss_e8: int  # CONFIG
    drawdown_e8: int  # CONFIG
    price_band_e8: int  # CONFIG: ratio
    divergence_e8: int  # CONFIG: ratio
    fill_band_e8: int  # CONFIG: ratio; a fill further from the mark is held
    delta_warn_e8: int  # CONFIG: below it OK
    delta_error_e8: int  # CONFIG: from it on ERROR
    created_wall_ns: int
    config_hash: int  # CONFIG: hash of the resolved configuration
    text: str  # reason, or what happened

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            kind=ControlKind.NONE,
            mode=Mode.HALTED,
            engaged=0,
            adopt=AdoptPolicy.FLAG,
            max_slots=0,
            max_leverage=0,
            operator=0,
            order_rate_max=0,
            order_rate_window_ms=0,
            ttl_ms_max=0,
            mark_age_ms_max=0,
            submit_deadline_ms=0,
            report_deadline_ms=0,
            settle_after_ms=0,
            not_found_after_ms=0,
            reconcile_interval_ms=0,
            flat_confirm_ms=0,
            max_order_notional_e8=0,
            max_total_notional_e8=0,
            daily_loss_e8=0,
            drawdown_e8=0,
            price_band_e8=0,
            divergence_e8=0,
            fill_band_e8=0,
            delta_warn_e8=0,
            delta_error_e8=0,
            created_wall_ns=0,
            config_hash=0,
            text="",
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _Control_STRUCT.pack(
                self.kind,
                self.mode,
                self.engaged,
                self.adopt,
                self.max_slots,
                self.max_leverage,
                self.operator,
                self.order_rate_max,
                self.order_rate_window_ms,
                self.ttl_ms_max,
                self.mark_age_ms_max,
                self.submit_deadline_ms,
                self.report_deadline_ms,
                self.settle_after_ms,
                self.not_found_after_ms,
                self.reconcile_interval_ms,
                self.flat_confirm_ms,
                self.max_order_notional_e8,
                self.max_total_notional_e8,
                self.daily_loss_e8,
                self.drawdown_e8,
                self.price_band_e8,
                self.divergence_e8,
                self.fill_band_e8,
                self.delta_warn_e8,
                self.delta_error_e8,
                self.created_wall_ns,
                self.config_hash,
                _ascii(self.text, 128, "Control.text"),
            )
        except StructError as error:
            raise MalformedRecord(f"Control: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_Control_STRUCT, data, "Control")
        try:
            return tuple.__new__(cls, (
                _ControlKind[v[0]],
                _Mode[v[1]],
                v[2],
                _AdoptPolicy[v[3]],
                *v[4:28],
                _text(v[28], "Control.text"),
            ))
        except KeyError as error:
            raise MalformedRecord(f"Control: unknown code {error}") from error


_Control_STRUCT: Final = Struct("<B B B B H H B 3x I I I I I I I I I I 4x q q q q q q q q q q Q 128s")


class Mark(NamedTuple):
    """A sampled price as the kernel reads it from the listener's cells."""

    symbol: str
    mark_e12: int
    bid_e12: int  # 0 = not known
    ask_e12: int  # 0 = not known
    venue_wall_ms: int
    recv_mono_ns: int
    market_ms: int

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            symbol="",
            mark_e12=0,
            bid_e12=0,
            ask_e12=0,
            venue_wall_ms=0,
            recv_mono_ns=0,
            market_ms=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _Mark_STRUCT.pack(
                _ascii(self.symbol, 24, "Mark.symbol"),
                self.mark_e12,
                self.bid_e12,
                self.ask_e12,
                self.venue_wall_ms,
                self.recv_mono_ns,
                self.market_ms,
            )
        except StructError as error:
            raise MalformedRecord(f"Mark: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_Mark_STRUCT, data, "Mark")
        try:
            return tuple.__new__(cls, (
                _text(v[0], "Mark.symbol"),
                *v[1:7],
            ))
        except KeyError as error:
            raise MalformedRecord(f"Mark: unknown code {error}") from error


_Mark_STRUCT: Final = Struct("<24s q q q q Q q")


class Epoch(NamedTuple):
    """A kernel process took over the journal."""

    incarnation: int  # +1 at each start, durable before the first send
    journal_id: int  # random per journal
    boot_hash: int  # changes when the machine restarted: monotonic times start anew
    build_hash: int  # which build recomputes and which only reads
    instance: str
    intents_stream: int  # ring streams this incarnation reads
    gateway_stream: int
    listener_stream: int
    controls_stream: int

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            incarnation=0,
            journal_id=0,
            boot_hash=0,
            build_hash=0,
            instance="",
            intents_stream=0,
            gateway_stream=0,
            listener_stream=0,
            controls_stream=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _Epoch_STRUCT.pack(
                self.incarnation,
                self.journal_id,
                self.boot_hash,
                self.build_hash,
                _ascii(self.instance, 24, "Epoch.instance"),
                self.intents_stream,
                self.gateway_stream,
                self.listener_stream,
                self.controls_stream,
            )
        except StructError as error:
            raise MalformedRecord(f"Epoch: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_Epoch_STRUCT, data, "Epoch")
        try:
            return tuple.__new__(cls, (
                *v[0:4],
                _text(v[4], "Epoch.instance"),
                *v[5:9],
            ))
        except KeyError as error:
            raise MalformedRecord(f"Epoch: unknown code {error}") from error


_Epoch_STRUCT: Final = Struct("<Q Q Q Q 24s Q Q Q Q 32x")


class Command(NamedTuple):
    """An order from the kernel to the gateway. command_seq is the journal sequence * 8 + index."""

    kind: CommandKind
    role: OrderRole
    order_side: OrderSide
    position_side: Side
    order_kind: OrderKind
    tif: TimeInForce
    position_mode: PositionMode  # as known when the command was made
    reduce_only: int
    adds_risk: int  # 1: leaves only after durable, never late, never under the kill switch
    reissue: int  # 1: may have been sent before; query first
    leverage: int
    slot_id: int  # 0xFFFF = none
    leg: int
    attempt: int
    generation: int
    command_seq: int
    asked_seq: int  # journal sequence at which this was asked
    created_wall_ns: int
    created_mono_ns: int
    deadline_mono_ns: int  # 0 = none
    since_wall_ms: int  # INCOME, SETTLE: rows from here
    venue_order_id: int  # 0 = not known
    client_order_id: str
    symbol: str
    qty_e8: int
    price_e12: int
    trigger_e12: int
    cum_qty_e8: int  # SETTLE: the rows must add up to this
    trade_id: str
    submitted_wall_ms: int  # QUERY: when the order was first sent; 0 = not known

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            kind=CommandKind.NONE,
            role=OrderRole.NONE,
            order_side=OrderSide.NONE,
            position_side=Side.NONE,
            order_kind=OrderKind.NONE,
            tif=TimeInForce.NONE,
            position_mode=PositionMode.UNKNOWN,
            reduce_only=0,
            adds_risk=0,
            reissue=0,
            leverage=0,
            slot_id=0,
            leg=0,
            attempt=0,
            generation=0,
            command_seq=0,
            asked_seq=0,
            created_wall_ns=0,
            created_mono_ns=0,
            deadline_mono_ns=0,
            since_wall_ms=0,
            venue_order_id=0,
            client_order_id="",
            symbol="",
            qty_e8=0,
            price_e12=0,
            trigger_e12=0,
            cum_qty_e8=0,
            trade_id="",
            submitted_wall_ms=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _Command_STRUCT.pack(
                self.kind,
                self.role,
                self.order_side,
                self.position_side,
                self.order_kind,
                self.tif,
                self.position_mode,
                self.reduce_only,
                self.adds_risk,
                self.reissue,
                self.leverage,
                self.slot_id,
                self.leg,
                self.attempt,
                self.generation,
                self.command_seq,
                self.asked_seq,
                self.created_wall_ns,
                self.created_mono_ns,
                self.deadline_mono_ns,
                self.since_wall_ms,
                self.venue_order_id,
                _ascii(self.client_order_id, 40, "Command.client_order_id"),
                _ascii(self.symbol, 24, "Command.symbol"),
                self.qty_e8,
                self.price_e12,
                self.trigger_e12,
                self.cum_qty_e8,
                _ascii(self.trade_id, 32, "Command.trade_id"),
                self.submitted_wall_ms,
            )
        except StructError as error:
            raise MalformedRecord(f"Command: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_Command_STRUCT, data, "Command")
        try:
            return tuple.__new__(cls, (
                _CommandKind[v[0]],
                _OrderRole[v[1]],
                _OrderSide[v[2]],
                _Side[v[3]],
                _OrderKind[v[4]],
                _TimeInForce[v[5]],
                _PositionMode[v[6]],
                *v[7:22],
                _text(v[22], "Command.client_order_id"),
                _text(v[23], "Command.symbol"),
                *v[24:28],
                _text(v[28], "Command.trade_id"),
                v[29],
            ))
        except KeyError as error:
            raise MalformedRecord(f"Command: unknown code {error}") from error


_Command_STRUCT: Final = Struct("<B B B B B B B B B B H H B B I 4x Q Q q Q Q q q 40s 24s q q q q 32s q 16x")


class Outcome(NamedTuple):
    """What one journalled input did. Exactly one per journal sequence; database rows derive from it alone."""

    seq: int  # journal sequence
    wall_ns: int  # now of the apply
    mono_ns: int
    market_ms: int  # market time if the input carried one
    source: Writer
    input: InputKind
    report_kind: ReportKind
    control_kind: ControlKind
    code: Code
    slot_id: int  # 0xFFFF = none
    prev_stage: Stage  # the real one
    stage: Stage
    fact: Fact
    effect: Effect
    mode: Mode  # after
    kill_switch: int  # after
    frozen: int  # after
    account_status: AccountStatus  # after
    generation: int
    venue_code: int
    input_id: int  # intent_id or command_seq of the input
    trade_id: str
    symbol: str
    client_order_id: str
    venue_order_id: int  # 0 = not known
    fill_id: str
    role: OrderRole
    order_side: OrderSide
    order_kind: OrderKind
    tif: TimeInForce
    order_status: OrderStatus  # after
    reduce_only: int
    leg: int
    attempt: int
    order_qty_e8: int
    order_price_e12: int
    order_trigger_e12: int
    order_cum_qty_e8: int  # after
    order_cum_notional_e8: int  # after
    order_cum_fee_e8: int  # after
    fill_qty_e8: int  # booked by this input; report FILL: quantity of that fill
    fill_price_e12: int  # report FILL: price of that fill
    fill_notional_e8: int  # booked by this input; after settling the difference
    fill_fee_e8: int  # booked by this input; after settling the difference
    fill_realised_e8: int  # booked by this input; after settling the difference
    fill_provenance: Provenance
    maker: int
    income_kind: int
    slot_side: Side  # after
    leverage: int
    leg_index: int  # next exit leg
    leg_count: int
    slot_qty_e8: int  # position size after
    slot_entry_notional_e8: int  # cost of what is still held
    slot_opened_qty_e8: int  # ever entered in this trade
    slot_opened_notional_e8: int
    slot_closed_qty_e8: int  # ever exited in this trade
    slot_closed_notional_e8: int
    slot_realised_e8: int  # gross, this trade
    slot_fees_e8: int  # this trade
    slot_funding_e8: int  # this trade, cost positive
    slot_opened_wall_ns: int  # 0 = not opened
    mark_e12: int  # last mark of the symbol; 0 = none
    capital_e8: int  # after
    seed_e8: int
    realised_e8: int  # since seed
    fees_e8: int  # since seed
    funding_e8: int  # since seed, cost positive
    transfers_e8: int  # since seed
    adjustments_e8: int  # since seed
    unrealised_e8: int  # estimate over all slots
    wallet_e8: int  # last fact of the venue
    delta_e8: int  # wallet - capital when last judged
    peak_capital_e8: int
    open_notional_e8: int
    amount_e8: int  # income or adjustment booked by this input; report FILL: fee of that fill
    intent_qty_e8: int  # ENTER/EXIT: as asked
    reference_price_e12: int  # ENTER: as asked
    confidence_e8: int
    bars_held: int
    reason_code: int
    command_count: int  # commands this input caused
    command_kinds: bytes  # CommandKind of each
    state_hash: int  # hash of the whole kernel state at intervals; 0 = not taken here
    text: str

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            seq=0,
            wall_ns=0,
            mono_ns=0,
            market_ms=0,
            source=Writer.NONE,
            input=InputKind.NONE,
            report_kind=ReportKind.NONE,
            control_kind=ControlKind.NONE,
            code=Code.OK,
            slot_id=0,
            prev_stage=Stage.IDLE,
            stage=Stage.IDLE,
            fact=Fact.NONE,
            effect=Effect.NOTHING,
            mode=Mode.HALTED,
            kill_switch=0,
            frozen=0,
            account_status=AccountStatus.UNKNOWN,
            generation=0,
            venue_code=0,
            input_id=0,
            trade_id="",
            symbol="",
            client_order_id="",
            venue_order_id=0,
            fill_id="",
            role=OrderRole.NONE,
            order_side=OrderSide.NONE,
            order_kind=OrderKind.NONE,
            tif=TimeInForce.NONE,
            order_status=OrderStatus.NONE,
            reduce_only=0,
            leg=0,
            attempt=0,
            order_qty_e8=0,
            order_price_e12=0,
            order_trigger_e12=0,
            order_cum_qty_e8=0,
            order_cum_notional_e8=0,
            order_cum_fee_e8=0,
            fill_qty_e8=0,
            fill_price_e12=0,
            fill_notional_e8=0,
            fill_fee_e8=0,
            fill_realised_e8=0,
            fill_provenance=Provenance.NONE,
            maker=0,
            income_kind=0,
            slot_side=Side.NONE,
            leverage=0,
            leg_index=0,
            leg_count=0,
            slot_qty_e8=0,
            slot_entry_notional_e8=0,
            slot_opened_qty_e8=0,
            slot_opened_notional_e8=0,
            slot_closed_qty_e8=0,
            slot_closed_notional_e8=0,
            slot_realised_e8=0,
            slot_fees_e8=0,
            slot_funding_e8=0,
            slot_opened_wall_ns=0,
            mark_e12=0,
            capital_e8=0,
            seed_e8=0,
            realised_e8=0,
            fees_e8=0,
            funding_e8=0,
            transfers_e8=0,
            adjustments_e8=0,
            unrealised_e8=0,
            wallet_e8=0,
            delta_e8=0,
            peak_capital_e8=0,
            open_notional_e8=0,
            amount_e8=0,
            intent_qty_e8=0,
            reference_price_e12=0,
            confidence_e8=0,
            bars_held=0,
            reason_code=0,
            command_count=0,
            command_kinds=bytes(7),
            state_hash=0,
            text="",
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _Outcome_STRUCT.pack(
                self.seq,
                self.wall_ns,
                self.mono_ns,
                self.market_ms,
                self.source,
                self.input,
                self.report_kind,
                self.control_kind,
                self.code,
                self.slot_id,
                self.prev_stage,
                self.stage,
                self.fact,
                self.effect,
                self.mode,
                self.kill_switch,
                self.frozen,
                self.account_status,
                self.generation,
                self.venue_code,
                self.input_id,
                _ascii(self.trade_id, 32, "Outcome.trade_id"),
                _ascii(self.symbol, 24, "Outcome.symbol"),
                _ascii(self.client_order_id, 40, "Outcome.client_order_id"),
                self.venue_order_id,
                _ascii(self.fill_id, 32, "Outcome.fill_id"),
                self.role,
                self.order_side,
                self.order_kind,
                self.tif,
                self.order_status,
                self.reduce_only,
                self.leg,
                self.attempt,
                self.order_qty_e8,
                self.order_price_e12,
                self.order_trigger_e12,
                self.order_cum_qty_e8,
                self.order_cum_notional_e8,
                self.order_cum_fee_e8,
                self.fill_qty_e8,
                self.fill_price_e12,
                self.fill_notional_e8,
                self.fill_fee_e8,
                self.fill_realised_e8,
                self.fill_provenance,
                self.maker,
                self.income_kind,
                self.slot_side,
                self.leverage,
                self.leg_index,
                self.leg_count,
                self.slot_qty_e8,
                self.slot_entry_notional_e8,
                self.slot_opened_qty_e8,
                self.slot_opened_notional_e8,
                self.slot_closed_qty_e8,
                self.slot_closed_notional_e8,
                self.slot_realised_e8,
                self.slot_fees_e8,
                self.slot_funding_e8,
                self.slot_opened_wall_ns,
                self.mark_e12,
                self.capital_e8,
                self.seed_e8,
                self.realised_e8,
                self.fees_e8,
                self.funding_e8,
                self.transfers_e8,
                self.adjustments_e8,
                self.unrealised_e8,
                self.wallet_e8,
                self.delta_e8,
                self.peak_capital_e8,
                self.open_notional_e8,
                self.amount_e8,
                self.intent_qty_e8,
                self.reference_price_e12,
                self.confidence_e8,
                self.bars_held,
                self.reason_code,
                self.command_count,
                _sized(self.command_kinds, 7, "Outcome.command_kinds"),
                self.state_hash,
                _ascii(self.text, 120, "Outcome.text"),
            )
        except StructError as error:
            raise MalformedRecord(f"Outcome: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_Outcome_STRUCT, data, "Outcome")
        try:
            return tuple.__new__(cls, (
                *v[0:4],
                _Writer[v[4]],
                _InputKind[v[5]],
                _ReportKind[v[6]],
                _ControlKind[v[7]],
                _Code[v[8]],
                v[9],
                _Stage[v[10]],
                _Stage[v[11]],
                _Fact[v[12]],
                _Effect[v[13]],
                _Mode[v[14]],
                *v[15:17],
                _AccountStatus[v[17]],
                *v[18:21],
                _text(v[21], "Outcome.trade_id"),
                _text(v[22], "Outcome.symbol"),
                _text(v[23], "Outcome.client_order_id"),
                v[24],
                _text(v[25], "Outcome.fill_id"),
                _OrderRole[v[26]],
                _OrderSide[v[27]],
                _OrderKind[v[28]],
                _TimeInForce[v[29]],
                _OrderStatus[v[30]],
                *v[31:45],
                _Provenance[v[45]],
                *v[46:48],
                _Side[v[48]],
                *v[49:84],
                _text(v[84], "Outcome.text"),
            ))
        except KeyError as error:
            raise MalformedRecord(f"Outcome: unknown code {error}") from error


_Outcome_STRUCT: Final = Struct("<Q q Q q B B B B H H B B B B B B B B I i Q 32s 24s 40s q 32s B B B B B B B B q q q q q q q q q q q B B B B H B B q q q q q q q q q q q q q q q q q q q q q q q q q q q I I B 7s Q 120s 32x")


class SlotCell(NamedTuple):
    """One trade slot, as the kernel last published it."""

    slot_id: int
    stage: Stage
    side: Side
    generation: int  # trades this slot has held
    seq: int  # journal sequence of the last change
    trade_id: str
    symbol: str
    qty_e8: int  # position size
    entry_notional_e8: int  # cost of what is still held
    opened_qty_e8: int  # ever entered in this trade
    opened_notional_e8: int
    closed_qty_e8: int
    closed_notional_e8: int
    realised_e8: int  # gross
    fees_e8: int
    funding_e8: int  # cost positive
    unrealised_e8: int  # estimate from the mark
    mark_e12: int
    intended_qty_e8: int  # what ENTER asked for
    stop_loss_e12: int  # 0 = none
    take_profit_e12: int  # 0 = none
    leg_ratios_e8: tuple[int, ...]
    leg_count: int
    leg_index: int  # next exit leg
    dust: int  # 1: what is left is under the venue's minimum
    adopted: int  # 1: found at the venue, not opened here
    leverage: int
    attempt: int  # submits tried in this generation, for client order ids
    close_reason: Fact  # how the trade ended
    entry_order: int  # index into orders; 0xFFFF = none
    exit_order: int
    stop_order: int
    profit_order: int
    opened_wall_ns: int  # first fill
    closed_wall_ns: int  # flat
    changed_wall_ns: int  # stage or size last changed
    changed_mono_ns: int
    discrepancy_qty_e8: int  # what the venue holds more or less, while reconciling
    absent_since_wall_ns: int  # first complete snapshot without this position; 0 = none
    absent_seq: int
    unsettled: int  # orders of this trade that await settled figures
    entry_order_kind: OrderKind  # as asked
    entry_tif: TimeInForce
    exit_wanted: int  # 1: an exit waits for its turn; 2: FLATTEN wants it, while it lasts
    unprotected: int  # 1: no stop loss rests for all that is held, though one was asked for
    position_notional_e8: int  # size at the mark: its part of the account's open notional
    margin_e8: int  # position and reserved entry by leverage
    excess_qty_e8: int  # exited beyond what was held: the venue overfilled an exit
    excess_notional_e8: int
    submits: int  # orders commanded in this generation, for client order ids
    refusals: int  # market exits in vain in a row, for the pause before the next
    agenda_mono_ns: int  # next time the kernel looks after the slot; 0 = none
    snap_seq: int  # asked_seq of the last snapshot that held this position
    snap_qty_e8: int  # what it held
    snap_price_e12: int  # at which entry price
    hold_mono_ns: int  # no exit by the kernel itself before this
    trail_e12: int  # distance of the trailing stop; 0 = none
    stop_hold_mono_ns: int  # no new stop loss before this
    profit_hold_mono_ns: int  # no new take profit before this
    stop_refusals: int  # stop losses lost or refused in a row, for the pause before the next
    profit_refusals: int  # take profits lost or refused in a row
    taken_wall_ns: int  # ENTER or adoption: funding from before is another trade's

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            slot_id=0,
            stage=Stage.IDLE,
            side=Side.NONE,
            generation=0,
            seq=0,
            trade_id="",
            symbol="",
            qty_e8=0,
            entry_notional_e8=0,
            opened_qty_e8=0,
            opened_notional_e8=0,
            closed_qty_e8=0,
            closed_notional_e8=0,
            realised_e8=0,
            fees_e8=0,
            funding_e8=0,
            unrealised_e8=0,
            mark_e12=0,
            intended_qty_e8=0,
            stop_loss_e12=0,
            take_profit_e12=0,
            leg_ratios_e8=(0,) * 8,
            leg_count=0,
            leg_index=0,
            dust=0,
            adopted=0,
            leverage=0,
            attempt=0,
            close_reason=Fact.NONE,
            entry_order=0,
            exit_order=0,
            stop_order=0,
            profit_order=0,
            opened_wall_ns=0,
            closed_wall_ns=0,
            changed_wall_ns=0,
            changed_mono_ns=0,
            discrepancy_qty_e8=0,
            absent_since_wall_ns=0,
            absent_seq=0,
            unsettled=0,
            entry_order_kind=OrderKind.NONE,
            entry_tif=TimeInForce.NONE,
            exit_wanted=0,
            unprotected=0,
            position_notional_e8=0,
            margin_e8=0,
            excess_qty_e8=0,
            excess_notional_e8=0,
            submits=0,
            refusals=0,
            agenda_mono_ns=0,
            snap_seq=0,
            snap_qty_e8=0,
            snap_price_e12=0,
            hold_mono_ns=0,
            trail_e12=0,
            stop_hold_mono_ns=0,
            profit_hold_mono_ns=0,
            stop_refusals=0,
            profit_refusals=0,
            taken_wall_ns=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _SlotCell_STRUCT.pack(
                self.slot_id,
                self.stage,
                self.side,
                self.generation,
                self.seq,
                _ascii(self.trade_id, 32, "SlotCell.trade_id"),
                _ascii(self.symbol, 24, "SlotCell.symbol"),
                self.qty_e8,
                self.entry_notional_e8,
                self.opened_qty_e8,
                self.opened_notional_e8,
                self.closed_qty_e8,
                self.closed_notional_e8,
                self.realised_e8,
                self.fees_e8,
                self.funding_e8,
                self.unrealised_e8,
                self.mark_e12,
                self.intended_qty_e8,
                self.stop_loss_e12,
                self.take_profit_e12,
                *_counted(self.leg_ratios_e8, 8, "SlotCell.leg_ratios_e8"),
                self.leg_count,
                self.leg_index,
                self.dust,
                self.adopted,
                self.leverage,
                self.attempt,
                self.close_reason,
                self.entry_order,
                self.exit_order,
                self.stop_order,
                self.profit_order,
                self.opened_wall_ns,
                self.closed_wall_ns,
                self.changed_wall_ns,
                self.changed_mono_ns,
                self.discrepancy_qty_e8,
                self.absent_since_wall_ns,
                self.absent_seq,
                self.unsettled,
                self.entry_order_kind,
                self.entry_tif,
                self.exit_wanted,
                self.unprotected,
                self.position_notional_e8,
                self.margin_e8,
                self.excess_qty_e8,
                self.excess_notional_e8,
                self.submits,
                self.refusals,
                self.agenda_mono_ns,
                self.snap_seq,
                self.snap_qty_e8,
                self.snap_price_e12,
                self.hold_mono_ns,
                self.trail_e12,
                self.stop_hold_mono_ns,
                self.profit_hold_mono_ns,
                self.stop_refusals,
                self.profit_refusals,
                self.taken_wall_ns,
            )
        except StructError as error:
            raise MalformedRecord(f"SlotCell: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_SlotCell_STRUCT, data, "SlotCell")
        try:
            return tuple.__new__(cls, (
                v[0],
                _Stage[v[1]],
                _Side[v[2]],
                *v[3:5],
                _text(v[5], "SlotCell.trade_id"),
                _text(v[6], "SlotCell.symbol"),
                *v[7:21],
                v[21:29],
                *v[29:35],
                _Fact[v[35]],
                *v[36:48],
                _OrderKind[v[48]],
                _TimeInForce[v[49]],
                *v[50:69],
            ))
        except KeyError as error:
            raise MalformedRecord(f"SlotCell: unknown code {error}") from error


_SlotCell_STRUCT: Final = Struct("<H B B I Q 32s 24s q q q q q q q q q q q q q q 8q B B B B H B B H H H H q q q Q q q Q H B B B B 2x q q q q I I Q Q q q Q q Q Q I I q")


class OrderCell(NamedTuple):
    """One order of ours, from its command until its settled figures are booked."""

    order_index: int
    slot_id: int
    generation: int
    role: OrderRole
    status: OrderStatus  # NONE = free cell
    order_side: OrderSide
    position_side: Side
    order_kind: OrderKind
    tif: TimeInForce
    reduce_only: int
    leg: int
    attempt: int
    cancel_wanted: int  # 1: cancel commanded, not yet concluded
    provenance: Provenance  # of its money
    settling: int  # 1: SETTLE commanded
    seq: int  # journal sequence of the last change
    submit_seq: int  # command_seq of the SUBMIT
    submit_open: int  # command_seq still without report; 0 = none
    cancel_open: int  # command_seq still without report; 0 = none
    query_open: int  # command_seq still without report; 0 = none
    client_order_id: str
    venue_order_id: int  # 0 = not known
    symbol: str
    qty_e8: int
    price_e12: int
    trigger_e12: int
    cum_qty_e8: int  # booked
    cum_notional_e8: int  # booked
    cum_fee_e8: int  # booked
    settle_rows: int  # fill rows accumulated
    settle_count: int  # fill rows of the complete set
    settle_qty_e8: int
    settle_notional_e8: int
    settle_fee_e8: int
    released_notional_e8: int  # EXIT: entry cost its fills released, for re-booking at settling
    realised_e8: int  # EXIT: booked by this order
    created_wall_ns: int
    created_mono_ns: int
    deadline_mono_ns: int  # next time the kernel acts on it; 0 = none
    last_venue_ms: int  # newest venue time applied
    queries: int  # times asked
    code: Code  # why it was refused
    held_status: OrderStatus  # what a report said whose fill is held as implausible
    less_proven: int  # 1: less_qty_e8 was said twice, far enough apart
    held_qty_e8: int  # cumulative quantity told with an implausible price; 0 = none
    reserved_notional_e8: int  # ENTRY: what is not filled yet, at its price
    settle_open: int  # command_seq still without report; 0 = none
    submitted_wall_ms: int  # latest time at which it may have left
    snap_seq: int  # asked_seq of the last snapshot that listed it
    mark_e12: int  # mark when it was commanded
    absent_wall_ms: int  # since when the venue does not know the order that worked; 0 = it does
    proven_qty_e8: int  # sum of the last whole set of fill rows that held more than was told; 0 = none
    less_qty_e8: int  # cumulative quantity that the venue answers with, less than was told before
    less_wall_ms: int  # since when it does; 0 = it does not

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            order_index=0,
            slot_id=0,
            generation=0,
            role=OrderRole.NONE,
            status=OrderStatus.NONE,
            order_side=OrderSide.NONE,
            position_side=Side.NONE,
            order_kind=OrderKind.NONE,
            tif=TimeInForce.NONE,
            reduce_only=0,
            leg=0,
            attempt=0,
            cancel_wanted=0,
            provenance=Provenance.NONE,
            settling=0,
            seq=0,
            submit_seq=0,
            submit_open=0,
            cancel_open=0,
            query_open=0,
            client_order_id="",
            venue_order_id=0,
            symbol="",
            qty_e8=0,
            price_e12=0,
            trigger_e12=0,
            cum_qty_e8=0,
            cum_notional_e8=0,
            cum_fee_e8=0,
            settle_rows=0,
            settle_count=0,
            settle_qty_e8=0,
            settle_notional_e8=0,
            settle_fee_e8=0,
            released_notional_e8=0,
            realised_e8=0,
            created_wall_ns=0,
            created_mono_ns=0,
            deadline_mono_ns=0,
            last_venue_ms=0,
            queries=0,
            code=Code.OK,
            held_status=OrderStatus.NONE,
            less_proven=0,
            held_qty_e8=0,
            reserved_notional_e8=0,
            settle_open=0,
            submitted_wall_ms=0,
            snap_seq=0,
            mark_e12=0,
            absent_wall_ms=0,
            proven_qty_e8=0,
            less_qty_e8=0,
            less_wall_ms=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _OrderCell_STRUCT.pack(
                self.order_index,
                self.slot_id,
                self.generation,
                self.role,
                self.status,
                self.order_side,
                self.position_side,
                self.order_kind,
                self.tif,
                self.reduce_only,
                self.leg,
                self.attempt,
                self.cancel_wanted,
                self.provenance,
                self.settling,
                self.seq,
                self.submit_seq,
                self.submit_open,
                self.cancel_open,
                self.query_open,
                _ascii(self.client_order_id, 40, "OrderCell.client_order_id"),
                self.venue_order_id,
                _ascii(self.symbol, 24, "OrderCell.symbol"),
                self.qty_e8,
                self.price_e12,
                self.trigger_e12,
                self.cum_qty_e8,
                self.cum_notional_e8,
                self.cum_fee_e8,
                self.settle_rows,
                self.settle_count,
                self.settle_qty_e8,
                self.settle_notional_e8,
                self.settle_fee_e8,
                self.released_notional_e8,
                self.realised_e8,
                self.created_wall_ns,
                self.created_mono_ns,
                self.deadline_mono_ns,
                self.last_venue_ms,
                self.queries,
                self.code,
                self.held_status,
                self.less_proven,
                self.held_qty_e8,
                self.reserved_notional_e8,
                self.settle_open,
                self.submitted_wall_ms,
                self.snap_seq,
                self.mark_e12,
                self.absent_wall_ms,
                self.proven_qty_e8,
                self.less_qty_e8,
                self.less_wall_ms,
            )
        except StructError as error:
            raise MalformedRecord(f"OrderCell: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_OrderCell_STRUCT, data, "OrderCell")
        try:
            return tuple.__new__(cls, (
                *v[0:3],
                _OrderRole[v[3]],
                _OrderStatus[v[4]],
                _OrderSide[v[5]],
                _Side[v[6]],
                _OrderKind[v[7]],
                _TimeInForce[v[8]],
                *v[9:13],
                _Provenance[v[13]],
                *v[14:20],
                _text(v[20], "OrderCell.client_order_id"),
                v[21],
                _text(v[22], "OrderCell.symbol"),
                *v[23:41],
                _Code[v[41]],
                _OrderStatus[v[42]],
                *v[43:54],
            ))
        except KeyError as error:
            raise MalformedRecord(f"OrderCell: unknown code {error}") from error


_OrderCell_STRUCT: Final = Struct("<H H I B B B B B B B B B B B B 4x Q Q Q Q Q 40s q 24s q q q q q q I I q q q q q q Q Q q I H B B q q Q q Q q q q q q")


class AccountCell(NamedTuple):
    """The account in one consistent piece."""

    seq: int
    mode: Mode
    kill_switch: int
    frozen: int
    status: AccountStatus
    configured: int
    reconciled: int
    position_mode: PositionMode
    wallet_provenance: Provenance
    capital_e8: int  # seed + realised - fees - funding + transfers + adjustments
    seed_e8: int
    seeded: int  # 1 = seed_e8 is a fact
    realised_e8: int
    fees_e8: int
    funding_e8: int  # cost positive
    transfers_e8: int
    adjustments_e8: int
    unrealised_e8: int  # estimate
    open_notional_e8: int  # positions at mark plus live risk-adding orders
    reserved_notional_e8: int  # risk-adding orders not yet filled
    wallet_e8: int  # venue
    wallet_seq: int  # 0 = never told
    wallet_wall_ms: int
    equity_e8: int  # venue
    available_e8: int  # venue
    used_margin_e8: int  # venue
    delta_e8: int  # wallet - capital when last judged
    delta_seq: int  # 0 = never judged
    peak_capital_e8: int
    day_start_capital_e8: int
    day_number: int  # days since 1970 of market time
    last_fill_seq: int
    last_snapshot_seq: int  # asked_seq of the last complete snapshot
    unresolved_orders: int  # live or unknown
    unsettled_orders: int
    open_slots: int  # not IDLE
    refusals: int  # intents refused since start of the journal (wraps)
    trades_closed: int
    changed_wall_ns: int
    changed_mono_ns: int
    income_since_wall_ms: int  # income rows are booked up to here
    margin_e8: int  # positions and reserved entries by their leverage
    seed_wall_ms: int  # income before this is in the seed already
    mode_wanted: Mode  # what the operator asked for; in force once reconciled
    flattening: int  # 1: FLATTEN is at work
    journal_slow: int  # 1: the disk does not keep up
    unmarked_slots: int  # positions without a mark: results cannot be computed

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            seq=0,
            mode=Mode.HALTED,
            kill_switch=0,
            frozen=0,
            status=AccountStatus.UNKNOWN,
            configured=0,
            reconciled=0,
            position_mode=PositionMode.UNKNOWN,
            wallet_provenance=Provenance.NONE,
            capital_e8=0,
            seed_e8=0,
            seeded=0,
            realised_e8=0,
            fees_e8=0,
            funding_e8=0,
            transfers_e8=0,
            adjustments_e8=0,
            unrealised_e8=0,
            open_notional_e8=0,
            reserved_notional_e8=0,
            wallet_e8=0,
            wallet_seq=0,
            wallet_wall_ms=0,
            equity_e8=0,
            available_e8=0,
            used_margin_e8=0,
            delta_e8=0,
            delta_seq=0,
            peak_capital_e8=0,
            day_start_capital_e8=0,
            day_number=0,
            last_fill_seq=0,
            last_snapshot_seq=0,
            unresolved_orders=0,
            unsettled_orders=0,
            open_slots=0,
            refusals=0,
            trades_closed=0,
            changed_wall_ns=0,
            changed_mono_ns=0,
            income_since_wall_ms=0,
            margin_e8=0,
            seed_wall_ms=0,
            mode_wanted=Mode.HALTED,
            flattening=0,
            journal_slow=0,
            unmarked_slots=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _AccountCell_STRUCT.pack(
                self.seq,
                self.mode,
                self.kill_switch,
                self.frozen,
                self.status,
                self.configured,
                self.reconciled,
                self.position_mode,
                self.wallet_provenance,
                self.capital_e8,
                self.seed_e8,
                self.seeded,
                self.realised_e8,
                self.fees_e8,
                self.funding_e8,
                self.transfers_e8,
                self.adjustments_e8,
                self.unrealised_e8,
                self.open_notional_e8,
                self.reserved_notional_e8,
                self.wallet_e8,
                self.wallet_seq,
                self.wallet_wall_ms,
                self.equity_e8,
                self.available_e8,
                self.used_margin_e8,
                self.delta_e8,
                self.delta_seq,
                self.peak_capital_e8,
                self.day_start_capital_e8,
                self.day_number,
                self.last_fill_seq,
                self.last_snapshot_seq,
                self.unresolved_orders,
                self.unsettled_orders,
                self.open_slots,
                self.refusals,
                self.trades_closed,
                self.changed_wall_ns,
                self.changed_mono_ns,
                self.income_since_wall_ms,
                self.margin_e8,
                self.seed_wall_ms,
                self.mode_wanted,
                self.flattening,
                self.journal_slow,
                self.unmarked_slots,
            )
        except StructError as error:
            raise MalformedRecord(f"AccountCell: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_AccountCell_STRUCT, data, "AccountCell")
        try:
            return tuple.__new__(cls, (
                v[0],
                _Mode[v[1]],
                *v[2:4],
                _AccountStatus[v[4]],
                *v[5:7],
                _PositionMode[v[7]],
                _Provenance[v[8]],
                *v[9:43],
                _Mode[v[43]],
                *v[44:47],
            ))
        except KeyError as error:
            raise MalformedRecord(f"AccountCell: unknown code {error}") from error


_AccountCell_STRUCT: Final = Struct("<Q B B B B B B B B q q Q q q q q q q q q q Q q q q q q Q q q q Q Q I I I I Q q Q q q q B B B 1x I 40x")


class InstrumentCell(NamedTuple):
    """Trading rules and last sampled mark of one symbol."""

    symbol: str
    seq: int  # 0 = free cell
    tick_e12: int
    lot_e8: int
    min_qty_e8: int
    min_notional_e8: int
    maker_fee_e8: int  # ratio
    taker_fee_e8: int  # ratio
    leverage: int  # in force at the venue; 0 = not known
    mark_e12: int  # 0 = none yet
    bid_e12: int
    ask_e12: int
    mark_venue_ms: int
    mark_mono_ns: int  # when it reached the listener
    last_event_seq: int  # last order event of the symbol: older snapshots end nothing
    foreign_qty_e8: int  # held at the venue by nobody here; blocks ENTER
    market_ms: int
    found_qty_e8: tuple[int, ...]  # LONG, SHORT: held at the venue without a slot, not yet confirmed
    found_price_e12: tuple[int, ...]
    found_seq: tuple[int, ...]  # asked_seq of the snapshot that showed it last
    found_since_wall_ns: tuple[int, ...]  # when it was seen first
    foreign_order_seq: int  # asked_seq of the last snapshot with an order of nobody here; blocks ENTER

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            symbol="",
            seq=0,
            tick_e12=0,
            lot_e8=0,
            min_qty_e8=0,
            min_notional_e8=0,
            maker_fee_e8=0,
            taker_fee_e8=0,
            leverage=0,
            mark_e12=0,
            bid_e12=0,
            ask_e12=0,
            mark_venue_ms=0,
            mark_mono_ns=0,
            last_event_seq=0,
            foreign_qty_e8=0,
            market_ms=0,
            found_qty_e8=(0,) * 2,
            found_price_e12=(0,) * 2,
            found_seq=(0,) * 2,
            found_since_wall_ns=(0,) * 2,
            foreign_order_seq=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _InstrumentCell_STRUCT.pack(
                _ascii(self.symbol, 24, "InstrumentCell.symbol"),
                self.seq,
                self.tick_e12,
                self.lot_e8,
                self.min_qty_e8,
                self.min_notional_e8,
                self.maker_fee_e8,
                self.taker_fee_e8,
                self.leverage,
                self.mark_e12,
                self.bid_e12,
                self.ask_e12,
                self.mark_venue_ms,
                self.mark_mono_ns,
                self.last_event_seq,
                self.foreign_qty_e8,
                self.market_ms,
                *_counted(self.found_qty_e8, 2, "InstrumentCell.found_qty_e8"),
                *_counted(self.found_price_e12, 2, "InstrumentCell.found_price_e12"),
                *_counted(self.found_seq, 2, "InstrumentCell.found_seq"),
                *_counted(self.found_since_wall_ns, 2, "InstrumentCell.found_since_wall_ns"),
                self.foreign_order_seq,
            )
        except StructError as error:
            raise MalformedRecord(f"InstrumentCell: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_InstrumentCell_STRUCT, data, "InstrumentCell")
        try:
            return tuple.__new__(cls, (
                _text(v[0], "InstrumentCell.symbol"),
                *v[1:17],
                v[17:19],
                v[19:21],
                v[21:23],
                v[23:25],
                v[25],
            ))
        except KeyError as error:
            raise MalformedRecord(f"InstrumentCell: unknown code {error}") from error


_InstrumentCell_STRUCT: Final = Struct("<24s Q q q q q q q Q q q q q Q Q q q 2q 2q 2Q 2q Q 8x")


class JournalCell(NamedTuple):
    """Watermarks and health of the journal."""

    journal_id: int
    incarnation: int
    written_seq: int  # survives a process crash
    durable_seq: int  # survives a power cut
    segment_number: int
    segment_offset: int
    batches: int
    syncs: int
    sync_last_ns: int
    sync_max_ns: int
    free_bytes: int  # of the file system, last looked at
    spare_segments: int  # prepared ahead
    replayed: int  # records replayed at the last start
    replay_ns: int
    failed: int  # 1: the disk refused; no added risk
    build_hash: int
    config_hash: int

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            journal_id=0,
            incarnation=0,
            written_seq=0,
            durable_seq=0,
            segment_number=0,
            segment_offset=0,
            batches=0,
            syncs=0,
            sync_last_ns=0,
            sync_max_ns=0,
            free_bytes=0,
            spare_segments=0,
            replayed=0,
            replay_ns=0,
            failed=0,
            build_hash=0,
            config_hash=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _JournalCell_STRUCT.pack(
                self.journal_id,
                self.incarnation,
                self.written_seq,
                self.durable_seq,
                self.segment_number,
                self.segment_offset,
                self.batches,
                self.syncs,
                self.sync_last_ns,
                self.sync_max_ns,
                self.free_bytes,
                self.spare_segments,
                self.replayed,
                self.replay_ns,
                self.failed,
                self.build_hash,
                self.config_hash,
            )
        except StructError as error:
            raise MalformedRecord(f"JournalCell: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_JournalCell_STRUCT, data, "JournalCell")
        try:
            return tuple.__new__(cls, (
                *v[0:17],
            ))
        except KeyError as error:
            raise MalformedRecord(f"JournalCell: unknown code {error}") from error


_JournalCell_STRUCT: Final = Struct("<Q Q Q Q Q Q Q Q Q Q Q Q Q Q Q Q Q 16x")


class KernelCell(NamedTuple):
    """Counters of the kernel process."""

    inputs: int
    refused: int
    commands: int
    fills_booked: int
    backpressure: int  # times a ring to the gateway was full
    gaps_open: int  # stream gaps not yet resolved
    gaps_resolved: int
    anomalies: int  # held fills, foreign orders, unresolved reports
    loop_max_ns: int  # longest turn of the loop
    loops: int
    last_refusal: int  # Code of the last refused intent
    duplicates: int  # facts that were already known
    order_facts: int  # facts that changed an order

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            inputs=0,
            refused=0,
            commands=0,
            fills_booked=0,
            backpressure=0,
            gaps_open=0,
            gaps_resolved=0,
            anomalies=0,
            loop_max_ns=0,
            loops=0,
            last_refusal=0,
            duplicates=0,
            order_facts=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _KernelCell_STRUCT.pack(
                self.inputs,
                self.refused,
                self.commands,
                self.fills_booked,
                self.backpressure,
                self.gaps_open,
                self.gaps_resolved,
                self.anomalies,
                self.loop_max_ns,
                self.loops,
                self.last_refusal,
                self.duplicates,
                self.order_facts,
            )
        except StructError as error:
            raise MalformedRecord(f"KernelCell: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_KernelCell_STRUCT, data, "KernelCell")
        try:
            return tuple.__new__(cls, (
                *v[0:13],
            ))
        except KeyError as error:
            raise MalformedRecord(f"KernelCell: unknown code {error}") from error


_KernelCell_STRUCT: Final = Struct("<Q Q Q Q Q Q Q Q Q Q Q Q Q 32x")


class DeskCell(NamedTuple):
    """Journal-only: what the kernel has in hand beside slots and orders."""

    reconcile_open: int  # command_seq of the RECONCILE without SNAPSHOT_END; 0 = none
    reconcile_asked_seq: int
    reconcile_sent_wall_ns: int
    reconcile_sent_mono_ns: int
    reconcile_due_mono_ns: int  # when to ask next; 0 = not planned
    income_open: int  # command_seq; 0 = none
    income_sent_wall_ns: int
    income_newest_ms: int  # newest income row booked
    snap_command: int  # command_seq of the snapshot whose rows are coming; 0 = none
    snap_asked_seq: int
    snap_asked_wall_ms: int
    snap_wallet_e8: int
    snap_rows: int  # rows seen since SNAPSHOT_BEGIN
    snap_has_wallet: int
    sweep_asked_seq: int  # snapshot being compared with the slots; 0 = none
    sweep_wall_ns: int
    sweep_cursor: int  # next thing to compare
    reconcile_again: int  # 1: something happened after the open RECONCILE was asked
    flatten_cursor: int  # next slot from which entries are withdrawn, or which is flattened
    gaps: int  # stream gaps since the last complete snapshot
    boot_seq: int  # journal sequence at which the machine's boot changed
    gap_seq: int  # last stream gap
    trade_ids: int  # trade ids ever taken
    entries: int  # risk-adding orders ever commanded
    incomes: int  # income rows ever booked
    sweep_due_mono_ns: int  # when to go on comparing; 0 = nothing to compare
    flatten_due_mono_ns: int  # when to go on flattening; 0 = done
    boot_mono_ns: int  # monotonic time of boot_seq, in the new clock
    delta_since_wall_ms: int  # since when the wallet has been this far from capital
    outside_seq: int  # last change of a position booked at an estimate, not anchored yet; 0 = none
    whole_mono_ns: int  # when the last whole snapshot was in
    income_since_ms: int  # since when the open or last INCOME asked
    unfilled: int  # orders that ever ended without a fill
    start_seq: int  # start of a kernel process whose difference to the wallet is not judged yet; 0 = none
    gap_facts: int  # KernelCell.order_facts when the first open gap came
    gap_fills: int  # KernelCell.fills_booked then
    gap_incomes: int  # incomes then

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            reconcile_open=0,
            reconcile_asked_seq=0,
            reconcile_sent_wall_ns=0,
            reconcile_sent_mono_ns=0,
            reconcile_due_mono_ns=0,
            income_open=0,
            income_sent_wall_ns=0,
            income_newest_ms=0,
            snap_command=0,
            snap_asked_seq=0,
            snap_asked_wall_ms=0,
            snap_wallet_e8=0,
            snap_rows=0,
            snap_has_wallet=0,
            sweep_asked_seq=0,
            sweep_wall_ns=0,
            sweep_cursor=0,
            reconcile_again=0,
            flatten_cursor=0,
            gaps=0,
            boot_seq=0,
            gap_seq=0,
            trade_ids=0,
            entries=0,
            incomes=0,
            sweep_due_mono_ns=0,
            flatten_due_mono_ns=0,
            boot_mono_ns=0,
            delta_since_wall_ms=0,
            outside_seq=0,
            whole_mono_ns=0,
            income_since_ms=0,
            unfilled=0,
            start_seq=0,
            gap_facts=0,
            gap_fills=0,
            gap_incomes=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _DeskCell_STRUCT.pack(
                self.reconcile_open,
                self.reconcile_asked_seq,
                self.reconcile_sent_wall_ns,
                self.reconcile_sent_mono_ns,
                self.reconcile_due_mono_ns,
                self.income_open,
                self.income_sent_wall_ns,
                self.income_newest_ms,
                self.snap_command,
                self.snap_asked_seq,
                self.snap_asked_wall_ms,
                self.snap_wallet_e8,
                self.snap_rows,
                self.snap_has_wallet,
                self.sweep_asked_seq,
                self.sweep_wall_ns,
                self.sweep_cursor,
                self.reconcile_again,
                self.flatten_cursor,
                self.gaps,
                self.boot_seq,
                self.gap_seq,
                self.trade_ids,
                self.entries,
                self.incomes,
                self.sweep_due_mono_ns,
                self.flatten_due_mono_ns,
                self.boot_mono_ns,
                self.delta_since_wall_ms,
                self.outside_seq,
                self.whole_mono_ns,
                self.income_since_ms,
                self.unfilled,
                self.start_seq,
                self.gap_facts,
                self.gap_fills,
                self.gap_incomes,
            )
        except StructError as error:
            raise MalformedRecord(f"DeskCell: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_DeskCell_STRUCT, data, "DeskCell")
        try:
            return tuple.__new__(cls, (
                *v[0:37],
            ))
        except KeyError as error:
            raise MalformedRecord(f"DeskCell: unknown code {error}") from error


_DeskCell_STRUCT: Final = Struct("<Q Q q Q Q Q q q Q Q q q I I Q q I I I I Q Q Q Q Q Q Q Q q Q Q q Q Q Q Q Q")


class WindowCell(NamedTuple):
    """Journal-only: a stretch of a bounded window of trade ids, order times or income ids."""

    values: tuple[int, ...]  # hash of an id, or a monotonic time

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            values=(0,) * 16,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _WindowCell_STRUCT.pack(
                *_counted(self.values, 16, "WindowCell.values"),
            )
        except StructError as error:
            raise MalformedRecord(f"WindowCell: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_WindowCell_STRUCT, data, "WindowCell")
        try:
            return tuple.__new__(cls, (
                v[0:16],
            ))
        except KeyError as error:
            raise MalformedRecord(f"WindowCell: unknown code {error}") from error


_WindowCell_STRUCT: Final = Struct("<16Q")


class GatewayCell(NamedTuple):
    """Counters of the gateway process."""

    requests: int  # HTTP requests sent
    submits: int  # order POSTs sent
    cancels: int
    queries: int
    snapshots: int
    unknown_outcomes: int  # POSTs whose result was not known at first
    resolved_found: int  # of them: the order was there
    resolved_absent: int  # of them: proven absent
    refused: int  # definite refusals by the venue
    not_sent: int
    rate_limited: int
    http_errors: int
    parse_errors: int
    retries: int  # of requests that are safe to repeat
    clock_offset_ms: int  # venue minus here
    rtt_last_ns: int
    rtt_max_ns: int
    in_flight: int
    connected: int  # 1: the last request was answered
    last_answer_mono_ns: int
    budget_waits: int  # requests that waited for the rate budget
    fills_by_rest: int  # fills REST saw first
    clock_steps: int  # a clock, ours or the venue's, jumped or ran backwards
    echo_differences: int  # orders the venue understood otherwise than commanded

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            requests=0,
            submits=0,
            cancels=0,
            queries=0,
            snapshots=0,
            unknown_outcomes=0,
            resolved_found=0,
            resolved_absent=0,
            refused=0,
            not_sent=0,
            rate_limited=0,
            http_errors=0,
            parse_errors=0,
            retries=0,
            clock_offset_ms=0,
            rtt_last_ns=0,
            rtt_max_ns=0,
            in_flight=0,
            connected=0,
            last_answer_mono_ns=0,
            budget_waits=0,
            fills_by_rest=0,
            clock_steps=0,
            echo_differences=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _GatewayCell_STRUCT.pack(
                self.requests,
                self.submits,
                self.cancels,
                self.queries,
                self.snapshots,
                self.unknown_outcomes,
                self.resolved_found,
                self.resolved_absent,
                self.refused,
                self.not_sent,
                self.rate_limited,
                self.http_errors,
                self.parse_errors,
                self.retries,
                self.clock_offset_ms,
                self.rtt_last_ns,
                self.rtt_max_ns,
                self.in_flight,
                self.connected,
                self.last_answer_mono_ns,
                self.budget_waits,
                self.fills_by_rest,
                self.clock_steps,
                self.echo_differences,
            )
        except StructError as error:
            raise MalformedRecord(f"GatewayCell: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_GatewayCell_STRUCT, data, "GatewayCell")
        try:
            return tuple.__new__(cls, (
                *v[0:24],
            ))
        except KeyError as error:
            raise MalformedRecord(f"GatewayCell: unknown code {error}") from error


_GatewayCell_STRUCT: Final = Struct("<Q Q Q Q Q Q Q Q Q Q Q Q Q Q q Q Q Q Q Q Q Q Q Q 64x")


class ListenerCell(NamedTuple):
    """Counters of the listener process."""

    frames: int
    order_events: int
    account_events: int
    mark_events: int
    reconnects: int
    gaps: int
    parse_errors: int
    unknown_events: int
    user_connected: int  # 1: the user stream is up
    market_connected: int  # 1: every socket of the market stream is up
    last_user_mono_ns: int
    last_market_mono_ns: int
    listen_key_wall_ms: int  # when the key was made or extended
    key_renewals: int
    pings: int
    snapshots_ignored: int
    late_marks: int  # market data older than what its channel told before; not taken
    old_marks: int  # marks too old by the venue's own time when they came; stale

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            frames=0,
            order_events=0,
            account_events=0,
            mark_events=0,
            reconnects=0,
            gaps=0,
            parse_errors=0,
            unknown_events=0,
            user_connected=0,
            market_connected=0,
            last_user_mono_ns=0,
            last_market_mono_ns=0,
            listen_key_wall_ms=0,
            key_renewals=0,
            pings=0,
            snapshots_ignored=0,
            late_marks=0,
            old_marks=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _ListenerCell_STRUCT.pack(
                self.frames,
                self.order_events,
                self.account_events,
                self.mark_events,
                self.reconnects,
                self.gaps,
                self.parse_errors,
                self.unknown_events,
                self.user_connected,
                self.market_connected,
                self.last_user_mono_ns,
                self.last_market_mono_ns,
                self.listen_key_wall_ms,
                self.key_renewals,
                self.pings,
                self.snapshots_ignored,
                self.late_marks,
                self.old_marks,
            )
        except StructError as error:
            raise MalformedRecord(f"ListenerCell: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_ListenerCell_STRUCT, data, "ListenerCell")
        try:
            return tuple.__new__(cls, (
                *v[0:18],
            ))
        except KeyError as error:
            raise MalformedRecord(f"ListenerCell: unknown code {error}") from error


_ListenerCell_STRUCT: Final = Struct("<Q Q Q Q Q Q Q Q Q Q Q Q q Q Q Q Q Q 56x")


class PersistenceCell(NamedTuple):
    """How far the database is."""

    journal_id: int
    stored_seq: int  # every table holds all rows up to here
    rows: int
    batches: int
    quarantined: int  # rows that could not be stored
    errors: int
    connected: int
    last_insert_ns: int
    lag: int  # durable_seq - stored_seq when last looked at
    refilled: int  # records read from the journal instead of the ring
    http_port: int  # read-only SQL endpoint; 0 = none

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            journal_id=0,
            stored_seq=0,
            rows=0,
            batches=0,
            quarantined=0,
            errors=0,
            connected=0,
            last_insert_ns=0,
            lag=0,
            refilled=0,
            http_port=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _PersistenceCell_STRUCT.pack(
                self.journal_id,
                self.stored_seq,
                self.rows,
                self.batches,
                self.quarantined,
                self.errors,
                self.connected,
                self.last_insert_ns,
                self.lag,
                self.refilled,
                self.http_port,
            )
        except StructError as error:
            raise MalformedRecord(f"PersistenceCell: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_PersistenceCell_STRUCT, data, "PersistenceCell")
        try:
            return tuple.__new__(cls, (
                *v[0:11],
            ))
        except KeyError as error:
            raise MalformedRecord(f"PersistenceCell: unknown code {error}") from error


_PersistenceCell_STRUCT: Final = Struct("<Q Q Q Q Q Q Q Q Q Q Q 48x")


class PolicyCell(NamedTuple):
    """Counters of the policy process."""

    strategy: str
    steps: int
    decisions: int
    intents: int
    refused: int  # intents the kernel refused
    backpressure: int
    errors: int  # strategy calls that raised
    step_max_ns: int
    paused: int  # 1: the strategy raised too often

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            strategy="",
            steps=0,
            decisions=0,
            intents=0,
            refused=0,
            backpressure=0,
            errors=0,
            step_max_ns=0,
            paused=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _PolicyCell_STRUCT.pack(
                _ascii(self.strategy, 64, "PolicyCell.strategy"),
                self.steps,
                self.decisions,
                self.intents,
                self.refused,
                self.backpressure,
                self.errors,
                self.step_max_ns,
                self.paused,
            )
        except StructError as error:
            raise MalformedRecord(f"PolicyCell: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_PolicyCell_STRUCT, data, "PolicyCell")
        try:
            return tuple.__new__(cls, (
                _text(v[0], "PolicyCell.strategy"),
                *v[1:9],
            ))
        except KeyError as error:
            raise MalformedRecord(f"PolicyCell: unknown code {error}") from error


_PolicyCell_STRUCT: Final = Struct("<64s Q Q Q Q Q Q Q Q 40x")


class MarkCell(NamedTuple):
    """Market data of one symbol, as the listener last heard it. Zero prices are unknown."""

    symbol: str
    mark_e12: int
    last_e12: int
    bid_e12: int
    ask_e12: int
    bid_qty_e8: int
    ask_qty_e8: int
    open_e12: int  # current minute
    high_e12: int
    low_e12: int
    venue_wall_ms: int  # of the newest part
    recv_wall_ns: int
    recv_mono_ns: int  # of the mark
    market_ms: int
    updates: int
    stale: int  # 1: the stream is down or silent

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            symbol="",
            mark_e12=0,
            last_e12=0,
            bid_e12=0,
            ask_e12=0,
            bid_qty_e8=0,
            ask_qty_e8=0,
            open_e12=0,
            high_e12=0,
            low_e12=0,
            venue_wall_ms=0,
            recv_wall_ns=0,
            recv_mono_ns=0,
            market_ms=0,
            updates=0,
            stale=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _MarkCell_STRUCT.pack(
                _ascii(self.symbol, 24, "MarkCell.symbol"),
                self.mark_e12,
                self.last_e12,
                self.bid_e12,
                self.ask_e12,
                self.bid_qty_e8,
                self.ask_qty_e8,
                self.open_e12,
                self.high_e12,
                self.low_e12,
                self.venue_wall_ms,
                self.recv_wall_ns,
                self.recv_mono_ns,
                self.market_ms,
                self.updates,
                self.stale,
            )
        except StructError as error:
            raise MalformedRecord(f"MarkCell: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_MarkCell_STRUCT, data, "MarkCell")
        try:
            return tuple.__new__(cls, (
                _text(v[0], "MarkCell.symbol"),
                *v[1:16],
            ))
        except KeyError as error:
            raise MalformedRecord(f"MarkCell: unknown code {error}") from error


_MarkCell_STRUCT: Final = Struct("<24s q q q q q q q q q q q Q q Q Q 8x")


class ChildCell(NamedTuple):
    """One process of the tree as the supervisor sees it."""

    name: str
    pid: int  # 0 = not running
    state: ActorState
    fatal: int  # 1: given up
    critical: int
    sandboxed: int  # 1: launcher confirmed Landlock
    restarts: int
    started_wall_ns: int
    started_mono_ns: int
    last_exit: int  # exit code, or minus the signal
    hangs: int  # killed for a missing heartbeat
    rss_bytes: int
    cpu_e4: int  # share of one core, 1e-4
    beat_age_ms: int
    last_exit_text: str

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            name="",
            pid=0,
            state=ActorState.VOID,
            fatal=0,
            critical=0,
            sandboxed=0,
            restarts=0,
            started_wall_ns=0,
            started_mono_ns=0,
            last_exit=0,
            hangs=0,
            rss_bytes=0,
            cpu_e4=0,
            beat_age_ms=0,
            last_exit_text="",
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _ChildCell_STRUCT.pack(
                _ascii(self.name, 16, "ChildCell.name"),
                self.pid,
                self.state,
                self.fatal,
                self.critical,
                self.sandboxed,
                self.restarts,
                self.started_wall_ns,
                self.started_mono_ns,
                self.last_exit,
                self.hangs,
                self.rss_bytes,
                self.cpu_e4,
                self.beat_age_ms,
                _ascii(self.last_exit_text, 64, "ChildCell.last_exit_text"),
            )
        except StructError as error:
            raise MalformedRecord(f"ChildCell: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_ChildCell_STRUCT, data, "ChildCell")
        try:
            return tuple.__new__(cls, (
                _text(v[0], "ChildCell.name"),
                v[1],
                _ActorState[v[2]],
                *v[3:14],
                _text(v[14], "ChildCell.last_exit_text"),
            ))
        except KeyError as error:
            raise MalformedRecord(f"ChildCell: unknown code {error}") from error


_ChildCell_STRUCT: Final = Struct("<16s I B B B B Q q Q i I Q Q Q 64s 40x")


class TreeCell(NamedTuple):
    """The tree as a whole, and the mirror of the kill-switch latch."""

    venue: str  # paper, demo or live
    instance: str
    ready: int  # 1: every critical child is READY
    started_wall_ns: int
    started_mono_ns: int
    ready_mono_ns: int
    kill_switch: int  # 1 = engaged
    kill_switch_wall_ns: int
    kill_switch_text: str
    config_hash: int
    closing: int

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            venue="",
            instance="",
            ready=0,
            started_wall_ns=0,
            started_mono_ns=0,
            ready_mono_ns=0,
            kill_switch=0,
            kill_switch_wall_ns=0,
            kill_switch_text="",
            config_hash=0,
            closing=0,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _TreeCell_STRUCT.pack(
                _ascii(self.venue, 16, "TreeCell.venue"),
                _ascii(self.instance, 24, "TreeCell.instance"),
                self.ready,
                self.started_wall_ns,
                self.started_mono_ns,
                self.ready_mono_ns,
                self.kill_switch,
                self.kill_switch_wall_ns,
                _ascii(self.kill_switch_text, 64, "TreeCell.kill_switch_text"),
                self.config_hash,
                self.closing,
            )
        except StructError as error:
            raise MalformedRecord(f"TreeCell: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_TreeCell_STRUCT, data, "TreeCell")
        try:
            return tuple.__new__(cls, (
                _text(v[0], "TreeCell.venue"),
                _text(v[1], "TreeCell.instance"),
                *v[2:8],
                _text(v[8], "TreeCell.kill_switch_text"),
                *v[9:11],
            ))
        except KeyError as error:
            raise MalformedRecord(f"TreeCell: unknown code {error}") from error


_TreeCell_STRUCT: Final = Struct("<16s 24s Q q Q Q Q q 64s Q Q 32x")


class Probe64(NamedTuple):
    """A small message: the latency probe sends it there and back."""

    number: int
    sent_mono_ns: int
    checks: tuple[int, ...]  # the number again, so that a torn copy shows

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            number=0,
            sent_mono_ns=0,
            checks=(0,) * 6,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _Probe64_STRUCT.pack(
                self.number,
                self.sent_mono_ns,
                *_counted(self.checks, 6, "Probe64.checks"),
            )
        except StructError as error:
            raise MalformedRecord(f"Probe64: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_Probe64_STRUCT, data, "Probe64")
        try:
            return tuple.__new__(cls, (
                *v[0:2],
                v[2:8],
            ))
        except KeyError as error:
            raise MalformedRecord(f"Probe64: unknown code {error}") from error


_Probe64_STRUCT: Final = Struct("<Q Q 6Q")


class Probe256(NamedTuple):
    """A larger message with every kind of field there is."""

    number: int
    sent_mono_ns: int
    tiny: int
    tiny_signed: int
    small: int
    small_signed: int
    stage: Stage
    medium: int
    medium_signed: int
    large_signed: int
    code: Code
    raw: bytes
    text: str
    signed: tuple[int, ...]
    checks: tuple[int, ...]  # the number again, so that a torn copy shows

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""
        return cls(
            number=0,
            sent_mono_ns=0,
            tiny=0,
            tiny_signed=0,
            small=0,
            small_signed=0,
            stage=Stage.IDLE,
            medium=0,
            medium_signed=0,
            large_signed=0,
            code=Code.OK,
            raw=bytes(8),
            text="",
            signed=(0,) * 4,
            checks=(0,) * 16,
        )

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""
        try:
            return _Probe256_STRUCT.pack(
                self.number,
                self.sent_mono_ns,
                self.tiny,
                self.tiny_signed,
                self.small,
                self.small_signed,
                self.stage,
                self.medium,
                self.medium_signed,
                self.large_signed,
                self.code,
                _sized(self.raw, 8, "Probe256.raw"),
                _ascii(self.text, 40, "Probe256.text"),
                *_counted(self.signed, 4, "Probe256.signed"),
                *_counted(self.checks, 16, "Probe256.checks"),
            )
        except StructError as error:
            raise MalformedRecord(f"Probe256: {error}") from error

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""
        v = _checked(_Probe256_STRUCT, data, "Probe256")
        try:
            return tuple.__new__(cls, (
                *v[0:6],
                _Stage[v[6]],
                *v[7:10],
                _Code[v[10]],
                v[11],
                _text(v[12], "Probe256.text"),
                v[13:17],
                v[17:33],
            ))
        except KeyError as error:
            raise MalformedRecord(f"Probe256: unknown code {error}") from error


_Probe256_STRUCT: Final = Struct("<Q Q B b H h B 1x I i q H 6x 8s 40s 4q 16Q")


SLOTS: Final = Cells(1, "slots", Writer.KERNEL, SlotCell, 448, 4096, 960, 256)
ORDERS: Final = Cells(2, "orders", Writer.KERNEL, OrderCell, 352, 249856, 768, 1024)
ACCOUNT: Final = Cells(3, "account", Writer.KERNEL, AccountCell, 320, 1036288, 704, 1)
INSTRUMENTS: Final = Cells(4, "instruments", Writer.KERNEL, InstrumentCell, 232, 1037056, 512, 256)
JOURNAL: Final = Cells(5, "journal", Writer.KERNEL, JournalCell, 152, 1168128, 320, 1)
KERNEL_STATS: Final = Cells(6, "kernel_stats", Writer.KERNEL, KernelCell, 136, 1168512, 320, 1)
COMMANDS_NOW: Final = Ring(7, "commands_now", Writer.KERNEL, Command, 232, 1168896, 256, 1024, True, (Writer.GATEWAY,))
COMMANDS_DURABLE: Final = Ring(8, "commands_durable", Writer.KERNEL, Command, 232, 1431168, 256, 1024, True, (Writer.GATEWAY,))
OUTCOMES: Final = Ring(9, "outcomes", Writer.KERNEL, Outcome, 696, 1693440, 768, 8192, False, (Writer.PERSISTENCE, Writer.POLICY, Writer.PROJECTION,))
GATEWAY_REPORTS: Final = Ring(10, "gateway_reports", Writer.GATEWAY, Report, 392, 4096, 448, 4096, True, (Writer.KERNEL,))
GATEWAY_STATS: Final = Cells(11, "gateway_stats", Writer.GATEWAY, GatewayCell, 256, 1839232, 576, 1)
LISTENER_REPORTS: Final = Ring(12, "listener_reports", Writer.LISTENER, Report, 392, 4096, 448, 4096, True, (Writer.KERNEL,))
MARKS: Final = Cells(13, "marks", Writer.LISTENER, MarkCell, 152, 1839232, 320, 256)
LISTENER_STATS: Final = Cells(14, "listener_stats", Writer.LISTENER, ListenerCell, 200, 1921152, 448, 1)
PERSISTENCE_STATS: Final = Cells(15, "persistence_stats", Writer.PERSISTENCE, PersistenceCell, 136, 4096, 320, 1)
INTENTS: Final = Ring(16, "intents", Writer.POLICY, Intent, 344, 4096, 384, 1024, True, (Writer.KERNEL,))
POLICY_STATS: Final = Cells(17, "policy_stats", Writer.POLICY, PolicyCell, 168, 397440, 384, 1)
CONTROLS: Final = Ring(18, "controls", Writer.SUPERVISOR, Control, 272, 4096, 320, 256, True, (Writer.KERNEL,))
CHILDREN: Final = Cells(19, "children", Writer.SUPERVISOR, ChildCell, 184, 86144, 384, 16)
TREE: Final = Cells(20, "tree", Writer.SUPERVISOR, TreeCell, 200, 92288, 448, 1)
PING_64: Final = Ring(21, "ping_64", Writer.PROBE_A, Probe64, 64, 4096, 128, 1024, True, (Writer.PROBE_B,))
PING_256: Final = Ring(22, "ping_256", Writer.PROBE_A, Probe256, 256, 135296, 320, 1024, True, (Writer.PROBE_B,))
PING_THIRD: Final = Ring(23, "ping_third", Writer.PROBE_A, Probe64, 64, 463104, 128, 16, True, (Writer.PROBE_B,))
PING_CAST: Final = Ring(24, "ping_cast", Writer.PROBE_A, Probe64, 64, 465280, 128, 64, False, (Writer.PROBE_B,))
PROBE_CELLS: Final = Cells(25, "probe_cells", Writer.PROBE_A, Probe256, 256, 473600, 576, 4)
PONG_64: Final = Ring(26, "pong_64", Writer.PROBE_B, Probe64, 64, 4096, 128, 1024, True, (Writer.PROBE_A,))
PONG_256: Final = Ring(27, "pong_256", Writer.PROBE_B, Probe256, 256, 135296, 320, 1024, True, (Writer.PROBE_A,))
PONG_THIRD: Final = Ring(28, "pong_third", Writer.PROBE_B, Probe64, 64, 463104, 128, 16, True, (Writer.PROBE_A,))
PONG_CAST: Final = Ring(29, "pong_cast", Writer.PROBE_B, Probe64, 64, 465280, 128, 64, False, (Writer.PROBE_A,))

SEGMENTS: Final = {
    Writer.KERNEL: Segment(Writer.KERNEL, 7987200, (Cursor(10, Writer.KERNEL, 7985024), Cursor(12, Writer.KERNEL, 7985152), Cursor(16, Writer.KERNEL, 7985280), Cursor(18, Writer.KERNEL, 7985408),)),
    Writer.GATEWAY: Segment(Writer.GATEWAY, 1843200, (Cursor(7, Writer.GATEWAY, 1839872), Cursor(8, Writer.GATEWAY, 1840000),)),
    Writer.LISTENER: Segment(Writer.LISTENER, 1925120, ()),
    Writer.PERSISTENCE: Segment(Writer.PERSISTENCE, 8192, (Cursor(9, Writer.PERSISTENCE, 4480),)),
    Writer.POLICY: Segment(Writer.POLICY, 401408, (Cursor(9, Writer.POLICY, 397824),)),
    Writer.SUPERVISOR: Segment(Writer.SUPERVISOR, 94208, ()),
    Writer.PROJECTION: Segment(Writer.PROJECTION, 8192, (Cursor(9, Writer.PROJECTION, 4096),)),
    Writer.PROBE_A: Segment(Writer.PROBE_A, 479232, (Cursor(26, Writer.PROBE_A, 475904), Cursor(27, Writer.PROBE_A, 476032), Cursor(28, Writer.PROBE_A, 476160), Cursor(29, Writer.PROBE_A, 476288),)),
    Writer.PROBE_B: Segment(Writer.PROBE_B, 475136, (Cursor(21, Writer.PROBE_B, 473600), Cursor(22, Writer.PROBE_B, 473728), Cursor(23, Writer.PROBE_B, 473856), Cursor(24, Writer.PROBE_B, 473984),)),
}
CELLS: Final[tuple[Cells[Any], ...]] = (SLOTS, ORDERS, ACCOUNT, INSTRUMENTS, JOURNAL, KERNEL_STATS, GATEWAY_STATS, MARKS, LISTENER_STATS, PERSISTENCE_STATS, POLICY_STATS, CHILDREN, TREE, PROBE_CELLS,)
RINGS: Final[tuple[Ring[Any], ...]] = (COMMANDS_NOW, COMMANDS_DURABLE, OUTCOMES, GATEWAY_REPORTS, LISTENER_REPORTS, INTENTS, CONTROLS, PING_64, PING_256, PING_THIRD, PING_CAST, PONG_64, PONG_256, PONG_THIRD, PONG_CAST,)
