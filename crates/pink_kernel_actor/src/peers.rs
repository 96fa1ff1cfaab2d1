//! The other processes' segments: attached when they appear, again when they are replaced.

use std::time::Duration;

use pink_kernel::Now;
use shm_layout::{Control, Intent, LAYOUT, Malformed, Region, Report, ReportKind, Writer, region};
use zinc::{Consumer, OwnSegment, Polled, Refusal, Segment, ZincError};

use crate::latch::printable;
use pink_journal::record::Record;

const RECORD_BYTES_MAX: usize = 512;

/// The input rings, in the order they are read: the operator first, wishes to trade last.
const INPUTS: [(&Region, Writer); 4] = [
    (&region::CONTROLS, Writer::Supervisor),
    (&region::GATEWAY_REPORTS, Writer::Gateway),
    (&region::LISTENER_REPORTS, Writer::Listener),
    (&region::INTENTS, Writer::Policy),
];
const INPUTS_COUNT: usize = INPUTS.len();

/// One peer and the ring we read from it.
struct Peer {
    region: &'static Region,
    source: Writer,
    segment: Option<Segment>,
    consumer: Option<Consumer>,
    /// The last refusal, so that it is told once.
    refusal: String,
}

/// An input as it came from a ring.
pub struct Polling {
    pub source: Writer,
    pub stream_id: u64,
    /// Position in the stream, from 1.
    pub stream_seq: u64,
    pub record: Record,
}

/// All peers.
pub struct Peers {
    all: [Peer; INPUTS_COUNT],
    instance: String,
    /// Segments attached so far; a change means that somebody is new.
    attached: u64,
}

impl Peers {
    pub fn new(instance: &str) -> Self {
        let all = INPUTS.map(|(region, source)| Peer {
            region,
            source,
            segment: None,
            consumer: None,
            refusal: String::new(),
        });
        Self {
            all,
            instance: instance.to_owned(),
            attached: 0,
        }
    }

    /// Number of input rings.
    pub const fn count() -> usize {
        INPUTS_COUNT
    }

    /// Attaches what is missing or was replaced; returns what was refused, each once.
    ///
    /// A replaced segment is left only when nothing in its ring is unread.
    pub fn attach(&mut self, own: &OwnSegment) -> Vec<String> {
        let mut told = Vec::new();
        for peer in &mut self.all {
            let current = peer.segment.as_ref().is_some_and(|s| !s.is_replaced());
            let unread = peer.consumer.as_ref().is_some_and(Consumer::is_ready);
            if current || unread {
                continue;
            }
            match attach_one(peer, own, &self.instance) {
                Ok(()) => {
                    peer.refusal.clear();
                    self.attached += 1;
                }
                Err(error) if is_missing(&error) => {}
                Err(error) => {
                    let text = error.to_string();
                    if text != peer.refusal {
                        told.push(text.clone());
                        peer.refusal = text;
                    }
                }
            }
        }
        told
    }

    /// Counts attachments; a change means that a segment is new.
    pub const fn attached(&self) -> u64 {
        self.attached
    }

    /// The segment of a peer, if it is attached.
    pub fn segment(&self, writer: Writer) -> Option<&Segment> {
        self.all
            .iter()
            .find(|peer| peer.source == writer)?
            .segment
            .as_ref()
    }

    /// Stream of each input ring that is attached; 0 otherwise.
    pub fn stream(&self, writer: Writer) -> u64 {
        let peer = self.all.iter().find(|peer| peer.source == writer);
        peer.and_then(|peer| peer.consumer.as_ref())
            .map_or(0, Consumer::stream_id)
    }

    /// The next input of ring `at`; what is no record of the layout becomes a diagnostic.
    pub fn poll(&mut self, at: usize, now: Now) -> Result<Option<Polling>, ZincError> {
        let peer = &mut self.all[at];
        let Some(consumer) = peer.consumer.as_mut() else {
            return Ok(None);
        };
        let mut bytes = [0; RECORD_BYTES_MAX];
        let bytes = &mut bytes[..peer.region.record_size];
        match consumer.poll(bytes)? {
            Polled::Record(position) => Ok(Some(Polling {
                source: peer.source,
                stream_id: consumer.stream_id(),
                stream_seq: position + 1,
                record: decode(peer.source, bytes).unwrap_or_else(|bad| diagnostic(bad, now)),
            })),
            Polled::Empty | Polled::Lapped { .. } => Ok(None),
        }
    }

    /// Lets the producers reuse everything that was polled.
    pub fn release(&mut self) -> Result<(), ZincError> {
        for consumer in self
            .all
            .iter_mut()
            .filter_map(|peer| peer.consumer.as_mut())
        {
            if consumer.released() < consumer.next() {
                consumer.release(consumer.next())?;
            }
        }
        Ok(())
    }

    /// Sleeps until an input ring has something, at most for `timeout`.
    pub fn wait(&self, timeout: Duration) {
        let consumers: Vec<&Consumer> = self
            .all
            .iter()
            .filter_map(|peer| peer.consumer.as_ref())
            .collect();
        zinc::wait_any(&consumers, timeout);
    }
}

fn attach_one(peer: &mut Peer, own: &OwnSegment, instance: &str) -> Result<(), ZincError> {
    let segment = Segment::attach(&LAYOUT, instance, u32::from(peer.source.code()))?;
    peer.consumer = Some(own.consumer(&segment, peer.region)?);
    peer.segment = Some(segment);
    Ok(())
}

fn is_missing(error: &ZincError) -> bool {
    matches!(
        error,
        ZincError::Attach {
            refusal: Refusal::Missing,
            ..
        }
    )
}

fn decode(source: Writer, bytes: &[u8]) -> Result<Record, Malformed> {
    fn sized<const N: usize>(bytes: &[u8]) -> Result<&[u8; N], Malformed> {
        let bad = Malformed {
            record: "input",
            field: "size",
            code: bytes.len() as u64,
        };
        bytes.try_into().map_err(|_| bad)
    }
    Ok(match source {
        Writer::Supervisor => Record::Control(Control::from_bytes(sized(bytes)?)?),
        Writer::Policy => Record::Intent(Intent::from_bytes(sized(bytes)?)?),
        _ => Record::Report(Report::from_bytes(sized(bytes)?)?),
    })
}

/// An input that cannot be read is journalled as what it is, so that it is seen and counted once.
fn diagnostic(bad: Malformed, now: Now) -> Record {
    Record::Report(Report {
        kind: ReportKind::Diagnostic,
        recv_wall_ns: now.wall_ns,
        recv_mono_ns: now.mono_ns,
        text: printable(&bad.to_string()),
        ..Report::ZERO
    })
}
