//! The one writer: whole batches into prepared segments, each a single write.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::disk::{Disk, DiskFile};
use crate::entry::Batch;
use crate::error::JournalError;
use crate::format::{BatchHead, Position, SEGMENT_HEADER_BYTES, SegmentHead, segment_name};

/// Segments prepared ahead.
pub const SPARES_MAX: usize = 2;
const ZEROS_BYTES: usize = 256 << 10;

/// What stays the same for the life of a journal directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    pub journal_id: u64,
    pub segment_bytes: u64,
    pub shape: u64,
}

/// A segment full of zeros under its final name.
pub struct Spare<F> {
    pub number: u64,
    pub file: Arc<F>,
}

/// Makes the segment `number`: zeros, fsync, rename, directory fsync.
///
/// What cannot be finished is removed, so that a full disk gets its space back.
pub fn prepare_spare<D: Disk>(
    disk: &D,
    number: u64,
    bytes: u64,
) -> Result<Spare<D::File>, JournalError> {
    let name = segment_name(number);
    let unfinished = format!("{name}.tmp");
    let written = write_zeros(disk, &unfinished, bytes);
    let file = match written {
        Ok(file) => file,
        Err(source) => {
            // The first error is the one to report; the leftover is removed at the next start too.
            let _removed = disk.remove(&unfinished);
            return Err(JournalError::io("prepare", &name, source));
        }
    };
    disk.rename(&unfinished, &name)
        .map_err(|e| JournalError::io("rename", &name, e))?;
    disk.sync_directory()
        .map_err(|e| JournalError::io("sync the directory of", &name, e))?;
    Ok(Spare {
        number,
        file: Arc::new(file),
    })
}

fn write_zeros<D: Disk>(disk: &D, name: &str, bytes: u64) -> std::io::Result<D::File> {
    let file = disk.create(name)?;
    let zeros = vec![0; ZEROS_BYTES];
    let mut at = 0;
    while at < bytes {
        let left = usize::try_from(bytes - at)
            .unwrap_or(ZEROS_BYTES)
            .min(ZEROS_BYTES);
        file.write_full_at(&zeros[..left], at)?;
        at += left as u64;
    }
    file.sync()?;
    Ok(file)
}

/// Times and watermark that go into the head of a batch.
#[derive(Clone, Copy, Debug)]
pub struct Stamp {
    pub durable_seq: u64,
    pub wall_ns: i64,
    pub mono_ns: u64,
}

/// Appends batches; after any failed write it takes nothing any more.
pub struct Writer<D: Disk> {
    terms: Terms,
    file: Option<Arc<D::File>>,
    position: Position,
    spares: VecDeque<Spare<D::File>>,
    failed: bool,
}

impl<D: Disk> Writer<D> {
    /// A writer that goes on at `position`, in `file` unless no segment was begun yet.
    pub fn new(terms: Terms, file: Option<Arc<D::File>>, position: Position) -> Self {
        Self {
            terms,
            file,
            position,
            spares: VecDeque::new(),
            failed: false,
        }
    }

    pub fn terms(&self) -> Terms {
        self.terms
    }

    pub fn position(&self) -> Position {
        self.position
    }

    /// The segment that is written now; none before the first batch.
    pub fn file(&self) -> Option<&Arc<D::File>> {
        self.file.as_ref()
    }

    pub fn spares(&self) -> usize {
        self.spares.len()
    }

    /// Number of the segment to prepare next.
    pub fn next_spare(&self) -> u64 {
        self.spares
            .back()
            .map_or(self.position.segment, |spare| spare.number)
            + 1
    }

    /// Takes a prepared segment; one that does not follow is refused.
    pub fn offer(&mut self, spare: Spare<D::File>) -> bool {
        let follows = spare.number == self.next_spare();
        if follows {
            self.spares.push_back(spare);
        }
        follows
    }

    /// True if a batch of so many bytes would begin a new segment.
    fn needs_segment(&self, bytes: usize) -> bool {
        self.file.is_none() || self.position.offset + bytes as u64 > self.terms.segment_bytes
    }

    /// Writes the batch and clears it; returns true if it began a new segment.
    ///
    /// `NoSpare` leaves everything as it was. Any other error is final.
    pub fn append(&mut self, batch: &mut Batch, stamp: Stamp) -> Result<bool, JournalError> {
        if self.failed {
            return Err(JournalError::Failed);
        }
        let total = batch.bytes_mut().len();
        let begins = self.needs_segment(total);
        if begins {
            self.begin_segment(stamp)?;
        }
        let head = BatchHead {
            segment: self.position.segment,
            number: self.position.next_batch,
            first_seq: batch.first_seq(),
            entries: batch.entries(),
            bytes: u32::try_from(batch.payload_bytes()).unwrap_or(u32::MAX),
            durable_seq: stamp.durable_seq,
            wall_ns: stamp.wall_ns,
            mono_ns: stamp.mono_ns,
            previous_chain: self.position.chain,
            chain: 0,
        };
        let chain = head.seal(batch.bytes_mut());
        self.write(batch.bytes_mut(), self.position.offset)?;
        self.position.offset += total as u64;
        self.position.next_batch += 1;
        self.position.next_seq = head.next_seq();
        self.position.chain = chain;
        batch.clear();
        Ok(begins)
    }

    fn begin_segment(&mut self, stamp: Stamp) -> Result<(), JournalError> {
        let spare = self.spares.pop_front().ok_or(JournalError::NoSpare)?;
        let head = SegmentHead {
            journal_id: self.terms.journal_id,
            number: spare.number,
            first_seq: self.position.next_seq,
            first_batch: self.position.next_batch,
            previous_chain: self.position.chain,
            shape: self.terms.shape,
            created_wall_ns: stamp.wall_ns,
            bytes: self.terms.segment_bytes,
        };
        self.file = Some(spare.file);
        self.position.segment = spare.number;
        self.position.offset = SEGMENT_HEADER_BYTES as u64;
        self.write(&head.to_bytes(), 0)
    }

    fn write(&mut self, bytes: &[u8], offset: u64) -> Result<(), JournalError> {
        let Some(file) = &self.file else {
            return Err(JournalError::NoSpare);
        };
        let written = file.write_full_at(bytes, offset);
        written.map_err(|source| {
            self.failed = true;
            JournalError::io("write", &segment_name(self.position.segment), source)
        })
    }
}
