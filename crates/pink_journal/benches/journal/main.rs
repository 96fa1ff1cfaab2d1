//! Figures of the kernel with its journal: throughput at `written`, latency to `durable`, recovery.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a benchmark prints figures and fails loudly"
)]

mod bars;
mod flow;
mod latency;
mod throughput;

use std::process::ExitCode;

use crate::bars::Bars;

fn main() -> ExitCode {
    // Cargo passes --bench; a test run of all targets passes nothing and gets a short run, whose
    // figures mean nothing.
    let full = std::env::args().any(|argument| argument == "--bench");
    let mut bars = Bars::default();
    throughput::run(if full { 1_000_000 } else { 20_000 }, &mut bars);
    throughput::durable(if full { 500_000 } else { 20_000 });
    for per_second in [1_000.0, 5_000.0] {
        latency::run(per_second, if full { 2_500 } else { 200 }, &mut bars);
    }
    ExitCode::from(u8::from(full && !bars.all_met()))
}
