//! Reads batches in order, following the chain from segment to segment.

use crate::disk::{Disk, DiskFile};
use crate::entry::Entries;
use crate::error::JournalError;
use crate::format::{
    BATCH_BYTES_MAX, BATCH_HEAD_BYTES, BatchHead, Position, SEGMENT_HEAD_USED,
    SEGMENT_HEADER_BYTES, SegmentHead, segment_name, segment_number,
};
use crate::translation::{Reading, reading};

const WINDOW_BYTES: usize = BATCH_HEAD_BYTES + BATCH_BYTES_MAX;

/// What stands at the reader's position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// A batch that continues the chain; `Reader::entries` are its entries.
    Batch(BatchHead),
    /// Zeros, or the end of the last segment.
    End,
    /// Bytes that are no batch continuing the chain.
    Invalid(&'static str),
}

/// Segments of a directory, by number.
pub fn segments<D: Disk>(disk: &D) -> Result<Vec<u64>, JournalError> {
    let names = disk
        .names()
        .map_err(|e| JournalError::io("list", "the journal directory", e))?;
    let mut numbers: Vec<u64> = names
        .iter()
        .filter_map(|name| segment_number(name))
        .collect();
    numbers.sort_unstable();
    Ok(numbers)
}

/// The header of a segment: `None` for a spare or for bytes that are no header.
pub fn segment_head<D: Disk>(
    disk: &D,
    number: u64,
) -> Result<(D::File, Option<SegmentHead>), JournalError> {
    let name = segment_name(number);
    let file = disk
        .open(&name)
        .map_err(|e| JournalError::io("open", &name, e))?;
    let mut head = [0; SEGMENT_HEAD_USED];
    file.read_full_at(&mut head, 0)
        .map_err(|e| JournalError::io("read", &name, e))?;
    let head = SegmentHead::from_bytes(&head).filter(|head| head.number == number);
    Ok((file, head))
}

/// A reader at one position of the chain.
pub struct Reader<D: Disk> {
    disk: D,
    file: D::File,
    head: SegmentHead,
    position: Position,
    /// How the records of this segment are read.
    reading: Reading,
    window: Box<[u8]>,
    window_at: u64,
    window_len: usize,
    payload: (usize, usize),
}

impl<D: Disk> Reader<D> {
    /// A reader at the first batch of a segment; `None` if that is no used segment.
    pub fn at_segment(disk: &D, number: u64) -> Result<Option<Self>, JournalError> {
        let (file, head) = segment_head(disk, number)?;
        head.map(|head| Self::new(disk.clone(), file, head, start_of(&head)))
            .transpose()
    }

    /// A reader at a position that a snapshot or another reader named.
    pub fn at(disk: &D, position: Position) -> Result<Option<Self>, JournalError> {
        let (file, head) = segment_head(disk, position.segment)?;
        head.map(|head| Self::new(disk.clone(), file, head, position))
            .transpose()
    }

    fn new(
        disk: D,
        file: D::File,
        head: SegmentHead,
        position: Position,
    ) -> Result<Self, JournalError> {
        let window = vec![0; WINDOW_BYTES].into_boxed_slice();
        Ok(Self {
            reading: reading(head.number, head.shape)?,
            disk,
            file,
            head,
            position,
            window,
            window_at: 0,
            window_len: 0,
            payload: (0, 0),
        })
    }

    pub fn position(&self) -> Position {
        self.position
    }

    pub fn segment(&self) -> &SegmentHead {
        &self.head
    }

    pub(crate) fn into_file(self) -> D::File {
        self.file
    }

