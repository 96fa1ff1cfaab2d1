//! The bars: each is printed as PASS or FAIL, and one that fails makes the run fail.

/// What was held against its bars so far.
#[derive(Default)]
pub(crate) struct Bars {
    failed: usize,
}

impl Bars {
    pub(crate) fn at_least(&mut self, what: &str, found: f64, bar: f64) {
        self.judge(found >= bar, what, found, "at least", bar);
    }

    pub(crate) fn at_most(&mut self, what: &str, found: f64, bar: f64) {
        self.judge(found <= bar, what, found, "at most", bar);
    }

    fn judge(&mut self, met: bool, what: &str, found: f64, word: &str, bar: f64) {
        let verdict = if met { "PASS" } else { "FAIL" };
        println!("{verdict}  {what}: {found:.3} (bar: {word} {bar})");
        self.failed += usize::from(!met);
    }

    pub(crate) fn all_met(&self) -> bool {
        self.failed == 0
    }
}
