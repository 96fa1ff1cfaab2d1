//! Every byte and every code of the shared memory; generated from layout.toml by scripts/gen.
#![no_std]
#![cfg_attr(rustfmt, rustfmt_skip)]
#![forbid(unsafe_code)]
#![allow(
    clippy::all, clippy::pedantic, clippy::restriction,
    reason = "generated: reviewed as layout.toml, proved by the const assertions below"
)]

/// A field of a record, for tools that show any record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    Number(i128),
    Numbers(&'a [i128]),
    Text(&'a str),
    Code(&'static str),
}

/// Bytes of a record that are not a value of its type: an unknown code or text that is not ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    pub record: &'static str,
    pub field: &'static str,
    pub code: u64,
}

impl core::fmt::Display for Malformed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}.{} holds {}, which is no value of it", self.record, self.field, self.code)
    }
}

impl core::error::Error for Malformed {}

/// ASCII text of at most `N` bytes, padded with NUL.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Ascii<const N: usize>([u8; N]);

impl<const N: usize> Ascii<N> {
    pub const EMPTY: Self = Self([0; N]);

    /// The text, or `None` if it is longer than `N`, not ASCII, or holds NUL.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; N];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        text.bytes().all(|b| b.is_ascii() && b != 0).then_some(Self(bytes))
    }

    /// Padded bytes as they stand in a record; NUL only at the end.
    #[must_use]
    pub fn from_padded(bytes: [u8; N]) -> Option<Self> {
        let len = bytes.iter().position(|b| *b == 0).unwrap_or(N);
        let clean = bytes.iter().enumerate().all(|(i, b)| b.is_ascii() && (i < len) == (*b != 0));
        clean.then_some(Self(bytes))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        let len = self.0.iter().position(|b| *b == 0).unwrap_or(N);
        match core::str::from_utf8(&self.0[..len]) {
            Ok(text) => text,
            Err(_) => "",
        }
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        N == 0 || self.0[0] == 0
    }

    #[must_use]
    pub const fn as_padded(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> Default for Ascii<N> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<const N: usize> core::fmt::Debug for Ascii<N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

/// How the elements of a region are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Latest state, each element a two-copy cell.
    Cells,
    /// A ring whose producer never overruns its named consumers.
    Lossless,
    /// A ring that never waits; a lapped reader is told what it missed.
    Broadcast,
    /// One line for each ring that the segment's writer consumes.
    Cursors,
}

/// One region of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    pub id: u32,
    pub name: &'static str,
    pub writer: u32,
    pub shape: Shape,
    pub record_size: usize,
    pub offset: usize,
    pub stride: usize,
    pub count: usize,
    pub consumers: &'static [u32],
}

/// The line in a consumer's own segment that holds its position in one ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub ring: u32,
    pub offset: usize,
}

/// One shared-memory object: all that one process may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub writer: u32,
    pub name: &'static str,
    pub size: usize,
    pub regions: &'static [&'static Region],
    pub cursors: &'static [Cursor],
}

/// All segments, with the digest that creator, writer and readers must share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    pub version: u32,
    pub digest: [u8; 32],
    pub segments: &'static [Segment],
}

impl Layout {
    /// The segment that `writer` writes.
    #[must_use]
    pub fn segment(&self, writer: u32) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.writer == writer)
    }

    /// The region with this id, in whichever segment it lies.
    #[must_use]
    pub fn region(&self, id: u32) -> Option<&'static Region> {
        self.segments.iter().flat_map(|segment| segment.regions).copied().find(|r| r.id == id)
    }
}

fn take<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}

pub const VERSION: u32 = 1;
pub const DIGEST_HEX: &str = "ffba9e119a24430c151f6cefbd1a4b31f67bbf403438d381ec095be1d4bae4fa";
pub const DIGEST: [u8; 32] = [0xff, 0xba, 0x9e, 0x11, 0x9a, 0x24, 0x43, 0x0c, 0x15, 0x1f, 0x6c, 0xef, 0xbd, 0x1a, 0x4b, 0x31, 0xf6, 0x7b, 0xbf, 0x40, 0x34, 0x38, 0xd3, 0x81, 0xec, 0x09, 0x5b, 0xe1, 0xd4, 0xba, 0xe4, 0xfa];
pub const MAGIC: u64 = u64::from_le_bytes(*b"PINKZNC1");
pub const HEADER_SIZE: usize = 4096;
pub const HEADER_CRC_OFFSET: usize = 256;
pub const WRITER_CELL_OFFSET: usize = 512;
pub const LIVE_STATE_OFFSET: usize = 1024;
pub const LIVE_HEARTBEAT_OFFSET: usize = 1032;
pub const LIVE_PROGRESS_OFFSET: usize = 1040;
pub const LINE_SIZE: usize = 128;
pub const SLOT_HEAD_SIZE: usize = 16;

/// Digest of all that the journal keeps: records, their fields, and codes.
pub const JOURNAL_SHAPE: u64 = 0xf368b44babfa0902;
/// The same, readable.
pub const JOURNAL_RECORDS: &str = include_str!("records.txt");
/// What earlier builds kept, by their digest.
pub const EARLIER_RECORDS: &[(u64, &str)] = &[
    (0x14b05fe43f7d45fe, include_str!("earlier/14b05fe43f7d45fe.txt")),
    (0xb873d79c9b41e3cc, include_str!("earlier/b873d79c9b41e3cc.txt")),
];

/// The processes that own a segment, and therefore the possible sources of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Writer {
    /// nobody
    None = 0,
    /// pink-kernel, sole writer of slots
    Kernel = 1,
    /// venue REST
    Gateway = 2,
    /// venue WebSockets
    Listener = 3,
    /// ClickHouse
    Persistence = 4,
    /// strategy
    Policy = 5,
    /// process tree and operator
    Supervisor = 6,
    /// Hazelcast
    Projection = 7,
    /// one end of the latency probe and of the tests of shared memory
    ProbeA = 8,
    /// the other end
    ProbeB = 9,
}

impl Writer {
    pub const ALL: &'static [Self] = &[Self::None, Self::Kernel, Self::Gateway, Self::Listener, Self::Persistence, Self::Policy, Self::Supervisor, Self::Projection, Self::ProbeA, Self::ProbeB];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 => Some(Self::Kernel),
            2 => Some(Self::Gateway),
            3 => Some(Self::Listener),
            4 => Some(Self::Persistence),
            5 => Some(Self::Policy),
            6 => Some(Self::Supervisor),
            7 => Some(Self::Projection),
            8 => Some(Self::ProbeA),
            9 => Some(Self::ProbeB),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Kernel => "KERNEL",
            Self::Gateway => "GATEWAY",
            Self::Listener => "LISTENER",
            Self::Persistence => "PERSISTENCE",
            Self::Policy => "POLICY",
            Self::Supervisor => "SUPERVISOR",
            Self::Projection => "PROJECTION",
            Self::ProbeA => "PROBE_A",
            Self::ProbeB => "PROBE_B",
        }
    }
}

/// Where a process is in its life, as it says itself in its segment header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ActorState {
    /// never started
    Void = 0,
    /// acquiring what it needs
    Starting = 1,
    /// doing its work
    Ready = 2,
    /// alive, but something outside is missing
    Degraded = 3,
    /// finishing
    Closing = 4,
    /// ended in order
    Stopped = 5,
    /// ended with an error
    Failed = 6,
}

impl ActorState {
    pub const ALL: &'static [Self] = &[Self::Void, Self::Starting, Self::Ready, Self::Degraded, Self::Closing, Self::Stopped, Self::Failed];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Void),
            1 => Some(Self::Starting),
            2 => Some(Self::Ready),
            3 => Some(Self::Degraded),
            4 => Some(Self::Closing),
            5 => Some(Self::Stopped),
            6 => Some(Self::Failed),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Void => "VOID",
            Self::Starting => "STARTING",
            Self::Ready => "READY",
            Self::Degraded => "DEGRADED",
            Self::Closing => "CLOSING",
            Self::Stopped => "STOPPED",
            Self::Failed => "FAILED",
        }
    }
}

/// What the kernel lets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Mode {
    /// no added risk: start, or a limit, or an operator
    Halted = 0,
    /// no added risk by order of the operator
    ReduceOnly = 1,
    /// everything that passes the checks
    Active = 2,
}

impl Mode {
    pub const ALL: &'static [Self] = &[Self::Halted, Self::ReduceOnly, Self::Active];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Halted),
            1 => Some(Self::ReduceOnly),
            2 => Some(Self::Active),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Halted => "HALTED",
            Self::ReduceOnly => "REDUCE_ONLY",
            Self::Active => "ACTIVE",
        }
    }
}

/// Direction of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Side {
    /// flat
    None = 0,
    Long = 1,
    Short = 2,
}

impl Side {
    pub const ALL: &'static [Self] = &[Self::None, Self::Long, Self::Short];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 => Some(Self::Long),
            2 => Some(Self::Short),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Long => "LONG",
            Self::Short => "SHORT",
        }
    }
}

/// Direction of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum OrderSide {
    None = 0,
    Buy = 1,
    Sell = 2,
}

impl OrderSide {
    pub const ALL: &'static [Self] = &[Self::None, Self::Buy, Self::Sell];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 => Some(Self::Buy),
            2 => Some(Self::Sell),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Buy => "BUY",
            Self::Sell => "SELL",
        }
    }
}

/// How the venue keeps long and short of one symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum PositionMode {
    /// not asked yet
    Unknown = 0,
    /// netted
    OneWay = 1,
    /// apart
    Hedge = 2,
}

impl PositionMode {
    pub const ALL: &'static [Self] = &[Self::Unknown, Self::OneWay, Self::Hedge];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Unknown),
            1 => Some(Self::OneWay),
            2 => Some(Self::Hedge),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::OneWay => "ONE_WAY",
            Self::Hedge => "HEDGE",
        }
    }
}

/// Order types PINK sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum OrderKind {
    None = 0,
    Market = 1,
    Limit = 2,
    /// protection: stop loss
    StopMarket = 3,
    /// protection: take profit
    TakeProfitMarket = 4,
    /// protection: trailing stop
    TrailingStopMarket = 5,
    /// the venue named a type that is not in the sheet
    Unknown = 255,
}

impl OrderKind {
    pub const ALL: &'static [Self] = &[Self::None, Self::Market, Self::Limit, Self::StopMarket, Self::TakeProfitMarket, Self::TrailingStopMarket, Self::Unknown];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 => Some(Self::Market),
            2 => Some(Self::Limit),
            3 => Some(Self::StopMarket),
            4 => Some(Self::TakeProfitMarket),
            5 => Some(Self::TrailingStopMarket),
            255 => Some(Self::Unknown),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Market => "MARKET",
            Self::Limit => "LIMIT",
            Self::StopMarket => "STOP_MARKET",
            Self::TakeProfitMarket => "TAKE_PROFIT_MARKET",
            Self::TrailingStopMarket => "TRAILING_STOP_MARKET",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// How long a LIMIT order may rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum TimeInForce {
    None = 0,
    Gtc = 1,
    Ioc = 2,
    Fok = 3,
    PostOnly = 4,
}

impl TimeInForce {
    pub const ALL: &'static [Self] = &[Self::None, Self::Gtc, Self::Ioc, Self::Fok, Self::PostOnly];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 => Some(Self::Gtc),
            2 => Some(Self::Ioc),
            3 => Some(Self::Fok),
            4 => Some(Self::PostOnly),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Gtc => "GTC",
            Self::Ioc => "IOC",
            Self::Fok => "FOK",
            Self::PostOnly => "POST_ONLY",
        }
    }
}

/// What an order is for within its slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum OrderRole {
    None = 0,
    /// opens the position
    Entry = 1,
    /// closes a leg
    Exit = 2,
    /// rests at the venue
    StopLoss = 3,
    /// rests at the venue
    TakeProfit = 4,
}

impl OrderRole {
    pub const ALL: &'static [Self] = &[Self::None, Self::Entry, Self::Exit, Self::StopLoss, Self::TakeProfit];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 => Some(Self::Entry),
            2 => Some(Self::Exit),
            3 => Some(Self::StopLoss),
            4 => Some(Self::TakeProfit),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Entry => "ENTRY",
            Self::Exit => "EXIT",
            Self::StopLoss => "STOP_LOSS",
            Self::TakeProfit => "TAKE_PROFIT",
        }
    }
}

/// An order as far as the venue has told us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum OrderStatus {
    /// no such order
    None = 0,
    /// command issued, no evidence yet
    Requested = 1,
    /// resting or partly filled
    Working = 2,
    /// gone: all of it
    Filled = 3,
    /// gone: the rest was cancelled
    Cancelled = 4,
    /// gone: definitely refused
    Rejected = 5,
    /// gone: IOC/FOK rest, or the venue expired it
    Expired = 6,
    /// gone: it never left the gateway
    NotSent = 7,
    /// sent, outcome not known: capital stays reserved
    Unknown = 8,
}

impl OrderStatus {
    pub const ALL: &'static [Self] = &[Self::None, Self::Requested, Self::Working, Self::Filled, Self::Cancelled, Self::Rejected, Self::Expired, Self::NotSent, Self::Unknown];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 => Some(Self::Requested),
            2 => Some(Self::Working),
            3 => Some(Self::Filled),
            4 => Some(Self::Cancelled),
            5 => Some(Self::Rejected),
            6 => Some(Self::Expired),
            7 => Some(Self::NotSent),
            8 => Some(Self::Unknown),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Requested => "REQUESTED",
            Self::Working => "WORKING",
            Self::Filled => "FILLED",
            Self::Cancelled => "CANCELLED",
            Self::Rejected => "REJECTED",
            Self::Expired => "EXPIRED",
            Self::NotSent => "NOT_SENT",
            Self::Unknown => "UNKNOWN",
        }
    }
}

/// Where a slot is in the life of its trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Stage {
    /// free
    Idle = 0,
    /// entry commanded, no evidence from the venue yet
    OrderRequested = 1,
    /// entry rests or is partly filled
    EntryWorking = 2,
    /// cancel of the entry commanded
    EntryCancelling = 3,
    /// position held, no entry or exit order live
    PositionOpen = 4,
    /// exit commanded, no evidence yet
    ExitRequested = 5,
    /// exit rests or is partly filled
    ExitWorking = 6,
    /// cancel of the exit commanded
    ExitCancelling = 7,
    /// flat; the venue's settled figures are awaited
    Closed = 8,
    /// venue and slot disagree; evidence is being gathered
    StaleStateReconciling = 9,
}

impl Stage {
    pub const ALL: &'static [Self] = &[Self::Idle, Self::OrderRequested, Self::EntryWorking, Self::EntryCancelling, Self::PositionOpen, Self::ExitRequested, Self::ExitWorking, Self::ExitCancelling, Self::Closed, Self::StaleStateReconciling];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Idle),
            1 => Some(Self::OrderRequested),
            2 => Some(Self::EntryWorking),
            3 => Some(Self::EntryCancelling),
            4 => Some(Self::PositionOpen),
            5 => Some(Self::ExitRequested),
            6 => Some(Self::ExitWorking),
            7 => Some(Self::ExitCancelling),
            8 => Some(Self::Closed),
            9 => Some(Self::StaleStateReconciling),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Idle => "IDLE",
            Self::OrderRequested => "ORDER_REQUESTED",
            Self::EntryWorking => "ENTRY_WORKING",
            Self::EntryCancelling => "ENTRY_CANCELLING",
            Self::PositionOpen => "POSITION_OPEN",
            Self::ExitRequested => "EXIT_REQUESTED",
            Self::ExitWorking => "EXIT_WORKING",
            Self::ExitCancelling => "EXIT_CANCELLING",
            Self::Closed => "CLOSED",
            Self::StaleStateReconciling => "STALE_STATE_RECONCILING",
        }
    }
}

/// Inputs of the state machine: facts about the world, not words of the venue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Fact {
    /// the input does not concern a slot's stage
    None = 0,
    /// an accepted wish to open
    Enter = 1,
    /// an accepted wish to close a leg
    Exit = 2,
    /// an accepted wish to cancel the working order
    Cancel = 3,
    /// the working order exists at the venue
    OrderLive = 4,
    /// the working order is gone and no position is left
    GoneFlat = 5,
    /// the working order is gone and a position is left
    GoneHeld = 6,
    /// the cancel had no effect; the order is still live
    CancelRefused = 7,
    /// the position went away by protection, liquidation or by hand
    ClosedOutside = 8,
    /// every order of the closed trade has its settled figures
    Settled = 9,
    /// a snapshot contradicts the slot
    Disagrees = 10,
    /// evidence is complete: nothing is held
    AgreesFlat = 11,
    /// evidence is complete: a position is held
    AgreesHeld = 12,
    /// a position found at the venue is taken over
    Adopted = 13,
    /// the entry is gone and nothing of it was ever filled
    NeverOpened = 14,
}

impl Fact {
    pub const ALL: &'static [Self] = &[Self::None, Self::Enter, Self::Exit, Self::Cancel, Self::OrderLive, Self::GoneFlat, Self::GoneHeld, Self::CancelRefused, Self::ClosedOutside, Self::Settled, Self::Disagrees, Self::AgreesFlat, Self::AgreesHeld, Self::Adopted, Self::NeverOpened];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 => Some(Self::Enter),
            2 => Some(Self::Exit),
            3 => Some(Self::Cancel),
            4 => Some(Self::OrderLive),
            5 => Some(Self::GoneFlat),
            6 => Some(Self::GoneHeld),
            7 => Some(Self::CancelRefused),
            8 => Some(Self::ClosedOutside),
            9 => Some(Self::Settled),
            10 => Some(Self::Disagrees),
            11 => Some(Self::AgreesFlat),
            12 => Some(Self::AgreesHeld),
            13 => Some(Self::Adopted),
            14 => Some(Self::NeverOpened),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Enter => "ENTER",
            Self::Exit => "EXIT",
            Self::Cancel => "CANCEL",
            Self::OrderLive => "ORDER_LIVE",
            Self::GoneFlat => "GONE_FLAT",
            Self::GoneHeld => "GONE_HELD",
            Self::CancelRefused => "CANCEL_REFUSED",
            Self::ClosedOutside => "CLOSED_OUTSIDE",
            Self::Settled => "SETTLED",
            Self::Disagrees => "DISAGREES",
            Self::AgreesFlat => "AGREES_FLAT",
            Self::AgreesHeld => "AGREES_HELD",
            Self::Adopted => "ADOPTED",
            Self::NeverOpened => "NEVER_OPENED",
        }
    }
}

/// What a move of the state machine asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Effect {
    Nothing = 0,
    SendEntry = 1,
    SendExit = 2,
    SendCancel = 3,
    /// book the end of the trade
    CloseTrade = 4,
    /// figures are final, the slot may be used again
    FreeSlot = 5,
    /// query and reconcile
    AskVenue = 6,
    /// the entry came to nothing: the slot is free again, no trade took place
    Abandon = 7,
}

impl Effect {
    pub const ALL: &'static [Self] = &[Self::Nothing, Self::SendEntry, Self::SendExit, Self::SendCancel, Self::CloseTrade, Self::FreeSlot, Self::AskVenue, Self::Abandon];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Nothing),
            1 => Some(Self::SendEntry),
            2 => Some(Self::SendExit),
            3 => Some(Self::SendCancel),
            4 => Some(Self::CloseTrade),
            5 => Some(Self::FreeSlot),
            6 => Some(Self::AskVenue),
            7 => Some(Self::Abandon),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "NOTHING",
            Self::SendEntry => "SEND_ENTRY",
            Self::SendExit => "SEND_EXIT",
            Self::SendCancel => "SEND_CANCEL",
            Self::CloseTrade => "CLOSE_TRADE",
            Self::FreeSlot => "FREE_SLOT",
            Self::AskVenue => "ASK_VENUE",
            Self::Abandon => "ABANDON",
        }
    }
}

/// Everything `apply` can be given; all of it is journalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum InputKind {
    None = 0,
    /// a kernel process started: incarnation, boot, build
    Epoch = 1,
    /// configuration and operator words, from the supervisor
    Control = 2,
    /// intent
    Enter = 3,
    /// intent
    Exit = 4,
    /// intent
    ExitResidual = 5,
    /// intent
    Cancel = 6,
    /// a policy decision, a stream gap, a process event: changes no slot
    Note = 7,
    /// sampled mark
    MarkPrice = 8,
    /// a row of a venue snapshot
    Reconcile = 9,
    /// any other report of gateway or listener
    Report = 10,
    /// time passed that the kernel asked to be told of
    Deadline = 11,
}

impl InputKind {
    pub const ALL: &'static [Self] = &[Self::None, Self::Epoch, Self::Control, Self::Enter, Self::Exit, Self::ExitResidual, Self::Cancel, Self::Note, Self::MarkPrice, Self::Reconcile, Self::Report, Self::Deadline];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 => Some(Self::Epoch),
            2 => Some(Self::Control),
            3 => Some(Self::Enter),
            4 => Some(Self::Exit),
            5 => Some(Self::ExitResidual),
            6 => Some(Self::Cancel),
            7 => Some(Self::Note),
            8 => Some(Self::MarkPrice),
            9 => Some(Self::Reconcile),
            10 => Some(Self::Report),
            11 => Some(Self::Deadline),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Epoch => "EPOCH",
            Self::Control => "CONTROL",
            Self::Enter => "ENTER",
            Self::Exit => "EXIT",
            Self::ExitResidual => "EXIT_RESIDUAL",
            Self::Cancel => "CANCEL",
            Self::Note => "NOTE",
            Self::MarkPrice => "MARK_PRICE",
            Self::Reconcile => "RECONCILE",
            Self::Report => "REPORT",
            Self::Deadline => "DEADLINE",
        }
    }
}

/// What gateway and listener tell the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ReportKind {
    None = 0,
    /// cumulative facts about one order
    OrderState = 1,
    /// the venue definitely refused the submit
    OrderRefused = 2,
    /// submit sent, outcome not known
    OrderUnknown = 3,
    /// asked after the settling time: the venue has no such order
    OrderNotFound = 4,
    /// the command never left
    NotSent = 5,
    /// the venue refused the cancel
    CancelRefused = 6,
    /// the venue took the cancel; the order state follows
    CancelAccepted = 7,
    /// one row of the fill history: row_index of row_count, complete sets only
    Fill = 8,
    /// trading rules of one symbol
    Instrument = 9,
    /// wallet figures
    Balance = 10,
    /// rows of one reconciliation follow
    SnapshotBegin = 11,
    /// one position held at the venue
    SnapshotPosition = 12,
    /// one open order at the venue
    SnapshotOrder = 13,
    /// `complete` says whether absence means anything
    SnapshotEnd = 14,
    /// funding, transfer, liquidation charge, ADL, by transaction id
    Income = 15,
    /// the stream may have lost events
    Gap = 16,
    /// the stream saw money move: ask
    AccountHint = 17,
    /// leverage in force at the venue
    Leverage = 18,
    /// one-way or hedge, as the venue says
    PositionMode = 19,
    /// a command that has no other report is finished
    CommandDone = 20,
    /// something odd the edge saw; text says what
    Diagnostic = 21,
}

impl ReportKind {
    pub const ALL: &'static [Self] = &[Self::None, Self::OrderState, Self::OrderRefused, Self::OrderUnknown, Self::OrderNotFound, Self::NotSent, Self::CancelRefused, Self::CancelAccepted, Self::Fill, Self::Instrument, Self::Balance, Self::SnapshotBegin, Self::SnapshotPosition, Self::SnapshotOrder, Self::SnapshotEnd, Self::Income, Self::Gap, Self::AccountHint, Self::Leverage, Self::PositionMode, Self::CommandDone, Self::Diagnostic];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 => Some(Self::OrderState),
            2 => Some(Self::OrderRefused),
            3 => Some(Self::OrderUnknown),
            4 => Some(Self::OrderNotFound),
            5 => Some(Self::NotSent),
            6 => Some(Self::CancelRefused),
            7 => Some(Self::CancelAccepted),
            8 => Some(Self::Fill),
            9 => Some(Self::Instrument),
            10 => Some(Self::Balance),
            11 => Some(Self::SnapshotBegin),
            12 => Some(Self::SnapshotPosition),
            13 => Some(Self::SnapshotOrder),
            14 => Some(Self::SnapshotEnd),
            15 => Some(Self::Income),
            16 => Some(Self::Gap),
            17 => Some(Self::AccountHint),
            18 => Some(Self::Leverage),
            19 => Some(Self::PositionMode),
            20 => Some(Self::CommandDone),
            21 => Some(Self::Diagnostic),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::OrderState => "ORDER_STATE",
            Self::OrderRefused => "ORDER_REFUSED",
            Self::OrderUnknown => "ORDER_UNKNOWN",
            Self::OrderNotFound => "ORDER_NOT_FOUND",
            Self::NotSent => "NOT_SENT",
            Self::CancelRefused => "CANCEL_REFUSED",
            Self::CancelAccepted => "CANCEL_ACCEPTED",
            Self::Fill => "FILL",
            Self::Instrument => "INSTRUMENT",
            Self::Balance => "BALANCE",
            Self::SnapshotBegin => "SNAPSHOT_BEGIN",
            Self::SnapshotPosition => "SNAPSHOT_POSITION",
            Self::SnapshotOrder => "SNAPSHOT_ORDER",
            Self::SnapshotEnd => "SNAPSHOT_END",
            Self::Income => "INCOME",
            Self::Gap => "GAP",
            Self::AccountHint => "ACCOUNT_HINT",
            Self::Leverage => "LEVERAGE",
            Self::PositionMode => "POSITION_MODE",
            Self::CommandDone => "COMMAND_DONE",
            Self::Diagnostic => "DIAGNOSTIC",
        }
    }
}

/// What the kernel orders from the gateway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum CommandKind {
    None = 0,
    /// place an order
    Submit = 1,
    /// cancel an order
    Cancel = 2,
    /// look one order up
    Query = 3,
    /// snapshot of orders, positions, balance
    Reconcile = 4,
    /// fetch the fill history of one finished order
    Settle = 5,
    /// fetch income rows since `since_wall_ms`
    Income = 6,
}

impl CommandKind {
    pub const ALL: &'static [Self] = &[Self::None, Self::Submit, Self::Cancel, Self::Query, Self::Reconcile, Self::Settle, Self::Income];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 => Some(Self::Submit),
            2 => Some(Self::Cancel),
            3 => Some(Self::Query),
            4 => Some(Self::Reconcile),
            5 => Some(Self::Settle),
            6 => Some(Self::Income),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Submit => "SUBMIT",
            Self::Cancel => "CANCEL",
            Self::Query => "QUERY",
            Self::Reconcile => "RECONCILE",
            Self::Settle => "SETTLE",
            Self::Income => "INCOME",
        }
    }
}

/// What the supervisor tells the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum ControlKind {
    None = 0,
    /// limits and times; the whole of them
    Config = 1,
    /// set the mode
    Mode = 2,
    /// engaged or reset
    KillSwitch = 3,
    /// book the difference to the venue wallet as an adjustment
    Anchor = 4,
    /// ask the venue now
    Reconcile = 5,
    /// cancel every order and close every position
    Flatten = 6,
    /// a process started, stopped or died: a note
    Child = 7,
    /// from the kernel's own shell: engaged = the disk does not keep up
    Disk = 8,
}

impl ControlKind {
    pub const ALL: &'static [Self] = &[Self::None, Self::Config, Self::Mode, Self::KillSwitch, Self::Anchor, Self::Reconcile, Self::Flatten, Self::Child, Self::Disk];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 => Some(Self::Config),
            2 => Some(Self::Mode),
            3 => Some(Self::KillSwitch),
            4 => Some(Self::Anchor),
            5 => Some(Self::Reconcile),
            6 => Some(Self::Flatten),
            7 => Some(Self::Child),
            8 => Some(Self::Disk),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Config => "CONFIG",
            Self::Mode => "MODE",
            Self::KillSwitch => "KILL_SWITCH",
            Self::Anchor => "ANCHOR",
            Self::Reconcile => "RECONCILE",
            Self::Flatten => "FLATTEN",
            Self::Child => "CHILD",
            Self::Disk => "DISK",
        }
    }
}

/// How well the kernel's capital agrees with the venue's wallet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum AccountStatus {
    /// not judged since start
    Unknown = 0,
    /// within a cent
    Ok = 1,
    /// in-flight settlement
    Warn = 2,
    /// unexplained: ENTER is frozen
    Error = 3,
}

impl AccountStatus {
    pub const ALL: &'static [Self] = &[Self::Unknown, Self::Ok, Self::Warn, Self::Error];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Unknown),
            1 => Some(Self::Ok),
            2 => Some(Self::Warn),
            3 => Some(Self::Error),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "UNKNOWN",
            Self::Ok => "OK",
            Self::Warn => "WARN",
            Self::Error => "ERROR",
        }
    }
}

/// Where a figure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Provenance {
    /// no figure
    None = 0,
    /// computed here
    Estimate = 1,
    /// reported, rounded
    Exchange = 2,
    /// exact, from the fill history
    Settled = 3,
}

impl Provenance {
    pub const ALL: &'static [Self] = &[Self::None, Self::Estimate, Self::Exchange, Self::Settled];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::None),
            1 => Some(Self::Estimate),
            2 => Some(Self::Exchange),
            3 => Some(Self::Settled),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Estimate => "ESTIMATE",
            Self::Exchange => "EXCHANGE",
            Self::Settled => "SETTLED",
        }
    }
}

/// The result of `apply`. Accepted if and only if OK; DUPLICATE and the like change nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Code {
    /// accepted
    Ok = 0,
    /// already known; nothing changed
    Duplicate = 1,
    /// a field is missing, out of its enum or contradicts another
    InvalidField = 2,
    /// a number does not fit the scales
    OutOfRange = 3,
    /// no instrument rules for it
    UnknownSymbol = 4,
    /// no CONFIG received since start
    NotConfigured = 5,
    /// HALTED or REDUCE_ONLY
    ModeForbids = 6,
    /// the latch is engaged
    KillSwitch = 7,
    /// capital and wallet differ by the error threshold or more
    Frozen = 8,
    /// no complete snapshot since start
    NotReconciled = 9,
    /// no free slot within the limit
    MaxSlots = 10,
    /// leverage above the limit
    MaxLeverage = 11,
    /// this order is too big
    MaxOrderNotional = 12,
    /// all positions and orders together would be too big
    MaxTotalNotional = 13,
    /// today's loss limit is reached, or cannot be computed
    DailyLoss = 14,
    /// the drawdown limit is reached
    Drawdown = 15,
    /// too many risk-adding orders in the window
    OrderRate = 16,
    /// older than its time to live
    StaleIntent = 17,
    /// the mark is too old
    StaleMark = 18,
    /// limit or trigger price too far from the mark, or on its wrong side
    PriceBand = 19,
    /// the strategy's reference price is too far from the venue's
    PriceDivergence = 20,
    /// price is not a multiple of the tick
    Tick = 21,
    /// quantity is not a multiple of the lot
    Lot = 22,
    /// quantity below the venue's minimum
    MinQuantity = 23,
    /// value below the venue's minimum
    MinNotional = 24,
    /// that trade id was used before
    DuplicateTradeId = 25,
    /// the named slot is not free
    SlotBusy = 26,
    /// another slot works on that symbol and side
    SymbolBusy = 27,
    /// slot number out of range
    NoSuchSlot = 28,
    /// no slot holds that trade id
    NoSuchTrade = 29,
    /// nothing to close
    NoPosition = 30,
    /// nothing to cancel
    NoActiveOrder = 31,
    /// another order of the slot is live or unknown
    OrderInFlight = 32,
    /// the rest is below the venue's minimum; EXIT_RESIDUAL closes it
    Dust = 33,
    /// EXIT_RESIDUAL is for what is left under the minimum
    NotDust = 34,
    /// every exit leg was used
    NoLegsLeft = 35,
    /// the table has no row for this stage and fact
    Unexpected = 36,
    /// the order or trade is already finished
    TerminalState = 37,
    /// no order of ours
    ForeignOrder = 38,
    /// fill of price zero or far from the mark: held, not booked
    ImplausibleFill = 39,
    /// older than what is known; nothing changed
    StaleFact = 40,
    /// asked before the last event of that symbol
    StaleSnapshot = 41,
    /// fill rows do not add up to the order
    SettleMismatch = 42,
    /// too many unsettled orders
    OrderTableFull = 43,
    /// not enough free capital for the margin
    Capital = 44,
    /// booked: the venue filled more than was ordered
    Overfill = 45,
    /// an adjustment of that size needs the operator's word
    AnchorRefused = 46,
    /// the venue's rate limit
    RateLimited = 47,
    /// the disk does not keep up; no added risk
    JournalSlow = 48,
    /// the venue said no; venue_code says why
    VenueRefused = 49,
    /// not sent: its deadline passed first
    DeadlinePassed = 50,
    /// not sent: its cancel came first
    Overtaken = 51,
    /// one-way or hedge not known yet
    PositionModeUnknown = 52,
    /// no order or slot matches; kept as an anomaly
    Unresolved = 53,
    /// a clock jumped or ran backwards; facts keep the journal's order
    ClockStepped = 54,
    /// the venue's bytes are not what the protocol says; they are kept
    Malformed = 55,
    /// a reply or frame beyond its bound; its beginning is kept
    TooLarge = 56,
    /// a word, type or event that the protocol does not know
    UnknownWord = 57,
    /// the venue understood an order otherwise than it was commanded
    EchoDiffers = 58,
    /// the account is set otherwise than the configuration says
    NotAsConfigured = 59,
}

impl Code {
    pub const ALL: &'static [Self] = &[Self::Ok, Self::Duplicate, Self::InvalidField, Self::OutOfRange, Self::UnknownSymbol, Self::NotConfigured, Self::ModeForbids, Self::KillSwitch, Self::Frozen, Self::NotReconciled, Self::MaxSlots, Self::MaxLeverage, Self::MaxOrderNotional, Self::MaxTotalNotional, Self::DailyLoss, Self::Drawdown, Self::OrderRate, Self::StaleIntent, Self::StaleMark, Self::PriceBand, Self::PriceDivergence, Self::Tick, Self::Lot, Self::MinQuantity, Self::MinNotional, Self::DuplicateTradeId, Self::SlotBusy, Self::SymbolBusy, Self::NoSuchSlot, Self::NoSuchTrade, Self::NoPosition, Self::NoActiveOrder, Self::OrderInFlight, Self::Dust, Self::NotDust, Self::NoLegsLeft, Self::Unexpected, Self::TerminalState, Self::ForeignOrder, Self::ImplausibleFill, Self::StaleFact, Self::StaleSnapshot, Self::SettleMismatch, Self::OrderTableFull, Self::Capital, Self::Overfill, Self::AnchorRefused, Self::RateLimited, Self::JournalSlow, Self::VenueRefused, Self::DeadlinePassed, Self::Overtaken, Self::PositionModeUnknown, Self::Unresolved, Self::ClockStepped, Self::Malformed, Self::TooLarge, Self::UnknownWord, Self::EchoDiffers, Self::NotAsConfigured];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u16) -> Option<Self> {
        match code {
            0 => Some(Self::Ok),
            1 => Some(Self::Duplicate),
            2 => Some(Self::InvalidField),
            3 => Some(Self::OutOfRange),
            4 => Some(Self::UnknownSymbol),
            5 => Some(Self::NotConfigured),
            6 => Some(Self::ModeForbids),
            7 => Some(Self::KillSwitch),
            8 => Some(Self::Frozen),
            9 => Some(Self::NotReconciled),
            10 => Some(Self::MaxSlots),
            11 => Some(Self::MaxLeverage),
            12 => Some(Self::MaxOrderNotional),
            13 => Some(Self::MaxTotalNotional),
            14 => Some(Self::DailyLoss),
            15 => Some(Self::Drawdown),
            16 => Some(Self::OrderRate),
            17 => Some(Self::StaleIntent),
            18 => Some(Self::StaleMark),
            19 => Some(Self::PriceBand),
            20 => Some(Self::PriceDivergence),
            21 => Some(Self::Tick),
            22 => Some(Self::Lot),
            23 => Some(Self::MinQuantity),
            24 => Some(Self::MinNotional),
            25 => Some(Self::DuplicateTradeId),
            26 => Some(Self::SlotBusy),
            27 => Some(Self::SymbolBusy),
            28 => Some(Self::NoSuchSlot),
            29 => Some(Self::NoSuchTrade),
            30 => Some(Self::NoPosition),
            31 => Some(Self::NoActiveOrder),
            32 => Some(Self::OrderInFlight),
            33 => Some(Self::Dust),
            34 => Some(Self::NotDust),
            35 => Some(Self::NoLegsLeft),
            36 => Some(Self::Unexpected),
            37 => Some(Self::TerminalState),
            38 => Some(Self::ForeignOrder),
            39 => Some(Self::ImplausibleFill),
            40 => Some(Self::StaleFact),
            41 => Some(Self::StaleSnapshot),
            42 => Some(Self::SettleMismatch),
            43 => Some(Self::OrderTableFull),
            44 => Some(Self::Capital),
            45 => Some(Self::Overfill),
            46 => Some(Self::AnchorRefused),
            47 => Some(Self::RateLimited),
            48 => Some(Self::JournalSlow),
            49 => Some(Self::VenueRefused),
            50 => Some(Self::DeadlinePassed),
            51 => Some(Self::Overtaken),
            52 => Some(Self::PositionModeUnknown),
            53 => Some(Self::Unresolved),
            54 => Some(Self::ClockStepped),
            55 => Some(Self::Malformed),
            56 => Some(Self::TooLarge),
            57 => Some(Self::UnknownWord),
            58 => Some(Self::EchoDiffers),
            59 => Some(Self::NotAsConfigured),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u16 {
        self as u16
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Duplicate => "DUPLICATE",
            Self::InvalidField => "INVALID_FIELD",
            Self::OutOfRange => "OUT_OF_RANGE",
            Self::UnknownSymbol => "UNKNOWN_SYMBOL",
            Self::NotConfigured => "NOT_CONFIGURED",
            Self::ModeForbids => "MODE_FORBIDS",
            Self::KillSwitch => "KILL_SWITCH",
            Self::Frozen => "FROZEN",
            Self::NotReconciled => "NOT_RECONCILED",
            Self::MaxSlots => "MAX_SLOTS",
            Self::MaxLeverage => "MAX_LEVERAGE",
            Self::MaxOrderNotional => "MAX_ORDER_NOTIONAL",
            Self::MaxTotalNotional => "MAX_TOTAL_NOTIONAL",
            Self::DailyLoss => "DAILY_LOSS",
            Self::Drawdown => "DRAWDOWN",
            Self::OrderRate => "ORDER_RATE",
            Self::StaleIntent => "STALE_INTENT",
            Self::StaleMark => "STALE_MARK",
            Self::PriceBand => "PRICE_BAND",
            Self::PriceDivergence => "PRICE_DIVERGENCE",
            Self::Tick => "TICK",
            Self::Lot => "LOT",
            Self::MinQuantity => "MIN_QUANTITY",
            Self::MinNotional => "MIN_NOTIONAL",
            Self::DuplicateTradeId => "DUPLICATE_TRADE_ID",
            Self::SlotBusy => "SLOT_BUSY",
            Self::SymbolBusy => "SYMBOL_BUSY",
            Self::NoSuchSlot => "NO_SUCH_SLOT",
            Self::NoSuchTrade => "NO_SUCH_TRADE",
            Self::NoPosition => "NO_POSITION",
            Self::NoActiveOrder => "NO_ACTIVE_ORDER",
            Self::OrderInFlight => "ORDER_IN_FLIGHT",
            Self::Dust => "DUST",
            Self::NotDust => "NOT_DUST",
            Self::NoLegsLeft => "NO_LEGS_LEFT",
            Self::Unexpected => "UNEXPECTED",
            Self::TerminalState => "TERMINAL_STATE",
            Self::ForeignOrder => "FOREIGN_ORDER",
            Self::ImplausibleFill => "IMPLAUSIBLE_FILL",
            Self::StaleFact => "STALE_FACT",
            Self::StaleSnapshot => "STALE_SNAPSHOT",
            Self::SettleMismatch => "SETTLE_MISMATCH",
            Self::OrderTableFull => "ORDER_TABLE_FULL",
            Self::Capital => "CAPITAL",
            Self::Overfill => "OVERFILL",
            Self::AnchorRefused => "ANCHOR_REFUSED",
            Self::RateLimited => "RATE_LIMITED",
            Self::JournalSlow => "JOURNAL_SLOW",
            Self::VenueRefused => "VENUE_REFUSED",
            Self::DeadlinePassed => "DEADLINE_PASSED",
            Self::Overtaken => "OVERTAKEN",
            Self::PositionModeUnknown => "POSITION_MODE_UNKNOWN",
            Self::Unresolved => "UNRESOLVED",
            Self::ClockStepped => "CLOCK_STEPPED",
            Self::Malformed => "MALFORMED",
            Self::TooLarge => "TOO_LARGE",
            Self::UnknownWord => "UNKNOWN_WORD",
            Self::EchoDiffers => "ECHO_DIFFERS",
            Self::NotAsConfigured => "NOT_AS_CONFIGURED",
        }
    }
}

/// Bits of the `has` word of Report: which figures the venue really gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u32)]
pub enum Has {
    CumQty = 1,
    AvgPrice = 2,
    CumFee = 4,
    Price = 8,
    Qty = 16,
    Trigger = 32,
    Wallet = 64,
    Equity = 128,
    Available = 256,
    UsedMargin = 512,
    VenueOrderId = 1024,
    Amount = 2048,
    VenueTime = 4096,
    Leverage = 8192,
}

impl Has {
    pub const ALL: &'static [Self] = &[Self::CumQty, Self::AvgPrice, Self::CumFee, Self::Price, Self::Qty, Self::Trigger, Self::Wallet, Self::Equity, Self::Available, Self::UsedMargin, Self::VenueOrderId, Self::Amount, Self::VenueTime, Self::Leverage];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u32) -> Option<Self> {
        match code {
            1 => Some(Self::CumQty),
            2 => Some(Self::AvgPrice),
            4 => Some(Self::CumFee),
            8 => Some(Self::Price),
            16 => Some(Self::Qty),
            32 => Some(Self::Trigger),
            64 => Some(Self::Wallet),
            128 => Some(Self::Equity),
            256 => Some(Self::Available),
            512 => Some(Self::UsedMargin),
            1024 => Some(Self::VenueOrderId),
            2048 => Some(Self::Amount),
            4096 => Some(Self::VenueTime),
            8192 => Some(Self::Leverage),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u32 {
        self as u32
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CumQty => "CUM_QTY",
            Self::AvgPrice => "AVG_PRICE",
            Self::CumFee => "CUM_FEE",
            Self::Price => "PRICE",
            Self::Qty => "QTY",
            Self::Trigger => "TRIGGER",
            Self::Wallet => "WALLET",
            Self::Equity => "EQUITY",
            Self::Available => "AVAILABLE",
            Self::UsedMargin => "USED_MARGIN",
            Self::VenueOrderId => "VENUE_ORDER_ID",
            Self::Amount => "AMOUNT",
            Self::VenueTime => "VENUE_TIME",
            Self::Leverage => "LEVERAGE",
        }
    }
}

/// What to do with a position found at the venue that no slot owns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum AdoptPolicy {
    /// freeze that symbol and raise an anomaly
    Flag = 0,
    /// take it into a free slot
    Adopt = 1,
}

impl AdoptPolicy {
    pub const ALL: &'static [Self] = &[Self::Flag, Self::Adopt];

    /// The value with this code; an unknown code is `None`, never a default.
    #[must_use]
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Self::Flag),
            1 => Some(Self::Adopt),
            _ => None,
        }
    }

    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }

    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Flag => "FLAG",
            Self::Adopt => "ADOPT",
        }
    }
}

/// Start of every segment; written once, before the object gets its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct SegmentHeader {
    /// `PINKZNC1`, read as a little-endian word
    pub magic: u64,
    /// `version` of layout.toml
    pub layout_version: u32,
    /// code of the one process that may write this segment
    pub writer: u32,
    /// size of the object in bytes
    pub total_size: u64,
    /// digest of the layout the creator was built with
    pub digest: [u8; 32],
    /// name of the instance
    pub instance: Ascii<32>,
    /// kernel boot in which the segment was created
    pub boot_id: [u8; 16],
    /// process that created the segment
    pub creator_pid: u32,
    /// its user
    pub creator_uid: u32,
    /// its start time, so that a reused pid is told apart
    pub creator_start_ticks: u64,
    /// CLOCK_MONOTONIC at creation
    pub created_mono_ns: u64,
    /// CLOCK_REALTIME at creation
    pub created_wall_ns: u64,
}

const _: () = {
    assert!(core::mem::offset_of!(SegmentHeader, magic) == 0);
    assert!(core::mem::offset_of!(SegmentHeader, layout_version) == 8);
    assert!(core::mem::offset_of!(SegmentHeader, writer) == 12);
    assert!(core::mem::offset_of!(SegmentHeader, total_size) == 16);
    assert!(core::mem::offset_of!(SegmentHeader, digest) == 24);
    assert!(core::mem::offset_of!(SegmentHeader, instance) == 56);
    assert!(core::mem::offset_of!(SegmentHeader, boot_id) == 88);
    assert!(core::mem::offset_of!(SegmentHeader, creator_pid) == 104);
    assert!(core::mem::offset_of!(SegmentHeader, creator_uid) == 108);
    assert!(core::mem::offset_of!(SegmentHeader, creator_start_ticks) == 112);
    assert!(core::mem::offset_of!(SegmentHeader, created_mono_ns) == 120);
    assert!(core::mem::offset_of!(SegmentHeader, created_wall_ns) == 128);
    assert!(core::mem::size_of::<SegmentHeader>() == 136);
};

impl SegmentHeader {
    pub const SIZE: usize = 136;
    pub const WORDS: usize = 17;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        magic: 0,
        layout_version: 0,
        writer: 0,
        total_size: 0,
        digest: [0; 32],
        instance: Ascii::EMPTY,
        boot_id: [0; 16],
        creator_pid: 0,
        creator_uid: 0,
        creator_start_ticks: 0,
        created_mono_ns: 0,
        created_wall_ns: 0,
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 136] {
        let mut b = [0; 136];
        b[0..8].copy_from_slice(&self.magic.to_le_bytes());
        b[8..12].copy_from_slice(&self.layout_version.to_le_bytes());
        b[12..16].copy_from_slice(&self.writer.to_le_bytes());
        b[16..24].copy_from_slice(&self.total_size.to_le_bytes());
        for (to, from) in b[24..56].chunks_exact_mut(1).zip(&self.digest) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b[56..88].copy_from_slice(&self.instance.0);
        for (to, from) in b[88..104].chunks_exact_mut(1).zip(&self.boot_id) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b[104..108].copy_from_slice(&self.creator_pid.to_le_bytes());
        b[108..112].copy_from_slice(&self.creator_uid.to_le_bytes());
        b[112..120].copy_from_slice(&self.creator_start_ticks.to_le_bytes());
        b[120..128].copy_from_slice(&self.created_mono_ns.to_le_bytes());
        b[128..136].copy_from_slice(&self.created_wall_ns.to_le_bytes());
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("magic", Value::Number(self.magic.into()));
        each("layout_version", Value::Number(self.layout_version.into()));
        each("writer", Value::Number(self.writer.into()));
        each("total_size", Value::Number(self.total_size.into()));
        each("digest", Value::Numbers(&self.digest.map(Into::into)));
        each("instance", Value::Text(self.instance.as_str()));
        each("boot_id", Value::Numbers(&self.boot_id.map(Into::into)));
        each("creator_pid", Value::Number(self.creator_pid.into()));
        each("creator_uid", Value::Number(self.creator_uid.into()));
        each("creator_start_ticks", Value::Number(self.creator_start_ticks.into()));
        each("created_mono_ns", Value::Number(self.created_mono_ns.into()));
        each("created_wall_ns", Value::Number(self.created_wall_ns.into()));
    }

    pub fn from_bytes(b: &[u8; 136]) -> Result<Self, Malformed> {
        Ok(Self {
            magic: u64::from_le_bytes(take(b, 0)),
            layout_version: u32::from_le_bytes(take(b, 8)),
            writer: u32::from_le_bytes(take(b, 12)),
            total_size: u64::from_le_bytes(take(b, 16)),
            digest: core::array::from_fn(|i| u8::from_le_bytes(take(b, 24 + i * 1))),
            instance: Ascii::from_padded(take(b, 56)).ok_or(Malformed { record: "SegmentHeader", field: "instance", code: 0 })?,
            boot_id: core::array::from_fn(|i| u8::from_le_bytes(take(b, 88 + i * 1))),
            creator_pid: u32::from_le_bytes(take(b, 104)),
            creator_uid: u32::from_le_bytes(take(b, 108)),
            creator_start_ticks: u64::from_le_bytes(take(b, 112)),
            created_mono_ns: u64::from_le_bytes(take(b, 120)),
            created_wall_ns: u64::from_le_bytes(take(b, 128)),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 17] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 17]) -> Result<Self, Malformed> {
        let mut b = [0; 136];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// Who writes the segment; a two-copy cell at WRITER_CELL_OFFSET of the header page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct WriterIdentity {
    /// incarnation of the writer, +1 at each; 0: none yet
    pub epoch: u64,
    /// process that holds the writer lock
    pub pid: u32,
    /// its user
    pub uid: u32,
    /// its start time, so that a reused pid is told apart
    pub start_ticks: u64,
    /// CLOCK_MONOTONIC when it opened the segment
    pub opened_mono_ns: u64,
    /// CLOCK_REALTIME when it opened the segment
    pub opened_wall_ns: u64,
    /// kernel boot in which it runs
    pub boot_id: [u8; 16],
}

const _: () = {
    assert!(core::mem::offset_of!(WriterIdentity, epoch) == 0);
    assert!(core::mem::offset_of!(WriterIdentity, pid) == 8);
    assert!(core::mem::offset_of!(WriterIdentity, uid) == 12);
    assert!(core::mem::offset_of!(WriterIdentity, start_ticks) == 16);
    assert!(core::mem::offset_of!(WriterIdentity, opened_mono_ns) == 24);
    assert!(core::mem::offset_of!(WriterIdentity, opened_wall_ns) == 32);
    assert!(core::mem::offset_of!(WriterIdentity, boot_id) == 40);
    assert!(core::mem::size_of::<WriterIdentity>() == 56);
};

impl WriterIdentity {
    pub const SIZE: usize = 56;
    pub const WORDS: usize = 7;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        epoch: 0,
        pid: 0,
        uid: 0,
        start_ticks: 0,
        opened_mono_ns: 0,
        opened_wall_ns: 0,
        boot_id: [0; 16],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 56] {
        let mut b = [0; 56];
        b[0..8].copy_from_slice(&self.epoch.to_le_bytes());
        b[8..12].copy_from_slice(&self.pid.to_le_bytes());
        b[12..16].copy_from_slice(&self.uid.to_le_bytes());
        b[16..24].copy_from_slice(&self.start_ticks.to_le_bytes());
        b[24..32].copy_from_slice(&self.opened_mono_ns.to_le_bytes());
        b[32..40].copy_from_slice(&self.opened_wall_ns.to_le_bytes());
        for (to, from) in b[40..56].chunks_exact_mut(1).zip(&self.boot_id) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("epoch", Value::Number(self.epoch.into()));
        each("pid", Value::Number(self.pid.into()));
        each("uid", Value::Number(self.uid.into()));
        each("start_ticks", Value::Number(self.start_ticks.into()));
        each("opened_mono_ns", Value::Number(self.opened_mono_ns.into()));
        each("opened_wall_ns", Value::Number(self.opened_wall_ns.into()));
        each("boot_id", Value::Numbers(&self.boot_id.map(Into::into)));
    }

    pub fn from_bytes(b: &[u8; 56]) -> Result<Self, Malformed> {
        Ok(Self {
            epoch: u64::from_le_bytes(take(b, 0)),
            pid: u32::from_le_bytes(take(b, 8)),
            uid: u32::from_le_bytes(take(b, 12)),
            start_ticks: u64::from_le_bytes(take(b, 16)),
            opened_mono_ns: u64::from_le_bytes(take(b, 24)),
            opened_wall_ns: u64::from_le_bytes(take(b, 32)),
            boot_id: core::array::from_fn(|i| u8::from_le_bytes(take(b, 40 + i * 1))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 7] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 7]) -> Result<Self, Malformed> {
        let mut b = [0; 56];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// A strategy's decision: what, never how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Intent {
    /// ENTER, EXIT, EXIT_RESIDUAL, CANCEL or NOTE
    pub kind: InputKind,
    /// of the position to open
    pub side: Side,
    /// MARKET or LIMIT
    pub order_kind: OrderKind,
    /// for LIMIT
    pub tif: TimeInForce,
    /// exchange leverage, whole number
    pub leverage: u16,
    /// 0xFFFF: let the kernel choose (ENTER), or find by trade_id
    pub slot_id: u16,
    /// the policy's own number, for logs
    pub intent_id: u64,
    /// unique for ever per instance
    pub trade_id: Ascii<32>,
    pub symbol: Ascii<24>,
    /// base quantity to open; for EXIT 0 = next leg by ratio
    pub qty_e8: i64,
    /// limit price; 0 for MARKET
    pub price_e12: i64,
    /// the price the decision was made on; 0 = none given
    pub reference_price_e12: i64,
    /// trigger price; 0 = none
    pub stop_loss_e12: i64,
    /// trigger price; 0 = none
    pub take_profit_e12: i64,
    /// distance of a trailing stop, in place of stop_loss_e12; 0 = none
    pub trail_e12: i64,
    pub created_wall_ns: i64,
    pub created_mono_ns: u64,
    /// 0 is refused
    pub ttl_ms: u32,
    /// exit legs given below (ENTER); 1..8
    pub leg_count: u32,
    /// share of the current size per exit leg; the last takes the remainder
    pub leg_ratios_e8: [i64; 8],
    /// the strategy's own figure, for the records
    pub confidence_e8: i64,
    /// the strategy's own figure, for the records
    pub bars_held: u32,
    /// the strategy's own figure, for the records
    pub reason_code: u32,
    /// why, in the strategy's words
    pub text: Ascii<120>,
}

const _: () = {
    assert!(core::mem::offset_of!(Intent, kind) == 0);
    assert!(core::mem::offset_of!(Intent, side) == 1);
    assert!(core::mem::offset_of!(Intent, order_kind) == 2);
    assert!(core::mem::offset_of!(Intent, tif) == 3);
    assert!(core::mem::offset_of!(Intent, leverage) == 4);
    assert!(core::mem::offset_of!(Intent, slot_id) == 6);
    assert!(core::mem::offset_of!(Intent, intent_id) == 8);
    assert!(core::mem::offset_of!(Intent, trade_id) == 16);
    assert!(core::mem::offset_of!(Intent, symbol) == 48);
    assert!(core::mem::offset_of!(Intent, qty_e8) == 72);
    assert!(core::mem::offset_of!(Intent, price_e12) == 80);
    assert!(core::mem::offset_of!(Intent, reference_price_e12) == 88);
    assert!(core::mem::offset_of!(Intent, stop_loss_e12) == 96);
    assert!(core::mem::offset_of!(Intent, take_profit_e12) == 104);
    assert!(core::mem::offset_of!(Intent, trail_e12) == 112);
    assert!(core::mem::offset_of!(Intent, created_wall_ns) == 120);
    assert!(core::mem::offset_of!(Intent, created_mono_ns) == 128);
    assert!(core::mem::offset_of!(Intent, ttl_ms) == 136);
    assert!(core::mem::offset_of!(Intent, leg_count) == 140);
    assert!(core::mem::offset_of!(Intent, leg_ratios_e8) == 144);
    assert!(core::mem::offset_of!(Intent, confidence_e8) == 208);
    assert!(core::mem::offset_of!(Intent, bars_held) == 216);
    assert!(core::mem::offset_of!(Intent, reason_code) == 220);
    assert!(core::mem::offset_of!(Intent, text) == 224);
    assert!(core::mem::size_of::<Intent>() == 344);
};

impl Intent {
    pub const SIZE: usize = 344;
    pub const WORDS: usize = 43;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        kind: InputKind::None,
        side: Side::None,
        order_kind: OrderKind::None,
        tif: TimeInForce::None,
        leverage: 0,
        slot_id: 0,
        intent_id: 0,
        trade_id: Ascii::EMPTY,
        symbol: Ascii::EMPTY,
        qty_e8: 0,
        price_e12: 0,
        reference_price_e12: 0,
        stop_loss_e12: 0,
        take_profit_e12: 0,
        trail_e12: 0,
        created_wall_ns: 0,
        created_mono_ns: 0,
        ttl_ms: 0,
        leg_count: 0,
        leg_ratios_e8: [0; 8],
        confidence_e8: 0,
        bars_held: 0,
        reason_code: 0,
        text: Ascii::EMPTY,
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 344] {
        let mut b = [0; 344];
        b[0..1].copy_from_slice(&self.kind.code().to_le_bytes());
        b[1..2].copy_from_slice(&self.side.code().to_le_bytes());
        b[2..3].copy_from_slice(&self.order_kind.code().to_le_bytes());
        b[3..4].copy_from_slice(&self.tif.code().to_le_bytes());
        b[4..6].copy_from_slice(&self.leverage.to_le_bytes());
        b[6..8].copy_from_slice(&self.slot_id.to_le_bytes());
        b[8..16].copy_from_slice(&self.intent_id.to_le_bytes());
        b[16..48].copy_from_slice(&self.trade_id.0);
        b[48..72].copy_from_slice(&self.symbol.0);
        b[72..80].copy_from_slice(&self.qty_e8.to_le_bytes());
        b[80..88].copy_from_slice(&self.price_e12.to_le_bytes());
        b[88..96].copy_from_slice(&self.reference_price_e12.to_le_bytes());
        b[96..104].copy_from_slice(&self.stop_loss_e12.to_le_bytes());
        b[104..112].copy_from_slice(&self.take_profit_e12.to_le_bytes());
        b[112..120].copy_from_slice(&self.trail_e12.to_le_bytes());
        b[120..128].copy_from_slice(&self.created_wall_ns.to_le_bytes());
        b[128..136].copy_from_slice(&self.created_mono_ns.to_le_bytes());
        b[136..140].copy_from_slice(&self.ttl_ms.to_le_bytes());
        b[140..144].copy_from_slice(&self.leg_count.to_le_bytes());
        for (to, from) in b[144..208].chunks_exact_mut(8).zip(&self.leg_ratios_e8) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b[208..216].copy_from_slice(&self.confidence_e8.to_le_bytes());
        b[216..220].copy_from_slice(&self.bars_held.to_le_bytes());
        b[220..224].copy_from_slice(&self.reason_code.to_le_bytes());
        b[224..344].copy_from_slice(&self.text.0);
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("kind", Value::Code(self.kind.name()));
        each("side", Value::Code(self.side.name()));
        each("order_kind", Value::Code(self.order_kind.name()));
        each("tif", Value::Code(self.tif.name()));
        each("leverage", Value::Number(self.leverage.into()));
        each("slot_id", Value::Number(self.slot_id.into()));
        each("intent_id", Value::Number(self.intent_id.into()));
        each("trade_id", Value::Text(self.trade_id.as_str()));
        each("symbol", Value::Text(self.symbol.as_str()));
        each("qty_e8", Value::Number(self.qty_e8.into()));
        each("price_e12", Value::Number(self.price_e12.into()));
        each("reference_price_e12", Value::Number(self.reference_price_e12.into()));
        each("stop_loss_e12", Value::Number(self.stop_loss_e12.into()));
        each("take_profit_e12", Value::Number(self.take_profit_e12.into()));
        each("trail_e12", Value::Number(self.trail_e12.into()));
        each("created_wall_ns", Value::Number(self.created_wall_ns.into()));
        each("created_mono_ns", Value::Number(self.created_mono_ns.into()));
        each("ttl_ms", Value::Number(self.ttl_ms.into()));
        each("leg_count", Value::Number(self.leg_count.into()));
        each("leg_ratios_e8", Value::Numbers(&self.leg_ratios_e8.map(Into::into)));
        each("confidence_e8", Value::Number(self.confidence_e8.into()));
        each("bars_held", Value::Number(self.bars_held.into()));
        each("reason_code", Value::Number(self.reason_code.into()));
        each("text", Value::Text(self.text.as_str()));
    }

    pub fn from_bytes(b: &[u8; 344]) -> Result<Self, Malformed> {
        Ok(Self {
            kind: InputKind::from_code(u8::from_le_bytes(take(b, 0))).ok_or(Malformed { record: "Intent", field: "kind", code: u64::from(u8::from_le_bytes(take(b, 0))) })?,
            side: Side::from_code(u8::from_le_bytes(take(b, 1))).ok_or(Malformed { record: "Intent", field: "side", code: u64::from(u8::from_le_bytes(take(b, 1))) })?,
            order_kind: OrderKind::from_code(u8::from_le_bytes(take(b, 2))).ok_or(Malformed { record: "Intent", field: "order_kind", code: u64::from(u8::from_le_bytes(take(b, 2))) })?,
            tif: TimeInForce::from_code(u8::from_le_bytes(take(b, 3))).ok_or(Malformed { record: "Intent", field: "tif", code: u64::from(u8::from_le_bytes(take(b, 3))) })?,
            leverage: u16::from_le_bytes(take(b, 4)),
            slot_id: u16::from_le_bytes(take(b, 6)),
            intent_id: u64::from_le_bytes(take(b, 8)),
            trade_id: Ascii::from_padded(take(b, 16)).ok_or(Malformed { record: "Intent", field: "trade_id", code: 0 })?,
            symbol: Ascii::from_padded(take(b, 48)).ok_or(Malformed { record: "Intent", field: "symbol", code: 0 })?,
            qty_e8: i64::from_le_bytes(take(b, 72)),
            price_e12: i64::from_le_bytes(take(b, 80)),
            reference_price_e12: i64::from_le_bytes(take(b, 88)),
            stop_loss_e12: i64::from_le_bytes(take(b, 96)),
            take_profit_e12: i64::from_le_bytes(take(b, 104)),
            trail_e12: i64::from_le_bytes(take(b, 112)),
            created_wall_ns: i64::from_le_bytes(take(b, 120)),
            created_mono_ns: u64::from_le_bytes(take(b, 128)),
            ttl_ms: u32::from_le_bytes(take(b, 136)),
            leg_count: u32::from_le_bytes(take(b, 140)),
            leg_ratios_e8: core::array::from_fn(|i| i64::from_le_bytes(take(b, 144 + i * 8))),
            confidence_e8: i64::from_le_bytes(take(b, 208)),
            bars_held: u32::from_le_bytes(take(b, 216)),
            reason_code: u32::from_le_bytes(take(b, 220)),
            text: Ascii::from_padded(take(b, 224)).ok_or(Malformed { record: "Intent", field: "text", code: 0 })?,
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 43] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 43]) -> Result<Self, Malformed> {
        let mut b = [0; 344];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// One fact from the venue's edge, from gateway or listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Report {
    pub kind: ReportKind,
    /// if the edge knows it
    pub role: OrderRole,
    pub order_side: OrderSide,
    /// LONG/SHORT; NONE when the venue says BOTH
    pub position_side: Side,
    pub order_kind: OrderKind,
    pub tif: TimeInForce,
    pub order_status: OrderStatus,
    pub position_mode: PositionMode,
    /// bits of Has
    pub has: u32,
    /// for refusals and NOT_SENT
    pub code: Code,
    /// 0/1
    pub reduce_only: u8,
    /// SNAPSHOT_END: 1 = every part was fetched
    pub complete: u8,
    /// the venue's own error code; 0 = none
    pub venue_code: i32,
    pub leverage: u16,
    /// FILL: 1 maker, 0 taker
    pub maker: u8,
    /// INCOME: 1 funding 2 transfer 3 liquidation 4 ADL 5 other
    pub income_kind: u8,
    /// the command this answers; 0 = unsolicited
    pub command_seq: u64,
    /// snapshots and queries: journal sequence when asked
    pub asked_seq: u64,
    /// when the question left
    pub asked_wall_ms: i64,
    /// the venue's own time of the fact
    pub venue_wall_ms: i64,
    /// when it reached us
    pub recv_wall_ns: i64,
    pub recv_mono_ns: u64,
    /// market time of the fact; 0 = same as venue time
    pub market_ms: i64,
    pub venue_order_id: i64,
    pub client_order_id: Ascii<40>,
    pub symbol: Ascii<24>,
    /// trade id of a fill, transaction id of an income row
    pub fill_id: Ascii<32>,
    /// order quantity, fill quantity, position quantity
    pub qty_e8: i64,
    /// order price (a bound for MARKET, never a fill), fill price, entry price
    pub price_e12: i64,
    pub trigger_e12: i64,
    /// filled so far
    pub cum_qty_e8: i64,
    /// average of what is filled; rounded by the venue
    pub avg_price_e12: i64,
    /// paid so far, cost positive
    pub cum_fee_e8: i64,
    /// FILL: fee of this fill; INCOME: amount, our gain positive
    pub amount_e8: i64,
    /// BALANCE
    pub wallet_e8: i64,
    /// BALANCE
    pub equity_e8: i64,
    /// BALANCE
    pub available_e8: i64,
    /// BALANCE
    pub used_margin_e8: i64,
    /// FILL
    pub row_index: u32,
    /// FILL: rows of the complete set; snapshots: rows between BEGIN and END
    pub row_count: u32,
    /// INSTRUMENT
    pub tick_e12: i64,
    /// INSTRUMENT
    pub lot_e8: i64,
    /// INSTRUMENT
    pub min_qty_e8: i64,
    /// INSTRUMENT
    pub min_notional_e8: i64,
    /// INSTRUMENT: ratio
    pub maker_fee_e8: i64,
    /// INSTRUMENT: ratio
    pub taker_fee_e8: i64,
    /// the venue's words, cut
    pub text: Ascii<64>,
}

const _: () = {
    assert!(core::mem::offset_of!(Report, kind) == 0);
    assert!(core::mem::offset_of!(Report, role) == 1);
    assert!(core::mem::offset_of!(Report, order_side) == 2);
    assert!(core::mem::offset_of!(Report, position_side) == 3);
    assert!(core::mem::offset_of!(Report, order_kind) == 4);
    assert!(core::mem::offset_of!(Report, tif) == 5);
    assert!(core::mem::offset_of!(Report, order_status) == 6);
    assert!(core::mem::offset_of!(Report, position_mode) == 7);
    assert!(core::mem::offset_of!(Report, has) == 8);
    assert!(core::mem::offset_of!(Report, code) == 12);
    assert!(core::mem::offset_of!(Report, reduce_only) == 14);
    assert!(core::mem::offset_of!(Report, complete) == 15);
    assert!(core::mem::offset_of!(Report, venue_code) == 16);
    assert!(core::mem::offset_of!(Report, leverage) == 20);
    assert!(core::mem::offset_of!(Report, maker) == 22);
    assert!(core::mem::offset_of!(Report, income_kind) == 23);
    assert!(core::mem::offset_of!(Report, command_seq) == 24);
    assert!(core::mem::offset_of!(Report, asked_seq) == 32);
    assert!(core::mem::offset_of!(Report, asked_wall_ms) == 40);
    assert!(core::mem::offset_of!(Report, venue_wall_ms) == 48);
    assert!(core::mem::offset_of!(Report, recv_wall_ns) == 56);
    assert!(core::mem::offset_of!(Report, recv_mono_ns) == 64);
    assert!(core::mem::offset_of!(Report, market_ms) == 72);
    assert!(core::mem::offset_of!(Report, venue_order_id) == 80);
    assert!(core::mem::offset_of!(Report, client_order_id) == 88);
    assert!(core::mem::offset_of!(Report, symbol) == 128);
    assert!(core::mem::offset_of!(Report, fill_id) == 152);
    assert!(core::mem::offset_of!(Report, qty_e8) == 184);
    assert!(core::mem::offset_of!(Report, price_e12) == 192);
    assert!(core::mem::offset_of!(Report, trigger_e12) == 200);
    assert!(core::mem::offset_of!(Report, cum_qty_e8) == 208);
    assert!(core::mem::offset_of!(Report, avg_price_e12) == 216);
    assert!(core::mem::offset_of!(Report, cum_fee_e8) == 224);
    assert!(core::mem::offset_of!(Report, amount_e8) == 232);
    assert!(core::mem::offset_of!(Report, wallet_e8) == 240);
    assert!(core::mem::offset_of!(Report, equity_e8) == 248);
    assert!(core::mem::offset_of!(Report, available_e8) == 256);
    assert!(core::mem::offset_of!(Report, used_margin_e8) == 264);
    assert!(core::mem::offset_of!(Report, row_index) == 272);
    assert!(core::mem::offset_of!(Report, row_count) == 276);
    assert!(core::mem::offset_of!(Report, tick_e12) == 280);
    assert!(core::mem::offset_of!(Report, lot_e8) == 288);
    assert!(core::mem::offset_of!(Report, min_qty_e8) == 296);
    assert!(core::mem::offset_of!(Report, min_notional_e8) == 304);
    assert!(core::mem::offset_of!(Report, maker_fee_e8) == 312);
    assert!(core::mem::offset_of!(Report, taker_fee_e8) == 320);
    assert!(core::mem::offset_of!(Report, text) == 328);
    assert!(core::mem::size_of::<Report>() == 392);
};

impl Report {
    pub const SIZE: usize = 392;
    pub const WORDS: usize = 49;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        kind: ReportKind::None,
        role: OrderRole::None,
        order_side: OrderSide::None,
        position_side: Side::None,
        order_kind: OrderKind::None,
        tif: TimeInForce::None,
        order_status: OrderStatus::None,
        position_mode: PositionMode::Unknown,
        has: 0,
        code: Code::Ok,
        reduce_only: 0,
        complete: 0,
        venue_code: 0,
        leverage: 0,
        maker: 0,
        income_kind: 0,
        command_seq: 0,
        asked_seq: 0,
        asked_wall_ms: 0,
        venue_wall_ms: 0,
        recv_wall_ns: 0,
        recv_mono_ns: 0,
        market_ms: 0,
        venue_order_id: 0,
        client_order_id: Ascii::EMPTY,
        symbol: Ascii::EMPTY,
        fill_id: Ascii::EMPTY,
        qty_e8: 0,
        price_e12: 0,
        trigger_e12: 0,
        cum_qty_e8: 0,
        avg_price_e12: 0,
        cum_fee_e8: 0,
        amount_e8: 0,
        wallet_e8: 0,
        equity_e8: 0,
        available_e8: 0,
        used_margin_e8: 0,
        row_index: 0,
        row_count: 0,
        tick_e12: 0,
        lot_e8: 0,
        min_qty_e8: 0,
        min_notional_e8: 0,
        maker_fee_e8: 0,
        taker_fee_e8: 0,
        text: Ascii::EMPTY,
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 392] {
        let mut b = [0; 392];
        b[0..1].copy_from_slice(&self.kind.code().to_le_bytes());
        b[1..2].copy_from_slice(&self.role.code().to_le_bytes());
        b[2..3].copy_from_slice(&self.order_side.code().to_le_bytes());
        b[3..4].copy_from_slice(&self.position_side.code().to_le_bytes());
        b[4..5].copy_from_slice(&self.order_kind.code().to_le_bytes());
        b[5..6].copy_from_slice(&self.tif.code().to_le_bytes());
        b[6..7].copy_from_slice(&self.order_status.code().to_le_bytes());
        b[7..8].copy_from_slice(&self.position_mode.code().to_le_bytes());
        b[8..12].copy_from_slice(&self.has.to_le_bytes());
        b[12..14].copy_from_slice(&self.code.code().to_le_bytes());
        b[14..15].copy_from_slice(&self.reduce_only.to_le_bytes());
        b[15..16].copy_from_slice(&self.complete.to_le_bytes());
        b[16..20].copy_from_slice(&self.venue_code.to_le_bytes());
        b[20..22].copy_from_slice(&self.leverage.to_le_bytes());
        b[22..23].copy_from_slice(&self.maker.to_le_bytes());
        b[23..24].copy_from_slice(&self.income_kind.to_le_bytes());
        b[24..32].copy_from_slice(&self.command_seq.to_le_bytes());
        b[32..40].copy_from_slice(&self.asked_seq.to_le_bytes());
        b[40..48].copy_from_slice(&self.asked_wall_ms.to_le_bytes());
        b[48..56].copy_from_slice(&self.venue_wall_ms.to_le_bytes());
        b[56..64].copy_from_slice(&self.recv_wall_ns.to_le_bytes());
        b[64..72].copy_from_slice(&self.recv_mono_ns.to_le_bytes());
        b[72..80].copy_from_slice(&self.market_ms.to_le_bytes());
        b[80..88].copy_from_slice(&self.venue_order_id.to_le_bytes());
        b[88..128].copy_from_slice(&self.client_order_id.0);
        b[128..152].copy_from_slice(&self.symbol.0);
        b[152..184].copy_from_slice(&self.fill_id.0);
        b[184..192].copy_from_slice(&self.qty_e8.to_le_bytes());
        b[192..200].copy_from_slice(&self.price_e12.to_le_bytes());
        b[200..208].copy_from_slice(&self.trigger_e12.to_le_bytes());
        b[208..216].copy_from_slice(&self.cum_qty_e8.to_le_bytes());
        b[216..224].copy_from_slice(&self.avg_price_e12.to_le_bytes());
        b[224..232].copy_from_slice(&self.cum_fee_e8.to_le_bytes());
        b[232..240].copy_from_slice(&self.amount_e8.to_le_bytes());
        b[240..248].copy_from_slice(&self.wallet_e8.to_le_bytes());
        b[248..256].copy_from_slice(&self.equity_e8.to_le_bytes());
        b[256..264].copy_from_slice(&self.available_e8.to_le_bytes());
        b[264..272].copy_from_slice(&self.used_margin_e8.to_le_bytes());
        b[272..276].copy_from_slice(&self.row_index.to_le_bytes());
        b[276..280].copy_from_slice(&self.row_count.to_le_bytes());
        b[280..288].copy_from_slice(&self.tick_e12.to_le_bytes());
        b[288..296].copy_from_slice(&self.lot_e8.to_le_bytes());
        b[296..304].copy_from_slice(&self.min_qty_e8.to_le_bytes());
        b[304..312].copy_from_slice(&self.min_notional_e8.to_le_bytes());
        b[312..320].copy_from_slice(&self.maker_fee_e8.to_le_bytes());
        b[320..328].copy_from_slice(&self.taker_fee_e8.to_le_bytes());
        b[328..392].copy_from_slice(&self.text.0);
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("kind", Value::Code(self.kind.name()));
        each("role", Value::Code(self.role.name()));
        each("order_side", Value::Code(self.order_side.name()));
        each("position_side", Value::Code(self.position_side.name()));
        each("order_kind", Value::Code(self.order_kind.name()));
        each("tif", Value::Code(self.tif.name()));
        each("order_status", Value::Code(self.order_status.name()));
        each("position_mode", Value::Code(self.position_mode.name()));
        each("has", Value::Number(self.has.into()));
        each("code", Value::Code(self.code.name()));
        each("reduce_only", Value::Number(self.reduce_only.into()));
        each("complete", Value::Number(self.complete.into()));
        each("venue_code", Value::Number(self.venue_code.into()));
        each("leverage", Value::Number(self.leverage.into()));
        each("maker", Value::Number(self.maker.into()));
        each("income_kind", Value::Number(self.income_kind.into()));
        each("command_seq", Value::Number(self.command_seq.into()));
        each("asked_seq", Value::Number(self.asked_seq.into()));
        each("asked_wall_ms", Value::Number(self.asked_wall_ms.into()));
        each("venue_wall_ms", Value::Number(self.venue_wall_ms.into()));
        each("recv_wall_ns", Value::Number(self.recv_wall_ns.into()));
        each("recv_mono_ns", Value::Number(self.recv_mono_ns.into()));
        each("market_ms", Value::Number(self.market_ms.into()));
        each("venue_order_id", Value::Number(self.venue_order_id.into()));
        each("client_order_id", Value::Text(self.client_order_id.as_str()));
        each("symbol", Value::Text(self.symbol.as_str()));
        each("fill_id", Value::Text(self.fill_id.as_str()));
        each("qty_e8", Value::Number(self.qty_e8.into()));
        each("price_e12", Value::Number(self.price_e12.into()));
        each("trigger_e12", Value::Number(self.trigger_e12.into()));
        each("cum_qty_e8", Value::Number(self.cum_qty_e8.into()));
        each("avg_price_e12", Value::Number(self.avg_price_e12.into()));
        each("cum_fee_e8", Value::Number(self.cum_fee_e8.into()));
        each("amount_e8", Value::Number(self.amount_e8.into()));
        each("wallet_e8", Value::Number(self.wallet_e8.into()));
        each("equity_e8", Value::Number(self.equity_e8.into()));
        each("available_e8", Value::Number(self.available_e8.into()));
        each("used_margin_e8", Value::Number(self.used_margin_e8.into()));
        each("row_index", Value::Number(self.row_index.into()));
        each("row_count", Value::Number(self.row_count.into()));
        each("tick_e12", Value::Number(self.tick_e12.into()));
        each("lot_e8", Value::Number(self.lot_e8.into()));
        each("min_qty_e8", Value::Number(self.min_qty_e8.into()));
        each("min_notional_e8", Value::Number(self.min_notional_e8.into()));
        each("maker_fee_e8", Value::Number(self.maker_fee_e8.into()));
        each("taker_fee_e8", Value::Number(self.taker_fee_e8.into()));
        each("text", Value::Text(self.text.as_str()));
    }

    pub fn from_bytes(b: &[u8; 392]) -> Result<Self, Malformed> {
        Ok(Self {
            kind: ReportKind::from_code(u8::from_le_bytes(take(b, 0))).ok_or(Malformed { record: "Report", field: "kind", code: u64::from(u8::from_le_bytes(take(b, 0))) })?,
            role: OrderRole::from_code(u8::from_le_bytes(take(b, 1))).ok_or(Malformed { record: "Report", field: "role", code: u64::from(u8::from_le_bytes(take(b, 1))) })?,
            order_side: OrderSide::from_code(u8::from_le_bytes(take(b, 2))).ok_or(Malformed { record: "Report", field: "order_side", code: u64::from(u8::from_le_bytes(take(b, 2))) })?,
            position_side: Side::from_code(u8::from_le_bytes(take(b, 3))).ok_or(Malformed { record: "Report", field: "position_side", code: u64::from(u8::from_le_bytes(take(b, 3))) })?,
            order_kind: OrderKind::from_code(u8::from_le_bytes(take(b, 4))).ok_or(Malformed { record: "Report", field: "order_kind", code: u64::from(u8::from_le_bytes(take(b, 4))) })?,
            tif: TimeInForce::from_code(u8::from_le_bytes(take(b, 5))).ok_or(Malformed { record: "Report", field: "tif", code: u64::from(u8::from_le_bytes(take(b, 5))) })?,
            order_status: OrderStatus::from_code(u8::from_le_bytes(take(b, 6))).ok_or(Malformed { record: "Report", field: "order_status", code: u64::from(u8::from_le_bytes(take(b, 6))) })?,
            position_mode: PositionMode::from_code(u8::from_le_bytes(take(b, 7))).ok_or(Malformed { record: "Report", field: "position_mode", code: u64::from(u8::from_le_bytes(take(b, 7))) })?,
            has: u32::from_le_bytes(take(b, 8)),
            code: Code::from_code(u16::from_le_bytes(take(b, 12))).ok_or(Malformed { record: "Report", field: "code", code: u64::from(u16::from_le_bytes(take(b, 12))) })?,
            reduce_only: u8::from_le_bytes(take(b, 14)),
            complete: u8::from_le_bytes(take(b, 15)),
            venue_code: i32::from_le_bytes(take(b, 16)),
            leverage: u16::from_le_bytes(take(b, 20)),
            maker: u8::from_le_bytes(take(b, 22)),
            income_kind: u8::from_le_bytes(take(b, 23)),
            command_seq: u64::from_le_bytes(take(b, 24)),
            asked_seq: u64::from_le_bytes(take(b, 32)),
            asked_wall_ms: i64::from_le_bytes(take(b, 40)),
            venue_wall_ms: i64::from_le_bytes(take(b, 48)),
            recv_wall_ns: i64::from_le_bytes(take(b, 56)),
            recv_mono_ns: u64::from_le_bytes(take(b, 64)),
            market_ms: i64::from_le_bytes(take(b, 72)),
            venue_order_id: i64::from_le_bytes(take(b, 80)),
            client_order_id: Ascii::from_padded(take(b, 88)).ok_or(Malformed { record: "Report", field: "client_order_id", code: 0 })?,
            symbol: Ascii::from_padded(take(b, 128)).ok_or(Malformed { record: "Report", field: "symbol", code: 0 })?,
            fill_id: Ascii::from_padded(take(b, 152)).ok_or(Malformed { record: "Report", field: "fill_id", code: 0 })?,
            qty_e8: i64::from_le_bytes(take(b, 184)),
            price_e12: i64::from_le_bytes(take(b, 192)),
            trigger_e12: i64::from_le_bytes(take(b, 200)),
            cum_qty_e8: i64::from_le_bytes(take(b, 208)),
            avg_price_e12: i64::from_le_bytes(take(b, 216)),
            cum_fee_e8: i64::from_le_bytes(take(b, 224)),
            amount_e8: i64::from_le_bytes(take(b, 232)),
            wallet_e8: i64::from_le_bytes(take(b, 240)),
            equity_e8: i64::from_le_bytes(take(b, 248)),
            available_e8: i64::from_le_bytes(take(b, 256)),
            used_margin_e8: i64::from_le_bytes(take(b, 264)),
            row_index: u32::from_le_bytes(take(b, 272)),
            row_count: u32::from_le_bytes(take(b, 276)),
            tick_e12: i64::from_le_bytes(take(b, 280)),
            lot_e8: i64::from_le_bytes(take(b, 288)),
            min_qty_e8: i64::from_le_bytes(take(b, 296)),
            min_notional_e8: i64::from_le_bytes(take(b, 304)),
            maker_fee_e8: i64::from_le_bytes(take(b, 312)),
            taker_fee_e8: i64::from_le_bytes(take(b, 320)),
            text: Ascii::from_padded(take(b, 328)).ok_or(Malformed { record: "Report", field: "text", code: 0 })?,
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 49] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 49]) -> Result<Self, Malformed> {
        let mut b = [0; 392];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// The supervisor's word to the kernel; CONFIG carries every limit at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Control {
    pub kind: ControlKind,
    /// MODE
    pub mode: Mode,
    /// KILL_SWITCH
    pub engaged: u8,
    /// CONFIG
    pub adopt: AdoptPolicy,
    /// CONFIG
    pub max_slots: u16,
    /// CONFIG
    pub max_leverage: u16,
    /// 1 = a person said so
    pub operator: u8,
    pub reserved_0: [u8; 3],
    /// CONFIG: risk-adding orders per order_rate_window_ms
    pub order_rate_max: u32,
    /// CONFIG
    pub order_rate_window_ms: u32,
    /// CONFIG: longest time to live an intent may ask for
    pub ttl_ms_max: u32,
    /// CONFIG
    pub mark_age_ms_max: u32,
    /// CONFIG: a risk-adding command must leave within this
    pub submit_deadline_ms: u32,
    /// CONFIG: no evidence after this: query
    pub report_deadline_ms: u32,
    /// CONFIG: pause before asking for fill rows
    pub settle_after_ms: u32,
    /// CONFIG: recvWindow + settling time before 'not found' counts
    pub not_found_after_ms: u32,
    /// CONFIG
    pub reconcile_interval_ms: u32,
    /// CONFIG: two complete snapshots this far apart end a position
    pub flat_confirm_ms: u32,
    pub reserved_1: [u8; 4],
    /// CONFIG
    pub max_order_notional_e8: i64,
    /// CONFIG
    pub max_total_notional_e8: i64,
    /// CONFIG
    pub daily_loss_e8: i64,
    /// CONFIG
    pub drawdown_e8: i64,
    /// CONFIG: ratio
    pub price_band_e8: i64,
    /// CONFIG: ratio
    pub divergence_e8: i64,
    /// CONFIG: ratio; a fill further from the mark is held
    pub fill_band_e8: i64,
    /// CONFIG: below it OK
    pub delta_warn_e8: i64,
    /// CONFIG: from it on ERROR
    pub delta_error_e8: i64,
    pub created_wall_ns: i64,
    /// CONFIG: hash of the resolved configuration
    pub config_hash: u64,
    /// reason, or what happened
    pub text: Ascii<128>,
}

const _: () = {
    assert!(core::mem::offset_of!(Control, kind) == 0);
    assert!(core::mem::offset_of!(Control, mode) == 1);
    assert!(core::mem::offset_of!(Control, engaged) == 2);
    assert!(core::mem::offset_of!(Control, adopt) == 3);
    assert!(core::mem::offset_of!(Control, max_slots) == 4);
    assert!(core::mem::offset_of!(Control, max_leverage) == 6);
    assert!(core::mem::offset_of!(Control, operator) == 8);
    assert!(core::mem::offset_of!(Control, reserved_0) == 9);
    assert!(core::mem::offset_of!(Control, order_rate_max) == 12);
    assert!(core::mem::offset_of!(Control, order_rate_window_ms) == 16);
    assert!(core::mem::offset_of!(Control, ttl_ms_max) == 20);
    assert!(core::mem::offset_of!(Control, mark_age_ms_max) == 24);
    assert!(core::mem::offset_of!(Control, submit_deadline_ms) == 28);
    assert!(core::mem::offset_of!(Control, report_deadline_ms) == 32);
    assert!(core::mem::offset_of!(Control, settle_after_ms) == 36);
    assert!(core::mem::offset_of!(Control, not_found_after_ms) == 40);
    assert!(core::mem::offset_of!(Control, reconcile_interval_ms) == 44);
    assert!(core::mem::offset_of!(Control, flat_confirm_ms) == 48);
    assert!(core::mem::offset_of!(Control, reserved_1) == 52);
    assert!(core::mem::offset_of!(Control, max_order_notional_e8) == 56);
    assert!(core::mem::offset_of!(Control, max_total_notional_e8) == 64);
    assert!(core::mem::offset_of!(Control, daily_loss_e8) == 72);
    assert!(core::mem::offset_of!(Control, drawdown_e8) == 80);
    assert!(core::mem::offset_of!(Control, price_band_e8) == 88);
    assert!(core::mem::offset_of!(Control, divergence_e8) == 96);
    assert!(core::mem::offset_of!(Control, fill_band_e8) == 104);
    assert!(core::mem::offset_of!(Control, delta_warn_e8) == 112);
    assert!(core::mem::offset_of!(Control, delta_error_e8) == 120);
    assert!(core::mem::offset_of!(Control, created_wall_ns) == 128);
    assert!(core::mem::offset_of!(Control, config_hash) == 136);
    assert!(core::mem::offset_of!(Control, text) == 144);
    assert!(core::mem::size_of::<Control>() == 272);
};

impl Control {
    pub const SIZE: usize = 272;
    pub const WORDS: usize = 34;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        kind: ControlKind::None,
        mode: Mode::Halted,
        engaged: 0,
        adopt: AdoptPolicy::Flag,
        max_slots: 0,
        max_leverage: 0,
        operator: 0,
        reserved_0: [0; 3],
        order_rate_max: 0,
        order_rate_window_ms: 0,
        ttl_ms_max: 0,
        mark_age_ms_max: 0,
        submit_deadline_ms: 0,
        report_deadline_ms: 0,
        settle_after_ms: 0,
        not_found_after_ms: 0,
        reconcile_interval_ms: 0,
        flat_confirm_ms: 0,
        reserved_1: [0; 4],
        max_order_notional_e8: 0,
        max_total_notional_e8: 0,
        daily_loss_e8: 0,
        drawdown_e8: 0,
        price_band_e8: 0,
        divergence_e8: 0,
        fill_band_e8: 0,
        delta_warn_e8: 0,
        delta_error_e8: 0,
        created_wall_ns: 0,
        config_hash: 0,
        text: Ascii::EMPTY,
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 272] {
        let mut b = [0; 272];
        b[0..1].copy_from_slice(&self.kind.code().to_le_bytes());
        b[1..2].copy_from_slice(&self.mode.code().to_le_bytes());
        b[2..3].copy_from_slice(&self.engaged.to_le_bytes());
        b[3..4].copy_from_slice(&self.adopt.code().to_le_bytes());
        b[4..6].copy_from_slice(&self.max_slots.to_le_bytes());
        b[6..8].copy_from_slice(&self.max_leverage.to_le_bytes());
        b[8..9].copy_from_slice(&self.operator.to_le_bytes());
        for (to, from) in b[9..12].chunks_exact_mut(1).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b[12..16].copy_from_slice(&self.order_rate_max.to_le_bytes());
        b[16..20].copy_from_slice(&self.order_rate_window_ms.to_le_bytes());
        b[20..24].copy_from_slice(&self.ttl_ms_max.to_le_bytes());
        b[24..28].copy_from_slice(&self.mark_age_ms_max.to_le_bytes());
        b[28..32].copy_from_slice(&self.submit_deadline_ms.to_le_bytes());
        b[32..36].copy_from_slice(&self.report_deadline_ms.to_le_bytes());
        b[36..40].copy_from_slice(&self.settle_after_ms.to_le_bytes());
        b[40..44].copy_from_slice(&self.not_found_after_ms.to_le_bytes());
        b[44..48].copy_from_slice(&self.reconcile_interval_ms.to_le_bytes());
        b[48..52].copy_from_slice(&self.flat_confirm_ms.to_le_bytes());
        for (to, from) in b[52..56].chunks_exact_mut(1).zip(&self.reserved_1) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b[56..64].copy_from_slice(&self.max_order_notional_e8.to_le_bytes());
        b[64..72].copy_from_slice(&self.max_total_notional_e8.to_le_bytes());
        b[72..80].copy_from_slice(&self.daily_loss_e8.to_le_bytes());
        b[80..88].copy_from_slice(&self.drawdown_e8.to_le_bytes());
        b[88..96].copy_from_slice(&self.price_band_e8.to_le_bytes());
        b[96..104].copy_from_slice(&self.divergence_e8.to_le_bytes());
        b[104..112].copy_from_slice(&self.fill_band_e8.to_le_bytes());
        b[112..120].copy_from_slice(&self.delta_warn_e8.to_le_bytes());
        b[120..128].copy_from_slice(&self.delta_error_e8.to_le_bytes());
        b[128..136].copy_from_slice(&self.created_wall_ns.to_le_bytes());
        b[136..144].copy_from_slice(&self.config_hash.to_le_bytes());
        b[144..272].copy_from_slice(&self.text.0);
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("kind", Value::Code(self.kind.name()));
        each("mode", Value::Code(self.mode.name()));
        each("engaged", Value::Number(self.engaged.into()));
        each("adopt", Value::Code(self.adopt.name()));
        each("max_slots", Value::Number(self.max_slots.into()));
        each("max_leverage", Value::Number(self.max_leverage.into()));
        each("operator", Value::Number(self.operator.into()));
        each("order_rate_max", Value::Number(self.order_rate_max.into()));
        each("order_rate_window_ms", Value::Number(self.order_rate_window_ms.into()));
        each("ttl_ms_max", Value::Number(self.ttl_ms_max.into()));
        each("mark_age_ms_max", Value::Number(self.mark_age_ms_max.into()));
        each("submit_deadline_ms", Value::Number(self.submit_deadline_ms.into()));
        each("report_deadline_ms", Value::Number(self.report_deadline_ms.into()));
        each("settle_after_ms", Value::Number(self.settle_after_ms.into()));
        each("not_found_after_ms", Value::Number(self.not_found_after_ms.into()));
        each("reconcile_interval_ms", Value::Number(self.reconcile_interval_ms.into()));
        each("flat_confirm_ms", Value::Number(self.flat_confirm_ms.into()));
        each("max_order_notional_e8", Value::Number(self.max_order_notional_e8.into()));
        each("max_total_notional_e8", Value::Number(self.max_total_notional_e8.into()));
        each("daily_loss_e8", Value::Number(self.daily_loss_e8.into()));
        each("drawdown_e8", Value::Number(self.drawdown_e8.into()));
        each("price_band_e8", Value::Number(self.price_band_e8.into()));
        each("divergence_e8", Value::Number(self.divergence_e8.into()));
        each("fill_band_e8", Value::Number(self.fill_band_e8.into()));
        each("delta_warn_e8", Value::Number(self.delta_warn_e8.into()));
        each("delta_error_e8", Value::Number(self.delta_error_e8.into()));
        each("created_wall_ns", Value::Number(self.created_wall_ns.into()));
        each("config_hash", Value::Number(self.config_hash.into()));
        each("text", Value::Text(self.text.as_str()));
    }

    pub fn from_bytes(b: &[u8; 272]) -> Result<Self, Malformed> {
        Ok(Self {
            kind: ControlKind::from_code(u8::from_le_bytes(take(b, 0))).ok_or(Malformed { record: "Control", field: "kind", code: u64::from(u8::from_le_bytes(take(b, 0))) })?,
            mode: Mode::from_code(u8::from_le_bytes(take(b, 1))).ok_or(Malformed { record: "Control", field: "mode", code: u64::from(u8::from_le_bytes(take(b, 1))) })?,
            engaged: u8::from_le_bytes(take(b, 2)),
            adopt: AdoptPolicy::from_code(u8::from_le_bytes(take(b, 3))).ok_or(Malformed { record: "Control", field: "adopt", code: u64::from(u8::from_le_bytes(take(b, 3))) })?,
            max_slots: u16::from_le_bytes(take(b, 4)),
            max_leverage: u16::from_le_bytes(take(b, 6)),
            operator: u8::from_le_bytes(take(b, 8)),
            reserved_0: core::array::from_fn(|i| u8::from_le_bytes(take(b, 9 + i * 1))),
            order_rate_max: u32::from_le_bytes(take(b, 12)),
            order_rate_window_ms: u32::from_le_bytes(take(b, 16)),
            ttl_ms_max: u32::from_le_bytes(take(b, 20)),
            mark_age_ms_max: u32::from_le_bytes(take(b, 24)),
            submit_deadline_ms: u32::from_le_bytes(take(b, 28)),
            report_deadline_ms: u32::from_le_bytes(take(b, 32)),
            settle_after_ms: u32::from_le_bytes(take(b, 36)),
            not_found_after_ms: u32::from_le_bytes(take(b, 40)),
            reconcile_interval_ms: u32::from_le_bytes(take(b, 44)),
            flat_confirm_ms: u32::from_le_bytes(take(b, 48)),
            reserved_1: core::array::from_fn(|i| u8::from_le_bytes(take(b, 52 + i * 1))),
            max_order_notional_e8: i64::from_le_bytes(take(b, 56)),
            max_total_notional_e8: i64::from_le_bytes(take(b, 64)),
            daily_loss_e8: i64::from_le_bytes(take(b, 72)),
            drawdown_e8: i64::from_le_bytes(take(b, 80)),
            price_band_e8: i64::from_le_bytes(take(b, 88)),
            divergence_e8: i64::from_le_bytes(take(b, 96)),
            fill_band_e8: i64::from_le_bytes(take(b, 104)),
            delta_warn_e8: i64::from_le_bytes(take(b, 112)),
            delta_error_e8: i64::from_le_bytes(take(b, 120)),
            created_wall_ns: i64::from_le_bytes(take(b, 128)),
            config_hash: u64::from_le_bytes(take(b, 136)),
            text: Ascii::from_padded(take(b, 144)).ok_or(Malformed { record: "Control", field: "text", code: 0 })?,
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 34] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 34]) -> Result<Self, Malformed> {
        let mut b = [0; 272];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// A sampled price as the kernel reads it from the listener's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Mark {
    pub symbol: Ascii<24>,
    pub mark_e12: i64,
    /// 0 = not known
    pub bid_e12: i64,
    /// 0 = not known
    pub ask_e12: i64,
    pub venue_wall_ms: i64,
    pub recv_mono_ns: u64,
    pub market_ms: i64,
}

const _: () = {
    assert!(core::mem::offset_of!(Mark, symbol) == 0);
    assert!(core::mem::offset_of!(Mark, mark_e12) == 24);
    assert!(core::mem::offset_of!(Mark, bid_e12) == 32);
    assert!(core::mem::offset_of!(Mark, ask_e12) == 40);
    assert!(core::mem::offset_of!(Mark, venue_wall_ms) == 48);
    assert!(core::mem::offset_of!(Mark, recv_mono_ns) == 56);
    assert!(core::mem::offset_of!(Mark, market_ms) == 64);
    assert!(core::mem::size_of::<Mark>() == 72);
};

impl Mark {
    pub const SIZE: usize = 72;
    pub const WORDS: usize = 9;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        symbol: Ascii::EMPTY,
        mark_e12: 0,
        bid_e12: 0,
        ask_e12: 0,
        venue_wall_ms: 0,
        recv_mono_ns: 0,
        market_ms: 0,
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 72] {
        let mut b = [0; 72];
        b[0..24].copy_from_slice(&self.symbol.0);
        b[24..32].copy_from_slice(&self.mark_e12.to_le_bytes());
        b[32..40].copy_from_slice(&self.bid_e12.to_le_bytes());
        b[40..48].copy_from_slice(&self.ask_e12.to_le_bytes());
        b[48..56].copy_from_slice(&self.venue_wall_ms.to_le_bytes());
        b[56..64].copy_from_slice(&self.recv_mono_ns.to_le_bytes());
        b[64..72].copy_from_slice(&self.market_ms.to_le_bytes());
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("symbol", Value::Text(self.symbol.as_str()));
        each("mark_e12", Value::Number(self.mark_e12.into()));
        each("bid_e12", Value::Number(self.bid_e12.into()));
        each("ask_e12", Value::Number(self.ask_e12.into()));
        each("venue_wall_ms", Value::Number(self.venue_wall_ms.into()));
        each("recv_mono_ns", Value::Number(self.recv_mono_ns.into()));
        each("market_ms", Value::Number(self.market_ms.into()));
    }

    pub fn from_bytes(b: &[u8; 72]) -> Result<Self, Malformed> {
        Ok(Self {
            symbol: Ascii::from_padded(take(b, 0)).ok_or(Malformed { record: "Mark", field: "symbol", code: 0 })?,
            mark_e12: i64::from_le_bytes(take(b, 24)),
            bid_e12: i64::from_le_bytes(take(b, 32)),
            ask_e12: i64::from_le_bytes(take(b, 40)),
            venue_wall_ms: i64::from_le_bytes(take(b, 48)),
            recv_mono_ns: u64::from_le_bytes(take(b, 56)),
            market_ms: i64::from_le_bytes(take(b, 64)),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 9] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 9]) -> Result<Self, Malformed> {
        let mut b = [0; 72];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// A kernel process took over the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Epoch {
    /// +1 at each start, durable before the first send
    pub incarnation: u64,
    /// random per journal
    pub journal_id: u64,
    /// changes when the machine restarted: monotonic times start anew
    pub boot_hash: u64,
    /// which build recomputes and which only reads
    pub build_hash: u64,
    pub instance: Ascii<24>,
    /// ring streams this incarnation reads
    pub intents_stream: u64,
    pub gateway_stream: u64,
    pub listener_stream: u64,
    pub controls_stream: u64,
    pub reserved_0: [u64; 4],
}

const _: () = {
    assert!(core::mem::offset_of!(Epoch, incarnation) == 0);
    assert!(core::mem::offset_of!(Epoch, journal_id) == 8);
    assert!(core::mem::offset_of!(Epoch, boot_hash) == 16);
    assert!(core::mem::offset_of!(Epoch, build_hash) == 24);
    assert!(core::mem::offset_of!(Epoch, instance) == 32);
    assert!(core::mem::offset_of!(Epoch, intents_stream) == 56);
    assert!(core::mem::offset_of!(Epoch, gateway_stream) == 64);
    assert!(core::mem::offset_of!(Epoch, listener_stream) == 72);
    assert!(core::mem::offset_of!(Epoch, controls_stream) == 80);
    assert!(core::mem::offset_of!(Epoch, reserved_0) == 88);
    assert!(core::mem::size_of::<Epoch>() == 120);
};

impl Epoch {
    pub const SIZE: usize = 120;
    pub const WORDS: usize = 15;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        incarnation: 0,
        journal_id: 0,
        boot_hash: 0,
        build_hash: 0,
        instance: Ascii::EMPTY,
        intents_stream: 0,
        gateway_stream: 0,
        listener_stream: 0,
        controls_stream: 0,
        reserved_0: [0; 4],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 120] {
        let mut b = [0; 120];
        b[0..8].copy_from_slice(&self.incarnation.to_le_bytes());
        b[8..16].copy_from_slice(&self.journal_id.to_le_bytes());
        b[16..24].copy_from_slice(&self.boot_hash.to_le_bytes());
        b[24..32].copy_from_slice(&self.build_hash.to_le_bytes());
        b[32..56].copy_from_slice(&self.instance.0);
        b[56..64].copy_from_slice(&self.intents_stream.to_le_bytes());
        b[64..72].copy_from_slice(&self.gateway_stream.to_le_bytes());
        b[72..80].copy_from_slice(&self.listener_stream.to_le_bytes());
        b[80..88].copy_from_slice(&self.controls_stream.to_le_bytes());
        for (to, from) in b[88..120].chunks_exact_mut(8).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("incarnation", Value::Number(self.incarnation.into()));
        each("journal_id", Value::Number(self.journal_id.into()));
        each("boot_hash", Value::Number(self.boot_hash.into()));
        each("build_hash", Value::Number(self.build_hash.into()));
        each("instance", Value::Text(self.instance.as_str()));
        each("intents_stream", Value::Number(self.intents_stream.into()));
        each("gateway_stream", Value::Number(self.gateway_stream.into()));
        each("listener_stream", Value::Number(self.listener_stream.into()));
        each("controls_stream", Value::Number(self.controls_stream.into()));
    }

    pub fn from_bytes(b: &[u8; 120]) -> Result<Self, Malformed> {
        Ok(Self {
            incarnation: u64::from_le_bytes(take(b, 0)),
            journal_id: u64::from_le_bytes(take(b, 8)),
            boot_hash: u64::from_le_bytes(take(b, 16)),
            build_hash: u64::from_le_bytes(take(b, 24)),
            instance: Ascii::from_padded(take(b, 32)).ok_or(Malformed { record: "Epoch", field: "instance", code: 0 })?,
            intents_stream: u64::from_le_bytes(take(b, 56)),
            gateway_stream: u64::from_le_bytes(take(b, 64)),
            listener_stream: u64::from_le_bytes(take(b, 72)),
            controls_stream: u64::from_le_bytes(take(b, 80)),
            reserved_0: core::array::from_fn(|i| u64::from_le_bytes(take(b, 88 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 15] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 15]) -> Result<Self, Malformed> {
        let mut b = [0; 120];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// An order from the kernel to the gateway. command_seq is the journal sequence * 8 + index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Command {
    pub kind: CommandKind,
    pub role: OrderRole,
    pub order_side: OrderSide,
    pub position_side: Side,
    pub order_kind: OrderKind,
    pub tif: TimeInForce,
    /// as known when the command was made
    pub position_mode: PositionMode,
    pub reduce_only: u8,
    /// 1: leaves only after durable, never late, never under the kill switch
    pub adds_risk: u8,
    /// 1: may have been sent before; query first
    pub reissue: u8,
    pub leverage: u16,
    /// 0xFFFF = none
    pub slot_id: u16,
    pub leg: u8,
    pub attempt: u8,
    pub generation: u32,
    pub reserved_0: [u8; 4],
    pub command_seq: u64,
    /// journal sequence at which this was asked
    pub asked_seq: u64,
    pub created_wall_ns: i64,
    pub created_mono_ns: u64,
    /// 0 = none
    pub deadline_mono_ns: u64,
    /// INCOME, SETTLE: rows from here
    pub since_wall_ms: i64,
    /// 0 = not known
    pub venue_order_id: i64,
    pub client_order_id: Ascii<40>,
    pub symbol: Ascii<24>,
    pub qty_e8: i64,
    pub price_e12: i64,
    pub trigger_e12: i64,
    /// SETTLE: the rows must add up to this
    pub cum_qty_e8: i64,
    pub trade_id: Ascii<32>,
    /// QUERY: when the order was first sent; 0 = not known
    pub submitted_wall_ms: i64,
    pub reserved_1: [u64; 2],
}

const _: () = {
    assert!(core::mem::offset_of!(Command, kind) == 0);
    assert!(core::mem::offset_of!(Command, role) == 1);
    assert!(core::mem::offset_of!(Command, order_side) == 2);
    assert!(core::mem::offset_of!(Command, position_side) == 3);
    assert!(core::mem::offset_of!(Command, order_kind) == 4);
    assert!(core::mem::offset_of!(Command, tif) == 5);
    assert!(core::mem::offset_of!(Command, position_mode) == 6);
    assert!(core::mem::offset_of!(Command, reduce_only) == 7);
    assert!(core::mem::offset_of!(Command, adds_risk) == 8);
    assert!(core::mem::offset_of!(Command, reissue) == 9);
    assert!(core::mem::offset_of!(Command, leverage) == 10);
    assert!(core::mem::offset_of!(Command, slot_id) == 12);
    assert!(core::mem::offset_of!(Command, leg) == 14);
    assert!(core::mem::offset_of!(Command, attempt) == 15);
    assert!(core::mem::offset_of!(Command, generation) == 16);
    assert!(core::mem::offset_of!(Command, reserved_0) == 20);
    assert!(core::mem::offset_of!(Command, command_seq) == 24);
    assert!(core::mem::offset_of!(Command, asked_seq) == 32);
    assert!(core::mem::offset_of!(Command, created_wall_ns) == 40);
    assert!(core::mem::offset_of!(Command, created_mono_ns) == 48);
    assert!(core::mem::offset_of!(Command, deadline_mono_ns) == 56);
    assert!(core::mem::offset_of!(Command, since_wall_ms) == 64);
    assert!(core::mem::offset_of!(Command, venue_order_id) == 72);
    assert!(core::mem::offset_of!(Command, client_order_id) == 80);
    assert!(core::mem::offset_of!(Command, symbol) == 120);
    assert!(core::mem::offset_of!(Command, qty_e8) == 144);
    assert!(core::mem::offset_of!(Command, price_e12) == 152);
    assert!(core::mem::offset_of!(Command, trigger_e12) == 160);
    assert!(core::mem::offset_of!(Command, cum_qty_e8) == 168);
    assert!(core::mem::offset_of!(Command, trade_id) == 176);
    assert!(core::mem::offset_of!(Command, submitted_wall_ms) == 208);
    assert!(core::mem::offset_of!(Command, reserved_1) == 216);
    assert!(core::mem::size_of::<Command>() == 232);
};

impl Command {
    pub const SIZE: usize = 232;
    pub const WORDS: usize = 29;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        kind: CommandKind::None,
        role: OrderRole::None,
        order_side: OrderSide::None,
        position_side: Side::None,
        order_kind: OrderKind::None,
        tif: TimeInForce::None,
        position_mode: PositionMode::Unknown,
        reduce_only: 0,
        adds_risk: 0,
        reissue: 0,
        leverage: 0,
        slot_id: 0,
        leg: 0,
        attempt: 0,
        generation: 0,
        reserved_0: [0; 4],
        command_seq: 0,
        asked_seq: 0,
        created_wall_ns: 0,
        created_mono_ns: 0,
        deadline_mono_ns: 0,
        since_wall_ms: 0,
        venue_order_id: 0,
        client_order_id: Ascii::EMPTY,
        symbol: Ascii::EMPTY,
        qty_e8: 0,
        price_e12: 0,
        trigger_e12: 0,
        cum_qty_e8: 0,
        trade_id: Ascii::EMPTY,
        submitted_wall_ms: 0,
        reserved_1: [0; 2],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 232] {
        let mut b = [0; 232];
        b[0..1].copy_from_slice(&self.kind.code().to_le_bytes());
        b[1..2].copy_from_slice(&self.role.code().to_le_bytes());
        b[2..3].copy_from_slice(&self.order_side.code().to_le_bytes());
        b[3..4].copy_from_slice(&self.position_side.code().to_le_bytes());
        b[4..5].copy_from_slice(&self.order_kind.code().to_le_bytes());
        b[5..6].copy_from_slice(&self.tif.code().to_le_bytes());
        b[6..7].copy_from_slice(&self.position_mode.code().to_le_bytes());
        b[7..8].copy_from_slice(&self.reduce_only.to_le_bytes());
        b[8..9].copy_from_slice(&self.adds_risk.to_le_bytes());
        b[9..10].copy_from_slice(&self.reissue.to_le_bytes());
        b[10..12].copy_from_slice(&self.leverage.to_le_bytes());
        b[12..14].copy_from_slice(&self.slot_id.to_le_bytes());
        b[14..15].copy_from_slice(&self.leg.to_le_bytes());
        b[15..16].copy_from_slice(&self.attempt.to_le_bytes());
        b[16..20].copy_from_slice(&self.generation.to_le_bytes());
        for (to, from) in b[20..24].chunks_exact_mut(1).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b[24..32].copy_from_slice(&self.command_seq.to_le_bytes());
        b[32..40].copy_from_slice(&self.asked_seq.to_le_bytes());
        b[40..48].copy_from_slice(&self.created_wall_ns.to_le_bytes());
        b[48..56].copy_from_slice(&self.created_mono_ns.to_le_bytes());
        b[56..64].copy_from_slice(&self.deadline_mono_ns.to_le_bytes());
        b[64..72].copy_from_slice(&self.since_wall_ms.to_le_bytes());
        b[72..80].copy_from_slice(&self.venue_order_id.to_le_bytes());
        b[80..120].copy_from_slice(&self.client_order_id.0);
        b[120..144].copy_from_slice(&self.symbol.0);
        b[144..152].copy_from_slice(&self.qty_e8.to_le_bytes());
        b[152..160].copy_from_slice(&self.price_e12.to_le_bytes());
        b[160..168].copy_from_slice(&self.trigger_e12.to_le_bytes());
        b[168..176].copy_from_slice(&self.cum_qty_e8.to_le_bytes());
        b[176..208].copy_from_slice(&self.trade_id.0);
        b[208..216].copy_from_slice(&self.submitted_wall_ms.to_le_bytes());
        for (to, from) in b[216..232].chunks_exact_mut(8).zip(&self.reserved_1) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("kind", Value::Code(self.kind.name()));
        each("role", Value::Code(self.role.name()));
        each("order_side", Value::Code(self.order_side.name()));
        each("position_side", Value::Code(self.position_side.name()));
        each("order_kind", Value::Code(self.order_kind.name()));
        each("tif", Value::Code(self.tif.name()));
        each("position_mode", Value::Code(self.position_mode.name()));
        each("reduce_only", Value::Number(self.reduce_only.into()));
        each("adds_risk", Value::Number(self.adds_risk.into()));
        each("reissue", Value::Number(self.reissue.into()));
        each("leverage", Value::Number(self.leverage.into()));
        each("slot_id", Value::Number(self.slot_id.into()));
        each("leg", Value::Number(self.leg.into()));
        each("attempt", Value::Number(self.attempt.into()));
        each("generation", Value::Number(self.generation.into()));
        each("command_seq", Value::Number(self.command_seq.into()));
        each("asked_seq", Value::Number(self.asked_seq.into()));
        each("created_wall_ns", Value::Number(self.created_wall_ns.into()));
        each("created_mono_ns", Value::Number(self.created_mono_ns.into()));
        each("deadline_mono_ns", Value::Number(self.deadline_mono_ns.into()));
        each("since_wall_ms", Value::Number(self.since_wall_ms.into()));
        each("venue_order_id", Value::Number(self.venue_order_id.into()));
        each("client_order_id", Value::Text(self.client_order_id.as_str()));
        each("symbol", Value::Text(self.symbol.as_str()));
        each("qty_e8", Value::Number(self.qty_e8.into()));
        each("price_e12", Value::Number(self.price_e12.into()));
        each("trigger_e12", Value::Number(self.trigger_e12.into()));
        each("cum_qty_e8", Value::Number(self.cum_qty_e8.into()));
        each("trade_id", Value::Text(self.trade_id.as_str()));
        each("submitted_wall_ms", Value::Number(self.submitted_wall_ms.into()));
    }

    pub fn from_bytes(b: &[u8; 232]) -> Result<Self, Malformed> {
        Ok(Self {
            kind: CommandKind::from_code(u8::from_le_bytes(take(b, 0))).ok_or(Malformed { record: "Command", field: "kind", code: u64::from(u8::from_le_bytes(take(b, 0))) })?,
            role: OrderRole::from_code(u8::from_le_bytes(take(b, 1))).ok_or(Malformed { record: "Command", field: "role", code: u64::from(u8::from_le_bytes(take(b, 1))) })?,
            order_side: OrderSide::from_code(u8::from_le_bytes(take(b, 2))).ok_or(Malformed { record: "Command", field: "order_side", code: u64::from(u8::from_le_bytes(take(b, 2))) })?,
            position_side: Side::from_code(u8::from_le_bytes(take(b, 3))).ok_or(Malformed { record: "Command", field: "position_side", code: u64::from(u8::from_le_bytes(take(b, 3))) })?,
            order_kind: OrderKind::from_code(u8::from_le_bytes(take(b, 4))).ok_or(Malformed { record: "Command", field: "order_kind", code: u64::from(u8::from_le_bytes(take(b, 4))) })?,
            tif: TimeInForce::from_code(u8::from_le_bytes(take(b, 5))).ok_or(Malformed { record: "Command", field: "tif", code: u64::from(u8::from_le_bytes(take(b, 5))) })?,
            position_mode: PositionMode::from_code(u8::from_le_bytes(take(b, 6))).ok_or(Malformed { record: "Command", field: "position_mode", code: u64::from(u8::from_le_bytes(take(b, 6))) })?,
            reduce_only: u8::from_le_bytes(take(b, 7)),
            adds_risk: u8::from_le_bytes(take(b, 8)),
            reissue: u8::from_le_bytes(take(b, 9)),
            leverage: u16::from_le_bytes(take(b, 10)),
            slot_id: u16::from_le_bytes(take(b, 12)),
            leg: u8::from_le_bytes(take(b, 14)),
            attempt: u8::from_le_bytes(take(b, 15)),
            generation: u32::from_le_bytes(take(b, 16)),
            reserved_0: core::array::from_fn(|i| u8::from_le_bytes(take(b, 20 + i * 1))),
            command_seq: u64::from_le_bytes(take(b, 24)),
            asked_seq: u64::from_le_bytes(take(b, 32)),
            created_wall_ns: i64::from_le_bytes(take(b, 40)),
            created_mono_ns: u64::from_le_bytes(take(b, 48)),
            deadline_mono_ns: u64::from_le_bytes(take(b, 56)),
            since_wall_ms: i64::from_le_bytes(take(b, 64)),
            venue_order_id: i64::from_le_bytes(take(b, 72)),
            client_order_id: Ascii::from_padded(take(b, 80)).ok_or(Malformed { record: "Command", field: "client_order_id", code: 0 })?,
            symbol: Ascii::from_padded(take(b, 120)).ok_or(Malformed { record: "Command", field: "symbol", code: 0 })?,
            qty_e8: i64::from_le_bytes(take(b, 144)),
            price_e12: i64::from_le_bytes(take(b, 152)),
            trigger_e12: i64::from_le_bytes(take(b, 160)),
            cum_qty_e8: i64::from_le_bytes(take(b, 168)),
            trade_id: Ascii::from_padded(take(b, 176)).ok_or(Malformed { record: "Command", field: "trade_id", code: 0 })?,
            submitted_wall_ms: i64::from_le_bytes(take(b, 208)),
            reserved_1: core::array::from_fn(|i| u64::from_le_bytes(take(b, 216 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 29] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 29]) -> Result<Self, Malformed> {
        let mut b = [0; 232];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// What one journalled input did. Exactly one per journal sequence; database rows derive from it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Outcome {
    /// journal sequence
    pub seq: u64,
    /// now of the apply
    pub wall_ns: i64,
    pub mono_ns: u64,
    /// market time if the input carried one
    pub market_ms: i64,
    pub source: Writer,
    pub input: InputKind,
    pub report_kind: ReportKind,
    pub control_kind: ControlKind,
    pub code: Code,
    /// 0xFFFF = none
    pub slot_id: u16,
    /// the real one
    pub prev_stage: Stage,
    pub stage: Stage,
    pub fact: Fact,
    pub effect: Effect,
    /// after
    pub mode: Mode,
    /// after
    pub kill_switch: u8,
    /// after
    pub frozen: u8,
    /// after
    pub account_status: AccountStatus,
    pub generation: u32,
    pub venue_code: i32,
    /// intent_id or command_seq of the input
    pub input_id: u64,
    pub trade_id: Ascii<32>,
    pub symbol: Ascii<24>,
    pub client_order_id: Ascii<40>,
    /// 0 = not known
    pub venue_order_id: i64,
    pub fill_id: Ascii<32>,
    pub role: OrderRole,
    pub order_side: OrderSide,
    pub order_kind: OrderKind,
    pub tif: TimeInForce,
    /// after
    pub order_status: OrderStatus,
    pub reduce_only: u8,
    pub leg: u8,
    pub attempt: u8,
    pub order_qty_e8: i64,
    pub order_price_e12: i64,
    pub order_trigger_e12: i64,
    /// after
    pub order_cum_qty_e8: i64,
    /// after
    pub order_cum_notional_e8: i64,
    /// after
    pub order_cum_fee_e8: i64,
    /// booked by this input; report FILL: quantity of that fill
    pub fill_qty_e8: i64,
    /// report FILL: price of that fill
    pub fill_price_e12: i64,
    /// booked by this input; after settling the difference
    pub fill_notional_e8: i64,
    /// booked by this input; after settling the difference
    pub fill_fee_e8: i64,
    /// booked by this input; after settling the difference
    pub fill_realised_e8: i64,
    pub fill_provenance: Provenance,
    pub maker: u8,
    pub income_kind: u8,
    /// after
    pub slot_side: Side,
    pub leverage: u16,
    /// next exit leg
    pub leg_index: u8,
    pub leg_count: u8,
    /// position size after
    pub slot_qty_e8: i64,
    /// cost of what is still held
    pub slot_entry_notional_e8: i64,
    /// ever entered in this trade
    pub slot_opened_qty_e8: i64,
    pub slot_opened_notional_e8: i64,
    /// ever exited in this trade
    pub slot_closed_qty_e8: i64,
    pub slot_closed_notional_e8: i64,
    /// gross, this trade
    pub slot_realised_e8: i64,
    /// this trade
    pub slot_fees_e8: i64,
    /// this trade, cost positive
    pub slot_funding_e8: i64,
    /// 0 = not opened
    pub slot_opened_wall_ns: i64,
    /// last mark of the symbol; 0 = none
    pub mark_e12: i64,
    /// after
    pub capital_e8: i64,
    pub seed_e8: i64,
    /// since seed
    pub realised_e8: i64,
    /// since seed
    pub fees_e8: i64,
    /// since seed, cost positive
    pub funding_e8: i64,
    /// since seed
    pub transfers_e8: i64,
    /// since seed
    pub adjustments_e8: i64,
    /// estimate over all slots
    pub unrealised_e8: i64,
    /// last fact of the venue
    pub wallet_e8: i64,
    /// wallet - capital when last judged
    pub delta_e8: i64,
    pub peak_capital_e8: i64,
    pub open_notional_e8: i64,
    /// income or adjustment booked by this input; report FILL: fee of that fill
    pub amount_e8: i64,
    /// ENTER/EXIT: as asked
    pub intent_qty_e8: i64,
    /// ENTER: as asked
    pub reference_price_e12: i64,
    pub confidence_e8: i64,
    pub bars_held: u32,
    pub reason_code: u32,
    /// commands this input caused
    pub command_count: u8,
    /// CommandKind of each
    pub command_kinds: [u8; 7],
    /// hash of the whole kernel state at intervals; 0 = not taken here
    pub state_hash: u64,
    pub text: Ascii<120>,
    pub reserved_0: [u64; 4],
}

const _: () = {
    assert!(core::mem::offset_of!(Outcome, seq) == 0);
    assert!(core::mem::offset_of!(Outcome, wall_ns) == 8);
    assert!(core::mem::offset_of!(Outcome, mono_ns) == 16);
    assert!(core::mem::offset_of!(Outcome, market_ms) == 24);
    assert!(core::mem::offset_of!(Outcome, source) == 32);
    assert!(core::mem::offset_of!(Outcome, input) == 33);
    assert!(core::mem::offset_of!(Outcome, report_kind) == 34);
    assert!(core::mem::offset_of!(Outcome, control_kind) == 35);
    assert!(core::mem::offset_of!(Outcome, code) == 36);
    assert!(core::mem::offset_of!(Outcome, slot_id) == 38);
    assert!(core::mem::offset_of!(Outcome, prev_stage) == 40);
    assert!(core::mem::offset_of!(Outcome, stage) == 41);
    assert!(core::mem::offset_of!(Outcome, fact) == 42);
    assert!(core::mem::offset_of!(Outcome, effect) == 43);
    assert!(core::mem::offset_of!(Outcome, mode) == 44);
    assert!(core::mem::offset_of!(Outcome, kill_switch) == 45);
    assert!(core::mem::offset_of!(Outcome, frozen) == 46);
    assert!(core::mem::offset_of!(Outcome, account_status) == 47);
    assert!(core::mem::offset_of!(Outcome, generation) == 48);
    assert!(core::mem::offset_of!(Outcome, venue_code) == 52);
    assert!(core::mem::offset_of!(Outcome, input_id) == 56);
    assert!(core::mem::offset_of!(Outcome, trade_id) == 64);
    assert!(core::mem::offset_of!(Outcome, symbol) == 96);
    assert!(core::mem::offset_of!(Outcome, client_order_id) == 120);
    assert!(core::mem::offset_of!(Outcome, venue_order_id) == 160);
    assert!(core::mem::offset_of!(Outcome, fill_id) == 168);
    assert!(core::mem::offset_of!(Outcome, role) == 200);
    assert!(core::mem::offset_of!(Outcome, order_side) == 201);
    assert!(core::mem::offset_of!(Outcome, order_kind) == 202);
    assert!(core::mem::offset_of!(Outcome, tif) == 203);
    assert!(core::mem::offset_of!(Outcome, order_status) == 204);
    assert!(core::mem::offset_of!(Outcome, reduce_only) == 205);
    assert!(core::mem::offset_of!(Outcome, leg) == 206);
    assert!(core::mem::offset_of!(Outcome, attempt) == 207);
    assert!(core::mem::offset_of!(Outcome, order_qty_e8) == 208);
    assert!(core::mem::offset_of!(Outcome, order_price_e12) == 216);
    assert!(core::mem::offset_of!(Outcome, order_trigger_e12) == 224);
    assert!(core::mem::offset_of!(Outcome, order_cum_qty_e8) == 232);
    assert!(core::mem::offset_of!(Outcome, order_cum_notional_e8) == 240);
    assert!(core::mem::offset_of!(Outcome, order_cum_fee_e8) == 248);
    assert!(core::mem::offset_of!(Outcome, fill_qty_e8) == 256);
    assert!(core::mem::offset_of!(Outcome, fill_price_e12) == 264);
    assert!(core::mem::offset_of!(Outcome, fill_notional_e8) == 272);
    assert!(core::mem::offset_of!(Outcome, fill_fee_e8) == 280);
    assert!(core::mem::offset_of!(Outcome, fill_realised_e8) == 288);
    assert!(core::mem::offset_of!(Outcome, fill_provenance) == 296);
    assert!(core::mem::offset_of!(Outcome, maker) == 297);
    assert!(core::mem::offset_of!(Outcome, income_kind) == 298);
    assert!(core::mem::offset_of!(Outcome, slot_side) == 299);
    assert!(core::mem::offset_of!(Outcome, leverage) == 300);
    assert!(core::mem::offset_of!(Outcome, leg_index) == 302);
    assert!(core::mem::offset_of!(Outcome, leg_count) == 303);
    assert!(core::mem::offset_of!(Outcome, slot_qty_e8) == 304);
    assert!(core::mem::offset_of!(Outcome, slot_entry_notional_e8) == 312);
    assert!(core::mem::offset_of!(Outcome, slot_opened_qty_e8) == 320);
    assert!(core::mem::offset_of!(Outcome, slot_opened_notional_e8) == 328);
    assert!(core::mem::offset_of!(Outcome, slot_closed_qty_e8) == 336);
    assert!(core::mem::offset_of!(Outcome, slot_closed_notional_e8) == 344);
    assert!(core::mem::offset_of!(Outcome, slot_realised_e8) == 352);
    assert!(core::mem::offset_of!(Outcome, slot_fees_e8) == 360);
    assert!(core::mem::offset_of!(Outcome, slot_funding_e8) == 368);
    assert!(core::mem::offset_of!(Outcome, slot_opened_wall_ns) == 376);
    assert!(core::mem::offset_of!(Outcome, mark_e12) == 384);
    assert!(core::mem::offset_of!(Outcome, capital_e8) == 392);
    assert!(core::mem::offset_of!(Outcome, seed_e8) == 400);
    assert!(core::mem::offset_of!(Outcome, realised_e8) == 408);
    assert!(core::mem::offset_of!(Outcome, fees_e8) == 416);
    assert!(core::mem::offset_of!(Outcome, funding_e8) == 424);
    assert!(core::mem::offset_of!(Outcome, transfers_e8) == 432);
    assert!(core::mem::offset_of!(Outcome, adjustments_e8) == 440);
    assert!(core::mem::offset_of!(Outcome, unrealised_e8) == 448);
    assert!(core::mem::offset_of!(Outcome, wallet_e8) == 456);
    assert!(core::mem::offset_of!(Outcome, delta_e8) == 464);
    assert!(core::mem::offset_of!(Outcome, peak_capital_e8) == 472);
    assert!(core::mem::offset_of!(Outcome, open_notional_e8) == 480);
    assert!(core::mem::offset_of!(Outcome, amount_e8) == 488);
    assert!(core::mem::offset_of!(Outcome, intent_qty_e8) == 496);
    assert!(core::mem::offset_of!(Outcome, reference_price_e12) == 504);
    assert!(core::mem::offset_of!(Outcome, confidence_e8) == 512);
    assert!(core::mem::offset_of!(Outcome, bars_held) == 520);
    assert!(core::mem::offset_of!(Outcome, reason_code) == 524);
    assert!(core::mem::offset_of!(Outcome, command_count) == 528);
    assert!(core::mem::offset_of!(Outcome, command_kinds) == 529);
    assert!(core::mem::offset_of!(Outcome, state_hash) == 536);
    assert!(core::mem::offset_of!(Outcome, text) == 544);
    assert!(core::mem::offset_of!(Outcome, reserved_0) == 664);
    assert!(core::mem::size_of::<Outcome>() == 696);
};

impl Outcome {
    pub const SIZE: usize = 696;
    pub const WORDS: usize = 87;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        seq: 0,
        wall_ns: 0,
        mono_ns: 0,
        market_ms: 0,
        source: Writer::None,
        input: InputKind::None,
        report_kind: ReportKind::None,
        control_kind: ControlKind::None,
        code: Code::Ok,
        slot_id: 0,
        prev_stage: Stage::Idle,
        stage: Stage::Idle,
        fact: Fact::None,
        effect: Effect::Nothing,
        mode: Mode::Halted,
        kill_switch: 0,
        frozen: 0,
        account_status: AccountStatus::Unknown,
        generation: 0,
        venue_code: 0,
        input_id: 0,
        trade_id: Ascii::EMPTY,
        symbol: Ascii::EMPTY,
        client_order_id: Ascii::EMPTY,
        venue_order_id: 0,
        fill_id: Ascii::EMPTY,
        role: OrderRole::None,
        order_side: OrderSide::None,
        order_kind: OrderKind::None,
        tif: TimeInForce::None,
        order_status: OrderStatus::None,
        reduce_only: 0,
        leg: 0,
        attempt: 0,
        order_qty_e8: 0,
        order_price_e12: 0,
        order_trigger_e12: 0,
        order_cum_qty_e8: 0,
        order_cum_notional_e8: 0,
        order_cum_fee_e8: 0,
        fill_qty_e8: 0,
        fill_price_e12: 0,
        fill_notional_e8: 0,
        fill_fee_e8: 0,
        fill_realised_e8: 0,
        fill_provenance: Provenance::None,
        maker: 0,
        income_kind: 0,
        slot_side: Side::None,
        leverage: 0,
        leg_index: 0,
        leg_count: 0,
        slot_qty_e8: 0,
        slot_entry_notional_e8: 0,
        slot_opened_qty_e8: 0,
        slot_opened_notional_e8: 0,
        slot_closed_qty_e8: 0,
        slot_closed_notional_e8: 0,
        slot_realised_e8: 0,
        slot_fees_e8: 0,
        slot_funding_e8: 0,
        slot_opened_wall_ns: 0,
        mark_e12: 0,
        capital_e8: 0,
        seed_e8: 0,
        realised_e8: 0,
        fees_e8: 0,
        funding_e8: 0,
        transfers_e8: 0,
        adjustments_e8: 0,
        unrealised_e8: 0,
        wallet_e8: 0,
        delta_e8: 0,
        peak_capital_e8: 0,
        open_notional_e8: 0,
        amount_e8: 0,
        intent_qty_e8: 0,
        reference_price_e12: 0,
        confidence_e8: 0,
        bars_held: 0,
        reason_code: 0,
        command_count: 0,
        command_kinds: [0; 7],
        state_hash: 0,
        text: Ascii::EMPTY,
        reserved_0: [0; 4],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 696] {
        let mut b = [0; 696];
        b[0..8].copy_from_slice(&self.seq.to_le_bytes());
        b[8..16].copy_from_slice(&self.wall_ns.to_le_bytes());
        b[16..24].copy_from_slice(&self.mono_ns.to_le_bytes());
        b[24..32].copy_from_slice(&self.market_ms.to_le_bytes());
        b[32..33].copy_from_slice(&self.source.code().to_le_bytes());
        b[33..34].copy_from_slice(&self.input.code().to_le_bytes());
        b[34..35].copy_from_slice(&self.report_kind.code().to_le_bytes());
        b[35..36].copy_from_slice(&self.control_kind.code().to_le_bytes());
        b[36..38].copy_from_slice(&self.code.code().to_le_bytes());
        b[38..40].copy_from_slice(&self.slot_id.to_le_bytes());
        b[40..41].copy_from_slice(&self.prev_stage.code().to_le_bytes());
        b[41..42].copy_from_slice(&self.stage.code().to_le_bytes());
        b[42..43].copy_from_slice(&self.fact.code().to_le_bytes());
        b[43..44].copy_from_slice(&self.effect.code().to_le_bytes());
        b[44..45].copy_from_slice(&self.mode.code().to_le_bytes());
        b[45..46].copy_from_slice(&self.kill_switch.to_le_bytes());
        b[46..47].copy_from_slice(&self.frozen.to_le_bytes());
        b[47..48].copy_from_slice(&self.account_status.code().to_le_bytes());
        b[48..52].copy_from_slice(&self.generation.to_le_bytes());
        b[52..56].copy_from_slice(&self.venue_code.to_le_bytes());
        b[56..64].copy_from_slice(&self.input_id.to_le_bytes());
        b[64..96].copy_from_slice(&self.trade_id.0);
        b[96..120].copy_from_slice(&self.symbol.0);
        b[120..160].copy_from_slice(&self.client_order_id.0);
        b[160..168].copy_from_slice(&self.venue_order_id.to_le_bytes());
        b[168..200].copy_from_slice(&self.fill_id.0);
        b[200..201].copy_from_slice(&self.role.code().to_le_bytes());
        b[201..202].copy_from_slice(&self.order_side.code().to_le_bytes());
        b[202..203].copy_from_slice(&self.order_kind.code().to_le_bytes());
        b[203..204].copy_from_slice(&self.tif.code().to_le_bytes());
        b[204..205].copy_from_slice(&self.order_status.code().to_le_bytes());
        b[205..206].copy_from_slice(&self.reduce_only.to_le_bytes());
        b[206..207].copy_from_slice(&self.leg.to_le_bytes());
        b[207..208].copy_from_slice(&self.attempt.to_le_bytes());
        b[208..216].copy_from_slice(&self.order_qty_e8.to_le_bytes());
        b[216..224].copy_from_slice(&self.order_price_e12.to_le_bytes());
        b[224..232].copy_from_slice(&self.order_trigger_e12.to_le_bytes());
        b[232..240].copy_from_slice(&self.order_cum_qty_e8.to_le_bytes());
        b[240..248].copy_from_slice(&self.order_cum_notional_e8.to_le_bytes());
        b[248..256].copy_from_slice(&self.order_cum_fee_e8.to_le_bytes());
        b[256..264].copy_from_slice(&self.fill_qty_e8.to_le_bytes());
        b[264..272].copy_from_slice(&self.fill_price_e12.to_le_bytes());
        b[272..280].copy_from_slice(&self.fill_notional_e8.to_le_bytes());
        b[280..288].copy_from_slice(&self.fill_fee_e8.to_le_bytes());
        b[288..296].copy_from_slice(&self.fill_realised_e8.to_le_bytes());
        b[296..297].copy_from_slice(&self.fill_provenance.code().to_le_bytes());
        b[297..298].copy_from_slice(&self.maker.to_le_bytes());
        b[298..299].copy_from_slice(&self.income_kind.to_le_bytes());
        b[299..300].copy_from_slice(&self.slot_side.code().to_le_bytes());
        b[300..302].copy_from_slice(&self.leverage.to_le_bytes());
        b[302..303].copy_from_slice(&self.leg_index.to_le_bytes());
        b[303..304].copy_from_slice(&self.leg_count.to_le_bytes());
        b[304..312].copy_from_slice(&self.slot_qty_e8.to_le_bytes());
        b[312..320].copy_from_slice(&self.slot_entry_notional_e8.to_le_bytes());
        b[320..328].copy_from_slice(&self.slot_opened_qty_e8.to_le_bytes());
        b[328..336].copy_from_slice(&self.slot_opened_notional_e8.to_le_bytes());
        b[336..344].copy_from_slice(&self.slot_closed_qty_e8.to_le_bytes());
        b[344..352].copy_from_slice(&self.slot_closed_notional_e8.to_le_bytes());
        b[352..360].copy_from_slice(&self.slot_realised_e8.to_le_bytes());
        b[360..368].copy_from_slice(&self.slot_fees_e8.to_le_bytes());
        b[368..376].copy_from_slice(&self.slot_funding_e8.to_le_bytes());
        b[376..384].copy_from_slice(&self.slot_opened_wall_ns.to_le_bytes());
        b[384..392].copy_from_slice(&self.mark_e12.to_le_bytes());
        b[392..400].copy_from_slice(&self.capital_e8.to_le_bytes());
        b[400..408].copy_from_slice(&self.seed_e8.to_le_bytes());
        b[408..416].copy_from_slice(&self.realised_e8.to_le_bytes());
        b[416..424].copy_from_slice(&self.fees_e8.to_le_bytes());
        b[424..432].copy_from_slice(&self.funding_e8.to_le_bytes());
        b[432..440].copy_from_slice(&self.transfers_e8.to_le_bytes());
        b[440..448].copy_from_slice(&self.adjustments_e8.to_le_bytes());
        b[448..456].copy_from_slice(&self.unrealised_e8.to_le_bytes());
        b[456..464].copy_from_slice(&self.wallet_e8.to_le_bytes());
        b[464..472].copy_from_slice(&self.delta_e8.to_le_bytes());
        b[472..480].copy_from_slice(&self.peak_capital_e8.to_le_bytes());
        b[480..488].copy_from_slice(&self.open_notional_e8.to_le_bytes());
        b[488..496].copy_from_slice(&self.amount_e8.to_le_bytes());
        b[496..504].copy_from_slice(&self.intent_qty_e8.to_le_bytes());
        b[504..512].copy_from_slice(&self.reference_price_e12.to_le_bytes());
        b[512..520].copy_from_slice(&self.confidence_e8.to_le_bytes());
        b[520..524].copy_from_slice(&self.bars_held.to_le_bytes());
        b[524..528].copy_from_slice(&self.reason_code.to_le_bytes());
        b[528..529].copy_from_slice(&self.command_count.to_le_bytes());
        for (to, from) in b[529..536].chunks_exact_mut(1).zip(&self.command_kinds) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b[536..544].copy_from_slice(&self.state_hash.to_le_bytes());
        b[544..664].copy_from_slice(&self.text.0);
        for (to, from) in b[664..696].chunks_exact_mut(8).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("seq", Value::Number(self.seq.into()));
        each("wall_ns", Value::Number(self.wall_ns.into()));
        each("mono_ns", Value::Number(self.mono_ns.into()));
        each("market_ms", Value::Number(self.market_ms.into()));
        each("source", Value::Code(self.source.name()));
        each("input", Value::Code(self.input.name()));
        each("report_kind", Value::Code(self.report_kind.name()));
        each("control_kind", Value::Code(self.control_kind.name()));
        each("code", Value::Code(self.code.name()));
        each("slot_id", Value::Number(self.slot_id.into()));
        each("prev_stage", Value::Code(self.prev_stage.name()));
        each("stage", Value::Code(self.stage.name()));
        each("fact", Value::Code(self.fact.name()));
        each("effect", Value::Code(self.effect.name()));
        each("mode", Value::Code(self.mode.name()));
        each("kill_switch", Value::Number(self.kill_switch.into()));
        each("frozen", Value::Number(self.frozen.into()));
        each("account_status", Value::Code(self.account_status.name()));
        each("generation", Value::Number(self.generation.into()));
        each("venue_code", Value::Number(self.venue_code.into()));
        each("input_id", Value::Number(self.input_id.into()));
        each("trade_id", Value::Text(self.trade_id.as_str()));
        each("symbol", Value::Text(self.symbol.as_str()));
        each("client_order_id", Value::Text(self.client_order_id.as_str()));
        each("venue_order_id", Value::Number(self.venue_order_id.into()));
        each("fill_id", Value::Text(self.fill_id.as_str()));
        each("role", Value::Code(self.role.name()));
        each("order_side", Value::Code(self.order_side.name()));
        each("order_kind", Value::Code(self.order_kind.name()));
        each("tif", Value::Code(self.tif.name()));
        each("order_status", Value::Code(self.order_status.name()));
        each("reduce_only", Value::Number(self.reduce_only.into()));
        each("leg", Value::Number(self.leg.into()));
        each("attempt", Value::Number(self.attempt.into()));
        each("order_qty_e8", Value::Number(self.order_qty_e8.into()));
        each("order_price_e12", Value::Number(self.order_price_e12.into()));
        each("order_trigger_e12", Value::Number(self.order_trigger_e12.into()));
        each("order_cum_qty_e8", Value::Number(self.order_cum_qty_e8.into()));
        each("order_cum_notional_e8", Value::Number(self.order_cum_notional_e8.into()));
        each("order_cum_fee_e8", Value::Number(self.order_cum_fee_e8.into()));
        each("fill_qty_e8", Value::Number(self.fill_qty_e8.into()));
        each("fill_price_e12", Value::Number(self.fill_price_e12.into()));
        each("fill_notional_e8", Value::Number(self.fill_notional_e8.into()));
        each("fill_fee_e8", Value::Number(self.fill_fee_e8.into()));
        each("fill_realised_e8", Value::Number(self.fill_realised_e8.into()));
        each("fill_provenance", Value::Code(self.fill_provenance.name()));
        each("maker", Value::Number(self.maker.into()));
        each("income_kind", Value::Number(self.income_kind.into()));
        each("slot_side", Value::Code(self.slot_side.name()));
        each("leverage", Value::Number(self.leverage.into()));
        each("leg_index", Value::Number(self.leg_index.into()));
        each("leg_count", Value::Number(self.leg_count.into()));
        each("slot_qty_e8", Value::Number(self.slot_qty_e8.into()));
        each("slot_entry_notional_e8", Value::Number(self.slot_entry_notional_e8.into()));
        each("slot_opened_qty_e8", Value::Number(self.slot_opened_qty_e8.into()));
        each("slot_opened_notional_e8", Value::Number(self.slot_opened_notional_e8.into()));
        each("slot_closed_qty_e8", Value::Number(self.slot_closed_qty_e8.into()));
        each("slot_closed_notional_e8", Value::Number(self.slot_closed_notional_e8.into()));
        each("slot_realised_e8", Value::Number(self.slot_realised_e8.into()));
        each("slot_fees_e8", Value::Number(self.slot_fees_e8.into()));
        each("slot_funding_e8", Value::Number(self.slot_funding_e8.into()));
        each("slot_opened_wall_ns", Value::Number(self.slot_opened_wall_ns.into()));
        each("mark_e12", Value::Number(self.mark_e12.into()));
        each("capital_e8", Value::Number(self.capital_e8.into()));
        each("seed_e8", Value::Number(self.seed_e8.into()));
        each("realised_e8", Value::Number(self.realised_e8.into()));
        each("fees_e8", Value::Number(self.fees_e8.into()));
        each("funding_e8", Value::Number(self.funding_e8.into()));
        each("transfers_e8", Value::Number(self.transfers_e8.into()));
        each("adjustments_e8", Value::Number(self.adjustments_e8.into()));
        each("unrealised_e8", Value::Number(self.unrealised_e8.into()));
        each("wallet_e8", Value::Number(self.wallet_e8.into()));
        each("delta_e8", Value::Number(self.delta_e8.into()));
        each("peak_capital_e8", Value::Number(self.peak_capital_e8.into()));
        each("open_notional_e8", Value::Number(self.open_notional_e8.into()));
        each("amount_e8", Value::Number(self.amount_e8.into()));
        each("intent_qty_e8", Value::Number(self.intent_qty_e8.into()));
        each("reference_price_e12", Value::Number(self.reference_price_e12.into()));
        each("confidence_e8", Value::Number(self.confidence_e8.into()));
        each("bars_held", Value::Number(self.bars_held.into()));
        each("reason_code", Value::Number(self.reason_code.into()));
        each("command_count", Value::Number(self.command_count.into()));
        each("command_kinds", Value::Numbers(&self.command_kinds.map(Into::into)));
        each("state_hash", Value::Number(self.state_hash.into()));
        each("text", Value::Text(self.text.as_str()));
    }

    pub fn from_bytes(b: &[u8; 696]) -> Result<Self, Malformed> {
        Ok(Self {
            seq: u64::from_le_bytes(take(b, 0)),
            wall_ns: i64::from_le_bytes(take(b, 8)),
            mono_ns: u64::from_le_bytes(take(b, 16)),
            market_ms: i64::from_le_bytes(take(b, 24)),
            source: Writer::from_code(u8::from_le_bytes(take(b, 32))).ok_or(Malformed { record: "Outcome", field: "source", code: u64::from(u8::from_le_bytes(take(b, 32))) })?,
            input: InputKind::from_code(u8::from_le_bytes(take(b, 33))).ok_or(Malformed { record: "Outcome", field: "input", code: u64::from(u8::from_le_bytes(take(b, 33))) })?,
            report_kind: ReportKind::from_code(u8::from_le_bytes(take(b, 34))).ok_or(Malformed { record: "Outcome", field: "report_kind", code: u64::from(u8::from_le_bytes(take(b, 34))) })?,
            control_kind: ControlKind::from_code(u8::from_le_bytes(take(b, 35))).ok_or(Malformed { record: "Outcome", field: "control_kind", code: u64::from(u8::from_le_bytes(take(b, 35))) })?,
            code: Code::from_code(u16::from_le_bytes(take(b, 36))).ok_or(Malformed { record: "Outcome", field: "code", code: u64::from(u16::from_le_bytes(take(b, 36))) })?,
            slot_id: u16::from_le_bytes(take(b, 38)),
            prev_stage: Stage::from_code(u8::from_le_bytes(take(b, 40))).ok_or(Malformed { record: "Outcome", field: "prev_stage", code: u64::from(u8::from_le_bytes(take(b, 40))) })?,
            stage: Stage::from_code(u8::from_le_bytes(take(b, 41))).ok_or(Malformed { record: "Outcome", field: "stage", code: u64::from(u8::from_le_bytes(take(b, 41))) })?,
            fact: Fact::from_code(u8::from_le_bytes(take(b, 42))).ok_or(Malformed { record: "Outcome", field: "fact", code: u64::from(u8::from_le_bytes(take(b, 42))) })?,
            effect: Effect::from_code(u8::from_le_bytes(take(b, 43))).ok_or(Malformed { record: "Outcome", field: "effect", code: u64::from(u8::from_le_bytes(take(b, 43))) })?,
            mode: Mode::from_code(u8::from_le_bytes(take(b, 44))).ok_or(Malformed { record: "Outcome", field: "mode", code: u64::from(u8::from_le_bytes(take(b, 44))) })?,
            kill_switch: u8::from_le_bytes(take(b, 45)),
            frozen: u8::from_le_bytes(take(b, 46)),
            account_status: AccountStatus::from_code(u8::from_le_bytes(take(b, 47))).ok_or(Malformed { record: "Outcome", field: "account_status", code: u64::from(u8::from_le_bytes(take(b, 47))) })?,
            generation: u32::from_le_bytes(take(b, 48)),
            venue_code: i32::from_le_bytes(take(b, 52)),
            input_id: u64::from_le_bytes(take(b, 56)),
            trade_id: Ascii::from_padded(take(b, 64)).ok_or(Malformed { record: "Outcome", field: "trade_id", code: 0 })?,
            symbol: Ascii::from_padded(take(b, 96)).ok_or(Malformed { record: "Outcome", field: "symbol", code: 0 })?,
            client_order_id: Ascii::from_padded(take(b, 120)).ok_or(Malformed { record: "Outcome", field: "client_order_id", code: 0 })?,
            venue_order_id: i64::from_le_bytes(take(b, 160)),
            fill_id: Ascii::from_padded(take(b, 168)).ok_or(Malformed { record: "Outcome", field: "fill_id", code: 0 })?,
            role: OrderRole::from_code(u8::from_le_bytes(take(b, 200))).ok_or(Malformed { record: "Outcome", field: "role", code: u64::from(u8::from_le_bytes(take(b, 200))) })?,
            order_side: OrderSide::from_code(u8::from_le_bytes(take(b, 201))).ok_or(Malformed { record: "Outcome", field: "order_side", code: u64::from(u8::from_le_bytes(take(b, 201))) })?,
            order_kind: OrderKind::from_code(u8::from_le_bytes(take(b, 202))).ok_or(Malformed { record: "Outcome", field: "order_kind", code: u64::from(u8::from_le_bytes(take(b, 202))) })?,
            tif: TimeInForce::from_code(u8::from_le_bytes(take(b, 203))).ok_or(Malformed { record: "Outcome", field: "tif", code: u64::from(u8::from_le_bytes(take(b, 203))) })?,
            order_status: OrderStatus::from_code(u8::from_le_bytes(take(b, 204))).ok_or(Malformed { record: "Outcome", field: "order_status", code: u64::from(u8::from_le_bytes(take(b, 204))) })?,
            reduce_only: u8::from_le_bytes(take(b, 205)),
            leg: u8::from_le_bytes(take(b, 206)),
            attempt: u8::from_le_bytes(take(b, 207)),
            order_qty_e8: i64::from_le_bytes(take(b, 208)),
            order_price_e12: i64::from_le_bytes(take(b, 216)),
            order_trigger_e12: i64::from_le_bytes(take(b, 224)),
            order_cum_qty_e8: i64::from_le_bytes(take(b, 232)),
            order_cum_notional_e8: i64::from_le_bytes(take(b, 240)),
            order_cum_fee_e8: i64::from_le_bytes(take(b, 248)),
            fill_qty_e8: i64::from_le_bytes(take(b, 256)),
            fill_price_e12: i64::from_le_bytes(take(b, 264)),
            fill_notional_e8: i64::from_le_bytes(take(b, 272)),
            fill_fee_e8: i64::from_le_bytes(take(b, 280)),
            fill_realised_e8: i64::from_le_bytes(take(b, 288)),
            fill_provenance: Provenance::from_code(u8::from_le_bytes(take(b, 296))).ok_or(Malformed { record: "Outcome", field: "fill_provenance", code: u64::from(u8::from_le_bytes(take(b, 296))) })?,
            maker: u8::from_le_bytes(take(b, 297)),
            income_kind: u8::from_le_bytes(take(b, 298)),
            slot_side: Side::from_code(u8::from_le_bytes(take(b, 299))).ok_or(Malformed { record: "Outcome", field: "slot_side", code: u64::from(u8::from_le_bytes(take(b, 299))) })?,
            leverage: u16::from_le_bytes(take(b, 300)),
            leg_index: u8::from_le_bytes(take(b, 302)),
            leg_count: u8::from_le_bytes(take(b, 303)),
            slot_qty_e8: i64::from_le_bytes(take(b, 304)),
            slot_entry_notional_e8: i64::from_le_bytes(take(b, 312)),
            slot_opened_qty_e8: i64::from_le_bytes(take(b, 320)),
            slot_opened_notional_e8: i64::from_le_bytes(take(b, 328)),
            slot_closed_qty_e8: i64::from_le_bytes(take(b, 336)),
            slot_closed_notional_e8: i64::from_le_bytes(take(b, 344)),
            slot_realised_e8: i64::from_le_bytes(take(b, 352)),
            slot_fees_e8: i64::from_le_bytes(take(b, 360)),
            slot_funding_e8: i64::from_le_bytes(take(b, 368)),
            slot_opened_wall_ns: i64::from_le_bytes(take(b, 376)),
            mark_e12: i64::from_le_bytes(take(b, 384)),
            capital_e8: i64::from_le_bytes(take(b, 392)),
            seed_e8: i64::from_le_bytes(take(b, 400)),
            realised_e8: i64::from_le_bytes(take(b, 408)),
            fees_e8: i64::from_le_bytes(take(b, 416)),
            funding_e8: i64::from_le_bytes(take(b, 424)),
            transfers_e8: i64::from_le_bytes(take(b, 432)),
            adjustments_e8: i64::from_le_bytes(take(b, 440)),
            unrealised_e8: i64::from_le_bytes(take(b, 448)),
            wallet_e8: i64::from_le_bytes(take(b, 456)),
            delta_e8: i64::from_le_bytes(take(b, 464)),
            peak_capital_e8: i64::from_le_bytes(take(b, 472)),
            open_notional_e8: i64::from_le_bytes(take(b, 480)),
            amount_e8: i64::from_le_bytes(take(b, 488)),
            intent_qty_e8: i64::from_le_bytes(take(b, 496)),
            reference_price_e12: i64::from_le_bytes(take(b, 504)),
            confidence_e8: i64::from_le_bytes(take(b, 512)),
            bars_held: u32::from_le_bytes(take(b, 520)),
            reason_code: u32::from_le_bytes(take(b, 524)),
            command_count: u8::from_le_bytes(take(b, 528)),
            command_kinds: core::array::from_fn(|i| u8::from_le_bytes(take(b, 529 + i * 1))),
            state_hash: u64::from_le_bytes(take(b, 536)),
            text: Ascii::from_padded(take(b, 544)).ok_or(Malformed { record: "Outcome", field: "text", code: 0 })?,
            reserved_0: core::array::from_fn(|i| u64::from_le_bytes(take(b, 664 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 87] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 87]) -> Result<Self, Malformed> {
        let mut b = [0; 696];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// One trade slot, as the kernel last published it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct SlotCell {
    pub slot_id: u16,
    pub stage: Stage,
    pub side: Side,
    /// trades this slot has held
    pub generation: u32,
    /// journal sequence of the last change
    pub seq: u64,
    pub trade_id: Ascii<32>,
    pub symbol: Ascii<24>,
    /// position size
    pub qty_e8: i64,
    /// cost of what is still held
    pub entry_notional_e8: i64,
    /// ever entered in this trade
    pub opened_qty_e8: i64,
    pub opened_notional_e8: i64,
    pub closed_qty_e8: i64,
    pub closed_notional_e8: i64,
    /// gross
    pub realised_e8: i64,
    pub fees_e8: i64,
    /// cost positive
    pub funding_e8: i64,
    /// estimate from the mark
    pub unrealised_e8: i64,
    pub mark_e12: i64,
    /// what ENTER asked for
    pub intended_qty_e8: i64,
    /// 0 = none
    pub stop_loss_e12: i64,
    /// 0 = none
    pub take_profit_e12: i64,
    pub leg_ratios_e8: [i64; 8],
    pub leg_count: u8,
    /// next exit leg
    pub leg_index: u8,
    /// 1: what is left is under the venue's minimum
    pub dust: u8,
    /// 1: found at the venue, not opened here
    pub adopted: u8,
    pub leverage: u16,
    /// submits tried in this generation, for client order ids
    pub attempt: u8,
    /// how the trade ended
    pub close_reason: Fact,
    /// index into orders; 0xFFFF = none
    pub entry_order: u16,
    pub exit_order: u16,
    pub stop_order: u16,
    pub profit_order: u16,
    /// first fill
    pub opened_wall_ns: i64,
    /// flat
    pub closed_wall_ns: i64,
    /// stage or size last changed
    pub changed_wall_ns: i64,
    pub changed_mono_ns: u64,
    /// what the venue holds more or less, while reconciling
    pub discrepancy_qty_e8: i64,
    /// first complete snapshot without this position; 0 = none
    pub absent_since_wall_ns: i64,
    pub absent_seq: u64,
    /// orders of this trade that await settled figures
    pub unsettled: u16,
    /// as asked
    pub entry_order_kind: OrderKind,
    pub entry_tif: TimeInForce,
    /// 1: an exit waits for its turn; 2: FLATTEN wants it, while it lasts
    pub exit_wanted: u8,
    /// 1: no stop loss rests for all that is held, though one was asked for
    pub unprotected: u8,
    pub reserved_0: [u8; 2],
    /// size at the mark: its part of the account's open notional
    pub position_notional_e8: i64,
    /// position and reserved entry by leverage
    pub margin_e8: i64,
    /// exited beyond what was held: the venue overfilled an exit
    pub excess_qty_e8: i64,
    pub excess_notional_e8: i64,
    /// orders commanded in this generation, for client order ids
    pub submits: u32,
    /// market exits in vain in a row, for the pause before the next
    pub refusals: u32,
    /// next time the kernel looks after the slot; 0 = none
    pub agenda_mono_ns: u64,
    /// asked_seq of the last snapshot that held this position
    pub snap_seq: u64,
    /// what it held
    pub snap_qty_e8: i64,
    /// at which entry price
    pub snap_price_e12: i64,
    /// no exit by the kernel itself before this
    pub hold_mono_ns: u64,
    /// distance of the trailing stop; 0 = none
    pub trail_e12: i64,
    /// no new stop loss before this
    pub stop_hold_mono_ns: u64,
    /// no new take profit before this
    pub profit_hold_mono_ns: u64,
    /// stop losses lost or refused in a row, for the pause before the next
    pub stop_refusals: u32,
    /// take profits lost or refused in a row
    pub profit_refusals: u32,
    /// ENTER or adoption: funding from before is another trade's
    pub taken_wall_ns: i64,
}

const _: () = {
    assert!(core::mem::offset_of!(SlotCell, slot_id) == 0);
    assert!(core::mem::offset_of!(SlotCell, stage) == 2);
    assert!(core::mem::offset_of!(SlotCell, side) == 3);
    assert!(core::mem::offset_of!(SlotCell, generation) == 4);
    assert!(core::mem::offset_of!(SlotCell, seq) == 8);
    assert!(core::mem::offset_of!(SlotCell, trade_id) == 16);
    assert!(core::mem::offset_of!(SlotCell, symbol) == 48);
    assert!(core::mem::offset_of!(SlotCell, qty_e8) == 72);
    assert!(core::mem::offset_of!(SlotCell, entry_notional_e8) == 80);
    assert!(core::mem::offset_of!(SlotCell, opened_qty_e8) == 88);
    assert!(core::mem::offset_of!(SlotCell, opened_notional_e8) == 96);
    assert!(core::mem::offset_of!(SlotCell, closed_qty_e8) == 104);
    assert!(core::mem::offset_of!(SlotCell, closed_notional_e8) == 112);
    assert!(core::mem::offset_of!(SlotCell, realised_e8) == 120);
    assert!(core::mem::offset_of!(SlotCell, fees_e8) == 128);
    assert!(core::mem::offset_of!(SlotCell, funding_e8) == 136);
    assert!(core::mem::offset_of!(SlotCell, unrealised_e8) == 144);
    assert!(core::mem::offset_of!(SlotCell, mark_e12) == 152);
    assert!(core::mem::offset_of!(SlotCell, intended_qty_e8) == 160);
    assert!(core::mem::offset_of!(SlotCell, stop_loss_e12) == 168);
    assert!(core::mem::offset_of!(SlotCell, take_profit_e12) == 176);
    assert!(core::mem::offset_of!(SlotCell, leg_ratios_e8) == 184);
    assert!(core::mem::offset_of!(SlotCell, leg_count) == 248);
    assert!(core::mem::offset_of!(SlotCell, leg_index) == 249);
    assert!(core::mem::offset_of!(SlotCell, dust) == 250);
    assert!(core::mem::offset_of!(SlotCell, adopted) == 251);
    assert!(core::mem::offset_of!(SlotCell, leverage) == 252);
    assert!(core::mem::offset_of!(SlotCell, attempt) == 254);
    assert!(core::mem::offset_of!(SlotCell, close_reason) == 255);
    assert!(core::mem::offset_of!(SlotCell, entry_order) == 256);
    assert!(core::mem::offset_of!(SlotCell, exit_order) == 258);
    assert!(core::mem::offset_of!(SlotCell, stop_order) == 260);
    assert!(core::mem::offset_of!(SlotCell, profit_order) == 262);
    assert!(core::mem::offset_of!(SlotCell, opened_wall_ns) == 264);
    assert!(core::mem::offset_of!(SlotCell, closed_wall_ns) == 272);
    assert!(core::mem::offset_of!(SlotCell, changed_wall_ns) == 280);
    assert!(core::mem::offset_of!(SlotCell, changed_mono_ns) == 288);
    assert!(core::mem::offset_of!(SlotCell, discrepancy_qty_e8) == 296);
    assert!(core::mem::offset_of!(SlotCell, absent_since_wall_ns) == 304);
    assert!(core::mem::offset_of!(SlotCell, absent_seq) == 312);
    assert!(core::mem::offset_of!(SlotCell, unsettled) == 320);
    assert!(core::mem::offset_of!(SlotCell, entry_order_kind) == 322);
    assert!(core::mem::offset_of!(SlotCell, entry_tif) == 323);
    assert!(core::mem::offset_of!(SlotCell, exit_wanted) == 324);
    assert!(core::mem::offset_of!(SlotCell, unprotected) == 325);
    assert!(core::mem::offset_of!(SlotCell, reserved_0) == 326);
    assert!(core::mem::offset_of!(SlotCell, position_notional_e8) == 328);
    assert!(core::mem::offset_of!(SlotCell, margin_e8) == 336);
    assert!(core::mem::offset_of!(SlotCell, excess_qty_e8) == 344);
    assert!(core::mem::offset_of!(SlotCell, excess_notional_e8) == 352);
    assert!(core::mem::offset_of!(SlotCell, submits) == 360);
    assert!(core::mem::offset_of!(SlotCell, refusals) == 364);
    assert!(core::mem::offset_of!(SlotCell, agenda_mono_ns) == 368);
    assert!(core::mem::offset_of!(SlotCell, snap_seq) == 376);
    assert!(core::mem::offset_of!(SlotCell, snap_qty_e8) == 384);
    assert!(core::mem::offset_of!(SlotCell, snap_price_e12) == 392);
    assert!(core::mem::offset_of!(SlotCell, hold_mono_ns) == 400);
    assert!(core::mem::offset_of!(SlotCell, trail_e12) == 408);
    assert!(core::mem::offset_of!(SlotCell, stop_hold_mono_ns) == 416);
    assert!(core::mem::offset_of!(SlotCell, profit_hold_mono_ns) == 424);
    assert!(core::mem::offset_of!(SlotCell, stop_refusals) == 432);
    assert!(core::mem::offset_of!(SlotCell, profit_refusals) == 436);
    assert!(core::mem::offset_of!(SlotCell, taken_wall_ns) == 440);
    assert!(core::mem::size_of::<SlotCell>() == 448);
};

impl SlotCell {
    pub const SIZE: usize = 448;
    pub const WORDS: usize = 56;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        slot_id: 0,
        stage: Stage::Idle,
        side: Side::None,
        generation: 0,
        seq: 0,
        trade_id: Ascii::EMPTY,
        symbol: Ascii::EMPTY,
        qty_e8: 0,
        entry_notional_e8: 0,
        opened_qty_e8: 0,
        opened_notional_e8: 0,
        closed_qty_e8: 0,
        closed_notional_e8: 0,
        realised_e8: 0,
        fees_e8: 0,
        funding_e8: 0,
        unrealised_e8: 0,
        mark_e12: 0,
        intended_qty_e8: 0,
        stop_loss_e12: 0,
        take_profit_e12: 0,
        leg_ratios_e8: [0; 8],
        leg_count: 0,
        leg_index: 0,
        dust: 0,
        adopted: 0,
        leverage: 0,
        attempt: 0,
        close_reason: Fact::None,
        entry_order: 0,
        exit_order: 0,
        stop_order: 0,
        profit_order: 0,
        opened_wall_ns: 0,
        closed_wall_ns: 0,
        changed_wall_ns: 0,
        changed_mono_ns: 0,
        discrepancy_qty_e8: 0,
        absent_since_wall_ns: 0,
        absent_seq: 0,
        unsettled: 0,
        entry_order_kind: OrderKind::None,
        entry_tif: TimeInForce::None,
        exit_wanted: 0,
        unprotected: 0,
        reserved_0: [0; 2],
        position_notional_e8: 0,
        margin_e8: 0,
        excess_qty_e8: 0,
        excess_notional_e8: 0,
        submits: 0,
        refusals: 0,
        agenda_mono_ns: 0,
        snap_seq: 0,
        snap_qty_e8: 0,
        snap_price_e12: 0,
        hold_mono_ns: 0,
        trail_e12: 0,
        stop_hold_mono_ns: 0,
        profit_hold_mono_ns: 0,
        stop_refusals: 0,
        profit_refusals: 0,
        taken_wall_ns: 0,
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 448] {
        let mut b = [0; 448];
        b[0..2].copy_from_slice(&self.slot_id.to_le_bytes());
        b[2..3].copy_from_slice(&self.stage.code().to_le_bytes());
        b[3..4].copy_from_slice(&self.side.code().to_le_bytes());
        b[4..8].copy_from_slice(&self.generation.to_le_bytes());
        b[8..16].copy_from_slice(&self.seq.to_le_bytes());
        b[16..48].copy_from_slice(&self.trade_id.0);
        b[48..72].copy_from_slice(&self.symbol.0);
        b[72..80].copy_from_slice(&self.qty_e8.to_le_bytes());
        b[80..88].copy_from_slice(&self.entry_notional_e8.to_le_bytes());
        b[88..96].copy_from_slice(&self.opened_qty_e8.to_le_bytes());
        b[96..104].copy_from_slice(&self.opened_notional_e8.to_le_bytes());
        b[104..112].copy_from_slice(&self.closed_qty_e8.to_le_bytes());
        b[112..120].copy_from_slice(&self.closed_notional_e8.to_le_bytes());
        b[120..128].copy_from_slice(&self.realised_e8.to_le_bytes());
        b[128..136].copy_from_slice(&self.fees_e8.to_le_bytes());
        b[136..144].copy_from_slice(&self.funding_e8.to_le_bytes());
        b[144..152].copy_from_slice(&self.unrealised_e8.to_le_bytes());
        b[152..160].copy_from_slice(&self.mark_e12.to_le_bytes());
        b[160..168].copy_from_slice(&self.intended_qty_e8.to_le_bytes());
        b[168..176].copy_from_slice(&self.stop_loss_e12.to_le_bytes());
        b[176..184].copy_from_slice(&self.take_profit_e12.to_le_bytes());
        for (to, from) in b[184..248].chunks_exact_mut(8).zip(&self.leg_ratios_e8) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b[248..249].copy_from_slice(&self.leg_count.to_le_bytes());
        b[249..250].copy_from_slice(&self.leg_index.to_le_bytes());
        b[250..251].copy_from_slice(&self.dust.to_le_bytes());
        b[251..252].copy_from_slice(&self.adopted.to_le_bytes());
        b[252..254].copy_from_slice(&self.leverage.to_le_bytes());
        b[254..255].copy_from_slice(&self.attempt.to_le_bytes());
        b[255..256].copy_from_slice(&self.close_reason.code().to_le_bytes());
        b[256..258].copy_from_slice(&self.entry_order.to_le_bytes());
        b[258..260].copy_from_slice(&self.exit_order.to_le_bytes());
        b[260..262].copy_from_slice(&self.stop_order.to_le_bytes());
        b[262..264].copy_from_slice(&self.profit_order.to_le_bytes());
        b[264..272].copy_from_slice(&self.opened_wall_ns.to_le_bytes());
        b[272..280].copy_from_slice(&self.closed_wall_ns.to_le_bytes());
        b[280..288].copy_from_slice(&self.changed_wall_ns.to_le_bytes());
        b[288..296].copy_from_slice(&self.changed_mono_ns.to_le_bytes());
        b[296..304].copy_from_slice(&self.discrepancy_qty_e8.to_le_bytes());
        b[304..312].copy_from_slice(&self.absent_since_wall_ns.to_le_bytes());
        b[312..320].copy_from_slice(&self.absent_seq.to_le_bytes());
        b[320..322].copy_from_slice(&self.unsettled.to_le_bytes());
        b[322..323].copy_from_slice(&self.entry_order_kind.code().to_le_bytes());
        b[323..324].copy_from_slice(&self.entry_tif.code().to_le_bytes());
        b[324..325].copy_from_slice(&self.exit_wanted.to_le_bytes());
        b[325..326].copy_from_slice(&self.unprotected.to_le_bytes());
        for (to, from) in b[326..328].chunks_exact_mut(1).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b[328..336].copy_from_slice(&self.position_notional_e8.to_le_bytes());
        b[336..344].copy_from_slice(&self.margin_e8.to_le_bytes());
        b[344..352].copy_from_slice(&self.excess_qty_e8.to_le_bytes());
        b[352..360].copy_from_slice(&self.excess_notional_e8.to_le_bytes());
        b[360..364].copy_from_slice(&self.submits.to_le_bytes());
        b[364..368].copy_from_slice(&self.refusals.to_le_bytes());
        b[368..376].copy_from_slice(&self.agenda_mono_ns.to_le_bytes());
        b[376..384].copy_from_slice(&self.snap_seq.to_le_bytes());
        b[384..392].copy_from_slice(&self.snap_qty_e8.to_le_bytes());
        b[392..400].copy_from_slice(&self.snap_price_e12.to_le_bytes());
        b[400..408].copy_from_slice(&self.hold_mono_ns.to_le_bytes());
        b[408..416].copy_from_slice(&self.trail_e12.to_le_bytes());
        b[416..424].copy_from_slice(&self.stop_hold_mono_ns.to_le_bytes());
        b[424..432].copy_from_slice(&self.profit_hold_mono_ns.to_le_bytes());
        b[432..436].copy_from_slice(&self.stop_refusals.to_le_bytes());
        b[436..440].copy_from_slice(&self.profit_refusals.to_le_bytes());
        b[440..448].copy_from_slice(&self.taken_wall_ns.to_le_bytes());
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("slot_id", Value::Number(self.slot_id.into()));
        each("stage", Value::Code(self.stage.name()));
        each("side", Value::Code(self.side.name()));
        each("generation", Value::Number(self.generation.into()));
        each("seq", Value::Number(self.seq.into()));
        each("trade_id", Value::Text(self.trade_id.as_str()));
        each("symbol", Value::Text(self.symbol.as_str()));
        each("qty_e8", Value::Number(self.qty_e8.into()));
        each("entry_notional_e8", Value::Number(self.entry_notional_e8.into()));
        each("opened_qty_e8", Value::Number(self.opened_qty_e8.into()));
        each("opened_notional_e8", Value::Number(self.opened_notional_e8.into()));
        each("closed_qty_e8", Value::Number(self.closed_qty_e8.into()));
        each("closed_notional_e8", Value::Number(self.closed_notional_e8.into()));
        each("realised_e8", Value::Number(self.realised_e8.into()));
        each("fees_e8", Value::Number(self.fees_e8.into()));
        each("funding_e8", Value::Number(self.funding_e8.into()));
        each("unrealised_e8", Value::Number(self.unrealised_e8.into()));
        each("mark_e12", Value::Number(self.mark_e12.into()));
        each("intended_qty_e8", Value::Number(self.intended_qty_e8.into()));
        each("stop_loss_e12", Value::Number(self.stop_loss_e12.into()));
        each("take_profit_e12", Value::Number(self.take_profit_e12.into()));
        each("leg_ratios_e8", Value::Numbers(&self.leg_ratios_e8.map(Into::into)));
        each("leg_count", Value::Number(self.leg_count.into()));
        each("leg_index", Value::Number(self.leg_index.into()));
        each("dust", Value::Number(self.dust.into()));
        each("adopted", Value::Number(self.adopted.into()));
        each("leverage", Value::Number(self.leverage.into()));
        each("attempt", Value::Number(self.attempt.into()));
        each("close_reason", Value::Code(self.close_reason.name()));
        each("entry_order", Value::Number(self.entry_order.into()));
        each("exit_order", Value::Number(self.exit_order.into()));
        each("stop_order", Value::Number(self.stop_order.into()));
        each("profit_order", Value::Number(self.profit_order.into()));
        each("opened_wall_ns", Value::Number(self.opened_wall_ns.into()));
        each("closed_wall_ns", Value::Number(self.closed_wall_ns.into()));
        each("changed_wall_ns", Value::Number(self.changed_wall_ns.into()));
        each("changed_mono_ns", Value::Number(self.changed_mono_ns.into()));
        each("discrepancy_qty_e8", Value::Number(self.discrepancy_qty_e8.into()));
        each("absent_since_wall_ns", Value::Number(self.absent_since_wall_ns.into()));
        each("absent_seq", Value::Number(self.absent_seq.into()));
        each("unsettled", Value::Number(self.unsettled.into()));
        each("entry_order_kind", Value::Code(self.entry_order_kind.name()));
        each("entry_tif", Value::Code(self.entry_tif.name()));
        each("exit_wanted", Value::Number(self.exit_wanted.into()));
        each("unprotected", Value::Number(self.unprotected.into()));
        each("position_notional_e8", Value::Number(self.position_notional_e8.into()));
        each("margin_e8", Value::Number(self.margin_e8.into()));
        each("excess_qty_e8", Value::Number(self.excess_qty_e8.into()));
        each("excess_notional_e8", Value::Number(self.excess_notional_e8.into()));
        each("submits", Value::Number(self.submits.into()));
        each("refusals", Value::Number(self.refusals.into()));
        each("agenda_mono_ns", Value::Number(self.agenda_mono_ns.into()));
        each("snap_seq", Value::Number(self.snap_seq.into()));
        each("snap_qty_e8", Value::Number(self.snap_qty_e8.into()));
        each("snap_price_e12", Value::Number(self.snap_price_e12.into()));
        each("hold_mono_ns", Value::Number(self.hold_mono_ns.into()));
        each("trail_e12", Value::Number(self.trail_e12.into()));
        each("stop_hold_mono_ns", Value::Number(self.stop_hold_mono_ns.into()));
        each("profit_hold_mono_ns", Value::Number(self.profit_hold_mono_ns.into()));
        each("stop_refusals", Value::Number(self.stop_refusals.into()));
        each("profit_refusals", Value::Number(self.profit_refusals.into()));
        each("taken_wall_ns", Value::Number(self.taken_wall_ns.into()));
    }

    pub fn from_bytes(b: &[u8; 448]) -> Result<Self, Malformed> {
        Ok(Self {
            slot_id: u16::from_le_bytes(take(b, 0)),
            stage: Stage::from_code(u8::from_le_bytes(take(b, 2))).ok_or(Malformed { record: "SlotCell", field: "stage", code: u64::from(u8::from_le_bytes(take(b, 2))) })?,
            side: Side::from_code(u8::from_le_bytes(take(b, 3))).ok_or(Malformed { record: "SlotCell", field: "side", code: u64::from(u8::from_le_bytes(take(b, 3))) })?,
            generation: u32::from_le_bytes(take(b, 4)),
            seq: u64::from_le_bytes(take(b, 8)),
            trade_id: Ascii::from_padded(take(b, 16)).ok_or(Malformed { record: "SlotCell", field: "trade_id", code: 0 })?,
            symbol: Ascii::from_padded(take(b, 48)).ok_or(Malformed { record: "SlotCell", field: "symbol", code: 0 })?,
            qty_e8: i64::from_le_bytes(take(b, 72)),
            entry_notional_e8: i64::from_le_bytes(take(b, 80)),
            opened_qty_e8: i64::from_le_bytes(take(b, 88)),
            opened_notional_e8: i64::from_le_bytes(take(b, 96)),
            closed_qty_e8: i64::from_le_bytes(take(b, 104)),
            closed_notional_e8: i64::from_le_bytes(take(b, 112)),
            realised_e8: i64::from_le_bytes(take(b, 120)),
            fees_e8: i64::from_le_bytes(take(b, 128)),
            funding_e8: i64::from_le_bytes(take(b, 136)),
            unrealised_e8: i64::from_le_bytes(take(b, 144)),
            mark_e12: i64::from_le_bytes(take(b, 152)),
            intended_qty_e8: i64::from_le_bytes(take(b, 160)),
            stop_loss_e12: i64::from_le_bytes(take(b, 168)),
            take_profit_e12: i64::from_le_bytes(take(b, 176)),
            leg_ratios_e8: core::array::from_fn(|i| i64::from_le_bytes(take(b, 184 + i * 8))),
            leg_count: u8::from_le_bytes(take(b, 248)),
            leg_index: u8::from_le_bytes(take(b, 249)),
            dust: u8::from_le_bytes(take(b, 250)),
            adopted: u8::from_le_bytes(take(b, 251)),
            leverage: u16::from_le_bytes(take(b, 252)),
            attempt: u8::from_le_bytes(take(b, 254)),
            close_reason: Fact::from_code(u8::from_le_bytes(take(b, 255))).ok_or(Malformed { record: "SlotCell", field: "close_reason", code: u64::from(u8::from_le_bytes(take(b, 255))) })?,
            entry_order: u16::from_le_bytes(take(b, 256)),
            exit_order: u16::from_le_bytes(take(b, 258)),
            stop_order: u16::from_le_bytes(take(b, 260)),
            profit_order: u16::from_le_bytes(take(b, 262)),
            opened_wall_ns: i64::from_le_bytes(take(b, 264)),
            closed_wall_ns: i64::from_le_bytes(take(b, 272)),
            changed_wall_ns: i64::from_le_bytes(take(b, 280)),
            changed_mono_ns: u64::from_le_bytes(take(b, 288)),
            discrepancy_qty_e8: i64::from_le_bytes(take(b, 296)),
            absent_since_wall_ns: i64::from_le_bytes(take(b, 304)),
            absent_seq: u64::from_le_bytes(take(b, 312)),
            unsettled: u16::from_le_bytes(take(b, 320)),
            entry_order_kind: OrderKind::from_code(u8::from_le_bytes(take(b, 322))).ok_or(Malformed { record: "SlotCell", field: "entry_order_kind", code: u64::from(u8::from_le_bytes(take(b, 322))) })?,
            entry_tif: TimeInForce::from_code(u8::from_le_bytes(take(b, 323))).ok_or(Malformed { record: "SlotCell", field: "entry_tif", code: u64::from(u8::from_le_bytes(take(b, 323))) })?,
            exit_wanted: u8::from_le_bytes(take(b, 324)),
            unprotected: u8::from_le_bytes(take(b, 325)),
            reserved_0: core::array::from_fn(|i| u8::from_le_bytes(take(b, 326 + i * 1))),
            position_notional_e8: i64::from_le_bytes(take(b, 328)),
            margin_e8: i64::from_le_bytes(take(b, 336)),
            excess_qty_e8: i64::from_le_bytes(take(b, 344)),
            excess_notional_e8: i64::from_le_bytes(take(b, 352)),
            submits: u32::from_le_bytes(take(b, 360)),
            refusals: u32::from_le_bytes(take(b, 364)),
            agenda_mono_ns: u64::from_le_bytes(take(b, 368)),
            snap_seq: u64::from_le_bytes(take(b, 376)),
            snap_qty_e8: i64::from_le_bytes(take(b, 384)),
            snap_price_e12: i64::from_le_bytes(take(b, 392)),
            hold_mono_ns: u64::from_le_bytes(take(b, 400)),
            trail_e12: i64::from_le_bytes(take(b, 408)),
            stop_hold_mono_ns: u64::from_le_bytes(take(b, 416)),
            profit_hold_mono_ns: u64::from_le_bytes(take(b, 424)),
            stop_refusals: u32::from_le_bytes(take(b, 432)),
            profit_refusals: u32::from_le_bytes(take(b, 436)),
            taken_wall_ns: i64::from_le_bytes(take(b, 440)),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 56] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 56]) -> Result<Self, Malformed> {
        let mut b = [0; 448];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// One order of ours, from its command until its settled figures are booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct OrderCell {
    pub order_index: u16,
    pub slot_id: u16,
    pub generation: u32,
    pub role: OrderRole,
    /// NONE = free cell
    pub status: OrderStatus,
    pub order_side: OrderSide,
    pub position_side: Side,
    pub order_kind: OrderKind,
    pub tif: TimeInForce,
    pub reduce_only: u8,
    pub leg: u8,
    pub attempt: u8,
    /// 1: cancel commanded, not yet concluded
    pub cancel_wanted: u8,
    /// of its money
    pub provenance: Provenance,
    /// 1: SETTLE commanded
    pub settling: u8,
    pub reserved_0: [u8; 4],
    /// journal sequence of the last change
    pub seq: u64,
    /// command_seq of the SUBMIT
    pub submit_seq: u64,
    /// command_seq still without report; 0 = none
    pub submit_open: u64,
    /// command_seq still without report; 0 = none
    pub cancel_open: u64,
    /// command_seq still without report; 0 = none
    pub query_open: u64,
    pub client_order_id: Ascii<40>,
    /// 0 = not known
    pub venue_order_id: i64,
    pub symbol: Ascii<24>,
    pub qty_e8: i64,
    pub price_e12: i64,
    pub trigger_e12: i64,
    /// booked
    pub cum_qty_e8: i64,
    /// booked
    pub cum_notional_e8: i64,
    /// booked
    pub cum_fee_e8: i64,
    /// fill rows accumulated
    pub settle_rows: u32,
    /// fill rows of the complete set
    pub settle_count: u32,
    pub settle_qty_e8: i64,
    pub settle_notional_e8: i64,
    pub settle_fee_e8: i64,
    /// EXIT: entry cost its fills released, for re-booking at settling
    pub released_notional_e8: i64,
    /// EXIT: booked by this order
    pub realised_e8: i64,
    pub created_wall_ns: i64,
    pub created_mono_ns: u64,
    /// next time the kernel acts on it; 0 = none
    pub deadline_mono_ns: u64,
    /// newest venue time applied
    pub last_venue_ms: i64,
    /// times asked
    pub queries: u32,
    /// why it was refused
    pub code: Code,
    /// what a report said whose fill is held as implausible
    pub held_status: OrderStatus,
    /// 1: less_qty_e8 was said twice, far enough apart
    pub less_proven: u8,
    /// cumulative quantity told with an implausible price; 0 = none
    pub held_qty_e8: i64,
    /// ENTRY: what is not filled yet, at its price
    pub reserved_notional_e8: i64,
    /// command_seq still without report; 0 = none
    pub settle_open: u64,
    /// latest time at which it may have left
    pub submitted_wall_ms: i64,
    /// asked_seq of the last snapshot that listed it
    pub snap_seq: u64,
    /// mark when it was commanded
    pub mark_e12: i64,
    /// since when the venue does not know the order that worked; 0 = it does
    pub absent_wall_ms: i64,
    /// sum of the last whole set of fill rows that held more than was told; 0 = none
    pub proven_qty_e8: i64,
    /// cumulative quantity that the venue answers with, less than was told before
    pub less_qty_e8: i64,
    /// since when it does; 0 = it does not
    pub less_wall_ms: i64,
}

const _: () = {
    assert!(core::mem::offset_of!(OrderCell, order_index) == 0);
    assert!(core::mem::offset_of!(OrderCell, slot_id) == 2);
    assert!(core::mem::offset_of!(OrderCell, generation) == 4);
    assert!(core::mem::offset_of!(OrderCell, role) == 8);
    assert!(core::mem::offset_of!(OrderCell, status) == 9);
    assert!(core::mem::offset_of!(OrderCell, order_side) == 10);
    assert!(core::mem::offset_of!(OrderCell, position_side) == 11);
    assert!(core::mem::offset_of!(OrderCell, order_kind) == 12);
    assert!(core::mem::offset_of!(OrderCell, tif) == 13);
    assert!(core::mem::offset_of!(OrderCell, reduce_only) == 14);
    assert!(core::mem::offset_of!(OrderCell, leg) == 15);
    assert!(core::mem::offset_of!(OrderCell, attempt) == 16);
    assert!(core::mem::offset_of!(OrderCell, cancel_wanted) == 17);
    assert!(core::mem::offset_of!(OrderCell, provenance) == 18);
    assert!(core::mem::offset_of!(OrderCell, settling) == 19);
    assert!(core::mem::offset_of!(OrderCell, reserved_0) == 20);
    assert!(core::mem::offset_of!(OrderCell, seq) == 24);
    assert!(core::mem::offset_of!(OrderCell, submit_seq) == 32);
    assert!(core::mem::offset_of!(OrderCell, submit_open) == 40);
    assert!(core::mem::offset_of!(OrderCell, cancel_open) == 48);
    assert!(core::mem::offset_of!(OrderCell, query_open) == 56);
    assert!(core::mem::offset_of!(OrderCell, client_order_id) == 64);
    assert!(core::mem::offset_of!(OrderCell, venue_order_id) == 104);
    assert!(core::mem::offset_of!(OrderCell, symbol) == 112);
    assert!(core::mem::offset_of!(OrderCell, qty_e8) == 136);
    assert!(core::mem::offset_of!(OrderCell, price_e12) == 144);
    assert!(core::mem::offset_of!(OrderCell, trigger_e12) == 152);
    assert!(core::mem::offset_of!(OrderCell, cum_qty_e8) == 160);
    assert!(core::mem::offset_of!(OrderCell, cum_notional_e8) == 168);
    assert!(core::mem::offset_of!(OrderCell, cum_fee_e8) == 176);
    assert!(core::mem::offset_of!(OrderCell, settle_rows) == 184);
    assert!(core::mem::offset_of!(OrderCell, settle_count) == 188);
    assert!(core::mem::offset_of!(OrderCell, settle_qty_e8) == 192);
    assert!(core::mem::offset_of!(OrderCell, settle_notional_e8) == 200);
    assert!(core::mem::offset_of!(OrderCell, settle_fee_e8) == 208);
    assert!(core::mem::offset_of!(OrderCell, released_notional_e8) == 216);
    assert!(core::mem::offset_of!(OrderCell, realised_e8) == 224);
    assert!(core::mem::offset_of!(OrderCell, created_wall_ns) == 232);
    assert!(core::mem::offset_of!(OrderCell, created_mono_ns) == 240);
    assert!(core::mem::offset_of!(OrderCell, deadline_mono_ns) == 248);
    assert!(core::mem::offset_of!(OrderCell, last_venue_ms) == 256);
    assert!(core::mem::offset_of!(OrderCell, queries) == 264);
    assert!(core::mem::offset_of!(OrderCell, code) == 268);
    assert!(core::mem::offset_of!(OrderCell, held_status) == 270);
    assert!(core::mem::offset_of!(OrderCell, less_proven) == 271);
    assert!(core::mem::offset_of!(OrderCell, held_qty_e8) == 272);
    assert!(core::mem::offset_of!(OrderCell, reserved_notional_e8) == 280);
    assert!(core::mem::offset_of!(OrderCell, settle_open) == 288);
    assert!(core::mem::offset_of!(OrderCell, submitted_wall_ms) == 296);
    assert!(core::mem::offset_of!(OrderCell, snap_seq) == 304);
    assert!(core::mem::offset_of!(OrderCell, mark_e12) == 312);
    assert!(core::mem::offset_of!(OrderCell, absent_wall_ms) == 320);
    assert!(core::mem::offset_of!(OrderCell, proven_qty_e8) == 328);
    assert!(core::mem::offset_of!(OrderCell, less_qty_e8) == 336);
    assert!(core::mem::offset_of!(OrderCell, less_wall_ms) == 344);
    assert!(core::mem::size_of::<OrderCell>() == 352);
};

impl OrderCell {
    pub const SIZE: usize = 352;
    pub const WORDS: usize = 44;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        order_index: 0,
        slot_id: 0,
        generation: 0,
        role: OrderRole::None,
        status: OrderStatus::None,
        order_side: OrderSide::None,
        position_side: Side::None,
        order_kind: OrderKind::None,
        tif: TimeInForce::None,
        reduce_only: 0,
        leg: 0,
        attempt: 0,
        cancel_wanted: 0,
        provenance: Provenance::None,
        settling: 0,
        reserved_0: [0; 4],
        seq: 0,
        submit_seq: 0,
        submit_open: 0,
        cancel_open: 0,
        query_open: 0,
        client_order_id: Ascii::EMPTY,
        venue_order_id: 0,
        symbol: Ascii::EMPTY,
        qty_e8: 0,
        price_e12: 0,
        trigger_e12: 0,
        cum_qty_e8: 0,
        cum_notional_e8: 0,
        cum_fee_e8: 0,
        settle_rows: 0,
        settle_count: 0,
        settle_qty_e8: 0,
        settle_notional_e8: 0,
        settle_fee_e8: 0,
        released_notional_e8: 0,
        realised_e8: 0,
        created_wall_ns: 0,
        created_mono_ns: 0,
        deadline_mono_ns: 0,
        last_venue_ms: 0,
        queries: 0,
        code: Code::Ok,
        held_status: OrderStatus::None,
        less_proven: 0,
        held_qty_e8: 0,
        reserved_notional_e8: 0,
        settle_open: 0,
        submitted_wall_ms: 0,
        snap_seq: 0,
        mark_e12: 0,
        absent_wall_ms: 0,
        proven_qty_e8: 0,
        less_qty_e8: 0,
        less_wall_ms: 0,
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 352] {
        let mut b = [0; 352];
        b[0..2].copy_from_slice(&self.order_index.to_le_bytes());
        b[2..4].copy_from_slice(&self.slot_id.to_le_bytes());
        b[4..8].copy_from_slice(&self.generation.to_le_bytes());
        b[8..9].copy_from_slice(&self.role.code().to_le_bytes());
        b[9..10].copy_from_slice(&self.status.code().to_le_bytes());
        b[10..11].copy_from_slice(&self.order_side.code().to_le_bytes());
        b[11..12].copy_from_slice(&self.position_side.code().to_le_bytes());
        b[12..13].copy_from_slice(&self.order_kind.code().to_le_bytes());
        b[13..14].copy_from_slice(&self.tif.code().to_le_bytes());
        b[14..15].copy_from_slice(&self.reduce_only.to_le_bytes());
        b[15..16].copy_from_slice(&self.leg.to_le_bytes());
        b[16..17].copy_from_slice(&self.attempt.to_le_bytes());
        b[17..18].copy_from_slice(&self.cancel_wanted.to_le_bytes());
        b[18..19].copy_from_slice(&self.provenance.code().to_le_bytes());
        b[19..20].copy_from_slice(&self.settling.to_le_bytes());
        for (to, from) in b[20..24].chunks_exact_mut(1).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b[24..32].copy_from_slice(&self.seq.to_le_bytes());
        b[32..40].copy_from_slice(&self.submit_seq.to_le_bytes());
        b[40..48].copy_from_slice(&self.submit_open.to_le_bytes());
        b[48..56].copy_from_slice(&self.cancel_open.to_le_bytes());
        b[56..64].copy_from_slice(&self.query_open.to_le_bytes());
        b[64..104].copy_from_slice(&self.client_order_id.0);
        b[104..112].copy_from_slice(&self.venue_order_id.to_le_bytes());
        b[112..136].copy_from_slice(&self.symbol.0);
        b[136..144].copy_from_slice(&self.qty_e8.to_le_bytes());
        b[144..152].copy_from_slice(&self.price_e12.to_le_bytes());
        b[152..160].copy_from_slice(&self.trigger_e12.to_le_bytes());
        b[160..168].copy_from_slice(&self.cum_qty_e8.to_le_bytes());
        b[168..176].copy_from_slice(&self.cum_notional_e8.to_le_bytes());
        b[176..184].copy_from_slice(&self.cum_fee_e8.to_le_bytes());
        b[184..188].copy_from_slice(&self.settle_rows.to_le_bytes());
        b[188..192].copy_from_slice(&self.settle_count.to_le_bytes());
        b[192..200].copy_from_slice(&self.settle_qty_e8.to_le_bytes());
        b[200..208].copy_from_slice(&self.settle_notional_e8.to_le_bytes());
        b[208..216].copy_from_slice(&self.settle_fee_e8.to_le_bytes());
        b[216..224].copy_from_slice(&self.released_notional_e8.to_le_bytes());
        b[224..232].copy_from_slice(&self.realised_e8.to_le_bytes());
        b[232..240].copy_from_slice(&self.created_wall_ns.to_le_bytes());
        b[240..248].copy_from_slice(&self.created_mono_ns.to_le_bytes());
        b[248..256].copy_from_slice(&self.deadline_mono_ns.to_le_bytes());
        b[256..264].copy_from_slice(&self.last_venue_ms.to_le_bytes());
        b[264..268].copy_from_slice(&self.queries.to_le_bytes());
        b[268..270].copy_from_slice(&self.code.code().to_le_bytes());
        b[270..271].copy_from_slice(&self.held_status.code().to_le_bytes());
        b[271..272].copy_from_slice(&self.less_proven.to_le_bytes());
        b[272..280].copy_from_slice(&self.held_qty_e8.to_le_bytes());
        b[280..288].copy_from_slice(&self.reserved_notional_e8.to_le_bytes());
        b[288..296].copy_from_slice(&self.settle_open.to_le_bytes());
        b[296..304].copy_from_slice(&self.submitted_wall_ms.to_le_bytes());
        b[304..312].copy_from_slice(&self.snap_seq.to_le_bytes());
        b[312..320].copy_from_slice(&self.mark_e12.to_le_bytes());
        b[320..328].copy_from_slice(&self.absent_wall_ms.to_le_bytes());
        b[328..336].copy_from_slice(&self.proven_qty_e8.to_le_bytes());
        b[336..344].copy_from_slice(&self.less_qty_e8.to_le_bytes());
        b[344..352].copy_from_slice(&self.less_wall_ms.to_le_bytes());
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("order_index", Value::Number(self.order_index.into()));
        each("slot_id", Value::Number(self.slot_id.into()));
        each("generation", Value::Number(self.generation.into()));
        each("role", Value::Code(self.role.name()));
        each("status", Value::Code(self.status.name()));
        each("order_side", Value::Code(self.order_side.name()));
        each("position_side", Value::Code(self.position_side.name()));
        each("order_kind", Value::Code(self.order_kind.name()));
        each("tif", Value::Code(self.tif.name()));
        each("reduce_only", Value::Number(self.reduce_only.into()));
        each("leg", Value::Number(self.leg.into()));
        each("attempt", Value::Number(self.attempt.into()));
        each("cancel_wanted", Value::Number(self.cancel_wanted.into()));
        each("provenance", Value::Code(self.provenance.name()));
        each("settling", Value::Number(self.settling.into()));
        each("seq", Value::Number(self.seq.into()));
        each("submit_seq", Value::Number(self.submit_seq.into()));
        each("submit_open", Value::Number(self.submit_open.into()));
        each("cancel_open", Value::Number(self.cancel_open.into()));
        each("query_open", Value::Number(self.query_open.into()));
        each("client_order_id", Value::Text(self.client_order_id.as_str()));
        each("venue_order_id", Value::Number(self.venue_order_id.into()));
        each("symbol", Value::Text(self.symbol.as_str()));
        each("qty_e8", Value::Number(self.qty_e8.into()));
        each("price_e12", Value::Number(self.price_e12.into()));
        each("trigger_e12", Value::Number(self.trigger_e12.into()));
        each("cum_qty_e8", Value::Number(self.cum_qty_e8.into()));
        each("cum_notional_e8", Value::Number(self.cum_notional_e8.into()));
        each("cum_fee_e8", Value::Number(self.cum_fee_e8.into()));
        each("settle_rows", Value::Number(self.settle_rows.into()));
        each("settle_count", Value::Number(self.settle_count.into()));
        each("settle_qty_e8", Value::Number(self.settle_qty_e8.into()));
        each("settle_notional_e8", Value::Number(self.settle_notional_e8.into()));
        each("settle_fee_e8", Value::Number(self.settle_fee_e8.into()));
        each("released_notional_e8", Value::Number(self.released_notional_e8.into()));
        each("realised_e8", Value::Number(self.realised_e8.into()));
        each("created_wall_ns", Value::Number(self.created_wall_ns.into()));
        each("created_mono_ns", Value::Number(self.created_mono_ns.into()));
        each("deadline_mono_ns", Value::Number(self.deadline_mono_ns.into()));
        each("last_venue_ms", Value::Number(self.last_venue_ms.into()));
        each("queries", Value::Number(self.queries.into()));
        each("code", Value::Code(self.code.name()));
        each("held_status", Value::Code(self.held_status.name()));
        each("less_proven", Value::Number(self.less_proven.into()));
        each("held_qty_e8", Value::Number(self.held_qty_e8.into()));
        each("reserved_notional_e8", Value::Number(self.reserved_notional_e8.into()));
        each("settle_open", Value::Number(self.settle_open.into()));
        each("submitted_wall_ms", Value::Number(self.submitted_wall_ms.into()));
        each("snap_seq", Value::Number(self.snap_seq.into()));
        each("mark_e12", Value::Number(self.mark_e12.into()));
        each("absent_wall_ms", Value::Number(self.absent_wall_ms.into()));
        each("proven_qty_e8", Value::Number(self.proven_qty_e8.into()));
        each("less_qty_e8", Value::Number(self.less_qty_e8.into()));
        each("less_wall_ms", Value::Number(self.less_wall_ms.into()));
    }

    pub fn from_bytes(b: &[u8; 352]) -> Result<Self, Malformed> {
        Ok(Self {
            order_index: u16::from_le_bytes(take(b, 0)),
            slot_id: u16::from_le_bytes(take(b, 2)),
            generation: u32::from_le_bytes(take(b, 4)),
            role: OrderRole::from_code(u8::from_le_bytes(take(b, 8))).ok_or(Malformed { record: "OrderCell", field: "role", code: u64::from(u8::from_le_bytes(take(b, 8))) })?,
            status: OrderStatus::from_code(u8::from_le_bytes(take(b, 9))).ok_or(Malformed { record: "OrderCell", field: "status", code: u64::from(u8::from_le_bytes(take(b, 9))) })?,
            order_side: OrderSide::from_code(u8::from_le_bytes(take(b, 10))).ok_or(Malformed { record: "OrderCell", field: "order_side", code: u64::from(u8::from_le_bytes(take(b, 10))) })?,
            position_side: Side::from_code(u8::from_le_bytes(take(b, 11))).ok_or(Malformed { record: "OrderCell", field: "position_side", code: u64::from(u8::from_le_bytes(take(b, 11))) })?,
            order_kind: OrderKind::from_code(u8::from_le_bytes(take(b, 12))).ok_or(Malformed { record: "OrderCell", field: "order_kind", code: u64::from(u8::from_le_bytes(take(b, 12))) })?,
            tif: TimeInForce::from_code(u8::from_le_bytes(take(b, 13))).ok_or(Malformed { record: "OrderCell", field: "tif", code: u64::from(u8::from_le_bytes(take(b, 13))) })?,
            reduce_only: u8::from_le_bytes(take(b, 14)),
            leg: u8::from_le_bytes(take(b, 15)),
            attempt: u8::from_le_bytes(take(b, 16)),
            cancel_wanted: u8::from_le_bytes(take(b, 17)),
            provenance: Provenance::from_code(u8::from_le_bytes(take(b, 18))).ok_or(Malformed { record: "OrderCell", field: "provenance", code: u64::from(u8::from_le_bytes(take(b, 18))) })?,
            settling: u8::from_le_bytes(take(b, 19)),
            reserved_0: core::array::from_fn(|i| u8::from_le_bytes(take(b, 20 + i * 1))),
            seq: u64::from_le_bytes(take(b, 24)),
            submit_seq: u64::from_le_bytes(take(b, 32)),
            submit_open: u64::from_le_bytes(take(b, 40)),
            cancel_open: u64::from_le_bytes(take(b, 48)),
            query_open: u64::from_le_bytes(take(b, 56)),
            client_order_id: Ascii::from_padded(take(b, 64)).ok_or(Malformed { record: "OrderCell", field: "client_order_id", code: 0 })?,
            venue_order_id: i64::from_le_bytes(take(b, 104)),
            symbol: Ascii::from_padded(take(b, 112)).ok_or(Malformed { record: "OrderCell", field: "symbol", code: 0 })?,
            qty_e8: i64::from_le_bytes(take(b, 136)),
            price_e12: i64::from_le_bytes(take(b, 144)),
            trigger_e12: i64::from_le_bytes(take(b, 152)),
            cum_qty_e8: i64::from_le_bytes(take(b, 160)),
            cum_notional_e8: i64::from_le_bytes(take(b, 168)),
            cum_fee_e8: i64::from_le_bytes(take(b, 176)),
            settle_rows: u32::from_le_bytes(take(b, 184)),
            settle_count: u32::from_le_bytes(take(b, 188)),
            settle_qty_e8: i64::from_le_bytes(take(b, 192)),
            settle_notional_e8: i64::from_le_bytes(take(b, 200)),
            settle_fee_e8: i64::from_le_bytes(take(b, 208)),
            released_notional_e8: i64::from_le_bytes(take(b, 216)),
            realised_e8: i64::from_le_bytes(take(b, 224)),
            created_wall_ns: i64::from_le_bytes(take(b, 232)),
            created_mono_ns: u64::from_le_bytes(take(b, 240)),
            deadline_mono_ns: u64::from_le_bytes(take(b, 248)),
            last_venue_ms: i64::from_le_bytes(take(b, 256)),
            queries: u32::from_le_bytes(take(b, 264)),
            code: Code::from_code(u16::from_le_bytes(take(b, 268))).ok_or(Malformed { record: "OrderCell", field: "code", code: u64::from(u16::from_le_bytes(take(b, 268))) })?,
            held_status: OrderStatus::from_code(u8::from_le_bytes(take(b, 270))).ok_or(Malformed { record: "OrderCell", field: "held_status", code: u64::from(u8::from_le_bytes(take(b, 270))) })?,
            less_proven: u8::from_le_bytes(take(b, 271)),
            held_qty_e8: i64::from_le_bytes(take(b, 272)),
            reserved_notional_e8: i64::from_le_bytes(take(b, 280)),
            settle_open: u64::from_le_bytes(take(b, 288)),
            submitted_wall_ms: i64::from_le_bytes(take(b, 296)),
            snap_seq: u64::from_le_bytes(take(b, 304)),
            mark_e12: i64::from_le_bytes(take(b, 312)),
            absent_wall_ms: i64::from_le_bytes(take(b, 320)),
            proven_qty_e8: i64::from_le_bytes(take(b, 328)),
            less_qty_e8: i64::from_le_bytes(take(b, 336)),
            less_wall_ms: i64::from_le_bytes(take(b, 344)),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 44] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 44]) -> Result<Self, Malformed> {
        let mut b = [0; 352];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// The account in one consistent piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct AccountCell {
    pub seq: u64,
    pub mode: Mode,
    pub kill_switch: u8,
    pub frozen: u8,
    pub status: AccountStatus,
    pub configured: u8,
    pub reconciled: u8,
    pub position_mode: PositionMode,
    pub wallet_provenance: Provenance,
    /// seed + realised - fees - funding + transfers + adjustments
    pub capital_e8: i64,
    pub seed_e8: i64,
    /// 1 = seed_e8 is a fact
    pub seeded: u64,
    pub realised_e8: i64,
    pub fees_e8: i64,
    /// cost positive
    pub funding_e8: i64,
    pub transfers_e8: i64,
    pub adjustments_e8: i64,
    /// estimate
    pub unrealised_e8: i64,
    /// positions at mark plus live risk-adding orders
    pub open_notional_e8: i64,
    /// risk-adding orders not yet filled
    pub reserved_notional_e8: i64,
    /// venue
    pub wallet_e8: i64,
    /// 0 = never told
    pub wallet_seq: u64,
    pub wallet_wall_ms: i64,
    /// venue
    pub equity_e8: i64,
    /// venue
    pub available_e8: i64,
    /// venue
    pub used_margin_e8: i64,
    /// wallet - capital when last judged
    pub delta_e8: i64,
    /// 0 = never judged
    pub delta_seq: u64,
    pub peak_capital_e8: i64,
    pub day_start_capital_e8: i64,
    /// days since 1970 of market time
    pub day_number: i64,
    pub last_fill_seq: u64,
    /// asked_seq of the last complete snapshot
    pub last_snapshot_seq: u64,
    /// live or unknown
    pub unresolved_orders: u32,
    pub unsettled_orders: u32,
    /// not IDLE
    pub open_slots: u32,
    /// intents refused since start of the journal (wraps)
    pub refusals: u32,
    pub trades_closed: u64,
    pub changed_wall_ns: i64,
    pub changed_mono_ns: u64,
    /// income rows are booked up to here
    pub income_since_wall_ms: i64,
    /// positions and reserved entries by their leverage
    pub margin_e8: i64,
    /// income before this is in the seed already
    pub seed_wall_ms: i64,
    /// what the operator asked for; in force once reconciled
    pub mode_wanted: Mode,
    /// 1: FLATTEN is at work
    pub flattening: u8,
    /// 1: the disk does not keep up
    pub journal_slow: u8,
    pub reserved_1: [u8; 1],
    /// positions without a mark: results cannot be computed
    pub unmarked_slots: u32,
    pub reserved_0: [u64; 5],
}

const _: () = {
    assert!(core::mem::offset_of!(AccountCell, seq) == 0);
    assert!(core::mem::offset_of!(AccountCell, mode) == 8);
    assert!(core::mem::offset_of!(AccountCell, kill_switch) == 9);
    assert!(core::mem::offset_of!(AccountCell, frozen) == 10);
    assert!(core::mem::offset_of!(AccountCell, status) == 11);
    assert!(core::mem::offset_of!(AccountCell, configured) == 12);
    assert!(core::mem::offset_of!(AccountCell, reconciled) == 13);
    assert!(core::mem::offset_of!(AccountCell, position_mode) == 14);
    assert!(core::mem::offset_of!(AccountCell, wallet_provenance) == 15);
    assert!(core::mem::offset_of!(AccountCell, capital_e8) == 16);
    assert!(core::mem::offset_of!(AccountCell, seed_e8) == 24);
    assert!(core::mem::offset_of!(AccountCell, seeded) == 32);
    assert!(core::mem::offset_of!(AccountCell, realised_e8) == 40);
    assert!(core::mem::offset_of!(AccountCell, fees_e8) == 48);
    assert!(core::mem::offset_of!(AccountCell, funding_e8) == 56);
    assert!(core::mem::offset_of!(AccountCell, transfers_e8) == 64);
    assert!(core::mem::offset_of!(AccountCell, adjustments_e8) == 72);
    assert!(core::mem::offset_of!(AccountCell, unrealised_e8) == 80);
    assert!(core::mem::offset_of!(AccountCell, open_notional_e8) == 88);
    assert!(core::mem::offset_of!(AccountCell, reserved_notional_e8) == 96);
    assert!(core::mem::offset_of!(AccountCell, wallet_e8) == 104);
    assert!(core::mem::offset_of!(AccountCell, wallet_seq) == 112);
    assert!(core::mem::offset_of!(AccountCell, wallet_wall_ms) == 120);
    assert!(core::mem::offset_of!(AccountCell, equity_e8) == 128);
    assert!(core::mem::offset_of!(AccountCell, available_e8) == 136);
    assert!(core::mem::offset_of!(AccountCell, used_margin_e8) == 144);
    assert!(core::mem::offset_of!(AccountCell, delta_e8) == 152);
    assert!(core::mem::offset_of!(AccountCell, delta_seq) == 160);
    assert!(core::mem::offset_of!(AccountCell, peak_capital_e8) == 168);
    assert!(core::mem::offset_of!(AccountCell, day_start_capital_e8) == 176);
    assert!(core::mem::offset_of!(AccountCell, day_number) == 184);
    assert!(core::mem::offset_of!(AccountCell, last_fill_seq) == 192);
    assert!(core::mem::offset_of!(AccountCell, last_snapshot_seq) == 200);
    assert!(core::mem::offset_of!(AccountCell, unresolved_orders) == 208);
    assert!(core::mem::offset_of!(AccountCell, unsettled_orders) == 212);
    assert!(core::mem::offset_of!(AccountCell, open_slots) == 216);
    assert!(core::mem::offset_of!(AccountCell, refusals) == 220);
    assert!(core::mem::offset_of!(AccountCell, trades_closed) == 224);
    assert!(core::mem::offset_of!(AccountCell, changed_wall_ns) == 232);
    assert!(core::mem::offset_of!(AccountCell, changed_mono_ns) == 240);
    assert!(core::mem::offset_of!(AccountCell, income_since_wall_ms) == 248);
    assert!(core::mem::offset_of!(AccountCell, margin_e8) == 256);
    assert!(core::mem::offset_of!(AccountCell, seed_wall_ms) == 264);
    assert!(core::mem::offset_of!(AccountCell, mode_wanted) == 272);
    assert!(core::mem::offset_of!(AccountCell, flattening) == 273);
    assert!(core::mem::offset_of!(AccountCell, journal_slow) == 274);
    assert!(core::mem::offset_of!(AccountCell, reserved_1) == 275);
    assert!(core::mem::offset_of!(AccountCell, unmarked_slots) == 276);
    assert!(core::mem::offset_of!(AccountCell, reserved_0) == 280);
    assert!(core::mem::size_of::<AccountCell>() == 320);
};

impl AccountCell {
    pub const SIZE: usize = 320;
    pub const WORDS: usize = 40;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        seq: 0,
        mode: Mode::Halted,
        kill_switch: 0,
        frozen: 0,
        status: AccountStatus::Unknown,
        configured: 0,
        reconciled: 0,
        position_mode: PositionMode::Unknown,
        wallet_provenance: Provenance::None,
        capital_e8: 0,
        seed_e8: 0,
        seeded: 0,
        realised_e8: 0,
        fees_e8: 0,
        funding_e8: 0,
        transfers_e8: 0,
        adjustments_e8: 0,
        unrealised_e8: 0,
        open_notional_e8: 0,
        reserved_notional_e8: 0,
        wallet_e8: 0,
        wallet_seq: 0,
        wallet_wall_ms: 0,
        equity_e8: 0,
        available_e8: 0,
        used_margin_e8: 0,
        delta_e8: 0,
        delta_seq: 0,
        peak_capital_e8: 0,
        day_start_capital_e8: 0,
        day_number: 0,
        last_fill_seq: 0,
        last_snapshot_seq: 0,
        unresolved_orders: 0,
        unsettled_orders: 0,
        open_slots: 0,
        refusals: 0,
        trades_closed: 0,
        changed_wall_ns: 0,
        changed_mono_ns: 0,
        income_since_wall_ms: 0,
        margin_e8: 0,
        seed_wall_ms: 0,
        mode_wanted: Mode::Halted,
        flattening: 0,
        journal_slow: 0,
        reserved_1: [0; 1],
        unmarked_slots: 0,
        reserved_0: [0; 5],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 320] {
        let mut b = [0; 320];
        b[0..8].copy_from_slice(&self.seq.to_le_bytes());
        b[8..9].copy_from_slice(&self.mode.code().to_le_bytes());
        b[9..10].copy_from_slice(&self.kill_switch.to_le_bytes());
        b[10..11].copy_from_slice(&self.frozen.to_le_bytes());
        b[11..12].copy_from_slice(&self.status.code().to_le_bytes());
        b[12..13].copy_from_slice(&self.configured.to_le_bytes());
        b[13..14].copy_from_slice(&self.reconciled.to_le_bytes());
        b[14..15].copy_from_slice(&self.position_mode.code().to_le_bytes());
        b[15..16].copy_from_slice(&self.wallet_provenance.code().to_le_bytes());
        b[16..24].copy_from_slice(&self.capital_e8.to_le_bytes());
        b[24..32].copy_from_slice(&self.seed_e8.to_le_bytes());
        b[32..40].copy_from_slice(&self.seeded.to_le_bytes());
        b[40..48].copy_from_slice(&self.realised_e8.to_le_bytes());
        b[48..56].copy_from_slice(&self.fees_e8.to_le_bytes());
        b[56..64].copy_from_slice(&self.funding_e8.to_le_bytes());
        b[64..72].copy_from_slice(&self.transfers_e8.to_le_bytes());
        b[72..80].copy_from_slice(&self.adjustments_e8.to_le_bytes());
        b[80..88].copy_from_slice(&self.unrealised_e8.to_le_bytes());
        b[88..96].copy_from_slice(&self.open_notional_e8.to_le_bytes());
        b[96..104].copy_from_slice(&self.reserved_notional_e8.to_le_bytes());
        b[104..112].copy_from_slice(&self.wallet_e8.to_le_bytes());
        b[112..120].copy_from_slice(&self.wallet_seq.to_le_bytes());
        b[120..128].copy_from_slice(&self.wallet_wall_ms.to_le_bytes());
        b[128..136].copy_from_slice(&self.equity_e8.to_le_bytes());
        b[136..144].copy_from_slice(&self.available_e8.to_le_bytes());
        b[144..152].copy_from_slice(&self.used_margin_e8.to_le_bytes());
        b[152..160].copy_from_slice(&self.delta_e8.to_le_bytes());
        b[160..168].copy_from_slice(&self.delta_seq.to_le_bytes());
        b[168..176].copy_from_slice(&self.peak_capital_e8.to_le_bytes());
        b[176..184].copy_from_slice(&self.day_start_capital_e8.to_le_bytes());
        b[184..192].copy_from_slice(&self.day_number.to_le_bytes());
        b[192..200].copy_from_slice(&self.last_fill_seq.to_le_bytes());
        b[200..208].copy_from_slice(&self.last_snapshot_seq.to_le_bytes());
        b[208..212].copy_from_slice(&self.unresolved_orders.to_le_bytes());
        b[212..216].copy_from_slice(&self.unsettled_orders.to_le_bytes());
        b[216..220].copy_from_slice(&self.open_slots.to_le_bytes());
        b[220..224].copy_from_slice(&self.refusals.to_le_bytes());
        b[224..232].copy_from_slice(&self.trades_closed.to_le_bytes());
        b[232..240].copy_from_slice(&self.changed_wall_ns.to_le_bytes());
        b[240..248].copy_from_slice(&self.changed_mono_ns.to_le_bytes());
        b[248..256].copy_from_slice(&self.income_since_wall_ms.to_le_bytes());
        b[256..264].copy_from_slice(&self.margin_e8.to_le_bytes());
        b[264..272].copy_from_slice(&self.seed_wall_ms.to_le_bytes());
        b[272..273].copy_from_slice(&self.mode_wanted.code().to_le_bytes());
        b[273..274].copy_from_slice(&self.flattening.to_le_bytes());
        b[274..275].copy_from_slice(&self.journal_slow.to_le_bytes());
        for (to, from) in b[275..276].chunks_exact_mut(1).zip(&self.reserved_1) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b[276..280].copy_from_slice(&self.unmarked_slots.to_le_bytes());
        for (to, from) in b[280..320].chunks_exact_mut(8).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("seq", Value::Number(self.seq.into()));
        each("mode", Value::Code(self.mode.name()));
        each("kill_switch", Value::Number(self.kill_switch.into()));
        each("frozen", Value::Number(self.frozen.into()));
        each("status", Value::Code(self.status.name()));
        each("configured", Value::Number(self.configured.into()));
        each("reconciled", Value::Number(self.reconciled.into()));
        each("position_mode", Value::Code(self.position_mode.name()));
        each("wallet_provenance", Value::Code(self.wallet_provenance.name()));
        each("capital_e8", Value::Number(self.capital_e8.into()));
        each("seed_e8", Value::Number(self.seed_e8.into()));
        each("seeded", Value::Number(self.seeded.into()));
        each("realised_e8", Value::Number(self.realised_e8.into()));
        each("fees_e8", Value::Number(self.fees_e8.into()));
        each("funding_e8", Value::Number(self.funding_e8.into()));
        each("transfers_e8", Value::Number(self.transfers_e8.into()));
        each("adjustments_e8", Value::Number(self.adjustments_e8.into()));
        each("unrealised_e8", Value::Number(self.unrealised_e8.into()));
        each("open_notional_e8", Value::Number(self.open_notional_e8.into()));
        each("reserved_notional_e8", Value::Number(self.reserved_notional_e8.into()));
        each("wallet_e8", Value::Number(self.wallet_e8.into()));
        each("wallet_seq", Value::Number(self.wallet_seq.into()));
        each("wallet_wall_ms", Value::Number(self.wallet_wall_ms.into()));
        each("equity_e8", Value::Number(self.equity_e8.into()));
        each("available_e8", Value::Number(self.available_e8.into()));
        each("used_margin_e8", Value::Number(self.used_margin_e8.into()));
        each("delta_e8", Value::Number(self.delta_e8.into()));
        each("delta_seq", Value::Number(self.delta_seq.into()));
        each("peak_capital_e8", Value::Number(self.peak_capital_e8.into()));
        each("day_start_capital_e8", Value::Number(self.day_start_capital_e8.into()));
        each("day_number", Value::Number(self.day_number.into()));
        each("last_fill_seq", Value::Number(self.last_fill_seq.into()));
        each("last_snapshot_seq", Value::Number(self.last_snapshot_seq.into()));
        each("unresolved_orders", Value::Number(self.unresolved_orders.into()));
        each("unsettled_orders", Value::Number(self.unsettled_orders.into()));
        each("open_slots", Value::Number(self.open_slots.into()));
        each("refusals", Value::Number(self.refusals.into()));
        each("trades_closed", Value::Number(self.trades_closed.into()));
        each("changed_wall_ns", Value::Number(self.changed_wall_ns.into()));
        each("changed_mono_ns", Value::Number(self.changed_mono_ns.into()));
        each("income_since_wall_ms", Value::Number(self.income_since_wall_ms.into()));
        each("margin_e8", Value::Number(self.margin_e8.into()));
        each("seed_wall_ms", Value::Number(self.seed_wall_ms.into()));
        each("mode_wanted", Value::Code(self.mode_wanted.name()));
        each("flattening", Value::Number(self.flattening.into()));
        each("journal_slow", Value::Number(self.journal_slow.into()));
        each("unmarked_slots", Value::Number(self.unmarked_slots.into()));
    }

    pub fn from_bytes(b: &[u8; 320]) -> Result<Self, Malformed> {
        Ok(Self {
            seq: u64::from_le_bytes(take(b, 0)),
            mode: Mode::from_code(u8::from_le_bytes(take(b, 8))).ok_or(Malformed { record: "AccountCell", field: "mode", code: u64::from(u8::from_le_bytes(take(b, 8))) })?,
            kill_switch: u8::from_le_bytes(take(b, 9)),
            frozen: u8::from_le_bytes(take(b, 10)),
            status: AccountStatus::from_code(u8::from_le_bytes(take(b, 11))).ok_or(Malformed { record: "AccountCell", field: "status", code: u64::from(u8::from_le_bytes(take(b, 11))) })?,
            configured: u8::from_le_bytes(take(b, 12)),
            reconciled: u8::from_le_bytes(take(b, 13)),
            position_mode: PositionMode::from_code(u8::from_le_bytes(take(b, 14))).ok_or(Malformed { record: "AccountCell", field: "position_mode", code: u64::from(u8::from_le_bytes(take(b, 14))) })?,
            wallet_provenance: Provenance::from_code(u8::from_le_bytes(take(b, 15))).ok_or(Malformed { record: "AccountCell", field: "wallet_provenance", code: u64::from(u8::from_le_bytes(take(b, 15))) })?,
            capital_e8: i64::from_le_bytes(take(b, 16)),
            seed_e8: i64::from_le_bytes(take(b, 24)),
            seeded: u64::from_le_bytes(take(b, 32)),
            realised_e8: i64::from_le_bytes(take(b, 40)),
            fees_e8: i64::from_le_bytes(take(b, 48)),
            funding_e8: i64::from_le_bytes(take(b, 56)),
            transfers_e8: i64::from_le_bytes(take(b, 64)),
            adjustments_e8: i64::from_le_bytes(take(b, 72)),
            unrealised_e8: i64::from_le_bytes(take(b, 80)),
            open_notional_e8: i64::from_le_bytes(take(b, 88)),
            reserved_notional_e8: i64::from_le_bytes(take(b, 96)),
            wallet_e8: i64::from_le_bytes(take(b, 104)),
            wallet_seq: u64::from_le_bytes(take(b, 112)),
            wallet_wall_ms: i64::from_le_bytes(take(b, 120)),
            equity_e8: i64::from_le_bytes(take(b, 128)),
            available_e8: i64::from_le_bytes(take(b, 136)),
            used_margin_e8: i64::from_le_bytes(take(b, 144)),
            delta_e8: i64::from_le_bytes(take(b, 152)),
            delta_seq: u64::from_le_bytes(take(b, 160)),
            peak_capital_e8: i64::from_le_bytes(take(b, 168)),
            day_start_capital_e8: i64::from_le_bytes(take(b, 176)),
            day_number: i64::from_le_bytes(take(b, 184)),
            last_fill_seq: u64::from_le_bytes(take(b, 192)),
            last_snapshot_seq: u64::from_le_bytes(take(b, 200)),
            unresolved_orders: u32::from_le_bytes(take(b, 208)),
            unsettled_orders: u32::from_le_bytes(take(b, 212)),
            open_slots: u32::from_le_bytes(take(b, 216)),
            refusals: u32::from_le_bytes(take(b, 220)),
            trades_closed: u64::from_le_bytes(take(b, 224)),
            changed_wall_ns: i64::from_le_bytes(take(b, 232)),
            changed_mono_ns: u64::from_le_bytes(take(b, 240)),
            income_since_wall_ms: i64::from_le_bytes(take(b, 248)),
            margin_e8: i64::from_le_bytes(take(b, 256)),
            seed_wall_ms: i64::from_le_bytes(take(b, 264)),
            mode_wanted: Mode::from_code(u8::from_le_bytes(take(b, 272))).ok_or(Malformed { record: "AccountCell", field: "mode_wanted", code: u64::from(u8::from_le_bytes(take(b, 272))) })?,
            flattening: u8::from_le_bytes(take(b, 273)),
            journal_slow: u8::from_le_bytes(take(b, 274)),
            reserved_1: core::array::from_fn(|i| u8::from_le_bytes(take(b, 275 + i * 1))),
            unmarked_slots: u32::from_le_bytes(take(b, 276)),
            reserved_0: core::array::from_fn(|i| u64::from_le_bytes(take(b, 280 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 40] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 40]) -> Result<Self, Malformed> {
        let mut b = [0; 320];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// Trading rules and last sampled mark of one symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct InstrumentCell {
    pub symbol: Ascii<24>,
    /// 0 = free cell
    pub seq: u64,
    pub tick_e12: i64,
    pub lot_e8: i64,
    pub min_qty_e8: i64,
    pub min_notional_e8: i64,
    /// ratio
    pub maker_fee_e8: i64,
    /// ratio
    pub taker_fee_e8: i64,
    /// in force at the venue; 0 = not known
    pub leverage: u64,
    /// 0 = none yet
    pub mark_e12: i64,
    pub bid_e12: i64,
    pub ask_e12: i64,
    pub mark_venue_ms: i64,
    /// when it reached the listener
    pub mark_mono_ns: u64,
    /// last order event of the symbol: older snapshots end nothing
    pub last_event_seq: u64,
    /// held at the venue by nobody here; blocks ENTER
    pub foreign_qty_e8: i64,
    pub market_ms: i64,
    /// LONG, SHORT: held at the venue without a slot, not yet confirmed
    pub found_qty_e8: [i64; 2],
    pub found_price_e12: [i64; 2],
    /// asked_seq of the snapshot that showed it last
    pub found_seq: [u64; 2],
    /// when it was seen first
    pub found_since_wall_ns: [i64; 2],
    /// asked_seq of the last snapshot with an order of nobody here; blocks ENTER
    pub foreign_order_seq: u64,
    pub reserved_0: [u64; 1],
}

const _: () = {
    assert!(core::mem::offset_of!(InstrumentCell, symbol) == 0);
    assert!(core::mem::offset_of!(InstrumentCell, seq) == 24);
    assert!(core::mem::offset_of!(InstrumentCell, tick_e12) == 32);
    assert!(core::mem::offset_of!(InstrumentCell, lot_e8) == 40);
    assert!(core::mem::offset_of!(InstrumentCell, min_qty_e8) == 48);
    assert!(core::mem::offset_of!(InstrumentCell, min_notional_e8) == 56);
    assert!(core::mem::offset_of!(InstrumentCell, maker_fee_e8) == 64);
    assert!(core::mem::offset_of!(InstrumentCell, taker_fee_e8) == 72);
    assert!(core::mem::offset_of!(InstrumentCell, leverage) == 80);
    assert!(core::mem::offset_of!(InstrumentCell, mark_e12) == 88);
    assert!(core::mem::offset_of!(InstrumentCell, bid_e12) == 96);
    assert!(core::mem::offset_of!(InstrumentCell, ask_e12) == 104);
    assert!(core::mem::offset_of!(InstrumentCell, mark_venue_ms) == 112);
    assert!(core::mem::offset_of!(InstrumentCell, mark_mono_ns) == 120);
    assert!(core::mem::offset_of!(InstrumentCell, last_event_seq) == 128);
    assert!(core::mem::offset_of!(InstrumentCell, foreign_qty_e8) == 136);
    assert!(core::mem::offset_of!(InstrumentCell, market_ms) == 144);
    assert!(core::mem::offset_of!(InstrumentCell, found_qty_e8) == 152);
    assert!(core::mem::offset_of!(InstrumentCell, found_price_e12) == 168);
    assert!(core::mem::offset_of!(InstrumentCell, found_seq) == 184);
    assert!(core::mem::offset_of!(InstrumentCell, found_since_wall_ns) == 200);
    assert!(core::mem::offset_of!(InstrumentCell, foreign_order_seq) == 216);
    assert!(core::mem::offset_of!(InstrumentCell, reserved_0) == 224);
    assert!(core::mem::size_of::<InstrumentCell>() == 232);
};

impl InstrumentCell {
    pub const SIZE: usize = 232;
    pub const WORDS: usize = 29;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        symbol: Ascii::EMPTY,
        seq: 0,
        tick_e12: 0,
        lot_e8: 0,
        min_qty_e8: 0,
        min_notional_e8: 0,
        maker_fee_e8: 0,
        taker_fee_e8: 0,
        leverage: 0,
        mark_e12: 0,
        bid_e12: 0,
        ask_e12: 0,
        mark_venue_ms: 0,
        mark_mono_ns: 0,
        last_event_seq: 0,
        foreign_qty_e8: 0,
        market_ms: 0,
        found_qty_e8: [0; 2],
        found_price_e12: [0; 2],
        found_seq: [0; 2],
        found_since_wall_ns: [0; 2],
        foreign_order_seq: 0,
        reserved_0: [0; 1],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 232] {
        let mut b = [0; 232];
        b[0..24].copy_from_slice(&self.symbol.0);
        b[24..32].copy_from_slice(&self.seq.to_le_bytes());
        b[32..40].copy_from_slice(&self.tick_e12.to_le_bytes());
        b[40..48].copy_from_slice(&self.lot_e8.to_le_bytes());
        b[48..56].copy_from_slice(&self.min_qty_e8.to_le_bytes());
        b[56..64].copy_from_slice(&self.min_notional_e8.to_le_bytes());
        b[64..72].copy_from_slice(&self.maker_fee_e8.to_le_bytes());
        b[72..80].copy_from_slice(&self.taker_fee_e8.to_le_bytes());
        b[80..88].copy_from_slice(&self.leverage.to_le_bytes());
        b[88..96].copy_from_slice(&self.mark_e12.to_le_bytes());
        b[96..104].copy_from_slice(&self.bid_e12.to_le_bytes());
        b[104..112].copy_from_slice(&self.ask_e12.to_le_bytes());
        b[112..120].copy_from_slice(&self.mark_venue_ms.to_le_bytes());
        b[120..128].copy_from_slice(&self.mark_mono_ns.to_le_bytes());
        b[128..136].copy_from_slice(&self.last_event_seq.to_le_bytes());
        b[136..144].copy_from_slice(&self.foreign_qty_e8.to_le_bytes());
        b[144..152].copy_from_slice(&self.market_ms.to_le_bytes());
        for (to, from) in b[152..168].chunks_exact_mut(8).zip(&self.found_qty_e8) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        for (to, from) in b[168..184].chunks_exact_mut(8).zip(&self.found_price_e12) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        for (to, from) in b[184..200].chunks_exact_mut(8).zip(&self.found_seq) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        for (to, from) in b[200..216].chunks_exact_mut(8).zip(&self.found_since_wall_ns) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b[216..224].copy_from_slice(&self.foreign_order_seq.to_le_bytes());
        for (to, from) in b[224..232].chunks_exact_mut(8).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("symbol", Value::Text(self.symbol.as_str()));
        each("seq", Value::Number(self.seq.into()));
        each("tick_e12", Value::Number(self.tick_e12.into()));
        each("lot_e8", Value::Number(self.lot_e8.into()));
        each("min_qty_e8", Value::Number(self.min_qty_e8.into()));
        each("min_notional_e8", Value::Number(self.min_notional_e8.into()));
        each("maker_fee_e8", Value::Number(self.maker_fee_e8.into()));
        each("taker_fee_e8", Value::Number(self.taker_fee_e8.into()));
        each("leverage", Value::Number(self.leverage.into()));
        each("mark_e12", Value::Number(self.mark_e12.into()));
        each("bid_e12", Value::Number(self.bid_e12.into()));
        each("ask_e12", Value::Number(self.ask_e12.into()));
        each("mark_venue_ms", Value::Number(self.mark_venue_ms.into()));
        each("mark_mono_ns", Value::Number(self.mark_mono_ns.into()));
        each("last_event_seq", Value::Number(self.last_event_seq.into()));
        each("foreign_qty_e8", Value::Number(self.foreign_qty_e8.into()));
        each("market_ms", Value::Number(self.market_ms.into()));
        each("found_qty_e8", Value::Numbers(&self.found_qty_e8.map(Into::into)));
        each("found_price_e12", Value::Numbers(&self.found_price_e12.map(Into::into)));
        each("found_seq", Value::Numbers(&self.found_seq.map(Into::into)));
        each("found_since_wall_ns", Value::Numbers(&self.found_since_wall_ns.map(Into::into)));
        each("foreign_order_seq", Value::Number(self.foreign_order_seq.into()));
    }

    pub fn from_bytes(b: &[u8; 232]) -> Result<Self, Malformed> {
        Ok(Self {
            symbol: Ascii::from_padded(take(b, 0)).ok_or(Malformed { record: "InstrumentCell", field: "symbol", code: 0 })?,
            seq: u64::from_le_bytes(take(b, 24)),
            tick_e12: i64::from_le_bytes(take(b, 32)),
            lot_e8: i64::from_le_bytes(take(b, 40)),
            min_qty_e8: i64::from_le_bytes(take(b, 48)),
            min_notional_e8: i64::from_le_bytes(take(b, 56)),
            maker_fee_e8: i64::from_le_bytes(take(b, 64)),
            taker_fee_e8: i64::from_le_bytes(take(b, 72)),
            leverage: u64::from_le_bytes(take(b, 80)),
            mark_e12: i64::from_le_bytes(take(b, 88)),
            bid_e12: i64::from_le_bytes(take(b, 96)),
            ask_e12: i64::from_le_bytes(take(b, 104)),
            mark_venue_ms: i64::from_le_bytes(take(b, 112)),
            mark_mono_ns: u64::from_le_bytes(take(b, 120)),
            last_event_seq: u64::from_le_bytes(take(b, 128)),
            foreign_qty_e8: i64::from_le_bytes(take(b, 136)),
            market_ms: i64::from_le_bytes(take(b, 144)),
            found_qty_e8: core::array::from_fn(|i| i64::from_le_bytes(take(b, 152 + i * 8))),
            found_price_e12: core::array::from_fn(|i| i64::from_le_bytes(take(b, 168 + i * 8))),
            found_seq: core::array::from_fn(|i| u64::from_le_bytes(take(b, 184 + i * 8))),
            found_since_wall_ns: core::array::from_fn(|i| i64::from_le_bytes(take(b, 200 + i * 8))),
            foreign_order_seq: u64::from_le_bytes(take(b, 216)),
            reserved_0: core::array::from_fn(|i| u64::from_le_bytes(take(b, 224 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 29] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 29]) -> Result<Self, Malformed> {
        let mut b = [0; 232];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// Watermarks and health of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct JournalCell {
    pub journal_id: u64,
    pub incarnation: u64,
    /// survives a process crash
    pub written_seq: u64,
    /// survives a power cut
    pub durable_seq: u64,
    pub segment_number: u64,
    pub segment_offset: u64,
    pub batches: u64,
    pub syncs: u64,
    pub sync_last_ns: u64,
    pub sync_max_ns: u64,
    /// of the file system, last looked at
    pub free_bytes: u64,
    /// prepared ahead
    pub spare_segments: u64,
    /// records replayed at the last start
    pub replayed: u64,
    pub replay_ns: u64,
    /// 1: the disk refused; no added risk
    pub failed: u64,
    pub build_hash: u64,
    pub config_hash: u64,
    pub reserved_0: [u64; 2],
}

const _: () = {
    assert!(core::mem::offset_of!(JournalCell, journal_id) == 0);
    assert!(core::mem::offset_of!(JournalCell, incarnation) == 8);
    assert!(core::mem::offset_of!(JournalCell, written_seq) == 16);
    assert!(core::mem::offset_of!(JournalCell, durable_seq) == 24);
    assert!(core::mem::offset_of!(JournalCell, segment_number) == 32);
    assert!(core::mem::offset_of!(JournalCell, segment_offset) == 40);
    assert!(core::mem::offset_of!(JournalCell, batches) == 48);
    assert!(core::mem::offset_of!(JournalCell, syncs) == 56);
    assert!(core::mem::offset_of!(JournalCell, sync_last_ns) == 64);
    assert!(core::mem::offset_of!(JournalCell, sync_max_ns) == 72);
    assert!(core::mem::offset_of!(JournalCell, free_bytes) == 80);
    assert!(core::mem::offset_of!(JournalCell, spare_segments) == 88);
    assert!(core::mem::offset_of!(JournalCell, replayed) == 96);
    assert!(core::mem::offset_of!(JournalCell, replay_ns) == 104);
    assert!(core::mem::offset_of!(JournalCell, failed) == 112);
    assert!(core::mem::offset_of!(JournalCell, build_hash) == 120);
    assert!(core::mem::offset_of!(JournalCell, config_hash) == 128);
    assert!(core::mem::offset_of!(JournalCell, reserved_0) == 136);
    assert!(core::mem::size_of::<JournalCell>() == 152);
};

impl JournalCell {
    pub const SIZE: usize = 152;
    pub const WORDS: usize = 19;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        journal_id: 0,
        incarnation: 0,
        written_seq: 0,
        durable_seq: 0,
        segment_number: 0,
        segment_offset: 0,
        batches: 0,
        syncs: 0,
        sync_last_ns: 0,
        sync_max_ns: 0,
        free_bytes: 0,
        spare_segments: 0,
        replayed: 0,
        replay_ns: 0,
        failed: 0,
        build_hash: 0,
        config_hash: 0,
        reserved_0: [0; 2],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 152] {
        let mut b = [0; 152];
        b[0..8].copy_from_slice(&self.journal_id.to_le_bytes());
        b[8..16].copy_from_slice(&self.incarnation.to_le_bytes());
        b[16..24].copy_from_slice(&self.written_seq.to_le_bytes());
        b[24..32].copy_from_slice(&self.durable_seq.to_le_bytes());
        b[32..40].copy_from_slice(&self.segment_number.to_le_bytes());
        b[40..48].copy_from_slice(&self.segment_offset.to_le_bytes());
        b[48..56].copy_from_slice(&self.batches.to_le_bytes());
        b[56..64].copy_from_slice(&self.syncs.to_le_bytes());
        b[64..72].copy_from_slice(&self.sync_last_ns.to_le_bytes());
        b[72..80].copy_from_slice(&self.sync_max_ns.to_le_bytes());
        b[80..88].copy_from_slice(&self.free_bytes.to_le_bytes());
        b[88..96].copy_from_slice(&self.spare_segments.to_le_bytes());
        b[96..104].copy_from_slice(&self.replayed.to_le_bytes());
        b[104..112].copy_from_slice(&self.replay_ns.to_le_bytes());
        b[112..120].copy_from_slice(&self.failed.to_le_bytes());
        b[120..128].copy_from_slice(&self.build_hash.to_le_bytes());
        b[128..136].copy_from_slice(&self.config_hash.to_le_bytes());
        for (to, from) in b[136..152].chunks_exact_mut(8).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("journal_id", Value::Number(self.journal_id.into()));
        each("incarnation", Value::Number(self.incarnation.into()));
        each("written_seq", Value::Number(self.written_seq.into()));
        each("durable_seq", Value::Number(self.durable_seq.into()));
        each("segment_number", Value::Number(self.segment_number.into()));
        each("segment_offset", Value::Number(self.segment_offset.into()));
        each("batches", Value::Number(self.batches.into()));
        each("syncs", Value::Number(self.syncs.into()));
        each("sync_last_ns", Value::Number(self.sync_last_ns.into()));
        each("sync_max_ns", Value::Number(self.sync_max_ns.into()));
        each("free_bytes", Value::Number(self.free_bytes.into()));
        each("spare_segments", Value::Number(self.spare_segments.into()));
        each("replayed", Value::Number(self.replayed.into()));
        each("replay_ns", Value::Number(self.replay_ns.into()));
        each("failed", Value::Number(self.failed.into()));
        each("build_hash", Value::Number(self.build_hash.into()));
        each("config_hash", Value::Number(self.config_hash.into()));
    }

    pub fn from_bytes(b: &[u8; 152]) -> Result<Self, Malformed> {
        Ok(Self {
            journal_id: u64::from_le_bytes(take(b, 0)),
            incarnation: u64::from_le_bytes(take(b, 8)),
            written_seq: u64::from_le_bytes(take(b, 16)),
            durable_seq: u64::from_le_bytes(take(b, 24)),
            segment_number: u64::from_le_bytes(take(b, 32)),
            segment_offset: u64::from_le_bytes(take(b, 40)),
            batches: u64::from_le_bytes(take(b, 48)),
            syncs: u64::from_le_bytes(take(b, 56)),
            sync_last_ns: u64::from_le_bytes(take(b, 64)),
            sync_max_ns: u64::from_le_bytes(take(b, 72)),
            free_bytes: u64::from_le_bytes(take(b, 80)),
            spare_segments: u64::from_le_bytes(take(b, 88)),
            replayed: u64::from_le_bytes(take(b, 96)),
            replay_ns: u64::from_le_bytes(take(b, 104)),
            failed: u64::from_le_bytes(take(b, 112)),
            build_hash: u64::from_le_bytes(take(b, 120)),
            config_hash: u64::from_le_bytes(take(b, 128)),
            reserved_0: core::array::from_fn(|i| u64::from_le_bytes(take(b, 136 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 19] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 19]) -> Result<Self, Malformed> {
        let mut b = [0; 152];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// Counters of the kernel process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct KernelCell {
    pub inputs: u64,
    pub refused: u64,
    pub commands: u64,
    pub fills_booked: u64,
    /// times a ring to the gateway was full
    pub backpressure: u64,
    /// stream gaps not yet resolved
    pub gaps_open: u64,
    pub gaps_resolved: u64,
    /// held fills, foreign orders, unresolved reports
    pub anomalies: u64,
    /// longest turn of the loop
    pub loop_max_ns: u64,
    pub loops: u64,
    /// Code of the last refused intent
    pub last_refusal: u64,
    /// facts that were already known
    pub duplicates: u64,
    /// facts that changed an order
    pub order_facts: u64,
    pub reserved_0: [u64; 4],
}

const _: () = {
    assert!(core::mem::offset_of!(KernelCell, inputs) == 0);
    assert!(core::mem::offset_of!(KernelCell, refused) == 8);
    assert!(core::mem::offset_of!(KernelCell, commands) == 16);
    assert!(core::mem::offset_of!(KernelCell, fills_booked) == 24);
    assert!(core::mem::offset_of!(KernelCell, backpressure) == 32);
    assert!(core::mem::offset_of!(KernelCell, gaps_open) == 40);
    assert!(core::mem::offset_of!(KernelCell, gaps_resolved) == 48);
    assert!(core::mem::offset_of!(KernelCell, anomalies) == 56);
    assert!(core::mem::offset_of!(KernelCell, loop_max_ns) == 64);
    assert!(core::mem::offset_of!(KernelCell, loops) == 72);
    assert!(core::mem::offset_of!(KernelCell, last_refusal) == 80);
    assert!(core::mem::offset_of!(KernelCell, duplicates) == 88);
    assert!(core::mem::offset_of!(KernelCell, order_facts) == 96);
    assert!(core::mem::offset_of!(KernelCell, reserved_0) == 104);
    assert!(core::mem::size_of::<KernelCell>() == 136);
};

impl KernelCell {
    pub const SIZE: usize = 136;
    pub const WORDS: usize = 17;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        inputs: 0,
        refused: 0,
        commands: 0,
        fills_booked: 0,
        backpressure: 0,
        gaps_open: 0,
        gaps_resolved: 0,
        anomalies: 0,
        loop_max_ns: 0,
        loops: 0,
        last_refusal: 0,
        duplicates: 0,
        order_facts: 0,
        reserved_0: [0; 4],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 136] {
        let mut b = [0; 136];
        b[0..8].copy_from_slice(&self.inputs.to_le_bytes());
        b[8..16].copy_from_slice(&self.refused.to_le_bytes());
        b[16..24].copy_from_slice(&self.commands.to_le_bytes());
        b[24..32].copy_from_slice(&self.fills_booked.to_le_bytes());
        b[32..40].copy_from_slice(&self.backpressure.to_le_bytes());
        b[40..48].copy_from_slice(&self.gaps_open.to_le_bytes());
        b[48..56].copy_from_slice(&self.gaps_resolved.to_le_bytes());
        b[56..64].copy_from_slice(&self.anomalies.to_le_bytes());
        b[64..72].copy_from_slice(&self.loop_max_ns.to_le_bytes());
        b[72..80].copy_from_slice(&self.loops.to_le_bytes());
        b[80..88].copy_from_slice(&self.last_refusal.to_le_bytes());
        b[88..96].copy_from_slice(&self.duplicates.to_le_bytes());
        b[96..104].copy_from_slice(&self.order_facts.to_le_bytes());
        for (to, from) in b[104..136].chunks_exact_mut(8).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("inputs", Value::Number(self.inputs.into()));
        each("refused", Value::Number(self.refused.into()));
        each("commands", Value::Number(self.commands.into()));
        each("fills_booked", Value::Number(self.fills_booked.into()));
        each("backpressure", Value::Number(self.backpressure.into()));
        each("gaps_open", Value::Number(self.gaps_open.into()));
        each("gaps_resolved", Value::Number(self.gaps_resolved.into()));
        each("anomalies", Value::Number(self.anomalies.into()));
        each("loop_max_ns", Value::Number(self.loop_max_ns.into()));
        each("loops", Value::Number(self.loops.into()));
        each("last_refusal", Value::Number(self.last_refusal.into()));
        each("duplicates", Value::Number(self.duplicates.into()));
        each("order_facts", Value::Number(self.order_facts.into()));
    }

    pub fn from_bytes(b: &[u8; 136]) -> Result<Self, Malformed> {
        Ok(Self {
            inputs: u64::from_le_bytes(take(b, 0)),
            refused: u64::from_le_bytes(take(b, 8)),
            commands: u64::from_le_bytes(take(b, 16)),
            fills_booked: u64::from_le_bytes(take(b, 24)),
            backpressure: u64::from_le_bytes(take(b, 32)),
            gaps_open: u64::from_le_bytes(take(b, 40)),
            gaps_resolved: u64::from_le_bytes(take(b, 48)),
            anomalies: u64::from_le_bytes(take(b, 56)),
            loop_max_ns: u64::from_le_bytes(take(b, 64)),
            loops: u64::from_le_bytes(take(b, 72)),
            last_refusal: u64::from_le_bytes(take(b, 80)),
            duplicates: u64::from_le_bytes(take(b, 88)),
            order_facts: u64::from_le_bytes(take(b, 96)),
            reserved_0: core::array::from_fn(|i| u64::from_le_bytes(take(b, 104 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 17] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 17]) -> Result<Self, Malformed> {
        let mut b = [0; 136];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// Journal-only: what the kernel has in hand beside slots and orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct DeskCell {
    /// command_seq of the RECONCILE without SNAPSHOT_END; 0 = none
    pub reconcile_open: u64,
    pub reconcile_asked_seq: u64,
    pub reconcile_sent_wall_ns: i64,
    pub reconcile_sent_mono_ns: u64,
    /// when to ask next; 0 = not planned
    pub reconcile_due_mono_ns: u64,
    /// command_seq; 0 = none
    pub income_open: u64,
    pub income_sent_wall_ns: i64,
    /// newest income row booked
    pub income_newest_ms: i64,
    /// command_seq of the snapshot whose rows are coming; 0 = none
    pub snap_command: u64,
    pub snap_asked_seq: u64,
    pub snap_asked_wall_ms: i64,
    pub snap_wallet_e8: i64,
    /// rows seen since SNAPSHOT_BEGIN
    pub snap_rows: u32,
    pub snap_has_wallet: u32,
    /// snapshot being compared with the slots; 0 = none
    pub sweep_asked_seq: u64,
    pub sweep_wall_ns: i64,
    /// next thing to compare
    pub sweep_cursor: u32,
    /// 1: something happened after the open RECONCILE was asked
    pub reconcile_again: u32,
    /// next slot from which entries are withdrawn, or which is flattened
    pub flatten_cursor: u32,
    /// stream gaps since the last complete snapshot
    pub gaps: u32,
    /// journal sequence at which the machine's boot changed
    pub boot_seq: u64,
    /// last stream gap
    pub gap_seq: u64,
    /// trade ids ever taken
    pub trade_ids: u64,
    /// risk-adding orders ever commanded
    pub entries: u64,
    /// income rows ever booked
    pub incomes: u64,
    /// when to go on comparing; 0 = nothing to compare
    pub sweep_due_mono_ns: u64,
    /// when to go on flattening; 0 = done
    pub flatten_due_mono_ns: u64,
    /// monotonic time of boot_seq, in the new clock
    pub boot_mono_ns: u64,
    /// since when the wallet has been this far from capital
    pub delta_since_wall_ms: i64,
    /// last change of a position booked at an estimate, not anchored yet; 0 = none
    pub outside_seq: u64,
    /// when the last whole snapshot was in
    pub whole_mono_ns: u64,
    /// since when the open or last INCOME asked
    pub income_since_ms: i64,
    /// orders that ever ended without a fill
    pub unfilled: u64,
    /// start of a kernel process whose difference to the wallet is not judged yet; 0 = none
    pub start_seq: u64,
    /// KernelCell.order_facts when the first open gap came
    pub gap_facts: u64,
    /// KernelCell.fills_booked then
    pub gap_fills: u64,
    /// incomes then
    pub gap_incomes: u64,
}

const _: () = {
    assert!(core::mem::offset_of!(DeskCell, reconcile_open) == 0);
    assert!(core::mem::offset_of!(DeskCell, reconcile_asked_seq) == 8);
    assert!(core::mem::offset_of!(DeskCell, reconcile_sent_wall_ns) == 16);
    assert!(core::mem::offset_of!(DeskCell, reconcile_sent_mono_ns) == 24);
    assert!(core::mem::offset_of!(DeskCell, reconcile_due_mono_ns) == 32);
    assert!(core::mem::offset_of!(DeskCell, income_open) == 40);
    assert!(core::mem::offset_of!(DeskCell, income_sent_wall_ns) == 48);
    assert!(core::mem::offset_of!(DeskCell, income_newest_ms) == 56);
    assert!(core::mem::offset_of!(DeskCell, snap_command) == 64);
    assert!(core::mem::offset_of!(DeskCell, snap_asked_seq) == 72);
    assert!(core::mem::offset_of!(DeskCell, snap_asked_wall_ms) == 80);
    assert!(core::mem::offset_of!(DeskCell, snap_wallet_e8) == 88);
    assert!(core::mem::offset_of!(DeskCell, snap_rows) == 96);
    assert!(core::mem::offset_of!(DeskCell, snap_has_wallet) == 100);
    assert!(core::mem::offset_of!(DeskCell, sweep_asked_seq) == 104);
    assert!(core::mem::offset_of!(DeskCell, sweep_wall_ns) == 112);
    assert!(core::mem::offset_of!(DeskCell, sweep_cursor) == 120);
    assert!(core::mem::offset_of!(DeskCell, reconcile_again) == 124);
    assert!(core::mem::offset_of!(DeskCell, flatten_cursor) == 128);
    assert!(core::mem::offset_of!(DeskCell, gaps) == 132);
    assert!(core::mem::offset_of!(DeskCell, boot_seq) == 136);
    assert!(core::mem::offset_of!(DeskCell, gap_seq) == 144);
    assert!(core::mem::offset_of!(DeskCell, trade_ids) == 152);
    assert!(core::mem::offset_of!(DeskCell, entries) == 160);
    assert!(core::mem::offset_of!(DeskCell, incomes) == 168);
    assert!(core::mem::offset_of!(DeskCell, sweep_due_mono_ns) == 176);
    assert!(core::mem::offset_of!(DeskCell, flatten_due_mono_ns) == 184);
    assert!(core::mem::offset_of!(DeskCell, boot_mono_ns) == 192);
    assert!(core::mem::offset_of!(DeskCell, delta_since_wall_ms) == 200);
    assert!(core::mem::offset_of!(DeskCell, outside_seq) == 208);
    assert!(core::mem::offset_of!(DeskCell, whole_mono_ns) == 216);
    assert!(core::mem::offset_of!(DeskCell, income_since_ms) == 224);
    assert!(core::mem::offset_of!(DeskCell, unfilled) == 232);
    assert!(core::mem::offset_of!(DeskCell, start_seq) == 240);
    assert!(core::mem::offset_of!(DeskCell, gap_facts) == 248);
    assert!(core::mem::offset_of!(DeskCell, gap_fills) == 256);
    assert!(core::mem::offset_of!(DeskCell, gap_incomes) == 264);
    assert!(core::mem::size_of::<DeskCell>() == 272);
};

impl DeskCell {
    pub const SIZE: usize = 272;
    pub const WORDS: usize = 34;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        reconcile_open: 0,
        reconcile_asked_seq: 0,
        reconcile_sent_wall_ns: 0,
        reconcile_sent_mono_ns: 0,
        reconcile_due_mono_ns: 0,
        income_open: 0,
        income_sent_wall_ns: 0,
        income_newest_ms: 0,
        snap_command: 0,
        snap_asked_seq: 0,
        snap_asked_wall_ms: 0,
        snap_wallet_e8: 0,
        snap_rows: 0,
        snap_has_wallet: 0,
        sweep_asked_seq: 0,
        sweep_wall_ns: 0,
        sweep_cursor: 0,
        reconcile_again: 0,
        flatten_cursor: 0,
        gaps: 0,
        boot_seq: 0,
        gap_seq: 0,
        trade_ids: 0,
        entries: 0,
        incomes: 0,
        sweep_due_mono_ns: 0,
        flatten_due_mono_ns: 0,
        boot_mono_ns: 0,
        delta_since_wall_ms: 0,
        outside_seq: 0,
        whole_mono_ns: 0,
        income_since_ms: 0,
        unfilled: 0,
        start_seq: 0,
        gap_facts: 0,
        gap_fills: 0,
        gap_incomes: 0,
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 272] {
        let mut b = [0; 272];
        b[0..8].copy_from_slice(&self.reconcile_open.to_le_bytes());
        b[8..16].copy_from_slice(&self.reconcile_asked_seq.to_le_bytes());
        b[16..24].copy_from_slice(&self.reconcile_sent_wall_ns.to_le_bytes());
        b[24..32].copy_from_slice(&self.reconcile_sent_mono_ns.to_le_bytes());
        b[32..40].copy_from_slice(&self.reconcile_due_mono_ns.to_le_bytes());
        b[40..48].copy_from_slice(&self.income_open.to_le_bytes());
        b[48..56].copy_from_slice(&self.income_sent_wall_ns.to_le_bytes());
        b[56..64].copy_from_slice(&self.income_newest_ms.to_le_bytes());
        b[64..72].copy_from_slice(&self.snap_command.to_le_bytes());
        b[72..80].copy_from_slice(&self.snap_asked_seq.to_le_bytes());
        b[80..88].copy_from_slice(&self.snap_asked_wall_ms.to_le_bytes());
        b[88..96].copy_from_slice(&self.snap_wallet_e8.to_le_bytes());
        b[96..100].copy_from_slice(&self.snap_rows.to_le_bytes());
        b[100..104].copy_from_slice(&self.snap_has_wallet.to_le_bytes());
        b[104..112].copy_from_slice(&self.sweep_asked_seq.to_le_bytes());
        b[112..120].copy_from_slice(&self.sweep_wall_ns.to_le_bytes());
        b[120..124].copy_from_slice(&self.sweep_cursor.to_le_bytes());
        b[124..128].copy_from_slice(&self.reconcile_again.to_le_bytes());
        b[128..132].copy_from_slice(&self.flatten_cursor.to_le_bytes());
        b[132..136].copy_from_slice(&self.gaps.to_le_bytes());
        b[136..144].copy_from_slice(&self.boot_seq.to_le_bytes());
        b[144..152].copy_from_slice(&self.gap_seq.to_le_bytes());
        b[152..160].copy_from_slice(&self.trade_ids.to_le_bytes());
        b[160..168].copy_from_slice(&self.entries.to_le_bytes());
        b[168..176].copy_from_slice(&self.incomes.to_le_bytes());
        b[176..184].copy_from_slice(&self.sweep_due_mono_ns.to_le_bytes());
        b[184..192].copy_from_slice(&self.flatten_due_mono_ns.to_le_bytes());
        b[192..200].copy_from_slice(&self.boot_mono_ns.to_le_bytes());
        b[200..208].copy_from_slice(&self.delta_since_wall_ms.to_le_bytes());
        b[208..216].copy_from_slice(&self.outside_seq.to_le_bytes());
        b[216..224].copy_from_slice(&self.whole_mono_ns.to_le_bytes());
        b[224..232].copy_from_slice(&self.income_since_ms.to_le_bytes());
        b[232..240].copy_from_slice(&self.unfilled.to_le_bytes());
        b[240..248].copy_from_slice(&self.start_seq.to_le_bytes());
        b[248..256].copy_from_slice(&self.gap_facts.to_le_bytes());
        b[256..264].copy_from_slice(&self.gap_fills.to_le_bytes());
        b[264..272].copy_from_slice(&self.gap_incomes.to_le_bytes());
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("reconcile_open", Value::Number(self.reconcile_open.into()));
        each("reconcile_asked_seq", Value::Number(self.reconcile_asked_seq.into()));
        each("reconcile_sent_wall_ns", Value::Number(self.reconcile_sent_wall_ns.into()));
        each("reconcile_sent_mono_ns", Value::Number(self.reconcile_sent_mono_ns.into()));
        each("reconcile_due_mono_ns", Value::Number(self.reconcile_due_mono_ns.into()));
        each("income_open", Value::Number(self.income_open.into()));
        each("income_sent_wall_ns", Value::Number(self.income_sent_wall_ns.into()));
        each("income_newest_ms", Value::Number(self.income_newest_ms.into()));
        each("snap_command", Value::Number(self.snap_command.into()));
        each("snap_asked_seq", Value::Number(self.snap_asked_seq.into()));
        each("snap_asked_wall_ms", Value::Number(self.snap_asked_wall_ms.into()));
        each("snap_wallet_e8", Value::Number(self.snap_wallet_e8.into()));
        each("snap_rows", Value::Number(self.snap_rows.into()));
        each("snap_has_wallet", Value::Number(self.snap_has_wallet.into()));
        each("sweep_asked_seq", Value::Number(self.sweep_asked_seq.into()));
        each("sweep_wall_ns", Value::Number(self.sweep_wall_ns.into()));
        each("sweep_cursor", Value::Number(self.sweep_cursor.into()));
        each("reconcile_again", Value::Number(self.reconcile_again.into()));
        each("flatten_cursor", Value::Number(self.flatten_cursor.into()));
        each("gaps", Value::Number(self.gaps.into()));
        each("boot_seq", Value::Number(self.boot_seq.into()));
        each("gap_seq", Value::Number(self.gap_seq.into()));
        each("trade_ids", Value::Number(self.trade_ids.into()));
        each("entries", Value::Number(self.entries.into()));
        each("incomes", Value::Number(self.incomes.into()));
        each("sweep_due_mono_ns", Value::Number(self.sweep_due_mono_ns.into()));
        each("flatten_due_mono_ns", Value::Number(self.flatten_due_mono_ns.into()));
        each("boot_mono_ns", Value::Number(self.boot_mono_ns.into()));
        each("delta_since_wall_ms", Value::Number(self.delta_since_wall_ms.into()));
        each("outside_seq", Value::Number(self.outside_seq.into()));
        each("whole_mono_ns", Value::Number(self.whole_mono_ns.into()));
        each("income_since_ms", Value::Number(self.income_since_ms.into()));
        each("unfilled", Value::Number(self.unfilled.into()));
        each("start_seq", Value::Number(self.start_seq.into()));
        each("gap_facts", Value::Number(self.gap_facts.into()));
        each("gap_fills", Value::Number(self.gap_fills.into()));
        each("gap_incomes", Value::Number(self.gap_incomes.into()));
    }

    pub fn from_bytes(b: &[u8; 272]) -> Result<Self, Malformed> {
        Ok(Self {
            reconcile_open: u64::from_le_bytes(take(b, 0)),
            reconcile_asked_seq: u64::from_le_bytes(take(b, 8)),
            reconcile_sent_wall_ns: i64::from_le_bytes(take(b, 16)),
            reconcile_sent_mono_ns: u64::from_le_bytes(take(b, 24)),
            reconcile_due_mono_ns: u64::from_le_bytes(take(b, 32)),
            income_open: u64::from_le_bytes(take(b, 40)),
            income_sent_wall_ns: i64::from_le_bytes(take(b, 48)),
            income_newest_ms: i64::from_le_bytes(take(b, 56)),
            snap_command: u64::from_le_bytes(take(b, 64)),
            snap_asked_seq: u64::from_le_bytes(take(b, 72)),
            snap_asked_wall_ms: i64::from_le_bytes(take(b, 80)),
            snap_wallet_e8: i64::from_le_bytes(take(b, 88)),
            snap_rows: u32::from_le_bytes(take(b, 96)),
            snap_has_wallet: u32::from_le_bytes(take(b, 100)),
            sweep_asked_seq: u64::from_le_bytes(take(b, 104)),
            sweep_wall_ns: i64::from_le_bytes(take(b, 112)),
            sweep_cursor: u32::from_le_bytes(take(b, 120)),
            reconcile_again: u32::from_le_bytes(take(b, 124)),
            flatten_cursor: u32::from_le_bytes(take(b, 128)),
            gaps: u32::from_le_bytes(take(b, 132)),
            boot_seq: u64::from_le_bytes(take(b, 136)),
            gap_seq: u64::from_le_bytes(take(b, 144)),
            trade_ids: u64::from_le_bytes(take(b, 152)),
            entries: u64::from_le_bytes(take(b, 160)),
            incomes: u64::from_le_bytes(take(b, 168)),
            sweep_due_mono_ns: u64::from_le_bytes(take(b, 176)),
            flatten_due_mono_ns: u64::from_le_bytes(take(b, 184)),
            boot_mono_ns: u64::from_le_bytes(take(b, 192)),
            delta_since_wall_ms: i64::from_le_bytes(take(b, 200)),
            outside_seq: u64::from_le_bytes(take(b, 208)),
            whole_mono_ns: u64::from_le_bytes(take(b, 216)),
            income_since_ms: i64::from_le_bytes(take(b, 224)),
            unfilled: u64::from_le_bytes(take(b, 232)),
            start_seq: u64::from_le_bytes(take(b, 240)),
            gap_facts: u64::from_le_bytes(take(b, 248)),
            gap_fills: u64::from_le_bytes(take(b, 256)),
            gap_incomes: u64::from_le_bytes(take(b, 264)),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 34] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 34]) -> Result<Self, Malformed> {
        let mut b = [0; 272];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// Journal-only: a stretch of a bounded window of trade ids, order times or income ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct WindowCell {
    /// hash of an id, or a monotonic time
    pub values: [u64; 16],
}

const _: () = {
    assert!(core::mem::offset_of!(WindowCell, values) == 0);
    assert!(core::mem::size_of::<WindowCell>() == 128);
};

impl WindowCell {
    pub const SIZE: usize = 128;
    pub const WORDS: usize = 16;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        values: [0; 16],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 128] {
        let mut b = [0; 128];
        for (to, from) in b[0..128].chunks_exact_mut(8).zip(&self.values) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("values", Value::Numbers(&self.values.map(Into::into)));
    }

    pub fn from_bytes(b: &[u8; 128]) -> Result<Self, Malformed> {
        Ok(Self {
            values: core::array::from_fn(|i| u64::from_le_bytes(take(b, 0 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 16] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 16]) -> Result<Self, Malformed> {
        let mut b = [0; 128];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// Counters of the gateway process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct GatewayCell {
    /// HTTP requests sent
    pub requests: u64,
    /// order POSTs sent
    pub submits: u64,
    pub cancels: u64,
    pub queries: u64,
    pub snapshots: u64,
    /// POSTs whose result was not known at first
    pub unknown_outcomes: u64,
    /// of them: the order was there
    pub resolved_found: u64,
    /// of them: proven absent
    pub resolved_absent: u64,
    /// definite refusals by the venue
    pub refused: u64,
    pub not_sent: u64,
    pub rate_limited: u64,
    pub http_errors: u64,
    pub parse_errors: u64,
    /// of requests that are safe to repeat
    pub retries: u64,
    /// venue minus here
    pub clock_offset_ms: i64,
    pub rtt_last_ns: u64,
    pub rtt_max_ns: u64,
    pub in_flight: u64,
    /// 1: the last request was answered
    pub connected: u64,
    pub last_answer_mono_ns: u64,
    /// requests that waited for the rate budget
    pub budget_waits: u64,
    /// fills REST saw first
    pub fills_by_rest: u64,
    /// a clock, ours or the venue's, jumped or ran backwards
    pub clock_steps: u64,
    /// orders the venue understood otherwise than commanded
    pub echo_differences: u64,
    pub reserved_0: [u64; 8],
}

const _: () = {
    assert!(core::mem::offset_of!(GatewayCell, requests) == 0);
    assert!(core::mem::offset_of!(GatewayCell, submits) == 8);
    assert!(core::mem::offset_of!(GatewayCell, cancels) == 16);
    assert!(core::mem::offset_of!(GatewayCell, queries) == 24);
    assert!(core::mem::offset_of!(GatewayCell, snapshots) == 32);
    assert!(core::mem::offset_of!(GatewayCell, unknown_outcomes) == 40);
    assert!(core::mem::offset_of!(GatewayCell, resolved_found) == 48);
    assert!(core::mem::offset_of!(GatewayCell, resolved_absent) == 56);
    assert!(core::mem::offset_of!(GatewayCell, refused) == 64);
    assert!(core::mem::offset_of!(GatewayCell, not_sent) == 72);
    assert!(core::mem::offset_of!(GatewayCell, rate_limited) == 80);
    assert!(core::mem::offset_of!(GatewayCell, http_errors) == 88);
    assert!(core::mem::offset_of!(GatewayCell, parse_errors) == 96);
    assert!(core::mem::offset_of!(GatewayCell, retries) == 104);
    assert!(core::mem::offset_of!(GatewayCell, clock_offset_ms) == 112);
    assert!(core::mem::offset_of!(GatewayCell, rtt_last_ns) == 120);
    assert!(core::mem::offset_of!(GatewayCell, rtt_max_ns) == 128);
    assert!(core::mem::offset_of!(GatewayCell, in_flight) == 136);
    assert!(core::mem::offset_of!(GatewayCell, connected) == 144);
    assert!(core::mem::offset_of!(GatewayCell, last_answer_mono_ns) == 152);
    assert!(core::mem::offset_of!(GatewayCell, budget_waits) == 160);
    assert!(core::mem::offset_of!(GatewayCell, fills_by_rest) == 168);
    assert!(core::mem::offset_of!(GatewayCell, clock_steps) == 176);
    assert!(core::mem::offset_of!(GatewayCell, echo_differences) == 184);
    assert!(core::mem::offset_of!(GatewayCell, reserved_0) == 192);
    assert!(core::mem::size_of::<GatewayCell>() == 256);
};

impl GatewayCell {
    pub const SIZE: usize = 256;
    pub const WORDS: usize = 32;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        requests: 0,
        submits: 0,
        cancels: 0,
        queries: 0,
        snapshots: 0,
        unknown_outcomes: 0,
        resolved_found: 0,
        resolved_absent: 0,
        refused: 0,
        not_sent: 0,
        rate_limited: 0,
        http_errors: 0,
        parse_errors: 0,
        retries: 0,
        clock_offset_ms: 0,
        rtt_last_ns: 0,
        rtt_max_ns: 0,
        in_flight: 0,
        connected: 0,
        last_answer_mono_ns: 0,
        budget_waits: 0,
        fills_by_rest: 0,
        clock_steps: 0,
        echo_differences: 0,
        reserved_0: [0; 8],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 256] {
        let mut b = [0; 256];
        b[0..8].copy_from_slice(&self.requests.to_le_bytes());
        b[8..16].copy_from_slice(&self.submits.to_le_bytes());
        b[16..24].copy_from_slice(&self.cancels.to_le_bytes());
        b[24..32].copy_from_slice(&self.queries.to_le_bytes());
        b[32..40].copy_from_slice(&self.snapshots.to_le_bytes());
        b[40..48].copy_from_slice(&self.unknown_outcomes.to_le_bytes());
        b[48..56].copy_from_slice(&self.resolved_found.to_le_bytes());
        b[56..64].copy_from_slice(&self.resolved_absent.to_le_bytes());
        b[64..72].copy_from_slice(&self.refused.to_le_bytes());
        b[72..80].copy_from_slice(&self.not_sent.to_le_bytes());
        b[80..88].copy_from_slice(&self.rate_limited.to_le_bytes());
        b[88..96].copy_from_slice(&self.http_errors.to_le_bytes());
        b[96..104].copy_from_slice(&self.parse_errors.to_le_bytes());
        b[104..112].copy_from_slice(&self.retries.to_le_bytes());
        b[112..120].copy_from_slice(&self.clock_offset_ms.to_le_bytes());
        b[120..128].copy_from_slice(&self.rtt_last_ns.to_le_bytes());
        b[128..136].copy_from_slice(&self.rtt_max_ns.to_le_bytes());
        b[136..144].copy_from_slice(&self.in_flight.to_le_bytes());
        b[144..152].copy_from_slice(&self.connected.to_le_bytes());
        b[152..160].copy_from_slice(&self.last_answer_mono_ns.to_le_bytes());
        b[160..168].copy_from_slice(&self.budget_waits.to_le_bytes());
        b[168..176].copy_from_slice(&self.fills_by_rest.to_le_bytes());
        b[176..184].copy_from_slice(&self.clock_steps.to_le_bytes());
        b[184..192].copy_from_slice(&self.echo_differences.to_le_bytes());
        for (to, from) in b[192..256].chunks_exact_mut(8).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("requests", Value::Number(self.requests.into()));
        each("submits", Value::Number(self.submits.into()));
        each("cancels", Value::Number(self.cancels.into()));
        each("queries", Value::Number(self.queries.into()));
        each("snapshots", Value::Number(self.snapshots.into()));
        each("unknown_outcomes", Value::Number(self.unknown_outcomes.into()));
        each("resolved_found", Value::Number(self.resolved_found.into()));
        each("resolved_absent", Value::Number(self.resolved_absent.into()));
        each("refused", Value::Number(self.refused.into()));
        each("not_sent", Value::Number(self.not_sent.into()));
        each("rate_limited", Value::Number(self.rate_limited.into()));
        each("http_errors", Value::Number(self.http_errors.into()));
        each("parse_errors", Value::Number(self.parse_errors.into()));
        each("retries", Value::Number(self.retries.into()));
        each("clock_offset_ms", Value::Number(self.clock_offset_ms.into()));
        each("rtt_last_ns", Value::Number(self.rtt_last_ns.into()));
        each("rtt_max_ns", Value::Number(self.rtt_max_ns.into()));
        each("in_flight", Value::Number(self.in_flight.into()));
        each("connected", Value::Number(self.connected.into()));
        each("last_answer_mono_ns", Value::Number(self.last_answer_mono_ns.into()));
        each("budget_waits", Value::Number(self.budget_waits.into()));
        each("fills_by_rest", Value::Number(self.fills_by_rest.into()));
        each("clock_steps", Value::Number(self.clock_steps.into()));
        each("echo_differences", Value::Number(self.echo_differences.into()));
    }

    pub fn from_bytes(b: &[u8; 256]) -> Result<Self, Malformed> {
        Ok(Self {
            requests: u64::from_le_bytes(take(b, 0)),
            submits: u64::from_le_bytes(take(b, 8)),
            cancels: u64::from_le_bytes(take(b, 16)),
            queries: u64::from_le_bytes(take(b, 24)),
            snapshots: u64::from_le_bytes(take(b, 32)),
            unknown_outcomes: u64::from_le_bytes(take(b, 40)),
            resolved_found: u64::from_le_bytes(take(b, 48)),
            resolved_absent: u64::from_le_bytes(take(b, 56)),
            refused: u64::from_le_bytes(take(b, 64)),
            not_sent: u64::from_le_bytes(take(b, 72)),
            rate_limited: u64::from_le_bytes(take(b, 80)),
            http_errors: u64::from_le_bytes(take(b, 88)),
            parse_errors: u64::from_le_bytes(take(b, 96)),
            retries: u64::from_le_bytes(take(b, 104)),
            clock_offset_ms: i64::from_le_bytes(take(b, 112)),
            rtt_last_ns: u64::from_le_bytes(take(b, 120)),
            rtt_max_ns: u64::from_le_bytes(take(b, 128)),
            in_flight: u64::from_le_bytes(take(b, 136)),
            connected: u64::from_le_bytes(take(b, 144)),
            last_answer_mono_ns: u64::from_le_bytes(take(b, 152)),
            budget_waits: u64::from_le_bytes(take(b, 160)),
            fills_by_rest: u64::from_le_bytes(take(b, 168)),
            clock_steps: u64::from_le_bytes(take(b, 176)),
            echo_differences: u64::from_le_bytes(take(b, 184)),
            reserved_0: core::array::from_fn(|i| u64::from_le_bytes(take(b, 192 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 32] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 32]) -> Result<Self, Malformed> {
        let mut b = [0; 256];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// Counters of the listener process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct ListenerCell {
    pub frames: u64,
    pub order_events: u64,
    pub account_events: u64,
    pub mark_events: u64,
    pub reconnects: u64,
    pub gaps: u64,
    pub parse_errors: u64,
    pub unknown_events: u64,
    /// 1: the user stream is up
    pub user_connected: u64,
    /// 1: every socket of the market stream is up
    pub market_connected: u64,
    pub last_user_mono_ns: u64,
    pub last_market_mono_ns: u64,
    /// when the key was made or extended
    pub listen_key_wall_ms: i64,
    pub key_renewals: u64,
    pub pings: u64,
    pub snapshots_ignored: u64,
    /// market data older than what its channel told before; not taken
    pub late_marks: u64,
    /// marks too old by the venue's own time when they came; stale
    pub old_marks: u64,
    pub reserved_0: [u64; 7],
}

const _: () = {
    assert!(core::mem::offset_of!(ListenerCell, frames) == 0);
    assert!(core::mem::offset_of!(ListenerCell, order_events) == 8);
    assert!(core::mem::offset_of!(ListenerCell, account_events) == 16);
    assert!(core::mem::offset_of!(ListenerCell, mark_events) == 24);
    assert!(core::mem::offset_of!(ListenerCell, reconnects) == 32);
    assert!(core::mem::offset_of!(ListenerCell, gaps) == 40);
    assert!(core::mem::offset_of!(ListenerCell, parse_errors) == 48);
    assert!(core::mem::offset_of!(ListenerCell, unknown_events) == 56);
    assert!(core::mem::offset_of!(ListenerCell, user_connected) == 64);
    assert!(core::mem::offset_of!(ListenerCell, market_connected) == 72);
    assert!(core::mem::offset_of!(ListenerCell, last_user_mono_ns) == 80);
    assert!(core::mem::offset_of!(ListenerCell, last_market_mono_ns) == 88);
    assert!(core::mem::offset_of!(ListenerCell, listen_key_wall_ms) == 96);
    assert!(core::mem::offset_of!(ListenerCell, key_renewals) == 104);
    assert!(core::mem::offset_of!(ListenerCell, pings) == 112);
    assert!(core::mem::offset_of!(ListenerCell, snapshots_ignored) == 120);
    assert!(core::mem::offset_of!(ListenerCell, late_marks) == 128);
    assert!(core::mem::offset_of!(ListenerCell, old_marks) == 136);
    assert!(core::mem::offset_of!(ListenerCell, reserved_0) == 144);
    assert!(core::mem::size_of::<ListenerCell>() == 200);
};

impl ListenerCell {
    pub const SIZE: usize = 200;
    pub const WORDS: usize = 25;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        frames: 0,
        order_events: 0,
        account_events: 0,
        mark_events: 0,
        reconnects: 0,
        gaps: 0,
        parse_errors: 0,
        unknown_events: 0,
        user_connected: 0,
        market_connected: 0,
        last_user_mono_ns: 0,
        last_market_mono_ns: 0,
        listen_key_wall_ms: 0,
        key_renewals: 0,
        pings: 0,
        snapshots_ignored: 0,
        late_marks: 0,
        old_marks: 0,
        reserved_0: [0; 7],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 200] {
        let mut b = [0; 200];
        b[0..8].copy_from_slice(&self.frames.to_le_bytes());
        b[8..16].copy_from_slice(&self.order_events.to_le_bytes());
        b[16..24].copy_from_slice(&self.account_events.to_le_bytes());
        b[24..32].copy_from_slice(&self.mark_events.to_le_bytes());
        b[32..40].copy_from_slice(&self.reconnects.to_le_bytes());
        b[40..48].copy_from_slice(&self.gaps.to_le_bytes());
        b[48..56].copy_from_slice(&self.parse_errors.to_le_bytes());
        b[56..64].copy_from_slice(&self.unknown_events.to_le_bytes());
        b[64..72].copy_from_slice(&self.user_connected.to_le_bytes());
        b[72..80].copy_from_slice(&self.market_connected.to_le_bytes());
        b[80..88].copy_from_slice(&self.last_user_mono_ns.to_le_bytes());
        b[88..96].copy_from_slice(&self.last_market_mono_ns.to_le_bytes());
        b[96..104].copy_from_slice(&self.listen_key_wall_ms.to_le_bytes());
        b[104..112].copy_from_slice(&self.key_renewals.to_le_bytes());
        b[112..120].copy_from_slice(&self.pings.to_le_bytes());
        b[120..128].copy_from_slice(&self.snapshots_ignored.to_le_bytes());
        b[128..136].copy_from_slice(&self.late_marks.to_le_bytes());
        b[136..144].copy_from_slice(&self.old_marks.to_le_bytes());
        for (to, from) in b[144..200].chunks_exact_mut(8).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("frames", Value::Number(self.frames.into()));
        each("order_events", Value::Number(self.order_events.into()));
        each("account_events", Value::Number(self.account_events.into()));
        each("mark_events", Value::Number(self.mark_events.into()));
        each("reconnects", Value::Number(self.reconnects.into()));
        each("gaps", Value::Number(self.gaps.into()));
        each("parse_errors", Value::Number(self.parse_errors.into()));
        each("unknown_events", Value::Number(self.unknown_events.into()));
        each("user_connected", Value::Number(self.user_connected.into()));
        each("market_connected", Value::Number(self.market_connected.into()));
        each("last_user_mono_ns", Value::Number(self.last_user_mono_ns.into()));
        each("last_market_mono_ns", Value::Number(self.last_market_mono_ns.into()));
        each("listen_key_wall_ms", Value::Number(self.listen_key_wall_ms.into()));
        each("key_renewals", Value::Number(self.key_renewals.into()));
        each("pings", Value::Number(self.pings.into()));
        each("snapshots_ignored", Value::Number(self.snapshots_ignored.into()));
        each("late_marks", Value::Number(self.late_marks.into()));
        each("old_marks", Value::Number(self.old_marks.into()));
    }

    pub fn from_bytes(b: &[u8; 200]) -> Result<Self, Malformed> {
        Ok(Self {
            frames: u64::from_le_bytes(take(b, 0)),
            order_events: u64::from_le_bytes(take(b, 8)),
            account_events: u64::from_le_bytes(take(b, 16)),
            mark_events: u64::from_le_bytes(take(b, 24)),
            reconnects: u64::from_le_bytes(take(b, 32)),
            gaps: u64::from_le_bytes(take(b, 40)),
            parse_errors: u64::from_le_bytes(take(b, 48)),
            unknown_events: u64::from_le_bytes(take(b, 56)),
            user_connected: u64::from_le_bytes(take(b, 64)),
            market_connected: u64::from_le_bytes(take(b, 72)),
            last_user_mono_ns: u64::from_le_bytes(take(b, 80)),
            last_market_mono_ns: u64::from_le_bytes(take(b, 88)),
            listen_key_wall_ms: i64::from_le_bytes(take(b, 96)),
            key_renewals: u64::from_le_bytes(take(b, 104)),
            pings: u64::from_le_bytes(take(b, 112)),
            snapshots_ignored: u64::from_le_bytes(take(b, 120)),
            late_marks: u64::from_le_bytes(take(b, 128)),
            old_marks: u64::from_le_bytes(take(b, 136)),
            reserved_0: core::array::from_fn(|i| u64::from_le_bytes(take(b, 144 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 25] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 25]) -> Result<Self, Malformed> {
        let mut b = [0; 200];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// How far the database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct PersistenceCell {
    pub journal_id: u64,
    /// every table holds all rows up to here
    pub stored_seq: u64,
    pub rows: u64,
    pub batches: u64,
    /// rows that could not be stored
    pub quarantined: u64,
    pub errors: u64,
    pub connected: u64,
    pub last_insert_ns: u64,
    /// durable_seq - stored_seq when last looked at
    pub lag: u64,
    /// records read from the journal instead of the ring
    pub refilled: u64,
    /// read-only SQL endpoint; 0 = none
    pub http_port: u64,
    pub reserved_0: [u64; 6],
}

const _: () = {
    assert!(core::mem::offset_of!(PersistenceCell, journal_id) == 0);
    assert!(core::mem::offset_of!(PersistenceCell, stored_seq) == 8);
    assert!(core::mem::offset_of!(PersistenceCell, rows) == 16);
    assert!(core::mem::offset_of!(PersistenceCell, batches) == 24);
    assert!(core::mem::offset_of!(PersistenceCell, quarantined) == 32);
    assert!(core::mem::offset_of!(PersistenceCell, errors) == 40);
    assert!(core::mem::offset_of!(PersistenceCell, connected) == 48);
    assert!(core::mem::offset_of!(PersistenceCell, last_insert_ns) == 56);
    assert!(core::mem::offset_of!(PersistenceCell, lag) == 64);
    assert!(core::mem::offset_of!(PersistenceCell, refilled) == 72);
    assert!(core::mem::offset_of!(PersistenceCell, http_port) == 80);
    assert!(core::mem::offset_of!(PersistenceCell, reserved_0) == 88);
    assert!(core::mem::size_of::<PersistenceCell>() == 136);
};

impl PersistenceCell {
    pub const SIZE: usize = 136;
    pub const WORDS: usize = 17;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        journal_id: 0,
        stored_seq: 0,
        rows: 0,
        batches: 0,
        quarantined: 0,
        errors: 0,
        connected: 0,
        last_insert_ns: 0,
        lag: 0,
        refilled: 0,
        http_port: 0,
        reserved_0: [0; 6],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 136] {
        let mut b = [0; 136];
        b[0..8].copy_from_slice(&self.journal_id.to_le_bytes());
        b[8..16].copy_from_slice(&self.stored_seq.to_le_bytes());
        b[16..24].copy_from_slice(&self.rows.to_le_bytes());
        b[24..32].copy_from_slice(&self.batches.to_le_bytes());
        b[32..40].copy_from_slice(&self.quarantined.to_le_bytes());
        b[40..48].copy_from_slice(&self.errors.to_le_bytes());
        b[48..56].copy_from_slice(&self.connected.to_le_bytes());
        b[56..64].copy_from_slice(&self.last_insert_ns.to_le_bytes());
        b[64..72].copy_from_slice(&self.lag.to_le_bytes());
        b[72..80].copy_from_slice(&self.refilled.to_le_bytes());
        b[80..88].copy_from_slice(&self.http_port.to_le_bytes());
        for (to, from) in b[88..136].chunks_exact_mut(8).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("journal_id", Value::Number(self.journal_id.into()));
        each("stored_seq", Value::Number(self.stored_seq.into()));
        each("rows", Value::Number(self.rows.into()));
        each("batches", Value::Number(self.batches.into()));
        each("quarantined", Value::Number(self.quarantined.into()));
        each("errors", Value::Number(self.errors.into()));
        each("connected", Value::Number(self.connected.into()));
        each("last_insert_ns", Value::Number(self.last_insert_ns.into()));
        each("lag", Value::Number(self.lag.into()));
        each("refilled", Value::Number(self.refilled.into()));
        each("http_port", Value::Number(self.http_port.into()));
    }

    pub fn from_bytes(b: &[u8; 136]) -> Result<Self, Malformed> {
        Ok(Self {
            journal_id: u64::from_le_bytes(take(b, 0)),
            stored_seq: u64::from_le_bytes(take(b, 8)),
            rows: u64::from_le_bytes(take(b, 16)),
            batches: u64::from_le_bytes(take(b, 24)),
            quarantined: u64::from_le_bytes(take(b, 32)),
            errors: u64::from_le_bytes(take(b, 40)),
            connected: u64::from_le_bytes(take(b, 48)),
            last_insert_ns: u64::from_le_bytes(take(b, 56)),
            lag: u64::from_le_bytes(take(b, 64)),
            refilled: u64::from_le_bytes(take(b, 72)),
            http_port: u64::from_le_bytes(take(b, 80)),
            reserved_0: core::array::from_fn(|i| u64::from_le_bytes(take(b, 88 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 17] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 17]) -> Result<Self, Malformed> {
        let mut b = [0; 136];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// Counters of the policy process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct PolicyCell {
    pub strategy: Ascii<64>,
    pub steps: u64,
    pub decisions: u64,
    pub intents: u64,
    /// intents the kernel refused
    pub refused: u64,
    pub backpressure: u64,
    /// strategy calls that raised
    pub errors: u64,
    pub step_max_ns: u64,
    /// 1: the strategy raised too often
    pub paused: u64,
    pub reserved_0: [u64; 5],
}

const _: () = {
    assert!(core::mem::offset_of!(PolicyCell, strategy) == 0);
    assert!(core::mem::offset_of!(PolicyCell, steps) == 64);
    assert!(core::mem::offset_of!(PolicyCell, decisions) == 72);
    assert!(core::mem::offset_of!(PolicyCell, intents) == 80);
    assert!(core::mem::offset_of!(PolicyCell, refused) == 88);
    assert!(core::mem::offset_of!(PolicyCell, backpressure) == 96);
    assert!(core::mem::offset_of!(PolicyCell, errors) == 104);
    assert!(core::mem::offset_of!(PolicyCell, step_max_ns) == 112);
    assert!(core::mem::offset_of!(PolicyCell, paused) == 120);
    assert!(core::mem::offset_of!(PolicyCell, reserved_0) == 128);
    assert!(core::mem::size_of::<PolicyCell>() == 168);
};

impl PolicyCell {
    pub const SIZE: usize = 168;
    pub const WORDS: usize = 21;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        strategy: Ascii::EMPTY,
        steps: 0,
        decisions: 0,
        intents: 0,
        refused: 0,
        backpressure: 0,
        errors: 0,
        step_max_ns: 0,
        paused: 0,
        reserved_0: [0; 5],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 168] {
        let mut b = [0; 168];
        b[0..64].copy_from_slice(&self.strategy.0);
        b[64..72].copy_from_slice(&self.steps.to_le_bytes());
        b[72..80].copy_from_slice(&self.decisions.to_le_bytes());
        b[80..88].copy_from_slice(&self.intents.to_le_bytes());
        b[88..96].copy_from_slice(&self.refused.to_le_bytes());
        b[96..104].copy_from_slice(&self.backpressure.to_le_bytes());
        b[104..112].copy_from_slice(&self.errors.to_le_bytes());
        b[112..120].copy_from_slice(&self.step_max_ns.to_le_bytes());
        b[120..128].copy_from_slice(&self.paused.to_le_bytes());
        for (to, from) in b[128..168].chunks_exact_mut(8).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("strategy", Value::Text(self.strategy.as_str()));
        each("steps", Value::Number(self.steps.into()));
        each("decisions", Value::Number(self.decisions.into()));
        each("intents", Value::Number(self.intents.into()));
        each("refused", Value::Number(self.refused.into()));
        each("backpressure", Value::Number(self.backpressure.into()));
        each("errors", Value::Number(self.errors.into()));
        each("step_max_ns", Value::Number(self.step_max_ns.into()));
        each("paused", Value::Number(self.paused.into()));
    }

    pub fn from_bytes(b: &[u8; 168]) -> Result<Self, Malformed> {
        Ok(Self {
            strategy: Ascii::from_padded(take(b, 0)).ok_or(Malformed { record: "PolicyCell", field: "strategy", code: 0 })?,
            steps: u64::from_le_bytes(take(b, 64)),
            decisions: u64::from_le_bytes(take(b, 72)),
            intents: u64::from_le_bytes(take(b, 80)),
            refused: u64::from_le_bytes(take(b, 88)),
            backpressure: u64::from_le_bytes(take(b, 96)),
            errors: u64::from_le_bytes(take(b, 104)),
            step_max_ns: u64::from_le_bytes(take(b, 112)),
            paused: u64::from_le_bytes(take(b, 120)),
            reserved_0: core::array::from_fn(|i| u64::from_le_bytes(take(b, 128 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 21] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 21]) -> Result<Self, Malformed> {
        let mut b = [0; 168];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// Market data of one symbol, as the listener last heard it. Zero prices are unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct MarkCell {
    pub symbol: Ascii<24>,
    pub mark_e12: i64,
    pub last_e12: i64,
    pub bid_e12: i64,
    pub ask_e12: i64,
    pub bid_qty_e8: i64,
    pub ask_qty_e8: i64,
    /// current minute
    pub open_e12: i64,
    pub high_e12: i64,
    pub low_e12: i64,
    /// of the newest part
    pub venue_wall_ms: i64,
    pub recv_wall_ns: i64,
    /// of the mark
    pub recv_mono_ns: u64,
    pub market_ms: i64,
    pub updates: u64,
    /// 1: the stream is down or silent
    pub stale: u64,
    pub reserved_0: [u64; 1],
}

const _: () = {
    assert!(core::mem::offset_of!(MarkCell, symbol) == 0);
    assert!(core::mem::offset_of!(MarkCell, mark_e12) == 24);
    assert!(core::mem::offset_of!(MarkCell, last_e12) == 32);
    assert!(core::mem::offset_of!(MarkCell, bid_e12) == 40);
    assert!(core::mem::offset_of!(MarkCell, ask_e12) == 48);
    assert!(core::mem::offset_of!(MarkCell, bid_qty_e8) == 56);
    assert!(core::mem::offset_of!(MarkCell, ask_qty_e8) == 64);
    assert!(core::mem::offset_of!(MarkCell, open_e12) == 72);
    assert!(core::mem::offset_of!(MarkCell, high_e12) == 80);
    assert!(core::mem::offset_of!(MarkCell, low_e12) == 88);
    assert!(core::mem::offset_of!(MarkCell, venue_wall_ms) == 96);
    assert!(core::mem::offset_of!(MarkCell, recv_wall_ns) == 104);
    assert!(core::mem::offset_of!(MarkCell, recv_mono_ns) == 112);
    assert!(core::mem::offset_of!(MarkCell, market_ms) == 120);
    assert!(core::mem::offset_of!(MarkCell, updates) == 128);
    assert!(core::mem::offset_of!(MarkCell, stale) == 136);
    assert!(core::mem::offset_of!(MarkCell, reserved_0) == 144);
    assert!(core::mem::size_of::<MarkCell>() == 152);
};

impl MarkCell {
    pub const SIZE: usize = 152;
    pub const WORDS: usize = 19;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        symbol: Ascii::EMPTY,
        mark_e12: 0,
        last_e12: 0,
        bid_e12: 0,
        ask_e12: 0,
        bid_qty_e8: 0,
        ask_qty_e8: 0,
        open_e12: 0,
        high_e12: 0,
        low_e12: 0,
        venue_wall_ms: 0,
        recv_wall_ns: 0,
        recv_mono_ns: 0,
        market_ms: 0,
        updates: 0,
        stale: 0,
        reserved_0: [0; 1],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 152] {
        let mut b = [0; 152];
        b[0..24].copy_from_slice(&self.symbol.0);
        b[24..32].copy_from_slice(&self.mark_e12.to_le_bytes());
        b[32..40].copy_from_slice(&self.last_e12.to_le_bytes());
        b[40..48].copy_from_slice(&self.bid_e12.to_le_bytes());
        b[48..56].copy_from_slice(&self.ask_e12.to_le_bytes());
        b[56..64].copy_from_slice(&self.bid_qty_e8.to_le_bytes());
        b[64..72].copy_from_slice(&self.ask_qty_e8.to_le_bytes());
        b[72..80].copy_from_slice(&self.open_e12.to_le_bytes());
        b[80..88].copy_from_slice(&self.high_e12.to_le_bytes());
        b[88..96].copy_from_slice(&self.low_e12.to_le_bytes());
        b[96..104].copy_from_slice(&self.venue_wall_ms.to_le_bytes());
        b[104..112].copy_from_slice(&self.recv_wall_ns.to_le_bytes());
        b[112..120].copy_from_slice(&self.recv_mono_ns.to_le_bytes());
        b[120..128].copy_from_slice(&self.market_ms.to_le_bytes());
        b[128..136].copy_from_slice(&self.updates.to_le_bytes());
        b[136..144].copy_from_slice(&self.stale.to_le_bytes());
        for (to, from) in b[144..152].chunks_exact_mut(8).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("symbol", Value::Text(self.symbol.as_str()));
        each("mark_e12", Value::Number(self.mark_e12.into()));
        each("last_e12", Value::Number(self.last_e12.into()));
        each("bid_e12", Value::Number(self.bid_e12.into()));
        each("ask_e12", Value::Number(self.ask_e12.into()));
        each("bid_qty_e8", Value::Number(self.bid_qty_e8.into()));
        each("ask_qty_e8", Value::Number(self.ask_qty_e8.into()));
        each("open_e12", Value::Number(self.open_e12.into()));
        each("high_e12", Value::Number(self.high_e12.into()));
        each("low_e12", Value::Number(self.low_e12.into()));
        each("venue_wall_ms", Value::Number(self.venue_wall_ms.into()));
        each("recv_wall_ns", Value::Number(self.recv_wall_ns.into()));
        each("recv_mono_ns", Value::Number(self.recv_mono_ns.into()));
        each("market_ms", Value::Number(self.market_ms.into()));
        each("updates", Value::Number(self.updates.into()));
        each("stale", Value::Number(self.stale.into()));
    }

    pub fn from_bytes(b: &[u8; 152]) -> Result<Self, Malformed> {
        Ok(Self {
            symbol: Ascii::from_padded(take(b, 0)).ok_or(Malformed { record: "MarkCell", field: "symbol", code: 0 })?,
            mark_e12: i64::from_le_bytes(take(b, 24)),
            last_e12: i64::from_le_bytes(take(b, 32)),
            bid_e12: i64::from_le_bytes(take(b, 40)),
            ask_e12: i64::from_le_bytes(take(b, 48)),
            bid_qty_e8: i64::from_le_bytes(take(b, 56)),
            ask_qty_e8: i64::from_le_bytes(take(b, 64)),
            open_e12: i64::from_le_bytes(take(b, 72)),
            high_e12: i64::from_le_bytes(take(b, 80)),
            low_e12: i64::from_le_bytes(take(b, 88)),
            venue_wall_ms: i64::from_le_bytes(take(b, 96)),
            recv_wall_ns: i64::from_le_bytes(take(b, 104)),
            recv_mono_ns: u64::from_le_bytes(take(b, 112)),
            market_ms: i64::from_le_bytes(take(b, 120)),
            updates: u64::from_le_bytes(take(b, 128)),
            stale: u64::from_le_bytes(take(b, 136)),
            reserved_0: core::array::from_fn(|i| u64::from_le_bytes(take(b, 144 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 19] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 19]) -> Result<Self, Malformed> {
        let mut b = [0; 152];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// One process of the tree as the supervisor sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct ChildCell {
    pub name: Ascii<16>,
    /// 0 = not running
    pub pid: u32,
    pub state: ActorState,
    /// 1: given up
    pub fatal: u8,
    pub critical: u8,
    /// 1: launcher confirmed Landlock
    pub sandboxed: u8,
    pub restarts: u64,
    pub started_wall_ns: i64,
    pub started_mono_ns: u64,
    /// exit code, or minus the signal
    pub last_exit: i32,
    /// killed for a missing heartbeat
    pub hangs: u32,
    pub rss_bytes: u64,
    /// share of one core, 1e-4
    pub cpu_e4: u64,
    pub beat_age_ms: u64,
    pub last_exit_text: Ascii<64>,
    pub reserved_0: [u64; 5],
}

const _: () = {
    assert!(core::mem::offset_of!(ChildCell, name) == 0);
    assert!(core::mem::offset_of!(ChildCell, pid) == 16);
    assert!(core::mem::offset_of!(ChildCell, state) == 20);
    assert!(core::mem::offset_of!(ChildCell, fatal) == 21);
    assert!(core::mem::offset_of!(ChildCell, critical) == 22);
    assert!(core::mem::offset_of!(ChildCell, sandboxed) == 23);
    assert!(core::mem::offset_of!(ChildCell, restarts) == 24);
    assert!(core::mem::offset_of!(ChildCell, started_wall_ns) == 32);
    assert!(core::mem::offset_of!(ChildCell, started_mono_ns) == 40);
    assert!(core::mem::offset_of!(ChildCell, last_exit) == 48);
    assert!(core::mem::offset_of!(ChildCell, hangs) == 52);
    assert!(core::mem::offset_of!(ChildCell, rss_bytes) == 56);
    assert!(core::mem::offset_of!(ChildCell, cpu_e4) == 64);
    assert!(core::mem::offset_of!(ChildCell, beat_age_ms) == 72);
    assert!(core::mem::offset_of!(ChildCell, last_exit_text) == 80);
    assert!(core::mem::offset_of!(ChildCell, reserved_0) == 144);
    assert!(core::mem::size_of::<ChildCell>() == 184);
};

impl ChildCell {
    pub const SIZE: usize = 184;
    pub const WORDS: usize = 23;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        name: Ascii::EMPTY,
        pid: 0,
        state: ActorState::Void,
        fatal: 0,
        critical: 0,
        sandboxed: 0,
        restarts: 0,
        started_wall_ns: 0,
        started_mono_ns: 0,
        last_exit: 0,
        hangs: 0,
        rss_bytes: 0,
        cpu_e4: 0,
        beat_age_ms: 0,
        last_exit_text: Ascii::EMPTY,
        reserved_0: [0; 5],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 184] {
        let mut b = [0; 184];
        b[0..16].copy_from_slice(&self.name.0);
        b[16..20].copy_from_slice(&self.pid.to_le_bytes());
        b[20..21].copy_from_slice(&self.state.code().to_le_bytes());
        b[21..22].copy_from_slice(&self.fatal.to_le_bytes());
        b[22..23].copy_from_slice(&self.critical.to_le_bytes());
        b[23..24].copy_from_slice(&self.sandboxed.to_le_bytes());
        b[24..32].copy_from_slice(&self.restarts.to_le_bytes());
        b[32..40].copy_from_slice(&self.started_wall_ns.to_le_bytes());
        b[40..48].copy_from_slice(&self.started_mono_ns.to_le_bytes());
        b[48..52].copy_from_slice(&self.last_exit.to_le_bytes());
        b[52..56].copy_from_slice(&self.hangs.to_le_bytes());
        b[56..64].copy_from_slice(&self.rss_bytes.to_le_bytes());
        b[64..72].copy_from_slice(&self.cpu_e4.to_le_bytes());
        b[72..80].copy_from_slice(&self.beat_age_ms.to_le_bytes());
        b[80..144].copy_from_slice(&self.last_exit_text.0);
        for (to, from) in b[144..184].chunks_exact_mut(8).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("name", Value::Text(self.name.as_str()));
        each("pid", Value::Number(self.pid.into()));
        each("state", Value::Code(self.state.name()));
        each("fatal", Value::Number(self.fatal.into()));
        each("critical", Value::Number(self.critical.into()));
        each("sandboxed", Value::Number(self.sandboxed.into()));
        each("restarts", Value::Number(self.restarts.into()));
        each("started_wall_ns", Value::Number(self.started_wall_ns.into()));
        each("started_mono_ns", Value::Number(self.started_mono_ns.into()));
        each("last_exit", Value::Number(self.last_exit.into()));
        each("hangs", Value::Number(self.hangs.into()));
        each("rss_bytes", Value::Number(self.rss_bytes.into()));
        each("cpu_e4", Value::Number(self.cpu_e4.into()));
        each("beat_age_ms", Value::Number(self.beat_age_ms.into()));
        each("last_exit_text", Value::Text(self.last_exit_text.as_str()));
    }

    pub fn from_bytes(b: &[u8; 184]) -> Result<Self, Malformed> {
        Ok(Self {
            name: Ascii::from_padded(take(b, 0)).ok_or(Malformed { record: "ChildCell", field: "name", code: 0 })?,
            pid: u32::from_le_bytes(take(b, 16)),
            state: ActorState::from_code(u8::from_le_bytes(take(b, 20))).ok_or(Malformed { record: "ChildCell", field: "state", code: u64::from(u8::from_le_bytes(take(b, 20))) })?,
            fatal: u8::from_le_bytes(take(b, 21)),
            critical: u8::from_le_bytes(take(b, 22)),
            sandboxed: u8::from_le_bytes(take(b, 23)),
            restarts: u64::from_le_bytes(take(b, 24)),
            started_wall_ns: i64::from_le_bytes(take(b, 32)),
            started_mono_ns: u64::from_le_bytes(take(b, 40)),
            last_exit: i32::from_le_bytes(take(b, 48)),
            hangs: u32::from_le_bytes(take(b, 52)),
            rss_bytes: u64::from_le_bytes(take(b, 56)),
            cpu_e4: u64::from_le_bytes(take(b, 64)),
            beat_age_ms: u64::from_le_bytes(take(b, 72)),
            last_exit_text: Ascii::from_padded(take(b, 80)).ok_or(Malformed { record: "ChildCell", field: "last_exit_text", code: 0 })?,
            reserved_0: core::array::from_fn(|i| u64::from_le_bytes(take(b, 144 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 23] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 23]) -> Result<Self, Malformed> {
        let mut b = [0; 184];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// The tree as a whole, and the mirror of the kill-switch latch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct TreeCell {
    /// paper, demo or live
    pub venue: Ascii<16>,
    pub instance: Ascii<24>,
    /// 1: every critical child is READY
    pub ready: u64,
    pub started_wall_ns: i64,
    pub started_mono_ns: u64,
    pub ready_mono_ns: u64,
    /// 1 = engaged
    pub kill_switch: u64,
    pub kill_switch_wall_ns: i64,
    pub kill_switch_text: Ascii<64>,
    pub config_hash: u64,
    pub closing: u64,
    pub reserved_0: [u64; 4],
}

const _: () = {
    assert!(core::mem::offset_of!(TreeCell, venue) == 0);
    assert!(core::mem::offset_of!(TreeCell, instance) == 16);
    assert!(core::mem::offset_of!(TreeCell, ready) == 40);
    assert!(core::mem::offset_of!(TreeCell, started_wall_ns) == 48);
    assert!(core::mem::offset_of!(TreeCell, started_mono_ns) == 56);
    assert!(core::mem::offset_of!(TreeCell, ready_mono_ns) == 64);
    assert!(core::mem::offset_of!(TreeCell, kill_switch) == 72);
    assert!(core::mem::offset_of!(TreeCell, kill_switch_wall_ns) == 80);
    assert!(core::mem::offset_of!(TreeCell, kill_switch_text) == 88);
    assert!(core::mem::offset_of!(TreeCell, config_hash) == 152);
    assert!(core::mem::offset_of!(TreeCell, closing) == 160);
    assert!(core::mem::offset_of!(TreeCell, reserved_0) == 168);
    assert!(core::mem::size_of::<TreeCell>() == 200);
};

impl TreeCell {
    pub const SIZE: usize = 200;
    pub const WORDS: usize = 25;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        venue: Ascii::EMPTY,
        instance: Ascii::EMPTY,
        ready: 0,
        started_wall_ns: 0,
        started_mono_ns: 0,
        ready_mono_ns: 0,
        kill_switch: 0,
        kill_switch_wall_ns: 0,
        kill_switch_text: Ascii::EMPTY,
        config_hash: 0,
        closing: 0,
        reserved_0: [0; 4],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 200] {
        let mut b = [0; 200];
        b[0..16].copy_from_slice(&self.venue.0);
        b[16..40].copy_from_slice(&self.instance.0);
        b[40..48].copy_from_slice(&self.ready.to_le_bytes());
        b[48..56].copy_from_slice(&self.started_wall_ns.to_le_bytes());
        b[56..64].copy_from_slice(&self.started_mono_ns.to_le_bytes());
        b[64..72].copy_from_slice(&self.ready_mono_ns.to_le_bytes());
        b[72..80].copy_from_slice(&self.kill_switch.to_le_bytes());
        b[80..88].copy_from_slice(&self.kill_switch_wall_ns.to_le_bytes());
        b[88..152].copy_from_slice(&self.kill_switch_text.0);
        b[152..160].copy_from_slice(&self.config_hash.to_le_bytes());
        b[160..168].copy_from_slice(&self.closing.to_le_bytes());
        for (to, from) in b[168..200].chunks_exact_mut(8).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("venue", Value::Text(self.venue.as_str()));
        each("instance", Value::Text(self.instance.as_str()));
        each("ready", Value::Number(self.ready.into()));
        each("started_wall_ns", Value::Number(self.started_wall_ns.into()));
        each("started_mono_ns", Value::Number(self.started_mono_ns.into()));
        each("ready_mono_ns", Value::Number(self.ready_mono_ns.into()));
        each("kill_switch", Value::Number(self.kill_switch.into()));
        each("kill_switch_wall_ns", Value::Number(self.kill_switch_wall_ns.into()));
        each("kill_switch_text", Value::Text(self.kill_switch_text.as_str()));
        each("config_hash", Value::Number(self.config_hash.into()));
        each("closing", Value::Number(self.closing.into()));
    }

    pub fn from_bytes(b: &[u8; 200]) -> Result<Self, Malformed> {
        Ok(Self {
            venue: Ascii::from_padded(take(b, 0)).ok_or(Malformed { record: "TreeCell", field: "venue", code: 0 })?,
            instance: Ascii::from_padded(take(b, 16)).ok_or(Malformed { record: "TreeCell", field: "instance", code: 0 })?,
            ready: u64::from_le_bytes(take(b, 40)),
            started_wall_ns: i64::from_le_bytes(take(b, 48)),
            started_mono_ns: u64::from_le_bytes(take(b, 56)),
            ready_mono_ns: u64::from_le_bytes(take(b, 64)),
            kill_switch: u64::from_le_bytes(take(b, 72)),
            kill_switch_wall_ns: i64::from_le_bytes(take(b, 80)),
            kill_switch_text: Ascii::from_padded(take(b, 88)).ok_or(Malformed { record: "TreeCell", field: "kill_switch_text", code: 0 })?,
            config_hash: u64::from_le_bytes(take(b, 152)),
            closing: u64::from_le_bytes(take(b, 160)),
            reserved_0: core::array::from_fn(|i| u64::from_le_bytes(take(b, 168 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 25] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 25]) -> Result<Self, Malformed> {
        let mut b = [0; 200];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// A small message: the latency probe sends it there and back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Probe64 {
    pub number: u64,
    pub sent_mono_ns: u64,
    /// the number again, so that a torn copy shows
    pub checks: [u64; 6],
}

const _: () = {
    assert!(core::mem::offset_of!(Probe64, number) == 0);
    assert!(core::mem::offset_of!(Probe64, sent_mono_ns) == 8);
    assert!(core::mem::offset_of!(Probe64, checks) == 16);
    assert!(core::mem::size_of::<Probe64>() == 64);
};

impl Probe64 {
    pub const SIZE: usize = 64;
    pub const WORDS: usize = 8;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        number: 0,
        sent_mono_ns: 0,
        checks: [0; 6],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 64] {
        let mut b = [0; 64];
        b[0..8].copy_from_slice(&self.number.to_le_bytes());
        b[8..16].copy_from_slice(&self.sent_mono_ns.to_le_bytes());
        for (to, from) in b[16..64].chunks_exact_mut(8).zip(&self.checks) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("number", Value::Number(self.number.into()));
        each("sent_mono_ns", Value::Number(self.sent_mono_ns.into()));
        each("checks", Value::Numbers(&self.checks.map(Into::into)));
    }

    pub fn from_bytes(b: &[u8; 64]) -> Result<Self, Malformed> {
        Ok(Self {
            number: u64::from_le_bytes(take(b, 0)),
            sent_mono_ns: u64::from_le_bytes(take(b, 8)),
            checks: core::array::from_fn(|i| u64::from_le_bytes(take(b, 16 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 8] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 8]) -> Result<Self, Malformed> {
        let mut b = [0; 64];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// A larger message with every kind of field there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(C)]
pub struct Probe256 {
    pub number: u64,
    pub sent_mono_ns: u64,
    pub tiny: u8,
    pub tiny_signed: i8,
    pub small: u16,
    pub small_signed: i16,
    pub stage: Stage,
    pub reserved_0: [u8; 1],
    pub medium: u32,
    pub medium_signed: i32,
    pub large_signed: i64,
    pub code: Code,
    pub reserved_1: [u8; 6],
    pub raw: [u8; 8],
    pub text: Ascii<40>,
    pub signed: [i64; 4],
    /// the number again, so that a torn copy shows
    pub checks: [u64; 16],
}

const _: () = {
    assert!(core::mem::offset_of!(Probe256, number) == 0);
    assert!(core::mem::offset_of!(Probe256, sent_mono_ns) == 8);
    assert!(core::mem::offset_of!(Probe256, tiny) == 16);
    assert!(core::mem::offset_of!(Probe256, tiny_signed) == 17);
    assert!(core::mem::offset_of!(Probe256, small) == 18);
    assert!(core::mem::offset_of!(Probe256, small_signed) == 20);
    assert!(core::mem::offset_of!(Probe256, stage) == 22);
    assert!(core::mem::offset_of!(Probe256, reserved_0) == 23);
    assert!(core::mem::offset_of!(Probe256, medium) == 24);
    assert!(core::mem::offset_of!(Probe256, medium_signed) == 28);
    assert!(core::mem::offset_of!(Probe256, large_signed) == 32);
    assert!(core::mem::offset_of!(Probe256, code) == 40);
    assert!(core::mem::offset_of!(Probe256, reserved_1) == 42);
    assert!(core::mem::offset_of!(Probe256, raw) == 48);
    assert!(core::mem::offset_of!(Probe256, text) == 56);
    assert!(core::mem::offset_of!(Probe256, signed) == 96);
    assert!(core::mem::offset_of!(Probe256, checks) == 128);
    assert!(core::mem::size_of::<Probe256>() == 256);
};

impl Probe256 {
    pub const SIZE: usize = 256;
    pub const WORDS: usize = 32;
    /// All numbers zero, all text empty, each enum at code 0 or its first value.
    pub const ZERO: Self = Self {
        number: 0,
        sent_mono_ns: 0,
        tiny: 0,
        tiny_signed: 0,
        small: 0,
        small_signed: 0,
        stage: Stage::Idle,
        reserved_0: [0; 1],
        medium: 0,
        medium_signed: 0,
        large_signed: 0,
        code: Code::Ok,
        reserved_1: [0; 6],
        raw: [0; 8],
        text: Ascii::EMPTY,
        signed: [0; 4],
        checks: [0; 16],
    };

    #[must_use]
    pub fn to_bytes(&self) -> [u8; 256] {
        let mut b = [0; 256];
        b[0..8].copy_from_slice(&self.number.to_le_bytes());
        b[8..16].copy_from_slice(&self.sent_mono_ns.to_le_bytes());
        b[16..17].copy_from_slice(&self.tiny.to_le_bytes());
        b[17..18].copy_from_slice(&self.tiny_signed.to_le_bytes());
        b[18..20].copy_from_slice(&self.small.to_le_bytes());
        b[20..22].copy_from_slice(&self.small_signed.to_le_bytes());
        b[22..23].copy_from_slice(&self.stage.code().to_le_bytes());
        for (to, from) in b[23..24].chunks_exact_mut(1).zip(&self.reserved_0) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b[24..28].copy_from_slice(&self.medium.to_le_bytes());
        b[28..32].copy_from_slice(&self.medium_signed.to_le_bytes());
        b[32..40].copy_from_slice(&self.large_signed.to_le_bytes());
        b[40..42].copy_from_slice(&self.code.code().to_le_bytes());
        for (to, from) in b[42..48].chunks_exact_mut(1).zip(&self.reserved_1) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        for (to, from) in b[48..56].chunks_exact_mut(1).zip(&self.raw) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b[56..96].copy_from_slice(&self.text.0);
        for (to, from) in b[96..128].chunks_exact_mut(8).zip(&self.signed) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        for (to, from) in b[128..256].chunks_exact_mut(8).zip(&self.checks) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        b
    }

    /// Shows each field that is not reserved, in order.
    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {
        each("number", Value::Number(self.number.into()));
        each("sent_mono_ns", Value::Number(self.sent_mono_ns.into()));
        each("tiny", Value::Number(self.tiny.into()));
        each("tiny_signed", Value::Number(self.tiny_signed.into()));
        each("small", Value::Number(self.small.into()));
        each("small_signed", Value::Number(self.small_signed.into()));
        each("stage", Value::Code(self.stage.name()));
        each("medium", Value::Number(self.medium.into()));
        each("medium_signed", Value::Number(self.medium_signed.into()));
        each("large_signed", Value::Number(self.large_signed.into()));
        each("code", Value::Code(self.code.name()));
        each("raw", Value::Numbers(&self.raw.map(Into::into)));
        each("text", Value::Text(self.text.as_str()));
        each("signed", Value::Numbers(&self.signed.map(Into::into)));
        each("checks", Value::Numbers(&self.checks.map(Into::into)));
    }

    pub fn from_bytes(b: &[u8; 256]) -> Result<Self, Malformed> {
        Ok(Self {
            number: u64::from_le_bytes(take(b, 0)),
            sent_mono_ns: u64::from_le_bytes(take(b, 8)),
            tiny: u8::from_le_bytes(take(b, 16)),
            tiny_signed: i8::from_le_bytes(take(b, 17)),
            small: u16::from_le_bytes(take(b, 18)),
            small_signed: i16::from_le_bytes(take(b, 20)),
            stage: Stage::from_code(u8::from_le_bytes(take(b, 22))).ok_or(Malformed { record: "Probe256", field: "stage", code: u64::from(u8::from_le_bytes(take(b, 22))) })?,
            reserved_0: core::array::from_fn(|i| u8::from_le_bytes(take(b, 23 + i * 1))),
            medium: u32::from_le_bytes(take(b, 24)),
            medium_signed: i32::from_le_bytes(take(b, 28)),
            large_signed: i64::from_le_bytes(take(b, 32)),
            code: Code::from_code(u16::from_le_bytes(take(b, 40))).ok_or(Malformed { record: "Probe256", field: "code", code: u64::from(u16::from_le_bytes(take(b, 40))) })?,
            reserved_1: core::array::from_fn(|i| u8::from_le_bytes(take(b, 42 + i * 1))),
            raw: core::array::from_fn(|i| u8::from_le_bytes(take(b, 48 + i * 1))),
            text: Ascii::from_padded(take(b, 56)).ok_or(Malformed { record: "Probe256", field: "text", code: 0 })?,
            signed: core::array::from_fn(|i| i64::from_le_bytes(take(b, 96 + i * 8))),
            checks: core::array::from_fn(|i| u64::from_le_bytes(take(b, 128 + i * 8))),
        })
    }

    #[must_use]
    pub fn to_words(&self) -> [u64; 32] {
        let b = self.to_bytes();
        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))
    }

    pub fn from_words(w: &[u64; 32]) -> Result<Self, Malformed> {
        let mut b = [0; 256];
        for (to, from) in b.chunks_exact_mut(8).zip(w) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        Self::from_bytes(&b)
    }
}

/// The regions, by name.
pub mod region {
    use super::{Region, Shape};
    pub const SLOTS: Region = Region { id: 1, name: "slots", writer: 1, shape: Shape::Cells, record_size: 448, offset: 4096, stride: 960, count: 256, consumers: &[] };
    pub const ORDERS: Region = Region { id: 2, name: "orders", writer: 1, shape: Shape::Cells, record_size: 352, offset: 249856, stride: 768, count: 1024, consumers: &[] };
    pub const ACCOUNT: Region = Region { id: 3, name: "account", writer: 1, shape: Shape::Cells, record_size: 320, offset: 1036288, stride: 704, count: 1, consumers: &[] };
    pub const INSTRUMENTS: Region = Region { id: 4, name: "instruments", writer: 1, shape: Shape::Cells, record_size: 232, offset: 1037056, stride: 512, count: 256, consumers: &[] };
    pub const JOURNAL: Region = Region { id: 5, name: "journal", writer: 1, shape: Shape::Cells, record_size: 152, offset: 1168128, stride: 320, count: 1, consumers: &[] };
    pub const KERNEL_STATS: Region = Region { id: 6, name: "kernel_stats", writer: 1, shape: Shape::Cells, record_size: 136, offset: 1168512, stride: 320, count: 1, consumers: &[] };
    pub const COMMANDS_NOW: Region = Region { id: 7, name: "commands_now", writer: 1, shape: Shape::Lossless, record_size: 232, offset: 1168896, stride: 256, count: 1024, consumers: &[2] };
    pub const COMMANDS_DURABLE: Region = Region { id: 8, name: "commands_durable", writer: 1, shape: Shape::Lossless, record_size: 232, offset: 1431168, stride: 256, count: 1024, consumers: &[2] };
    pub const OUTCOMES: Region = Region { id: 9, name: "outcomes", writer: 1, shape: Shape::Broadcast, record_size: 696, offset: 1693440, stride: 768, count: 8192, consumers: &[4, 5, 7] };
    /// How far this process has read each ring, and whether it is parked.
    pub const KERNEL_CURSORS: Region = Region { id: 30, name: "kernel_cursors", writer: 1, shape: Shape::Cursors, record_size: 128, offset: 7985024, stride: 128, count: 4, consumers: &[] };
    pub const GATEWAY_REPORTS: Region = Region { id: 10, name: "gateway_reports", writer: 2, shape: Shape::Lossless, record_size: 392, offset: 4096, stride: 448, count: 4096, consumers: &[1] };
    pub const GATEWAY_STATS: Region = Region { id: 11, name: "gateway_stats", writer: 2, shape: Shape::Cells, record_size: 256, offset: 1839232, stride: 576, count: 1, consumers: &[] };
    /// How far this process has read each ring, and whether it is parked.
    pub const GATEWAY_CURSORS: Region = Region { id: 31, name: "gateway_cursors", writer: 2, shape: Shape::Cursors, record_size: 128, offset: 1839872, stride: 128, count: 2, consumers: &[] };
    pub const LISTENER_REPORTS: Region = Region { id: 12, name: "listener_reports", writer: 3, shape: Shape::Lossless, record_size: 392, offset: 4096, stride: 448, count: 4096, consumers: &[1] };
    pub const MARKS: Region = Region { id: 13, name: "marks", writer: 3, shape: Shape::Cells, record_size: 152, offset: 1839232, stride: 320, count: 256, consumers: &[] };
    pub const LISTENER_STATS: Region = Region { id: 14, name: "listener_stats", writer: 3, shape: Shape::Cells, record_size: 200, offset: 1921152, stride: 448, count: 1, consumers: &[] };
    pub const PERSISTENCE_STATS: Region = Region { id: 15, name: "persistence_stats", writer: 4, shape: Shape::Cells, record_size: 136, offset: 4096, stride: 320, count: 1, consumers: &[] };
    /// How far this process has read each ring, and whether it is parked.
    pub const PERSISTENCE_CURSORS: Region = Region { id: 33, name: "persistence_cursors", writer: 4, shape: Shape::Cursors, record_size: 128, offset: 4480, stride: 128, count: 1, consumers: &[] };
    pub const INTENTS: Region = Region { id: 16, name: "intents", writer: 5, shape: Shape::Lossless, record_size: 344, offset: 4096, stride: 384, count: 1024, consumers: &[1] };
    pub const POLICY_STATS: Region = Region { id: 17, name: "policy_stats", writer: 5, shape: Shape::Cells, record_size: 168, offset: 397440, stride: 384, count: 1, consumers: &[] };
    /// How far this process has read each ring, and whether it is parked.
    pub const POLICY_CURSORS: Region = Region { id: 34, name: "policy_cursors", writer: 5, shape: Shape::Cursors, record_size: 128, offset: 397824, stride: 128, count: 1, consumers: &[] };
    pub const CONTROLS: Region = Region { id: 18, name: "controls", writer: 6, shape: Shape::Lossless, record_size: 272, offset: 4096, stride: 320, count: 256, consumers: &[1] };
    pub const CHILDREN: Region = Region { id: 19, name: "children", writer: 6, shape: Shape::Cells, record_size: 184, offset: 86144, stride: 384, count: 16, consumers: &[] };
    pub const TREE: Region = Region { id: 20, name: "tree", writer: 6, shape: Shape::Cells, record_size: 200, offset: 92288, stride: 448, count: 1, consumers: &[] };
    /// How far this process has read each ring, and whether it is parked.
    pub const PROJECTION_CURSORS: Region = Region { id: 36, name: "projection_cursors", writer: 7, shape: Shape::Cursors, record_size: 128, offset: 4096, stride: 128, count: 1, consumers: &[] };
    pub const PING_64: Region = Region { id: 21, name: "ping_64", writer: 8, shape: Shape::Lossless, record_size: 64, offset: 4096, stride: 128, count: 1024, consumers: &[9] };
    pub const PING_256: Region = Region { id: 22, name: "ping_256", writer: 8, shape: Shape::Lossless, record_size: 256, offset: 135296, stride: 320, count: 1024, consumers: &[9] };
    pub const PING_THIRD: Region = Region { id: 23, name: "ping_third", writer: 8, shape: Shape::Lossless, record_size: 64, offset: 463104, stride: 128, count: 16, consumers: &[9] };
    pub const PING_CAST: Region = Region { id: 24, name: "ping_cast", writer: 8, shape: Shape::Broadcast, record_size: 64, offset: 465280, stride: 128, count: 64, consumers: &[9] };
    pub const PROBE_CELLS: Region = Region { id: 25, name: "probe_cells", writer: 8, shape: Shape::Cells, record_size: 256, offset: 473600, stride: 576, count: 4, consumers: &[] };
    /// How far this process has read each ring, and whether it is parked.
    pub const PROBE_A_CURSORS: Region = Region { id: 37, name: "probe_a_cursors", writer: 8, shape: Shape::Cursors, record_size: 128, offset: 475904, stride: 128, count: 4, consumers: &[] };
    pub const PONG_64: Region = Region { id: 26, name: "pong_64", writer: 9, shape: Shape::Lossless, record_size: 64, offset: 4096, stride: 128, count: 1024, consumers: &[8] };
    pub const PONG_256: Region = Region { id: 27, name: "pong_256", writer: 9, shape: Shape::Lossless, record_size: 256, offset: 135296, stride: 320, count: 1024, consumers: &[8] };
    pub const PONG_THIRD: Region = Region { id: 28, name: "pong_third", writer: 9, shape: Shape::Lossless, record_size: 64, offset: 463104, stride: 128, count: 16, consumers: &[8] };
    pub const PONG_CAST: Region = Region { id: 29, name: "pong_cast", writer: 9, shape: Shape::Broadcast, record_size: 64, offset: 465280, stride: 128, count: 64, consumers: &[8] };
    /// How far this process has read each ring, and whether it is parked.
    pub const PROBE_B_CURSORS: Region = Region { id: 38, name: "probe_b_cursors", writer: 9, shape: Shape::Cursors, record_size: 128, offset: 473600, stride: 128, count: 4, consumers: &[] };
}

/// Cells and rings by id, which starts at 1.
pub const REGIONS: &[&Region] = &[&region::SLOTS, &region::ORDERS, &region::ACCOUNT, &region::INSTRUMENTS, &region::JOURNAL, &region::KERNEL_STATS, &region::COMMANDS_NOW, &region::COMMANDS_DURABLE, &region::OUTCOMES, &region::GATEWAY_REPORTS, &region::GATEWAY_STATS, &region::LISTENER_REPORTS, &region::MARKS, &region::LISTENER_STATS, &region::PERSISTENCE_STATS, &region::INTENTS, &region::POLICY_STATS, &region::CONTROLS, &region::CHILDREN, &region::TREE, &region::PING_64, &region::PING_256, &region::PING_THIRD, &region::PING_CAST, &region::PROBE_CELLS, &region::PONG_64, &region::PONG_256, &region::PONG_THIRD, &region::PONG_CAST];

/// The layout this build speaks.
pub const LAYOUT: Layout = Layout {
    version: VERSION,
    digest: DIGEST,
    segments: &[
        Segment { writer: 1, name: "kernel", size: 7987200, regions: &[&region::SLOTS, &region::ORDERS, &region::ACCOUNT, &region::INSTRUMENTS, &region::JOURNAL, &region::KERNEL_STATS, &region::COMMANDS_NOW, &region::COMMANDS_DURABLE, &region::OUTCOMES, &region::KERNEL_CURSORS], cursors: &[Cursor { ring: 10, offset: 7985024 }, Cursor { ring: 12, offset: 7985152 }, Cursor { ring: 16, offset: 7985280 }, Cursor { ring: 18, offset: 7985408 }] },
        Segment { writer: 2, name: "gateway", size: 1843200, regions: &[&region::GATEWAY_REPORTS, &region::GATEWAY_STATS, &region::GATEWAY_CURSORS], cursors: &[Cursor { ring: 7, offset: 1839872 }, Cursor { ring: 8, offset: 1840000 }] },
        Segment { writer: 3, name: "listener", size: 1925120, regions: &[&region::LISTENER_REPORTS, &region::MARKS, &region::LISTENER_STATS], cursors: &[] },
        Segment { writer: 4, name: "persistence", size: 8192, regions: &[&region::PERSISTENCE_STATS, &region::PERSISTENCE_CURSORS], cursors: &[Cursor { ring: 9, offset: 4480 }] },
        Segment { writer: 5, name: "policy", size: 401408, regions: &[&region::INTENTS, &region::POLICY_STATS, &region::POLICY_CURSORS], cursors: &[Cursor { ring: 9, offset: 397824 }] },
        Segment { writer: 6, name: "supervisor", size: 94208, regions: &[&region::CONTROLS, &region::CHILDREN, &region::TREE], cursors: &[] },
        Segment { writer: 7, name: "projection", size: 8192, regions: &[&region::PROJECTION_CURSORS], cursors: &[Cursor { ring: 9, offset: 4096 }] },
        Segment { writer: 8, name: "probe_a", size: 479232, regions: &[&region::PING_64, &region::PING_256, &region::PING_THIRD, &region::PING_CAST, &region::PROBE_CELLS, &region::PROBE_A_CURSORS], cursors: &[Cursor { ring: 26, offset: 475904 }, Cursor { ring: 27, offset: 476032 }, Cursor { ring: 28, offset: 476160 }, Cursor { ring: 29, offset: 476288 }] },
        Segment { writer: 9, name: "probe_b", size: 475136, regions: &[&region::PONG_64, &region::PONG_256, &region::PONG_THIRD, &region::PONG_CAST, &region::PROBE_B_CURSORS], cursors: &[Cursor { ring: 21, offset: 473600 }, Cursor { ring: 22, offset: 473728 }, Cursor { ring: 23, offset: 473856 }, Cursor { ring: 24, offset: 473984 }] },
    ],
};
