//! The producing end of a ring: publishing makes no system call, waking is a step of its own.

use std::array;
use std::os::fd::RawFd;
use std::sync::Arc;

use shm_layout::{LINE_SIZE, Region, Shape};

use crate::error::ZincError;
use crate::map::Map;
use crate::park::{self, Bell, Line};
use crate::ring::Ring;
use crate::segment::{Segment, cursor_offset, ring};
use crate::sync::AtomicU64;
use crate::sync::Ordering::Relaxed;
use crate::system::{futex_wake, ring_eventfd};

/// Codes of enum Writer, which is one byte wide.
const WRITERS_MAX: usize = 256;

/// Tokens of the sleeps that this process has ended already, by consumer, over all its rings.
pub(crate) struct Wakes([AtomicU64; WRITERS_MAX]);

impl Wakes {
    pub(crate) fn new() -> Self {
        Self(array::from_fn(|_| AtomicU64::new(0)))
    }
}

struct Listener {
    map: Arc<Map>,
    offset: usize,
    writer: u32,
    wake_fd: RawFd,
}

impl Listener {
    fn line(&self) -> Line<'_> {
        Line(self.map.part(self.offset, LINE_SIZE))
    }
}

/// The producing end of a ring.
pub struct Producer {
    map: Arc<Map>,
    region: &'static Region,
    listeners: Vec<Listener>,
    wakes: Arc<Wakes>,
    /// First position that needs another look at the consumers' cursors.
    limit: u64,
}

impl Producer {
    pub(crate) fn new(
        map: Arc<Map>,
        region: &'static Region,
        consumers: &[(&Segment, RawFd)],
        wakes: &Arc<Wakes>,
    ) -> Result<Self, ZincError> {
        let given = |code: &u32| {
            consumers
                .iter()
                .filter(|(s, _)| s.spec.writer == *code)
                .count()
        };
        let known = consumers
            .iter()
            .all(|(s, _)| region.consumers.contains(&s.spec.writer));
        let lossless = region.shape == Shape::Lossless;
        let complete = region
            .consumers
            .iter()
            .all(|c| given(c) == 1 || !lossless && given(c) == 0);
        if !known || !complete {
            return Err(ZincError::WrongConsumers {
                region: region.name,
            });
        }
        let listeners = consumers.iter().map(|(segment, wake_fd)| {
            Ok(Listener {
                map: Arc::clone(&segment.map),
                offset: cursor_offset(segment.spec, region)?,
                writer: segment.spec.writer,
                wake_fd: *wake_fd,
            })
        });
        let listeners = listeners.collect::<Result<_, _>>()?;
        let limit = if lossless { 0 } else { u64::MAX };
        Ok(Self {
            map,
            region,
            listeners,
            wakes: Arc::clone(wakes),
            limit,
        })
    }

    fn ring(&self) -> Ring<'_> {
        ring(&self.map, self.region)
    }

    /// Position the next record will have.
    pub fn tail(&self) -> u64 {
        self.ring().tail()
    }

    /// Identity of the ring's content.
    pub fn stream_id(&self) -> u64 {
        self.ring().stream_id()
    }

    /// Records that fit now; the capacity if the ring never waits.
    pub fn free(&self) -> u64 {
        let ring = self.ring();
        match self.slowest(ring) {
            Some((_, cursor)) => ring.capacity() - (ring.tail() - cursor).min(ring.capacity()),
            None => ring.capacity(),
        }
    }

    /// The consumer that holds the ring back, and its position; none on a broadcast ring.
    fn slowest(&self, ring: Ring<'_>) -> Option<(u32, u64)> {
        if self.region.shape == Shape::Broadcast {
            return None;
        }
        let (stream_id, tail) = (ring.stream_id(), ring.tail());
        // A consumer that never bound to this stream has released nothing of it, and one that
        // claims more than was published cannot hold the ring back by that.
        let cursor = |l: &Listener| l.line().position(stream_id).unwrap_or(0).min(tail);
        self.listeners
            .iter()
            .map(|l| (l.writer, cursor(l)))
            .min_by_key(|(_, cursor)| *cursor)
    }

    /// Publishes a record and returns its position. Nobody is woken and no system call is made;
    /// a lossless ring that is full refuses, and then nothing was written.
    pub fn publish(&mut self, record: &[u8]) -> Result<u64, ZincError> {
        let region = self.region;
        if record.len() != region.record_size {
            return Err(ZincError::BadSize {
                region: region.name,
                size: record.len(),
                index: 0,
            });
        }
        let ring = ring(&self.map, region);
        let tail = ring.tail();
        if tail >= self.limit
            && let Some((consumer, cursor)) = self.slowest(ring)
        {
            self.limit = cursor + ring.capacity();
            if tail >= self.limit {
                let region = region.name;
                return Err(ZincError::Backpressure {
                    region,
                    consumer,
                    cursor,
                    tail,
                });
            }
        }
        ring.publish(tail, record);
        Ok(tail)
    }

    /// Wakes the consumers that sleep, each at most once per sleep over all rings of this
    /// process; how many. One pass per turn of the loop is enough.
    pub fn wake(&self) -> Result<usize, ZincError> {
        park::published();
        let mut woken = 0;
        for listener in &self.listeners {
            let Some((token, bell)) = listener.line().sleeper() else {
                continue;
            };
            let Some(last) = self.wakes.0.get(listener.writer as usize) else {
                continue;
            };
            if last.load(Relaxed) == token {
                continue;
            }
            match bell {
                Bell::Futex => futex_wake(self.ring().tail_word()),
                Bell::EventFd if listener.wake_fd >= 0 => ring_eventfd(listener.wake_fd)?,
                // Without an eventfd there is no bell: that consumer polls on its deadline.
                Bell::EventFd => continue,
            }
            last.store(token, Relaxed);
            woken += 1;
        }
        Ok(woken)
    }
}
