//! Both ends of a ring.

use std::time::Duration;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use zinc::{Consumer, Polled, Producer};

use crate::error::{BadSize, lapped, raise};

/// Looks at a ring before the interpreter lock is given up: about two microseconds.
const HELD_LOOKS: u32 = 64;

#[pyclass(module = "pink_actors._native")]
pub(crate) struct RingProducer(pub(crate) Producer);

#[pymethods]
impl RingProducer {
    #[getter]
    fn tail(&self) -> u64 {
        self.0.tail()
    }

    #[getter]
    fn stream_id(&self) -> u64 {
        self.0.stream_id()
    }

    fn publish(&mut self, record: &[u8]) -> PyResult<u64> {
        self.0.publish(record).map_err(raise)
    }

    fn wake(&self) -> PyResult<usize> {
        self.0.wake().map_err(raise)
    }

    fn free(&self) -> u64 {
        self.0.free()
    }
}

#[pyclass(module = "pink_actors._native")]
pub(crate) struct RingConsumer {
    inner: Consumer,
    buffer: Vec<u8>,
    /// A gap met after records of the same poll: those are returned first.
    gap: Option<(u64, u64)>,
}

impl RingConsumer {
    pub(crate) fn new(inner: Consumer) -> Self {
        let buffer = vec![0; inner.region().record_size];
        Self {
            inner,
            buffer,
            gap: None,
        }
    }

    pub(crate) fn inner(&self) -> &Consumer {
        &self.inner
    }

    fn next_record<'py>(
        &mut self,
        py: Python<'py>,
    ) -> PyResult<Option<(u64, Bound<'py, PyBytes>)>> {
        if let Some((from, to)) = self.gap.take() {
            return Err(lapped(py, self.inner.region().name, from, to));
        }
        match self.inner.poll(&mut self.buffer).map_err(raise)? {
            Polled::Empty => Ok(None),
            Polled::Record(position) => Ok(Some((position, PyBytes::new(py, &self.buffer)))),
            Polled::Lapped { from, to } => {
                self.gap = Some((from, to));
                Ok(None)
            }
        }
    }
}

#[pymethods]
impl RingConsumer {
    #[getter]
    fn next_seq(&self) -> u64 {
        self.inner.next()
    }

    #[getter]
    fn released_seq(&self) -> u64 {
        self.inner.released()
    }

    #[getter]
    fn stream_id(&self) -> u64 {
        self.inner.stream_id()
    }

    #[getter]
    fn lag(&self) -> u64 {
        self.inner.lag()
    }

    #[pyo3(signature = (max))]
    fn poll<'py>(
        &mut self,
        py: Python<'py>,
        max: usize,
    ) -> PyResult<Vec<(u64, Bound<'py, PyBytes>)>> {
        let mut records = Vec::new();
        while records.len() < max {
            match self.next_record(py)? {
                Some(record) => records.push(record),
                None => break,
            }
        }
        if records.is_empty() && self.gap.is_some() {
            self.next_record(py)?;
        }
        Ok(records)
    }

    fn take<'py>(
        &mut self,
        py: Python<'py>,
        timeout_ms: u64,
    ) -> PyResult<Option<(u64, Bound<'py, PyBytes>)>> {
        if timeout_ms > 0 && !self.wait(py, timeout_ms) {
            return Ok(None);
        }
        match self.next_record(py)? {
            None if self.gap.is_some() => self.next_record(py),
            found => Ok(found),
        }
    }

    fn release(&mut self, next_seq: u64) -> PyResult<()> {
        self.inner.release(next_seq).map_err(raise)
    }

    fn seek(&mut self, next_seq: u64) -> PyResult<()> {
        self.gap = None;
        self.inner.seek(next_seq).map_err(raise)
    }

    fn set_spin(&mut self, max_us: u64) -> PyResult<()> {
        if max_us > 1_000 {
            return Err(BadSize::new_err(
                "spinning longer than 1000 µs helps nobody",
            ));
        }
        self.inner.set_spin_ns(max_us * 1_000);
        Ok(())
    }

    fn ready(&self) -> bool {
        self.gap.is_some() || self.inner.is_ready()
    }

    fn wait(&self, py: Python<'_>, timeout_ms: u64) -> bool {
        if self.ready() || self.inner.spins() && self.look_again() {
            return true;
        }
        py.detach(|| zinc::wait_any(&[&self.inner], Duration::from_millis(timeout_ms)))
    }
}

impl RingConsumer {
    /// Giving the lock up and taking it back costs more than an answer that comes at once.
    fn look_again(&self) -> bool {
        (0..HELD_LOOKS).any(|_| {
            std::hint::spin_loop();
            self.inner.is_ready()
        })
    }
}