    /// The entries of the batch that `advance` found last.
    pub fn entries(&self) -> Entries<'_> {
        let payload = &self.window[self.payload.0..self.payload.1];
        Entries::new(payload, self.reading.as_deref())
    }

    /// Looks at the position; on a batch, moves behind it.
    pub fn advance(&mut self) -> Result<Found, JournalError> {
        // The window may be older than the file: only what a fresh read shows is believed.
        if let Found::Batch(head) = self.look()? {
            return Ok(Found::Batch(head));
        }
        self.window_len = 0;
        let found = self.look()?;
        if matches!(found, Found::Batch(_)) {
            return Ok(found);
        }
        if self.follow()? {
            return self.advance();
        }
        Ok(found)
    }

    fn look(&mut self) -> Result<Found, JournalError> {
        let Some(at) = self.load(BATCH_HEAD_BYTES)? else {
            return Ok(Found::End);
        };
        let bytes = &self.window[at..at + BATCH_HEAD_BYTES];
        if bytes.iter().all(|b| *b == 0) {
            return Ok(Found::End);
        }
        let Some(head) = BatchHead::from_bytes(bytes, self.position.segment) else {
            return Ok(Found::Invalid("the head of the batch is not sound"));
        };
        if !self.continues(&head) {
            return Ok(Found::Invalid("the batch does not continue the chain"));
        }
        let Some(at) = self.load(head.total_bytes())? else {
            return Ok(Found::Invalid("the batch is longer than its segment"));
        };
        let (bytes, payload) = self.window[at..at + head.total_bytes()].split_at(BATCH_HEAD_BYTES);
        if !head.covers(bytes, payload) {
            return Ok(Found::Invalid("the checksum of the batch does not hold"));
        }
        self.payload = (at + BATCH_HEAD_BYTES, at + head.total_bytes());
        self.position.offset += head.total_bytes() as u64;
        self.position.next_batch += 1;
        self.position.next_seq = head.next_seq();
        self.position.chain = head.chain;
        Ok(Found::Batch(head))
    }

    fn continues(&self, head: &BatchHead) -> bool {
        head.number == self.position.next_batch
            && head.first_seq == self.position.next_seq
            && head.previous_chain == self.position.chain
            && head.entries > 0
    }

    /// Index in the window of `bytes` bytes at the position; `None` beyond the segment.
    fn load(&mut self, bytes: usize) -> Result<Option<usize>, JournalError> {
        let at = self.position.offset;
        if at + bytes as u64 > self.head.bytes {
            return Ok(None);
        }
        let end = self.window_at + self.window_len as u64;
        if self.window_len == 0 || at < self.window_at || at + bytes as u64 > end {
            let left = usize::try_from(self.head.bytes - at).unwrap_or(WINDOW_BYTES);
            let name = segment_name(self.position.segment);
            let window = &mut self.window[..left.min(WINDOW_BYTES)];
            self.window_len = self
                .file
                .read_full_at(window, at)
                .map_err(|e| JournalError::io("read", &name, e))?;
            self.window_at = at;
        }
        let index = usize::try_from(at - self.window_at).unwrap_or(usize::MAX);
        Ok((index.saturating_add(bytes) <= self.window_len).then_some(index))
    }

    /// Moves to the next segment if it continues the chain.
    fn follow(&mut self) -> Result<bool, JournalError> {
        let number = self.position.segment + 1;
        if !segments(&self.disk)?.contains(&number) {
            return Ok(false);
        }
        let (file, head) = segment_head(&self.disk, number)?;
        let Some(head) = head.filter(|head| {
            head.first_batch == self.position.next_batch
                && head.first_seq == self.position.next_seq
                && head.previous_chain == self.position.chain
                && head.journal_id == self.head.journal_id
        }) else {
            return Ok(false);
        };
        self.reading = reading(number, head.shape)?;
        self.file = file;
        self.head = head;
        self.position.segment = number;
        self.position.offset = SEGMENT_HEADER_BYTES as u64;
        self.window_len = 0;
        Ok(true)
    }
}

/// The position of the first batch of a segment.
pub fn start_of(head: &SegmentHead) -> Position {
    Position {
        segment: head.number,
        offset: SEGMENT_HEADER_BYTES as u64,
        next_batch: head.first_batch,
        next_seq: head.first_seq,
        chain: head.previous_chain,
    }
}

/// A reader at the start of the segment that holds `seq`.
pub fn reader_for<D: Disk>(disk: &D, seq: u64) -> Result<Option<Reader<D>>, JournalError> {
    let mut first = None;
    for number in segments(disk)?.into_iter().rev() {
        let Some(reader) = Reader::at_segment(disk, number)? else {
            continue;
        };
        if reader.segment().first_seq <= seq {
            return Ok(Some(reader));
        }
        first = Some(reader.segment().first_seq);
    }
    match first {
        Some(first) => Err(JournalError::Gone { asked: seq, first }),
        None => Ok(None),
    }
}
