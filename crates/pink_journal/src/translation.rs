//! Records of an earlier build, found again by the names of their fields and codes.
//!
//! A field may be new (it is zero), may have moved or grown, and a code may be another number. A
//! field that is gone is refused, since nobody can say where its figure went: whoever drops one on
//! purpose calls it `reserved_` and a number in the kept description.

use std::sync::Arc;

use shm_layout::{EARLIER_RECORDS, JOURNAL_RECORDS, JOURNAL_SHAPE};

use crate::description::{Codes, Description, Field, Record};
use crate::error::JournalError;
use crate::format::RECORD_WORDS_MAX;

const RECORD_BYTES_MAX: usize = RECORD_WORDS_MAX * 8;

/// How one field gets to its place.
enum Move {
    /// The same bytes, perhaps elsewhere.
    Bytes { from: usize, to: usize, len: usize },
    /// A number that may have become wider.
    Number {
        from: (usize, usize),
        to: (usize, usize),
        is_signed: bool,
    },
    /// A code that may be another number.
    Code {
        from: (usize, usize),
        to: (usize, usize),
        codes: Vec<(u64, u64)>,
    },
}

/// One record, earlier and now.
struct Change {
    name: String,
    from_words: usize,
    to_words: usize,
    moves: Vec<Move>,
}

/// From the records of an earlier build to those of this one.
pub struct Translation {
    changes: Vec<Change>,
}

/// How the records of a segment are to be read; `None` are this build's own.
pub(crate) type Reading = Option<Arc<Translation>>;

/// The way to read records of a shape, or the refusal.
pub(crate) fn reading(segment: u64, shape: u64) -> Result<Reading, JournalError> {
    if shape == JOURNAL_SHAPE {
        return Ok(None);
    }
    let refuse = |why: String| JournalError::Shape {
        segment,
        found: shape,
        expected: JOURNAL_SHAPE,
        why,
    };
    let known = EARLIER_RECORDS
        .iter()
        .find(|(earlier, _)| *earlier == shape);
    let (_, text) = known.ok_or_else(|| refuse("it is no earlier shape I know".to_owned()))?;
    let translation = Translation::between(text, JOURNAL_RECORDS).map_err(refuse)?;
    Ok(Some(Arc::new(translation)))
}

impl Translation {
    /// Compares two descriptions; the error names what cannot be found again.
    pub fn between(earlier: &str, now: &str) -> Result<Self, String> {
        let bad = |line: &str| format!("the description of its records is damaged at \"{line}\"");
        let earlier = Description::parse(earlier).map_err(bad)?;
        let now = Description::parse(now).map_err(bad)?;
        for codes in earlier.enums.iter().filter(|codes| codes.is_fixed) {
            same_codes(codes, now.codes(codes.name))?;
        }
        let change = |record| change(record, &earlier, &now);
        let changes = earlier.records.iter().map(change);
        Ok(Self {
            changes: changes.collect::<Result<_, _>>()?,
        })
    }

    /// Words of a record as it is now; `None` if they are no earlier record of that name.
    pub fn apply(&self, name: &str, earlier: &[u64], now: &mut [u64]) -> Option<usize> {
        let change = self.changes.iter().find(|change| change.name == name)?;
        let (mut old, mut new) = ([0; RECORD_BYTES_MAX], [0; RECORD_BYTES_MAX]);
        let old = old.get_mut(..change.from_words * 8)?;
        let now = now.get_mut(..change.to_words)?;
        if earlier.len() != change.from_words {
            return None;
        }
        for (to, word) in old.chunks_exact_mut(8).zip(earlier) {
            to.copy_from_slice(&word.to_le_bytes());
        }
        for step in &change.moves {
            step.apply(old, &mut new)?;
        }
        for (to, from) in now.iter_mut().zip(new.chunks_exact(8)) {
            *to = u64::from_le_bytes(from.try_into().ok()?);
        }
        Some(change.to_words)
    }
}

