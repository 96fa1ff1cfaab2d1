//! Everything Zinc refuses: each text says what, where and what to do.

use std::fmt;
use std::io;

/// Why an object was not attached.
#[derive(Debug)]
pub enum Refusal {
    Missing,
    NotAFile,
    ForeignOwner { uid: u32 },
    OpenMode { mode: u32 },
    Unreadable(io::Error),
    TooSmall { size: u64 },
    BadMagic { found: u64 },
    DamagedHeader,
    OtherVersion { ours: u32, theirs: u32 },
    OtherDigest { ours: String, theirs: String },
    OtherWriter { expected: u32, found: u32 },
    OtherInstance { found: String },
    OtherSize { expected: u64, found: u64 },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("does not exist: is the instance up?"),
            Self::NotAFile => f.write_str("is no regular file: remove it"),
            Self::ForeignOwner { uid } => write!(
                f,
                "belongs to user {uid}, who is neither you, root, nor sharing a group with you: \
                 do not trust it; remove it or use another instance name"
            ),
            Self::OpenMode { mode } => write!(
                f,
                "has mode {mode:04o}; at most 0640 is trusted: take the instance down and up again"
            ),
            Self::Unreadable(error) => write!(f, "cannot be read: {error}"),
            Self::TooSmall { size } => write!(f, "has {size} bytes, less than a header: remove it"),
            Self::BadMagic { found } => {
                write!(
                    f,
                    "starts with {found:#018x}, which is no segment: remove it"
                )
            }
            Self::DamagedHeader => {
                f.write_str("has a header that does not match its checksum: restart the instance")
            }
            Self::OtherVersion { ours, theirs } => write!(
                f,
                "has layout version {theirs}, this build speaks {ours}: \
                 restart the instance from one build"
            ),
            Self::OtherDigest { ours, theirs } => write!(
                f,
                "has layout digest {theirs}, this build has {ours}: \
                 restart the instance from one build"
            ),
            Self::OtherWriter { expected, found } => {
                write!(
                    f,
                    "is the segment of writer {found}, not of {expected}: remove it"
                )
            }
            Self::OtherInstance { found } => {
                write!(f, "is a segment of instance {found:?}: remove it")
            }
            Self::OtherSize { expected, found } => {
                write!(
                    f,
                    "has {found} bytes, the layout says {expected}: restart the instance"
                )
            }
        }
    }
}

/// What Zinc refuses.
#[derive(Debug)]
pub enum ZincError {
    /// An instance name outside `[a-z0-9-]{1,24}`.
    BadInstance { name: String },
    /// No segment is written by this code.
    UnknownWriter { writer: u32 },
    /// The object was not attached.
    Attach { object: String, refusal: Refusal },
    /// A live tree owns the name.
    Busy { object: String, pid: u32 },
    /// The segment could not be made.
    Create {
        object: String,
        step: &'static str,
        error: io::Error,
    },
    /// Another process holds the writer lock.
    WriterHeld {
        lock: String,
        pid: u32,
        start_ticks: u64,
    },
    /// The lock file could not be taken.
    Lock { lock: String, error: io::Error },
    /// The region is not of the kind or in the segment that the call needs.
    WrongRegion {
        region: &'static str,
        need: &'static str,
    },
    /// A ring's consumers do not match the layout.
    WrongConsumers { region: &'static str },
    /// A record of another size, or an index outside the region.
    BadSize {
        region: &'static str,
        size: usize,
        index: usize,
    },
    /// The ring is full up to the cursor of this consumer.
    Backpressure {
        region: &'static str,
        consumer: u32,
        cursor: u64,
        tail: u64,
    },
    /// No consistent copy within the bounded tries.
    CellBusy { region: &'static str, index: usize },
    /// A published record does not match its sequence or checksum.
    Corrupt { region: &'static str, position: u64 },
    /// A position that cannot be released or gone to.
    BadPosition { region: &'static str, position: u64 },
    /// Waiting or waking failed in the operating system.
    System {
        call: &'static str,
        error: io::Error,
    },
}

impl fmt::Display for ZincError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.of_segment(f).unwrap_or_else(|| self.of_region(f))
    }
}

impl ZincError {
    /// The text of a refusal that concerns a whole segment.
    fn of_segment(&self, f: &mut fmt::Formatter<'_>) -> Option<fmt::Result> {
        Some(match self {
            Self::BadInstance { name } => {
                write!(f, "instance name {name:?}: use 1 to 24 of a-z, 0-9 and -")
            }
            Self::UnknownWriter { writer } => {
                write!(
                    f,
                    "no segment is written by {writer}: see shm_layout/LAYOUT.md"
                )
            }
            Self::Attach { object, refusal } => write!(f, "{object} {refusal}"),
            Self::Busy { object, pid } => write!(
                f,
                "{object} is in use by live process {pid}: \
                 take that instance down or use another instance name"
            ),
            Self::Create {
                object,
                step,
                error,
            } => {
                write!(
                    f,
                    "{object}: {step} failed: {error}: is there room in shared memory?"
                )
            }
            Self::WriterHeld {
                lock,
                pid,
                start_ticks,
            } => write!(
                f,
                "{lock} is held by process {pid} (started at tick {start_ticks}): \
                 a segment has one writer; stop that process first"
            ),
            Self::Lock { lock, error } => {
                write!(
                    f,
                    "{lock}: {error}: does the run directory exist, and is it yours?"
                )
            }
            Self::System { call, error } => write!(f, "{call}: {error}"),
            _ => return None,
        })
    }

    /// The text of a refusal that concerns one region.
    fn of_region(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongRegion { region, need } => write!(f, "region {region}: {need}"),
            Self::WrongConsumers { region } => {
                write!(
                    f,
                    "region {region}: pass each consumer that the layout names, once"
                )
            }
            Self::BadSize {
                region,
                size,
                index,
            } => {
                write!(f, "region {region}: no element {index} of {size} bytes")
            }
            Self::Backpressure {
                region,
                consumer,
                cursor,
                tail,
            } => write!(
                f,
                "ring {region} is full: consumer {consumer} has released {cursor}, tail is {tail}"
            ),
            Self::CellBusy { region, index } => {
                write!(
                    f,
                    "cell {region}[{index}] changed during every try: read it again"
                )
            }
            Self::Corrupt { region, position } => write!(
                f,
                "ring {region} at {position} does not match its checksum: restart the instance"
            ),
            Self::BadPosition { region, position } => {
                write!(
                    f,
                    "ring {region}: position {position} is not one this reader may set"
                )
            }
            _ => Ok(()),
        }
    }
}

impl std::error::Error for ZincError {}
