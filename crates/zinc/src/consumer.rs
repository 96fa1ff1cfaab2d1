//! The consuming end of a ring: polling moves this process on, releasing lets the producer reuse.

use std::sync::Arc;
use std::thread::available_parallelism;

use shm_layout::{LINE_SIZE, Region, Shape};

use crate::error::ZincError;
use crate::map::Map;
use crate::park::{Bell, Line};
use crate::ring::{Ring, Slot};
use crate::segment::ring;
use crate::sync::AtomicU64;
use crate::sync::Ordering::Relaxed;

/// Longest spin before a sleep: about what the wake of a sleeper on another core costs.
const SPIN_NS_MAX: u64 = 20_000;
/// Spins in a row that found nothing, after which most waits sleep at once.
const MISSES_MAX: u64 = 4;
/// While spinning does not pay, one wait in so many tries it again.
const RETRY_EVERY: u64 = 16;

/// What a poll found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Polled {
    /// Nothing new.
    Empty,
    /// The record with this position is in the caller's buffer.
    Record(u64),
    /// Positions `from` up to, not including, `to` were overwritten before they were read.
    Lapped { from: u64, to: u64 },
}

/// The consuming end of a ring.
pub struct Consumer {
    source: Arc<Map>,
    region: &'static Region,
    line: Option<(Arc<Map>, usize)>,
    stream_id: u64,
    next: u64,
    released: u64,
    spin_ns: u64,
    misses: AtomicU64,
}

impl Consumer {
    pub(crate) fn keeping(
        source: Arc<Map>,
        region: &'static Region,
        own: Arc<Map>,
        offset: usize,
    ) -> Self {
        let mut consumer = Self::new(source, region, Some((own, offset)));
        let (stream_id, ring) = (consumer.stream_id, ring(&consumer.source, region));
        let line = Line(consumer.line_words());
        consumer.next = line.position(stream_id).unwrap_or_else(|| {
            // What a lossless ring still holds was released by nobody we know of. A broadcast
            // ring is read from its first record: the gap then says what is gone.
            let lossless = region.shape == Shape::Lossless;
            let start = if lossless {
                ring.tail().saturating_sub(ring.capacity())
            } else {
                0
            };
            line.bind(stream_id, start);
            start
        });
        consumer.released = consumer.next;
        consumer
    }

    pub(crate) fn following(source: Arc<Map>, region: &'static Region) -> Self {
        let mut consumer = Self::new(source, region, None);
        consumer.next = consumer.ring().tail();
        consumer.released = consumer.next;
        consumer
    }

    fn new(source: Arc<Map>, region: &'static Region, line: Option<(Arc<Map>, usize)>) -> Self {
        let stream_id = ring(&source, region).stream_id();
        // One core: the producer cannot run while we spin.
        let spin_ns = if available_parallelism().is_ok_and(|n| n.get() > 1) {
            SPIN_NS_MAX
        } else {
            0
        };
        let misses = AtomicU64::new(0);
        Self {
            source,
            region,
            line,
            stream_id,
            next: 0,
            released: 0,
            spin_ns,
            misses,
        }
    }

    fn line_words(&self) -> &[AtomicU64] {
        match &self.line {
            Some((map, offset)) => map.part(*offset, LINE_SIZE),
            None => &[],
        }
    }

    fn line(&self) -> Option<Line<'_>> {
        self.line
            .as_ref()
            .map(|(map, offset)| Line(map.part(*offset, LINE_SIZE)))
    }

    fn ring(&self) -> Ring<'_> {
        ring(&self.source, self.region)
    }

    /// The ring.
    pub fn region(&self) -> &'static Region {
        self.region
    }

    /// Whether waits begin with a spin.
    pub fn spins(&self) -> bool {
        self.spin_ns > 0 && self.misses.load(Relaxed) < MISSES_MAX
    }

    /// Position the next poll will look at.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// Everything before it may be overwritten.
    pub fn released(&self) -> u64 {
        self.released
    }

    /// Identity of the ring's content.
    pub fn stream_id(&self) -> u64 {
        self.stream_id
    }

    /// Records published and not yet polled.
    pub fn lag(&self) -> u64 {
        self.ring().tail().saturating_sub(self.next)
    }

    /// Whether a poll would find something.
    pub fn is_ready(&self) -> bool {
        self.ring().tail_word().load(Relaxed) > self.next
    }

    /// Copies the next record into `record`, which has the region's record size.
    pub fn poll(&mut self, record: &mut [u8]) -> Result<Polled, ZincError> {
        let region = self.region;
        if record.len() != region.record_size {
            return Err(ZincError::BadSize {
                region: region.name,
                size: record.len(),
                index: 0,
            });
        }
        let ring = ring(&self.source, region);
        if ring.tail() <= self.next {
            return Ok(Polled::Empty);
        }
        let from = self.next;
        match ring.read(from, record) {
            Slot::Record => {
                self.next = from + 1;
                Ok(Polled::Record(from))
            }
            Slot::Overwritten => {
                let to = ring.after_lap(from);
                self.next = to;
                if let Some(line) = self.line() {
                    line.add_lost(to - from);
                }
                Ok(Polled::Lapped { from, to })
            }
            Slot::Corrupt => Err(ZincError::Corrupt {
                region: region.name,
                position: from,
            }),
        }
    }

    /// Lets the producer reuse everything before `position`, which must have been polled.
    pub fn release(&mut self, position: u64) -> Result<(), ZincError> {
        if position < self.released || position > self.next {
            return Err(ZincError::BadPosition {
                region: self.region.name,
                position,
            });
        }
        self.released = position;
        if let Some(line) = self.line() {
            line.release(position);
        }
        Ok(())
    }

    /// Goes on at another position. A lossless ring's named consumer may not skip.
    pub fn seek(&mut self, position: u64) -> Result<(), ZincError> {
        let keeps = self.line.is_some() && self.region.shape == Shape::Lossless;
        if keeps || position > self.ring().tail() {
            return Err(ZincError::BadPosition {
                region: self.region.name,
                position,
            });
        }
        self.next = position;
        self.released = position;
        if let Some(line) = self.line() {
            line.release(position);
        }
        Ok(())
    }

    /// Longest spin before each sleep; 0 sleeps at once.
    pub fn set_spin_ns(&mut self, spin_ns: u64) {
        self.spin_ns = spin_ns;
    }

    /// How long the coming wait shall spin: not at all where spinning has not paid of late.
    pub(crate) fn spin_ns_now(&self) -> u64 {
        let misses = self.misses.load(Relaxed);
        if misses < MISSES_MAX {
            return self.spin_ns;
        }
        self.misses.store(misses + 1, Relaxed);
        if misses.is_multiple_of(RETRY_EVERY) {
            self.spin_ns
        } else {
            0
        }
    }

    pub(crate) fn spin_ended(&self, found: bool) {
        let misses = if found {
            0
        } else {
            self.misses.load(Relaxed) + 1
        };
        self.misses.store(misses, Relaxed);
    }

    pub(crate) fn announce(&self, token: u64, bell: Bell) {
        if let Some(line) = self.line() {
            line.announce(token, bell);
        }
    }

    pub(crate) fn clear(&self) {
        if let Some(line) = self.line() {
            line.clear();
        }
    }

    /// The word a sleeper waits on, and the value it has while there is nothing to read.
    pub(crate) fn futex(&self) -> (&AtomicU64, u64) {
        (self.ring().tail_word(), self.next)
    }
}