impl Move {
    fn apply(&self, old: &[u8], new: &mut [u8]) -> Option<()> {
        match self {
            Self::Bytes { from, to, len } => {
                let bytes = old.get(*from..from + len)?;
                new.get_mut(*to..to + len)?.copy_from_slice(bytes);
            }
            Self::Number {
                from,
                to,
                is_signed,
            } => {
                let bytes = old.get(from.0..from.0 + from.1)?;
                let negative = *is_signed && bytes.last().is_some_and(|byte| byte >> 7 == 1);
                let wide = new.get_mut(to.0..to.0 + to.1)?;
                wide.fill(if negative { 0xFF } else { 0 });
                wide.get_mut(..from.1)?.copy_from_slice(bytes);
            }
            Self::Code { from, to, codes } => {
                let mut word = [0; 8];
                let bytes = old.get(from.0..from.0 + from.1)?;
                word.get_mut(..from.1)?.copy_from_slice(bytes);
                let code = u64::from_le_bytes(word);
                let (_, code) = codes.iter().find(|(earlier, _)| *earlier == code)?;
                let bytes = new.get_mut(to.0..to.0 + to.1)?;
                bytes.copy_from_slice(code.to_le_bytes().get(..to.1)?);
            }
        }
        Some(())
    }
}

/// Codes outside of records cannot be translated: they keep their numbers.
fn same_codes(earlier: &Codes<'_>, now: Option<&Codes<'_>>) -> Result<(), String> {
    let name = earlier.name;
    for (code, value) in &earlier.values {
        let kept = now.is_some_and(|now| now.values.contains(&(*code, value)));
        if !kept {
            return Err(format!("{value} of {name} is not {code} any more"));
        }
    }
    Ok(())
}

fn change(
    record: &Record<'_>,
    earlier: &Description<'_>,
    now: &Description<'_>,
) -> Result<Change, String> {
    let name = record.name;
    let new = now.record(name);
    let new = new.ok_or_else(|| format!("there is no record {name} any more"))?;
    if record.bytes.max(new.bytes) > RECORD_BYTES_MAX {
        return Err(format!("record {name} is too large"));
    }
    let mut moves = Vec::new();
    for field in &record.fields {
        if field.is_reserved() {
            continue;
        }
        let what = || format!("{name}.{}", field.name);
        let to = new.fields.iter().find(|to| to.name == field.name);
        let to = to.ok_or_else(|| format!("{} is gone", what()))?;
        let step = step(field, to, earlier, now);
        moves.push(step.ok_or_else(|| format!("{} has become another type", what()))?);
    }
    Ok(Change {
        name: name.to_owned(),
        from_words: record.bytes / 8,
        to_words: new.bytes / 8,
        moves,
    })
}

/// The way of one field, if there is one.
fn step(
    from: &Field<'_>,
    to: &Field<'_>,
    earlier: &Description<'_>,
    now: &Description<'_>,
) -> Option<Move> {
    let (from_unit, from_signed) = earlier.unit(from.base)?;
    let (to_unit, to_signed) = now.unit(to.base)?;
    let one = from.count == 1 && to.count == 1;
    let places = ((from.offset, from_unit), (to.offset, to_unit));
    if let Some(codes) = earlier.codes(from.base) {
        let new = now.codes(to.base).filter(|new| new.name == codes.name)?;
        let same_name = |value: &str| new.values.iter().find(|(_, name)| *name == value);
        let pairs = codes.values.iter();
        let pairs = pairs.filter_map(|(code, value)| Some((*code, same_name(value)?.0)));
        return one.then(|| Move::Code {
            from: places.0,
            to: places.1,
            codes: pairs.collect(),
        });
    }
    let text = (from.base == "ascii") == (to.base == "ascii");
    let same_kind = text && from_signed == to_signed && now.codes(to.base).is_none();
    if same_kind && from_unit == to_unit && from.count <= to.count {
        return Some(Move::Bytes {
            from: from.offset,
            to: to.offset,
            len: from_unit * from.count,
        });
    }
    (same_kind && one && from_unit <= to_unit).then_some(Move::Number {
        from: places.0,
        to: places.1,
        is_signed: from_signed,
    })
}

#[cfg(test)]
mod tests {
    use shm_layout::{EARLIER_RECORDS, JOURNAL_RECORDS};

