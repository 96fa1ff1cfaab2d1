//! The kernel process: rings in, journal, apply, cells and rings out.

fn main() {}
