//! Figures of the kernel with its journal: throughput at `written`, latency to `durable`, recovery.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a benchmark prints figures and fails loudly"
)]

mod flow;
mod latency;
mod throughput;

fn main() {
    // Cargo passes --bench; a test run of all targets passes nothing and gets a short run.
    let full = std::env::args().any(|argument| argument == "--bench");
    let records = if full { 1_000_000 } else { 20_000 };
    throughput::run(records);
    for per_second in [1_000.0, 5_000.0] {
        latency::run(per_second, if full { 5_000 } else { 200 });
    }
}
