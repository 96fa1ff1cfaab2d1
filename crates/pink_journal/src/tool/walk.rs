//! Goes through the records of a journal, also one that grows, and shows on a terminal how far.

use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

use pink_journal::disk::FileDisk;
use pink_journal::entry::Entries;
use pink_journal::format::{BatchHead, Position, SegmentHead};
use pink_journal::reader::{Found, Reader, segment_head, segments};
use pink_journal::tail::inspect_tail;

use super::Ended;

/// Time between two words about the progress.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// Bytes behind the last batch, as segment, from and to.
pub(super) type Torn = (u64, u64, u64);

/// A reader that judges the end it comes to.
pub(super) struct Walk<'d> {
    disk: &'d FileDisk,
    reader: Reader<FileDisk>,
    /// Behind the last batch that `next` gave.
    position: Position,
    /// What is written from this record on came after the command began: a kernel may write as
    /// fast as we read.
    limit_seq: u64,
    progress: Progress,
    /// What follows the last batch and was never durable.
    pub(super) torn: Vec<Torn>,
    /// Why nothing follows the last batch.
    pub(super) why: &'static str,
}

impl<'d> Walk<'d> {
    pub(super) fn from(disk: &'d FileDisk, reader: Reader<FileDisk>) -> Result<Self, Ended> {
        let position = reader.position();
        let limit_seq = end_now(disk)?.max(position.next_seq);
        let progress = Progress::new(disk, position.segment)?;
        let torn = Vec::new();
        let why = "";
        Ok(Self {
            disk,
            reader,
            position,
            limit_seq,
            progress,
            torn,
            why,
        })
    }

    /// From the first record that is kept.
    pub(super) fn from_first(disk: &'d FileDisk) -> Result<Self, Ended> {
        for number in segments(disk)? {
            if let Some(reader) = Reader::at_segment(disk, number)? {
                return Self::from(disk, reader);
            }
        }
        let text = "no journal: no segment was begun in this directory";
        Err(Ended::Nothing(text.to_owned()))
    }

    pub(super) fn position(&self) -> Position {
        self.position
    }

    pub(super) fn segment(&self) -> SegmentHead {
        *self.reader.segment()
    }

    /// Entries of the batch that `next` found.
    pub(super) fn entries(&self) -> Entries<'_> {
        self.reader.entries()
    }

    /// The next batch; none at the end. What was durable and is not there is an error.
    pub(super) fn next(&mut self) -> Result<Option<BatchHead>, Ended> {
        self.progress.tell(&self.reader);
        let why = match self.reader.advance()? {
            Found::Batch(head) => return Ok(self.give(head)),
            Found::End => "zeros where a batch was expected",
            Found::Invalid(why) => why,
        };
        match inspect_tail(self.disk, self.reader.position(), why) {
            Ok(torn) => (self.torn, self.why) = (torn, why),
            // A kernel may have written on between the two looks.
            Err(damage) => match self.reader.advance()? {
                Found::Batch(head) => return Ok(self.give(head)),
                _ => return Err(damage.into()),
            },
        }
        self.progress.end();
        Ok(None)
    }

    /// The batch, unless it came after the command began.
    fn give(&mut self, head: BatchHead) -> Option<BatchHead> {
        if head.first_seq >= self.limit_seq {
            self.progress.end();
            return None;
        }
        self.position = self.reader.position();
        Some(head)
    }

    /// Says on standard error what lies behind the end, for commands that do not report it.
    pub(super) fn warn(&self) {
        for (segment, from, to) in &self.torn {
            let (bytes, why) = (to - from, self.why);
            let line = format!(
                "pink-journal: {bytes} bytes follow in segment {segment} from {from} ({why}): \
                 a torn tail, or a kernel is writing\n"
            );
            // Nobody is left to tell if standard error is gone.
            let _told = stderr().lock().write_all(line.as_bytes());
        }
    }
}

/// The sequence after the last record of the newest segment that can be read.
fn end_now(disk: &FileDisk) -> Result<u64, Ended> {
    for number in segments(disk)?.into_iter().rev() {
        if let Some(mut reader) = Reader::at_segment(disk, number)? {
            while reader.position().segment == number
                && matches!(reader.advance()?, Found::Batch(_))
            {}
            return Ok(reader.position().next_seq);
        }
    }
    Ok(0)
}

/// One line on a terminal that is written over.
struct Progress {
    on_terminal: bool,
    told: Option<Instant>,
    first: u64,
    used: u64,
}

impl Progress {
    fn new(disk: &FileDisk, first: u64) -> Result<Self, Ended> {
        let on_terminal = stderr().is_terminal();
        let mut used = 0;
        if on_terminal {
            for number in segments(disk)?.into_iter().filter(|n| *n >= first) {
                used += u64::from(segment_head(disk, number)?.1.is_some());
            }
        }
        Ok(Self {
            on_terminal,
            told: Some(Instant::now()),
            first,
            used,
        })
    }

    fn tell(&mut self, reader: &Reader<FileDisk>) {
        if !self.on_terminal || self.told.is_none_or(|at| at.elapsed() < TELL_EVERY) {
            return;
        }
        self.told = Some(Instant::now());
        let position = reader.position();
        let passed = position.segment.saturating_sub(self.first) * 100;
        let within = position.offset * 100 / reader.segment().bytes.max(1);
        let percent = (passed + within) / self.used.max(1);
        let line = format!("\r\x1b[Krecord {}, {percent} %", position.next_seq);
        let _told = stderr().lock().write_all(line.as_bytes());
    }

    fn end(&mut self) {
        if self.on_terminal && self.told.take().is_some() {
            let _told = stderr().lock().write_all(b"\r\x1b[K");
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.end();
    }
}
