//! A run that only asks whether any scenario fails ends with the first one that does.

use std::io::Write;
use std::sync::Once;

/// Set by runs over hundreds of changed kernels, of which one failure each is all that counts.
const ASKED_BY: &str = "PINK_FIRST_FAILURE_ENDS";

static ONCE: Once = Once::new();

/// From now on the first panic ends the process, if the variable is set.
pub fn ends_the_run_if_asked() {
    ONCE.call_once(|| {
        if std::env::var_os(ASKED_BY).is_none() {
            return;
        }
        std::panic::set_hook(Box::new(|panic| {
            // What the harness captured of this test is lost with it, so it is told by itself.
            let thread = std::thread::current();
            let name = thread.name().unwrap_or("a scenario").to_owned();
            let told = writeln!(std::io::stderr(), "{name} fails: {panic}");
            std::process::exit(if told.is_ok() { 101 } else { 102 });
        }));
    });
}
