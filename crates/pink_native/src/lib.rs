//! The Python face of Zinc.


#[pyo3::pymodule]
mod _native {}
