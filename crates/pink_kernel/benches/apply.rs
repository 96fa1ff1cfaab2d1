//! Order events per second of the pure kernel on one core.
fn main() {}
