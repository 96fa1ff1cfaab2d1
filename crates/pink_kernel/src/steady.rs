//! The time by which evidence lasts: the wall clock as the monotonic one carries it on.
//!
//! What was seen twice counts only if it was seen far enough apart, across restarts too, where the
//! monotonic clock begins anew. The wall clock alone can be stepped between two looks.

use crate::kernel::{Kernel, Now};
use crate::sweep::NS_PER_MS;

impl Kernel {
    /// Now, from question to question of the venue: a clock that is stepped makes nothing seem to
    /// last, nothing wait, and no answer newer than its question.
    pub(crate) fn steady_ns(&self, now: Now) -> i64 {
        let (wall_ns, mono_ns) = (
            self.desk.reconcile_sent_wall_ns,
            self.desk.reconcile_sent_mono_ns,
        );
        if wall_ns == 0 || mono_ns == 0 {
            return now.wall_ns;
        }
        let passed = i64::try_from(now.mono_ns.saturating_sub(mono_ns));
        wall_ns.saturating_add(passed.unwrap_or(0))
    }

    /// When the venue was asked, in the same time.
    pub(crate) fn steady_asked_ms(&self, now: Now, asked_wall_ms: i64) -> i64 {
        let age = (now.wall_ns / NS_PER_MS)
            .saturating_sub(asked_wall_ms)
            .max(0);
        (self.steady_ns(now) / NS_PER_MS).saturating_sub(age)
    }
}
