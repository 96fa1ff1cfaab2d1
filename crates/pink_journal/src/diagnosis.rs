//! Where two entries of one sequence differ, in the words of the records.

use crate::entry::{Entries, Entry, Part};
use crate::error::JournalError;
use crate::format::RECORD_WORDS_MAX;
use crate::json::value_text;
use crate::show::{name, visit};

/// The first field in which the recorded entry and the computed bytes differ.
pub(crate) fn first_difference(recorded: &Entry<'_>, computed: &[u8]) -> Option<JournalError> {
    let seq = recorded.head.seq;
    let computed = Entries::new(computed, None).next()??;
    let differs = |field: String, recorded: String, computed: String| {
        Some(JournalError::Diverged {
            seq,
            field,
            recorded,
            computed,
        })
    };
    if recorded.head != computed.head {
        let (a, b) = (
            format!("{:?}", recorded.head),
            format!("{:?}", computed.head),
        );
        return differs("head".to_owned(), a, b);
    }
    let mut theirs = recorded.parts().flatten();
    let mut ours = computed.parts().flatten();
    loop {
        match (theirs.next(), ours.next()) {
            (None, None) => return None,
            (Some(a), Some(b)) if name(&a) == name(&b) => {
                let (fields_a, fields_b) = (fields(&a), fields(&b));
                let pair = fields_a.iter().zip(&fields_b).find(|(a, b)| a != b);
                if let Some(((field, a_value), (_, b_value))) = pair {
                    let field = format!("{}.{field}", name(&a));
                    return differs(field, a_value.clone(), b_value.clone());
                }
            }
            (a, b) => {
                let text = |part: Option<Part<'_>>| part.map_or("nothing".to_owned(), |p| name(&p));
                return differs("parts".to_owned(), text(a), text(b));
            }
        }
    }
}

/// The fields of a part, or its words where they are no record of this build.
fn fields(part: &Part<'_>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let known = visit(part, &mut |name, value| {
        fields.push((name.to_owned(), value_text(value)));
    });
    // Reserved words are no fields, yet they count.
    let mut words = [0; RECORD_WORDS_MAX];
    let words = part.unpack(&mut words).unwrap_or(&[]);
    if !known {
        fields.clear();
    }
    fields.extend(
        (0..)
            .zip(words)
            .map(|(i, word)| (format!("word {i}"), word.to_string())),
    );
    fields
}
