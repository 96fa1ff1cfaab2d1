//! Records whose fields lie elsewhere and whose codes are other numbers: the state is the same.

use std::fmt::Write as _;

use pink_journal::entry::{Batch, Entries, InputRecord, Part, PartKind};
use pink_journal::format::{RECORD_WORDS_MAX, SEGMENT_BYTES};
use pink_journal::machine::Machine;
use pink_journal::translation::Translation;
use pink_kernel::region;
use shm_layout::JOURNAL_RECORDS;

use crate::flow::Flow;
use crate::replay::{OTHER_BUILD, hash};

fn bytes_of(type_text: &str, enums: &[(&str, usize)]) -> usize {
    let (base, count) = type_text
        .split_once('[')
        .map_or((type_text, 1), |(base, count)| {
            (base, count.trim_end_matches(']').parse().unwrap())
        });
    let known = enums.iter().find(|(name, _)| *name == base);
    let unit = known.map_or_else(
        || match base {
            "u8" | "i8" | "ascii" => 1,
            "u16" | "i16" => 2,
            "u32" | "i32" => 4,
            _ => 8,
        },
        |(_, bytes)| *bytes,
    );
    unit * count
}

/// The description with the fields of each record in the opposite order, eight bytes of something
/// before them, and the codes in the opposite order where only fields use them.
fn reshaped() -> String {
    let enums: Vec<(&str, usize)> = JOURNAL_RECORDS
        .lines()
        .filter(|line| line.starts_with("enum") || line.starts_with("code"))
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            (words[1], bytes_of(words[2], &[]))
        })
        .collect();
    let mut text = String::new();
    let mut fields: Vec<String> = Vec::new();
    let mut offset = 0;
    for line in JOURNAL_RECORDS.lines().rev() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["record", name, size] => {
                let size = size.parse::<usize>().unwrap() + 8;
                writeln!(text, "record {name} {size}").unwrap();
                writeln!(text, "  0 reserved_99 u8[8]").unwrap();
                for field in fields.drain(..) {
                    writeln!(text, "{field}").unwrap();
                }
                offset = 0;
            }
            [word @ ("enum" | "code"), name, repr] => {
                writeln!(text, "{word} {name} {repr}").unwrap();
                let code_of = |line: &str| line.split(' ').next().unwrap().parse::<u64>().unwrap();
                let last = fields.iter().map(|line| code_of(line)).max().unwrap();
                for field in fields.drain(..) {
                    let value = field.split(' ').next_back().unwrap();
                    let code = code_of(&field);
                    let code = if word == "enum" { last - code } else { code };
                    writeln!(text, "  {code} {value}").unwrap();
                }
            }
            [_, name, type_text] => {
                fields.push(format!("  {} {name} {type_text}", offset + 8));
                offset += bytes_of(type_text, &enums);
            }
            [code, name] => fields.push(format!("{code} {name}")),
            _ => panic!("{line}"),
        }
    }
    text
}

fn record_of(part: &Part<'_>) -> &'static str {
    match (part.kind, part.region) {
        (PartKind::Outcome, _) => "Outcome",
        (PartKind::Command, _) => "Command",
        (PartKind::Input, input) => match InputRecord::from_code(input).unwrap() {
            InputRecord::Epoch => "Epoch",
            InputRecord::Control => "Control",
            InputRecord::Intent => "Intent",
            InputRecord::Mark => "Mark",
            InputRecord::Report => "Report",
        },
        (_, region::SLOTS) => "SlotCell",
        (_, region::ORDERS) => "OrderCell",
        (_, region::ACCOUNT) => "AccountCell",
        (_, region::INSTRUMENTS) => "InstrumentCell",
        (_, region::KERNEL_STATS) => "KernelCell",
        (_, region::CONFIG) => "Control",
        (_, region::EPOCH) => "Epoch",
        (_, region::DESK) => "DeskCell",
        _ => "WindowCell",
    }
}

/// The batch as the earlier build would have written it.
fn written_earlier(batch: &Batch, to_earlier: &Translation) -> Batch {
    let mut other = Batch::new(SEGMENT_BYTES);
    for entry in Entries::new(batch.payload(), None) {
        let entry = entry.unwrap();
        other.begin(&entry.head);
        for part in entry.parts() {
            let part = part.unwrap();
            let (mut now, mut earlier) = ([0; RECORD_WORDS_MAX], [0; RECORD_WORDS_MAX]);
            let now = part.unpack(&mut now).unwrap();
            let count = to_earlier
                .apply(record_of(&part), now, &mut earlier)
                .unwrap();
            assert_eq!(count, now.len() + 1);
            other.part(part.kind, part.region, part.index, &earlier[..count]);
        }
        other.end();
    }
    other
}

#[test]
fn a_journal_whose_fields_moved_and_whose_codes_changed_gives_the_same_state() {
    let earlier = reshaped();
    let to_earlier = Translation::between(JOURNAL_RECORDS, &earlier).unwrap();
    let from_earlier = Translation::between(&earlier, JOURNAL_RECORDS).unwrap();
    let mut machine = Machine::new(OTHER_BUILD);
    let mut batch = Batch::new(SEGMENT_BYTES);
    let mut flow = Flow::new(&mut batch);
    loop {
        let old = written_earlier(&batch, &to_earlier);
        assert_ne!(old.payload(), batch.payload());
        for entry in Entries::new(old.payload(), Some(&from_earlier)) {
            machine.replay(&entry.unwrap()).unwrap();
        }
        if machine.next_seq() > 2_000 {
            break;
        }
        batch.clear();
        (0..5).for_each(|_| flow.step(&mut batch));
    }
    machine.finish_replay().unwrap();
    assert_eq!(hash(&machine), hash(&flow.machine));
}