    use super::Translation;

    const EARLIER: &str = "\
record Thing 24
  0 kind Kind
  1 reserved_0 u8[3]
  4 small i32
  8 name ascii[8]
  16 ratios u16[4]
enum Kind u8
  0 NONE
  1 LEFT
  2 RIGHT
code Source u8
  1 KERNEL
";
    const NOW: &str = "\
record Thing 48
  0 small i64
  8 news u64
  16 ratios u16[8]
  32 name ascii[12]
  44 kind Kind
  46 reserved_0 u8[2]
enum Kind u16
  0 NONE
  7 RIGHT
  9 LEFT
code Source u8
  1 KERNEL
  2 GATEWAY
";

    fn old(kind: u8, small: i32) -> [u64; 3] {
        let mut bytes = [0; 24];
        bytes[0] = kind;
        bytes[2] = 0xEE;
        bytes[4..8].copy_from_slice(&small.to_le_bytes());
        bytes[8..16].copy_from_slice(b"eight ch");
        bytes[16..24].copy_from_slice(&[1, 0, 2, 0, 3, 0, 4, 0]);
        std::array::from_fn(|i| u64::from_le_bytes(bytes[i * 8..i * 8 + 8].try_into().unwrap()))
    }

    #[test]
    fn a_field_that_moved_grew_or_was_renumbered_is_found_again() {
        let translation = Translation::between(EARLIER, NOW).unwrap();
        let mut now = [5; 6];
        assert_eq!(translation.apply("Thing", &old(1, -3), &mut now), Some(6));
        let bytes: Vec<u8> = now.iter().flat_map(|word| word.to_le_bytes()).collect();
        assert_eq!(now[0].cast_signed(), -3);
        assert_eq!(now[1], 0, "a new field is zero");
        assert_eq!(bytes[16..24], [1, 0, 2, 0, 3, 0, 4, 0]);
        assert_eq!(bytes[24..32], [0; 8]);
        assert_eq!(&bytes[32..44], b"eight ch\0\0\0\0");
        assert_eq!(bytes[44..48], [9, 0, 0, 0]);
    }

    #[test]
    fn a_code_that_has_no_name_or_a_record_of_another_size_is_refused() {
        let translation = Translation::between(EARLIER, NOW).unwrap();
        let mut now = [0; 6];
        assert!(translation.apply("Thing", &old(3, 1), &mut now).is_none());
        assert!(translation.apply("Thing", &[0; 2], &mut now).is_none());
        assert!(translation.apply("Other", &old(1, 1), &mut now).is_none());
    }

    #[test]
    fn what_cannot_be_found_again_is_named() {
        let refused = |from: &str, to: &str| {
            let now = NOW.replace(from, to);
            assert_ne!(now, NOW);
            Translation::between(EARLIER, &now).map(|_| ()).unwrap_err()
        };
        assert_eq!(refused("small i64", "large i64"), "Thing.small is gone");
        assert!(refused("small i64", "small u64").contains("Thing.small"));
        assert!(refused("ascii[12]", "ascii[7]").contains("Thing.name"));
        assert!(refused("kind Kind", "kind u16").contains("Thing.kind"));
        assert!(refused("record Thing", "record Other").contains("no record Thing"));
        assert_eq!(
            refused("  1 KERNEL\n", "  3 KERNEL\n"),
            "KERNEL of Source is not 1 any more"
        );
        assert!(refused("  0 small", "  zero small").contains("zero small"));
    }

    #[test]
    fn a_field_dropped_on_purpose_is_called_reserved_in_the_kept_description() {
        let dropped = EARLIER.replace("small", "reserved_9");
        let now = NOW.replace("small", "other");
        assert!(Translation::between(&dropped, &now).is_ok());
    }

    #[test]
    fn every_earlier_shape_can_be_read_by_this_build() {
        for (shape, text) in EARLIER_RECORDS {
            let read = Translation::between(text, JOURNAL_RECORDS).map(|_| ());
            assert_eq!(read, Ok(()), "{shape:016x}: a journal in use is lost");
        }
    }
}
