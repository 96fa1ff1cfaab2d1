//! Where two entries of one sequence differ, in the words of the records.

use shm_layout::{Command, Outcome};

use crate::entry::{Entries, Entry, Part, PartKind};
use crate::error::JournalError;
use crate::format::RECORD_WORDS_MAX;

/// The first field in which the recorded entry and the computed bytes differ.
pub(crate) fn first_difference(recorded: &Entry<'_>, computed: &[u8]) -> Option<JournalError> {
    let seq = recorded.head.seq;
    let computed = Entries::new(computed).next()??;
    let difference = |field: String, recorded: String, computed: String| {
        Some(JournalError::Diverged { seq, field, recorded, computed })
    };
    if recorded.head != computed.head {
        let (a, b) = (format!("{:?}", recorded.head), format!("{:?}", computed.head));
        return difference("head".to_owned(), a, b);
    }
    let mut theirs = recorded.parts().flatten();
    let mut ours = computed.parts().flatten();
    loop {
        match (theirs.next(), ours.next()) {
            (None, None) => return None,
            (Some(a), Some(b)) if name(&a) == name(&b) => {
                if let Some((field, a, b)) = part_difference(&a, &b) {
                    return difference(field, a, b);
                }
            }
            (a, b) => {
                let text = |part: Option<Part<'_>>| part.map_or("nothing".to_owned(), |p| name(&p));
                return difference("parts".to_owned(), text(a), text(b));
            }
        }
    }
}

fn name(part: &Part<'_>) -> String {
    format!("{:?} {}[{}]", part.kind, part.region, part.index)
}

fn part_difference(a: &Part<'_>, b: &Part<'_>) -> Option<(String, String, String)> {
    let (text_a, text_b) = (describe(a), describe(b));
    for (line_a, line_b) in text_a.lines().zip(text_b.lines()) {
        if line_a != line_b {
            let field = line_a.trim().split(':').next().unwrap_or_default();
            let value = |line: &str| {
                line.split_once(':').map_or(line, |(_, value)| value).trim_matches([' ', ',']).to_owned()
            };
            return Some((format!("{} {field}", name(a)), value(line_a), value(line_b)));
        }
    }
    (text_a != text_b).then(|| (name(a), text_a.clone(), text_b.clone()))
}

/// One line per field, or per word where the record is not known here.
fn describe(part: &Part<'_>) -> String {
    let known = match part.kind {
        PartKind::Outcome => {
            part.words().and_then(|w| Outcome::from_words(&w).ok()).map(|r| format!("{r:#?}"))
        }
        PartKind::Command => {
            part.words().and_then(|w| Command::from_words(&w).ok()).map(|r| format!("{r:#?}"))
        }
        PartKind::Input | PartKind::Cell | PartKind::Stream => None,
    };
    known.unwrap_or_else(|| {
        let mut words = [0; RECORD_WORDS_MAX];
        let words = part.unpack(&mut words).unwrap_or(&[]);
        (0..).zip(words).map(|(i, word)| format!("word {i}: {word}\n")).collect()
    })
}
