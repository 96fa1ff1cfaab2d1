//! The exceptions of the extension, one per kind of refusal.

use pyo3::exceptions::PyException;
use pyo3::prelude::*;

pyo3::create_exception!(pink_actors._native, ZincError, PyException);
pyo3::create_exception!(pink_actors._native, AttachRefused, ZincError);
pyo3::create_exception!(pink_actors._native, CreateRefused, ZincError);
pyo3::create_exception!(pink_actors._native, WriterHeld, ZincError);
pyo3::create_exception!(pink_actors._native, NotWriter, ZincError);
pyo3::create_exception!(pink_actors._native, Backpressure, ZincError);
pyo3::create_exception!(pink_actors._native, Lapped, ZincError);
pyo3::create_exception!(pink_actors._native, CellBusy, ZincError);
pyo3::create_exception!(pink_actors._native, CorruptRecord, ZincError);
pyo3::create_exception!(pink_actors._native, BadSize, ZincError);

/// The exception for a refusal.
#[allow(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
pub(crate) fn raise(error: zinc::ZincError) -> PyErr {
    use zinc::ZincError as E;
    let text = error.to_string();
    match error {
        E::BadInstance { .. } | E::UnknownWriter { .. } | E::Attach { .. } => {
            AttachRefused::new_err(text)
        }
        E::Busy { .. } | E::Create { .. } => CreateRefused::new_err(text),
        E::WriterHeld { .. } | E::Lock { .. } => WriterHeld::new_err(text),
        E::WrongRegion { .. } | E::WrongConsumers { .. } => NotWriter::new_err(text),
        E::BadSize { .. } | E::BadPosition { .. } => BadSize::new_err(text),
        E::Backpressure { .. } => Backpressure::new_err(text),
        E::CellBusy { .. } => CellBusy::new_err(text),
        E::Corrupt { .. } => CorruptRecord::new_err(text),
        E::System { .. } => ZincError::new_err(text),
    }
}

/// The exception for a gap, with its bounds as attributes.
pub(crate) fn lapped(py: Python<'_>, region: &str, from: u64, to: u64) -> PyErr {
    let error = Lapped::new_err(format!("ring {region}: {from} up to {to} were overwritten"));
    let value = error.value(py);
    match value
        .setattr("lost_from", from)
        .and_then(|()| value.setattr("lost_to", to))
    {
        Ok(()) => error,
        Err(failed) => failed,
    }
}
