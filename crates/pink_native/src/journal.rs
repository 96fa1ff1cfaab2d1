//! Outcomes out of the journal, through the decoder that the kernel's own replay uses.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use pink_journal::disk::FileDisk;
use pink_journal::error::JournalError;
use pink_journal::outcomes::OutcomeReader;
use pyo3::create_exception;
use pyo3::exceptions::PyException;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

create_exception!(pink_actors._native, JournalDamaged, PyException);
create_exception!(pink_actors._native, JournalGone, PyException);

fn raise(error: JournalError) -> PyErr {
    let text = error.to_string();
    match error {
        JournalError::Io { source, .. } => PyErr::from(std::io::Error::new(source.kind(), text)),
        JournalError::Gone { .. } => JournalGone::new_err(text),
        _ => JournalDamaged::new_err(text),
    }
}

#[pyclass(frozen, module = "pink_actors._native")]
pub(crate) struct JournalReader(Mutex<OutcomeReader<FileDisk>>);

#[pymethods]
impl JournalReader {
    #[new]
    fn new(directory: &str) -> Self {
        Self(Mutex::new(OutcomeReader::new(FileDisk::read_only(
            Path::new(directory),
        ))))
    }

    fn read<'py>(
        &self,
        py: Python<'py>,
        from_seq: u64,
        max: usize,
        limit_seq: u64,
    ) -> PyResult<Vec<(u64, Bound<'py, PyBytes>)>> {
        let read = py.detach(|| {
            let mut reader = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            reader.read(from_seq, max, limit_seq)
        });
        let numbered = read.map_err(raise)?;
        Ok(numbered
            .iter()
            .map(|(seq, outcome)| (*seq, PyBytes::new(py, outcome)))
            .collect())
    }
}
