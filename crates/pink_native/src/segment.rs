//! Segments: other processes' read-only, one's own writable.

use std::os::fd::RawFd;
use std::path::Path;

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use shm_layout::{LAYOUT, Region};

use crate::error::{BadSize, raise};
use crate::region_of;
use crate::ring::{RingConsumer, RingProducer};

#[pyclass(frozen, get_all, module = "pink_actors._native")]
pub(crate) struct Header {
    instance: String,
    writer: u32,
    digest: Py<PyBytes>,
    boot_id: Py<PyBytes>,
    created_wall_ns: u64,
    created_mono_ns: u64,
    creator_pid: u32,
    epoch: u64,
    pid: u32,
    uid: u32,
    start_ticks: u64,
    opened_mono_ns: u64,
    state: u64,
    heartbeat_mono_ns: u64,
    progress: u64,
}

impl Header {
    fn new(py: Python<'_>, header: &zinc::Header) -> Self {
        let (segment, writer) = (&header.segment, &header.writer);
        Self {
            instance: segment.instance.as_str().to_owned(),
            writer: segment.writer,
            digest: PyBytes::new(py, &segment.digest).unbind(),
            boot_id: PyBytes::new(py, &segment.boot_id).unbind(),
            created_wall_ns: segment.created_wall_ns,
            created_mono_ns: segment.created_mono_ns,
            creator_pid: segment.creator_pid,
            epoch: writer.epoch,
            pid: writer.pid,
            uid: writer.uid,
            start_ticks: writer.start_ticks,
            opened_mono_ns: writer.opened_mono_ns,
            state: header.state,
            heartbeat_mono_ns: header.heartbeat_mono_ns,
            progress: header.progress,
        }
    }
}

/// Reads a cell straight into a new bytes object.
fn read_with<'py>(
    py: Python<'py>,
    region: &'static Region,
    read: impl FnOnce(&mut [u8]) -> Result<u64, zinc::ZincError>,
) -> PyResult<Bound<'py, PyBytes>> {
    PyBytes::new_with(py, region.record_size, |record| {
        read(record).map(|_| ()).map_err(raise)
    })
}

#[pyclass(frozen, module = "pink_actors._native")]
pub(crate) struct Segment(zinc::Segment);

#[pymethods]
impl Segment {
    #[staticmethod]
    fn attach(instance: &str, writer: u32) -> PyResult<Self> {
        zinc::Segment::attach(&LAYOUT, instance, writer)
            .map(Self)
            .map_err(raise)
    }

    #[staticmethod]
    fn attach_file(path: &str, writer: u32) -> PyResult<Self> {
        zinc::Segment::attach_file(&LAYOUT, Path::new(path), writer)
            .map(Self)
            .map_err(raise)
    }

    fn header(&self, py: Python<'_>) -> PyResult<Header> {
        Ok(Header::new(py, &self.0.header().map_err(raise)?))
    }

    fn replaced(&self) -> bool {
        self.0.is_replaced()
    }

    fn read<'py>(
        &self,
        py: Python<'py>,
        region: u32,
        index: usize,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let region = region_of(region)?;
        read_with(py, region, |record| self.0.read(region, index, record))
    }

    fn generation(&self, region: u32, index: usize) -> PyResult<u64> {
        self.0.generation(region_of(region)?, index).map_err(raise)
    }

    fn tail(&self, region: u32) -> PyResult<u64> {
        Ok(self.0.tail(region_of(region)?).map_err(raise)?.0)
    }

    fn stream_id(&self, region: u32) -> PyResult<u64> {
        Ok(self.0.tail(region_of(region)?).map_err(raise)?.1)
    }

    fn cursor(&self, region: u32) -> PyResult<(u64, u64, u64)> {
        self.0.cursor(region_of(region)?).map_err(raise)
    }

    fn follow(&self, region: u32) -> PyResult<RingConsumer> {
        Ok(RingConsumer::new(
            self.0.follow(region_of(region)?).map_err(raise)?,
        ))
    }
}

#[pyclass(module = "pink_actors._native")]
pub(crate) struct OwnSegment(zinc::OwnSegment);

#[pymethods]
impl OwnSegment {
    #[staticmethod]
    fn open(instance: &str, writer: u32, run_dir: &str) -> PyResult<Self> {
        let opened = zinc::OwnSegment::open(&LAYOUT, instance, writer, Path::new(run_dir));
        opened.map(Self).map_err(raise)
    }

    fn header(&self, py: Python<'_>) -> PyResult<Header> {
        Ok(Header::new(py, &self.0.header().map_err(raise)?))
    }

    fn beat(&self, progress: u64) {
        self.0.beat(progress);
    }

    fn set_state(&self, state: u64) {
        self.0.set_state(state);
    }

    fn read<'py>(
        &self,
        py: Python<'py>,
        region: u32,
        index: usize,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let region = region_of(region)?;
        read_with(py, region, |record| self.0.read(region, index, record))
    }

    fn generation(&self, region: u32, index: usize) -> PyResult<u64> {
        self.0.generation(region_of(region)?, index).map_err(raise)
    }

    fn write(&mut self, region: u32, index: usize, record: &[u8]) -> PyResult<()> {
        self.0
            .write(region_of(region)?, index, record)
            .map_err(raise)
    }

    fn producer(
        &mut self,
        region: u32,
        consumers: Vec<Bound<'_, Segment>>,
        wake_fds: Vec<RawFd>,
    ) -> PyResult<RingProducer> {
        if consumers.len() != wake_fds.len() {
            return Err(BadSize::new_err(
                "pass one wake_fd, or -1, for each consumer",
            ));
        }
        let held = consumers.iter().map(|segment| &segment.get().0);
        let listeners: Vec<(&zinc::Segment, RawFd)> = held.zip(wake_fds).collect();
        let producer = self
            .0
            .producer(region_of(region)?, &listeners)
            .map_err(raise)?;
        Ok(RingProducer(producer))
    }

    fn consumer(&self, source: &Segment, region: u32) -> PyResult<RingConsumer> {
        let consumer = self
            .0
            .consumer(&source.0, region_of(region)?)
            .map_err(raise)?;
        Ok(RingConsumer::new(consumer))
    }
}
