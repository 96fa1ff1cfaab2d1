//! Inputs, where they came from, and what a run notes of them.

use pink_journal::record::Record;
use shm_layout::{Control, Epoch, Intent, Mark, Report, Writer};

/// One input and who said it.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::large_enum_variant, reason = "a few at a time")]
pub enum Entry {
    Epoch(Epoch),
    Control(Control),
    Intent(Intent),
    Mark(Mark),
    Report(Writer, Report),
    Deadline,
}

impl Entry {
    pub(crate) fn source(&self) -> Writer {
        match self {
            Self::Epoch(_) | Self::Deadline => Writer::Kernel,
            Self::Control(_) => Writer::Supervisor,
            Self::Intent(_) => Writer::Policy,
            Self::Mark(_) => Writer::Listener,
            Self::Report(source, _) => *source,
        }
    }

    pub(crate) fn record(&self) -> Record {
        match *self {
            Self::Epoch(epoch) => Record::Epoch(epoch),
            Self::Control(control) => Record::Control(control),
            Self::Intent(intent) => Record::Intent(intent),
            Self::Mark(mark) => Record::Mark(mark),
            Self::Report(_, report) => Record::Report(report),
            Self::Deadline => Record::Deadline,
        }
    }

    /// Which ring it comes by; the kernel's own words come by none.
    pub(crate) fn ring(&self) -> Option<usize> {
        match self {
            Self::Epoch(_) | Self::Deadline | Self::Mark(_) => None,
            Self::Control(_) => Some(0),
            Self::Intent(_) => Some(1),
            Self::Report(Writer::Gateway, _) => Some(2),
            Self::Report(..) => Some(3),
        }
    }
}

/// An input with its place in the ring it came by, and the record it became.
#[derive(Clone, Copy, Debug)]
pub struct Ringed {
    pub entry: Entry,
    pub stream_id: u64,
    pub stream_seq: u64,
    pub seq: u64,
}

/// What one order traded.
#[derive(Clone, Copy, Debug)]
pub struct OrderFact {
    pub buys: bool,
    pub notional_e8: i64,
    pub fee_e8: i64,
}

/// What the policy wanted of a symbol, and the record that says so.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    pub symbol: usize,
    pub side: usize,
    pub qty: i64,
    pub seq: u64,
}
