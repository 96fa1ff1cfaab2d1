//! The launcher: takes rights away between fork and exec.

fn main() {}
