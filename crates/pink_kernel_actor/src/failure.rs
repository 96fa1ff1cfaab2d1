//! Why the process ends, and the exit code that tells the supervisor what to do about it.

use std::fmt;

use pink_journal::error::JournalError;
use zinc::ZincError;

/// The ends that are not an orderly stop.
#[derive(Debug)]
pub enum Failure {
    /// Exit 64: the command line.
    Usage(String),
    /// Exit 70: an invariant of the kernel is broken.
    Broken(JournalError),
    /// Exit 75: another try may succeed.
    Temporary(String),
    /// Exit 78: instance or directories are not usable.
    Unusable(String),
    /// Exit 125: journal or shared memory is damaged, or the disk failed.
    Permanent(String),
}

impl Failure {
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 64,
            Self::Broken(_) => 70,
            Self::Temporary(_) => 75,
            Self::Unusable(_) => 78,
            Self::Permanent(_) => 125,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(error) => write!(f, "{error}"),
            Self::Usage(text)
            | Self::Temporary(text)
            | Self::Unusable(text)
            | Self::Permanent(text) => f.write_str(text),
        }
    }
}

impl From<JournalError> for Failure {
    fn from(error: JournalError) -> Self {
        match error {
            JournalError::Violation { .. } => Self::Broken(error),
            JournalError::NoSpare => Self::Temporary(error.to_string()),
            error => Self::Permanent(error.to_string()),
        }
    }
}

impl From<ZincError> for Failure {
    fn from(error: ZincError) -> Self {
        match error {
            ZincError::WriterHeld { .. } => Self::Temporary(error.to_string()),
            ZincError::Corrupt { .. } => Self::Permanent(error.to_string()),
            error => Self::Unusable(error.to_string()),
        }
    }
}
