//! `why`: everything the journal says about one order or trade.

use std::io::Write;

use pink_journal::entry::{Entry, PartKind};
use pink_journal::show::{entry_json, entry_line, utc, visit};
use shm_layout::Value;

use super::dump::each_entry;
use super::{Ended, Request};

/// Fields by which an order or its trade is known.
const NAMES: [&str; 3] = ["client_order_id", "venue_order_id", "trade_id"];

pub(super) fn why(request: &Request, out: &mut dyn Write) -> Result<(), Ended> {
    let mut found = 0_u64;
    let last = each_entry(request, &mut |entry| {
        if !names(entry, &request.order) {
            return Ok(());
        }
        found += 1;
        let line = if request.json {
            entry_json(entry)
        } else {
            format!("{} {}", utc(entry.head.wall_ns), entry_line(entry))
        };
        writeln!(out, "{line}").map_err(Ended::from)
    })?;
    if found == 0 {
        let order = &request.order;
        return Err(Ended::Nothing(format!(
            "no record up to {last} names {order}: give a client order id, a venue order id or a \
             trade id in full, as `dump` shows them"
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
