//! The parts of entries in the words of their records, for tools and messages.

use pink_kernel::region;
use shm_layout::{
    AccountCell, Command, Control, ControlKind, DeskCell, Epoch, InstrumentCell, Intent,
    KernelCell, Mark, OrderCell, OrderRole, Outcome, Report, ReportKind, SlotCell, Value,
    WindowCell,
};

use crate::entry::{Entry, InputRecord, Part, PartKind};
use crate::json::Object;

/// Shows the fields of a part; false if its words are no record of this build.
pub fn visit(part: &Part<'_>, each: &mut dyn FnMut(&'static str, Value<'_>)) -> bool {
    macro_rules! as_record {
        ($record:ty) => {
            part.words()
                .and_then(|w| <$record>::from_words(&w).ok())
                .map(|r| r.visit(each))
        };
    }
    let shown = match (part.kind, part.region) {
        (PartKind::Outcome, _) => as_record!(Outcome),
        (PartKind::Command, _) => as_record!(Command),
        (PartKind::Input, record) => match InputRecord::from_code(record) {
            Some(InputRecord::Epoch) => as_record!(Epoch),
            Some(InputRecord::Control) => as_record!(Control),
            Some(InputRecord::Intent) => as_record!(Intent),
            Some(InputRecord::Mark) => as_record!(Mark),
            Some(InputRecord::Report) => as_record!(Report),
            None => None,
        },
        (PartKind::Cell, region::SLOTS) => as_record!(SlotCell),
        (PartKind::Cell, region::ORDERS) => as_record!(OrderCell),
        (PartKind::Cell, region::ACCOUNT) => as_record!(AccountCell),
        (PartKind::Cell, region::INSTRUMENTS) => as_record!(InstrumentCell),
        (PartKind::Cell, region::KERNEL_STATS) => as_record!(KernelCell),
        (PartKind::Cell, region::CONFIG) => as_record!(Control),
        (PartKind::Cell, region::EPOCH) => as_record!(Epoch),
        (PartKind::Cell, region::DESK) => as_record!(DeskCell),
        (PartKind::Cell, _) => as_record!(WindowCell),
        (PartKind::Stream, _) => None,
    };
    shown.is_some()
}

/// What a part is, shortly: its kind and the cell or record it names.
pub fn name(part: &Part<'_>) -> String {
    let region = match part.region {
        region::SLOTS => "slots",
        region::ORDERS => "orders",
        region::ACCOUNT => "account",
        region::INSTRUMENTS => "instruments",
        region::KERNEL_STATS => "kernel_stats",
        region::CONFIG => "config",
        region::EPOCH => "epoch",
        region::DESK => "desk",
        region::TRADE_IDS => "trade_ids",
        region::ENTRY_TIMES => "entry_times",
        region::INCOME_IDS => "income_ids",
        region::UNFILLED_IDS => "unfilled_ids",
        _ => "unknown",
    };
    match part.kind {
        PartKind::Cell => format!("{region}[{}]", part.index),
        PartKind::Command => format!("command[{}]", part.index),
        PartKind::Input => "input".to_owned(),
        PartKind::Outcome => "outcome".to_owned(),
        PartKind::Stream => "stream".to_owned(),
    }
}

fn object(part: &Part<'_>) -> String {
    let mut fields = Object::new();
    visit(part, &mut |name, value| fields.field(name, value));
    fields.finish()
}

/// A whole entry as one line of JSON.
pub fn entry_json(entry: &Entry<'_>) -> String {
    let head = &entry.head;
    let mut line = Object::new();
    line.number("seq", head.seq);
    line.string("input", head.input.name());
    line.string("source", head.source.name());
    line.number("stream_id", head.stream_id);
    line.number("stream_seq", head.stream_seq);
    line.number("wall_ns", head.wall_ns);
    line.number("mono_ns", head.mono_ns);
    let (mut cells, mut commands) = (Vec::new(), Vec::new());
    for part in entry.parts().flatten() {
        match part.kind {
            PartKind::Input => line.json("record", &object(&part)),
            PartKind::Outcome => line.json("outcome", &object(&part)),
            PartKind::Command => commands.push(object(&part)),
            PartKind::Cell => {
                let mut cell = Object::new();
                cell.string("cell", &name(&part));
                cell.json("record", &object(&part));
                cells.push(cell.finish());
            }
            PartKind::Stream => {}
        }
    }
    line.json("cells", &format!("[{}]", cells.join(",")));
    line.json("commands", &format!("[{}]", commands.join(",")));
    line.finish()
}

