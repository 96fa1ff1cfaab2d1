//! The records that can be inputs, decoded from a ring or from the journal.

use pink_kernel::Input;
use shm_layout::{Control, Epoch, Intent, Mark, Report, Writer};

use crate::entry::{Batch, InputRecord, Part, PartKind};

/// One input, owned.
#[derive(Clone, Copy, Debug)]
#[allow(clippy::large_enum_variant, reason = "one at a time, on the stack")]
pub enum Record {
    Epoch(Epoch),
    Control(Control),
    Intent(Intent),
    Mark(Mark),
    Report(Report),
    Deadline,
}

impl Record {
    /// The input as the kernel takes it.
    pub fn input(&self, source: Writer) -> Input<'_> {
        match self {
            Self::Epoch(epoch) => Input::Epoch(epoch),
            Self::Control(control) => Input::Control(source, control),
            Self::Intent(intent) => Input::Intent(intent),
            Self::Mark(mark) => Input::Mark(mark),
            Self::Report(report) => Input::Report(source, report),
            Self::Deadline => Input::Deadline,
        }
    }

    /// Adds the INPUT part to the entry that was begun; a deadline has none.
    pub(crate) fn encode(&self, batch: &mut Batch) {
        let mut put = |record: InputRecord, words: &[u64]| {
            batch.part(PartKind::Input, record as u8, 0, words);
        };
        match self {
            Self::Epoch(record) => put(InputRecord::Epoch, &record.to_words()),
            Self::Control(record) => put(InputRecord::Control, &record.to_words()),
            Self::Intent(record) => put(InputRecord::Intent, &record.to_words()),
            Self::Mark(record) => put(InputRecord::Mark, &record.to_words()),
            Self::Report(record) => put(InputRecord::Report, &record.to_words()),
            Self::Deadline => {}
        }
    }

    /// The record in an INPUT part; `None` if its bytes are no value of it.
    pub fn decode(part: Option<Part<'_>>) -> Option<Self> {
        let Some(part) = part else {
            return Some(Self::Deadline);
        };
        match InputRecord::from_code(part.region)? {
            InputRecord::Epoch => Epoch::from_words(&part.words()?).ok().map(Self::Epoch),
            InputRecord::Control => Control::from_words(&part.words()?).ok().map(Self::Control),
            InputRecord::Intent => Intent::from_words(&part.words()?).ok().map(Self::Intent),
            InputRecord::Mark => Mark::from_words(&part.words()?).ok().map(Self::Mark),
            InputRecord::Report => Report::from_words(&part.words()?).ok().map(Self::Report),
        }
    }
}
