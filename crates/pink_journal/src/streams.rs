//! Which inputs are in the journal already: the last position of each ring the kernel ever read.

use shm_layout::Writer;

/// Streams remembered; a producer's older ones go first.
pub const STREAMS_MAX: usize = 32;

/// One ring's life and how far it is journalled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    pub source: Writer,
    pub stream_id: u64,
    pub last_seq: u64,
}

impl Stream {
    pub fn to_words(self) -> [u64; 3] {
        [u64::from(self.source.code()), self.stream_id, self.last_seq]
    }

    pub fn from_words(words: [u64; 3]) -> Option<Self> {
        let source = Writer::from_code(u8::try_from(words[0]).ok()?)?;
        Some(Self {
            source,
            stream_id: words[1],
            last_seq: words[2],
        })
    }
}

/// Last journalled position per stream, in order of first use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Streams {
    known: Vec<Stream>,
}

impl Streams {
    /// Last journalled position of a stream; 0 = none.
    pub fn last(&self, stream_id: u64) -> u64 {
        self.known
            .iter()
            .find(|s| s.stream_id == stream_id)
            .map_or(0, |s| s.last_seq)
    }

    /// True if this input is in the journal already.
    pub fn has(&self, stream_id: u64, seq: u64) -> bool {
        seq <= self.last(stream_id)
    }

    /// Notes an input that is journalled now.
    pub fn note(&mut self, source: Writer, stream_id: u64, seq: u64) {
        if stream_id == 0 {
            return;
        }
        if let Some(stream) = self.known.iter_mut().find(|s| s.stream_id == stream_id) {
            stream.last_seq = stream.last_seq.max(seq);
            return;
        }
        if self.known.len() == STREAMS_MAX {
            self.forget_one(source);
        }
        self.known.push(Stream {
            source,
            stream_id,
            last_seq: seq,
        });
    }

    /// Makes room: the oldest stream of this producer, else of the producer with most.
    fn forget_one(&mut self, source: Writer) {
        let count = |of: Writer| self.known.iter().filter(|s| s.source == of).count();
        let most = self
            .known
            .iter()
            .map(|s| s.source)
            .max_by_key(|of| count(*of));
        let victim = if count(source) > 1 {
            Some(source)
        } else {
            most
        };
        if let Some(at) = self.known.iter().position(|s| Some(s.source) == victim) {
            self.known.remove(at);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Stream> {
        self.known.iter()
    }
}

#[cfg(test)]
mod tests {
    use shm_layout::Writer;

    use super::{STREAMS_MAX, Streams};

    #[test]
    fn flaw_i10_an_input_that_is_journalled_is_known_whatever_its_stream() {
        let mut streams = Streams::default();
        streams.note(Writer::Gateway, 7, 3);
        streams.note(Writer::Listener, 8, 1);
        assert!(streams.has(7, 3) && streams.has(7, 1) && !streams.has(7, 4));
        assert!(
            !streams.has(9, 1),
            "a fresh segment never looks like a replay"
        );
    }

    #[test]
    fn many_restarts_of_one_producer_never_push_out_another() {
        let mut streams = Streams::default();
        streams.note(Writer::Policy, 1, 10);
        for life in 100..100 + 4 * STREAMS_MAX as u64 {
            streams.note(Writer::Gateway, life, 1);
        }
        assert_eq!(streams.last(1), 10);
        assert_eq!(streams.iter().count(), STREAMS_MAX);
    }
}