/// An entry as one line for people.
pub fn entry_line(entry: &Entry<'_>) -> String {
    let head = &entry.head;
    let outcome = entry.part(PartKind::Outcome).and_then(|part| part.words());
    let Some(Ok(outcome)) = outcome.map(|words| Outcome::from_words(&words)) else {
        return format!("{:>10}  (its outcome is of another build)", head.seq);
    };
    let (source, input) = (head.source.name(), head.input.name());
    let mut words = vec![format!("{:>10}  {source:<11} {input:<10}", head.seq)];
    outcome_words(&outcome, &mut words);
    for part in entry
        .parts()
        .flatten()
        .filter(|part| part.kind == PartKind::Command)
    {
        if let Some(Ok(command)) = part.words().map(|words| Command::from_words(&words)) {
            let order = command.client_order_id.as_str();
            words.push(format!("=> {} {order}", command.kind.name()));
        }
    }
    if !outcome.text.is_empty() {
        words.push(format!("\"{}\"", outcome.text.as_str()));
    }
    words.join(" ")
}

fn outcome_words(o: &Outcome, words: &mut Vec<String>) {
    if o.report_kind != ReportKind::None {
        words.push(o.report_kind.name().to_owned());
    }
    if o.control_kind != ControlKind::None {
        words.push(o.control_kind.name().to_owned());
    }
    words.push(o.code.name().to_owned());
    if o.slot_id != pink_kernel::NONE {
        let (from, to) = (o.prev_stage.name(), o.stage.name());
        words.push(format!("slot {} {from} -> {to}", o.slot_id));
    }
    let names = [
        o.trade_id.as_str(),
        o.symbol.as_str(),
        o.client_order_id.as_str(),
    ];
    words.extend(
        names
            .into_iter()
            .filter(|name| !name.is_empty())
            .map(str::to_owned),
    );
    if o.role != OrderRole::None {
        words.push(format!("{} {}", o.role.name(), o.order_status.name()));
    }
    if o.fill_qty_e8 != 0 {
        let (qty, price) = (decimal(o.fill_qty_e8, 8), decimal(o.fill_price_e12, 12));
        words.push(format!("fill {qty} at {price}"));
    }
}

/// A time as `2026-11-22 14:03:05.123`, UTC.
pub fn utc(wall_ns: i64) -> String {
    let ms = wall_ns.div_euclid(1_000_000);
    let (day, ms) = (ms.div_euclid(86_400_000), ms.rem_euclid(86_400_000));
    // Days of a 400-year cycle, counted from 1 March, so that the leap day comes last.
    let shifted = day + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + i64::from(month <= 2);
    let (hour, minute) = (ms / 3_600_000, ms / 60_000 % 60);
    let (second, ms) = (ms / 1_000 % 60, ms % 1_000);
    format!("{year:04}-{month:02}-{date:02} {hour:02}:{minute:02}:{second:02}.{ms:03}")
}

/// A scaled integer as a decimal number without needless zeros.
pub fn decimal(value: i64, places: usize) -> String {
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = places + 1);
    let (whole, part) = digits.split_at(digits.len() - places);
    let sign = if value < 0 { "-" } else { "" };
    let part = part.trim_end_matches('0');
    if part.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part}")
    }
}

#[cfg(test)]
mod tests {
    use super::{decimal, utc};

    #[test]
    fn times_read_as_dates_also_around_leap_days() {
        assert_eq!(utc(0), "1970-01-01 00:00:00.000");
        assert_eq!(utc(951_782_400_000_000_000), "2000-02-29 00:00:00.000");
        assert_eq!(utc(1_709_251_199_999_000_000), "2024-02-29 23:59:59.999");
        assert_eq!(utc(1_735_689_600_001_000_000), "2025-01-01 00:00:00.001");
        assert_eq!(utc(4_107_542_400_000_000_000), "2100-03-01 00:00:00.000");
    }

    #[test]
    fn scaled_integers_read_as_decimals() {
        assert_eq!(decimal(-150_000_000, 8), "-1.5");
        assert_eq!(decimal(1, 8), "0.00000001");
        assert_eq!(decimal(0, 12), "0");
        assert_eq!(decimal(200, 0), "200");
    }
}
