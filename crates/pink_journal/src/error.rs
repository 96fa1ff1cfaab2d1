//! What can go wrong with the journal, in words that say where and what to do.

use std::fmt;
use std::io;

/// A failure of the journal; `is_permanent` says whether a restart could help.
#[derive(Debug)]
pub enum JournalError {
    /// The operating system refused.
    Io {
        doing: &'static str,
        name: String,
        source: io::Error,
    },
    /// A record that was durable is not readable any more.
    Damaged {
        segment: u64,
        offset: u64,
        seq: u64,
        why: String,
    },
    /// An entry whose checksum holds has bytes that mean nothing to this build.
    Malformed { seq: u64, why: String },
    /// The records in the journal have a shape that this build cannot read.
    Shape {
        segment: u64,
        found: u64,
        expected: u64,
        why: String,
    },
    /// The same build computed something else than it recorded.
    Diverged {
        seq: u64,
        field: String,
        recorded: String,
        computed: String,
    },
    /// The state after replay breaks an invariant.
    Violation { seq: u64, why: String },
    /// The reader asked for records that retention removed.
    Gone { asked: u64, first: u64 },
    /// A write or a sync failed earlier; nothing may be written any more.
    Failed,
    /// No prepared segment is left; the batch was not written and may be tried again.
    NoSpare,
}

impl JournalError {
    pub(crate) fn io(doing: &'static str, name: &str, source: io::Error) -> Self {
        Self::Io {
            doing,
            name: name.to_owned(),
            source,
        }
    }

    /// True if trying again cannot help: the operator must look.
    pub fn is_permanent(&self) -> bool {
        !matches!(self, Self::NoSpare | Self::Gone { .. })
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io {
                doing,
                name,
                source,
            } => write!(f, "cannot {doing} {name}: {source}"),
            Self::Damaged {
                segment,
                offset,
                seq,
                why,
            } => write!(
                f,
                "durable record {seq} is damaged (segment {segment}, offset {offset}): {why}; \
                 keep the directory, reconcile with the venue, start a new journal"
            ),
            Self::Malformed { seq, why } => write!(f, "record {seq} means nothing here: {why}"),
            Self::Shape {
                segment,
                found,
                expected,
                why,
            } => write!(
                f,
                "segment {segment} was written with records of shape {found:016x}, this build \
                 has {expected:016x}: {why}; go on with the build that wrote it, or \
                 close all positions with it and start a new journal"
            ),
            Self::Diverged {
                seq,
                field,
                recorded,
                computed,
            } => write!(
                f,
                "replay differs at record {seq}, {field}: recorded {recorded}, computed {computed}"
            ),
            Self::Violation { seq, why } => write!(f, "invariant broken after record {seq}: {why}"),
            Self::Gone { asked, first } => {
                write!(
                    f,
                    "record {asked} was removed by retention: ask from {first} on, the first kept"
                )
            }
            Self::Failed => write!(f, "the journal failed earlier and takes nothing any more"),
            Self::NoSpare => write!(f, "no prepared segment is left: the disk is full or slow"),
        }
    }
}

impl std::error::Error for JournalError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
