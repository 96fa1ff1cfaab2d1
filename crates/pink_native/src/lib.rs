//! The Python face of Zinc: bytes in, bytes out, no logic.
#![allow(
    clippy::needless_pass_by_value,
    reason = "PyO3 hands arguments over by value"
)]

mod error;
mod journal;
mod ring;
mod segment;

use std::path::Path;
use std::time::Duration;

use pyo3::prelude::*;
use shm_layout::{LAYOUT, REGIONS, Region};

use crate::error::raise;
use crate::ring::RingConsumer;

/// The region with this id.
fn region_of(id: u32) -> PyResult<&'static Region> {
    (id as usize)
        .checked_sub(1)
        .and_then(|index| REGIONS.get(index).copied())
        .ok_or_else(|| error::BadSize::new_err(format!("no region has id {id}: see LAYOUT.md")))
}

fn borrow_all<'py>(
    consumers: &[Bound<'py, RingConsumer>],
) -> PyResult<Vec<PyRef<'py, RingConsumer>>> {
    consumers
        .iter()
        .map(|consumer| Ok(consumer.try_borrow()?))
        .collect()
}

#[pyfunction]
fn wait_any(
    py: Python<'_>,
    consumers: Vec<Bound<'_, RingConsumer>>,
    timeout_ms: u64,
) -> PyResult<bool> {
    let held = borrow_all(&consumers)?;
    let inner: Vec<&zinc::Consumer> = held.iter().map(|consumer| consumer.inner()).collect();
    Ok(py.detach(|| zinc::wait_any(&inner, Duration::from_millis(timeout_ms))))
}

#[pyfunction]
fn announce_park(consumers: Vec<Bound<'_, RingConsumer>>) -> PyResult<bool> {
    let held = borrow_all(&consumers)?;
    let inner: Vec<&zinc::Consumer> = held.iter().map(|consumer| consumer.inner()).collect();
    Ok(zinc::announce_park(&inner))
}

#[pyfunction]
fn unpark(consumers: Vec<Bound<'_, RingConsumer>>) -> PyResult<()> {
    let held = borrow_all(&consumers)?;
    let inner: Vec<&zinc::Consumer> = held.iter().map(|consumer| consumer.inner()).collect();
    zinc::unpark(&inner);
    Ok(())
}

#[pyfunction]
fn create_segment(instance: &str, writer: u32, run_dir: &str, mode: u32) -> PyResult<()> {
    zinc::create(&LAYOUT, instance, writer, Path::new(run_dir), mode).map_err(raise)
}

#[pyfunction]
fn unlink_segment(instance: &str, writer: u32) -> PyResult<bool> {
    zinc::unlink(&LAYOUT, instance, writer).map_err(raise)
}

#[pyfunction]
fn list_segments() -> PyResult<Vec<String>> {
    zinc::list().map_err(raise)
}

#[pyfunction]
fn set_timer_slack() -> PyResult<()> {
    zinc::set_timer_slack().map_err(raise)
}

#[pymodule]
mod _native {
    #[pymodule_export]
    use super::error::{
        AttachRefused, Backpressure, BadSize, CellBusy, CorruptRecord, CreateRefused, Lapped,
        NotWriter, WriterHeld, ZincError,
    };
    #[pymodule_export]
    use super::journal::{JournalDamaged, JournalGone, JournalReader};
    #[pymodule_export]
    use super::ring::{RingConsumer, RingProducer};
    #[pymodule_export]
    use super::segment::{Header, OwnSegment, Segment};
    #[pymodule_export]
    use super::{
        announce_park, create_segment, list_segments, set_timer_slack, unlink_segment, unpark,
        wait_any,
    };

    #[pymodule_export]
    const DIGEST_HEX: &str = shm_layout::DIGEST_HEX;
}
