//! The kill switch's latch file: there means engaged, and what cannot be looked at counts as there.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use shm_layout::{Ascii, Control, ControlKind};

const TEXT_BYTES_MAX: usize = 128;

/// The file `kill-switch` in the run directory.
pub struct Latch {
    path: PathBuf,
}

impl Latch {
    pub fn new(run_dir: &Path) -> Self {
        Self {
            path: run_dir.join("kill-switch"),
        }
    }

    pub fn is_engaged(&self) -> bool {
        match self.path.symlink_metadata() {
            Ok(_) => true,
            Err(error) => error.kind() != ErrorKind::NotFound,
        }
    }

    /// The kernel's own word about a change of the latch.
    pub fn control(&self, engaged: bool, wall_ns: i64) -> Control {
        let reason = match (engaged, std::fs::read_to_string(&self.path)) {
            (false, _) => "the latch was reset".to_owned(),
            (true, Ok(text)) => text,
            (true, Err(error)) => format!("the latch cannot be read: {error}"),
        };
        Control {
            kind: ControlKind::KillSwitch,
            engaged: u8::from(engaged),
            created_wall_ns: wall_ns,
            text: printable(&reason),
            ..Control::ZERO
        }
    }
}

/// The text as far as it fits, with a space for what is not plain ASCII.
pub fn printable<const N: usize>(text: &str) -> Ascii<N> {
    let plain = |c: char| if c.is_ascii_graphic() { c } else { ' ' };
    let line: String = text
        .trim()
        .chars()
        .take(N.min(TEXT_BYTES_MAX))
        .map(plain)
        .collect();
    Ascii::new(&line).unwrap_or(Ascii::EMPTY)
}

#[cfg(test)]
mod tests {
    use super::{Latch, printable};

    #[test]
    fn a_latch_that_cannot_be_looked_at_counts_as_engaged() {
        let file = std::env::temp_dir().join(format!("pink-latch-{}", std::process::id()));
        std::fs::write(&file, "").unwrap();
        assert!(!Latch::new(&std::env::temp_dir().join("pink-no-such-dir")).is_engaged());
        assert!(
            Latch::new(&file).is_engaged(),
            "its directory is a file: not a plain absence"
        );
        std::fs::remove_file(&file).unwrap();
    }

    #[test]
    fn any_text_becomes_a_field() {
        assert_eq!(printable::<8>("  a\tb\u{e9}cdefgh").as_str(), "a b cdef");
        assert_eq!(printable::<8>("").as_str(), "");
    }
}
