//! `why`: everything the journal says about one order or trade.

use std::io::Write;

use pink_journal::entry::{Entry, PartKind};
use pink_journal::show::{entry_line, visit};
use shm_layout::Value;

use super::dump::each_entry;
use super::{Ended, Request};

/// Fields by which an order or its trade is known.
const NAMES: [&str; 3] = ["client_order_id", "venue_order_id", "trade_id"];

pub(super) fn why(request: &Request, out: &mut dyn Write) -> Result<(), Ended> {
    let mut found = 0_u64;
    each_entry(
        &request.disk,
        request.from_seq,
        request.until_seq,
        &mut |entry| {
            if !names(entry, &request.order) {
                return Ok(());
            }
            found += 1;
            let ms = entry.head.wall_ns / 1_000_000;
            writeln!(out, "{ms} {}", entry_line(entry)).map_err(Ended::from)
        },
    )?;
    if found == 0 {
        return Err(Ended::Nothing(format!(
            "the journal does not know {}",
            request.order
        )));
    }
    Ok(())
}

/// True if input, outcome or a command of the entry names the order.
fn names(entry: &Entry<'_>, order: &str) -> bool {
    let mut named = false;
    for part in entry
        .parts()
        .flatten()
        .filter(|part| part.kind != PartKind::Cell)
    {
        visit(&part, &mut |name, value| {
            named |= NAMES.contains(&name)
                && match value {
                    Value::Text(text) => text == order,
                    Value::Number(number) => number != 0 && number.to_string() == order,
                    Value::Code(_) | Value::Numbers(_) => false,
                };
        });
    }
    named
}
