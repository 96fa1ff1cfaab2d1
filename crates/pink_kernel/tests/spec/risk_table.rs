//! RISK.md: every check of an ENTER in its order, each row drawn after its refusal was seen.

use shm_layout::{Code, Control, ControlKind, Intent, Mode, Side};
use std::collections::BTreeSet;
use std::fmt::Write;

use crate::bounds::{asked, enter, limit_order, limited, set};
use crate::check::run;
use crate::world::{E8, E12, World, ascii, config};

/// The code, the setting of `[risk]` that it comes from, when it is given, and a proof.
struct Check(Code, &'static str, &'static str, fn() -> Code);

/// In the order in which `check_enter` asks.
#[rustfmt::skip]
const CHECKS: [Check; 31] = [
    Check(Code::InvalidField, "", "a field is missing, out of its enum or contradicts another",
        || asked(|i| i.leverage = 0)),
    Check(Code::NotConfigured, "", "no configuration was received since the start",
        || enter(&mut World::blank(), |_| ())),
    Check(Code::KillSwitch, "", "the kill switch is engaged", || after("kill on")),
    Check(Code::NotReconciled, "reconcile_interval_ms",
        "no whole snapshot since the start, or none for four intervals", unreconciled),
    Check(Code::ModeForbids, "", "the mode is HALTED or REDUCE_ONLY", || after("mode reduce")),
    Check(Code::Frozen, "delta_error", "capital and wallet differ by so much", frozen),
    Check(Code::JournalSlow, "", "the disk does not keep up", slow),
    Check(Code::PositionModeUnknown, "", "one-way or hedge is not known yet", no_mode),
    Check(Code::InvalidField, "ttl_ms_max", "the intent lives longer than one may",
        || asked(|i| i.ttl_ms = 10_001)),
    Check(Code::StaleIntent, "", "the intent is older than its own time to live", stale),
    Check(Code::UnknownSymbol, "", "no rules are known for the symbol",
        || asked(|i| i.symbol = ascii("NOPE-USDT"))),
    Check(Code::NoSuchSlot, "max_slots", "the slot that is named does not exist",
        || asked(|i| i.slot_id = 8)),
    Check(Code::SlotBusy, "", "the slot that is named is taken", || second(|i| i.slot_id = 0)),
    Check(Code::SymbolBusy, "",
        "another slot holds the symbol (in hedge mode that side of it), or somebody else does",
        || second(|_| ())),
    Check(Code::MaxSlots, "max_slots", "so many slots are open", full),
    Check(Code::Tick, "", "a price is no multiple of the tick",
        || asked(|i| limit_order(i, 99 * E12 + 1))),
    Check(Code::Lot, "", "the quantity is no multiple of the lot", || asked(|i| i.qty_e8 += 1)),
    Check(Code::MinQuantity, "", "the quantity is below the venue's least",
        too_few),
    Check(Code::StaleMark, "mark_age_ms_max", "the mark is older, or from before this start",
        old_mark),
    Check(Code::PriceBand, "price_band", "a limit price is farther from the mark",
        || asked(|i| limit_order(i, 80 * E12))),
    Check(Code::PriceDivergence, "divergence", "the strategy's price is farther from the mark",
        || asked(|i| i.reference_price_e12 = 120 * E12)),
    Check(Code::PriceBand, "", "stop or profit lie on the wrong side of the price",
        || asked(|i| i.stop_loss_e12 = 101 * E12)),
    Check(Code::MaxLeverage, "max_leverage", "the leverage is higher",
        || asked(|i| i.leverage = 11)),
    Check(Code::OutOfRange, "", "the notional does not fit the scales",
        || asked(|i| i.qty_e8 = i64::MAX / 100_000 * 100_000)),
    Check(Code::MinNotional, "", "the notional is below the venue's least",
        || asked(|i| i.qty_e8 = E8 / 500)),
    Check(Code::MaxOrderNotional, "max_order_notional", "the order's notional is higher",
        || limited(|c| c.max_order_notional_e8 = 99 * E8, |_| ())),
    Check(Code::MaxTotalNotional, "max_total_notional",
        "with it all positions and entries are more", || limited(|c| c.max_total_notional_e8 = 99 * E8, |_| ())),
    Check(Code::DailyLoss, "daily_loss",
        "so much was lost today, or it cannot be computed: no day, a position without a fresh mark",
        || lost(|c| c.daily_loss_e8 = 10 * E8)),
    Check(Code::Drawdown, "drawdown", "so much was lost since the peak",
        || lost(|c| c.drawdown_e8 = 10 * E8)),
    Check(Code::Capital, "", "the capital does not carry the margin",
        || asked(|i| i.qty_e8 = 101 * E8)),
    Check(Code::OrderRate, "order_rate_max, order_rate_window_ms", "so many entries in so short a time",
        often),
];

fn after(event: &str) -> Code {
    enter(&mut run(World::ready(), event), |_| ())
}

fn unreconciled() -> Code {
    let mut world = World::blank();
    world.control(&config());
    enter(&mut world, |_| ())
}

fn frozen() -> Code {
    let scenario = "enter long 1 | OrderRequested |
        fill 1 @ 100 fee 0 | PositionOpen |
        settle | PositionOpen |
        wait 5000 | PositionOpen |
        snapshot long 1 @ 100 wallet 9975 | PositionOpen | frozen 1";
    enter(&mut run(World::ready(), scenario), |i| {
        i.trade_id = ascii("t2");
    })
}

fn slow() -> Code {
    let mut world = World::ready();
    let (kind, engaged) = (ControlKind::Disk, 1);
    world.control(&Control {
        kind,
        engaged,
        ..Control::ZERO
    });
    enter(&mut world, |_| ())
}

fn no_mode() -> Code {
    let mut world = World::blank();
    world.control(&config());
    world.wait(1);
    world.snapshot(&[], 10_000 * E8);
    assert_eq!(world.kernel.account().mode, Mode::Active);
    enter(&mut world, |_| ())
}

fn stale() -> Code {
    let mut world = World::ready();
    world.wait(2_000);
    enter(&mut world, |i| i.created_mono_ns -= 1_500_000_000)
}

/// A second entry on the symbol that the first one holds.
fn second(change: fn(&mut Intent)) -> Code {
    let mut world = World::ready();
    assert_eq!(enter(&mut world, |_| ()), Code::Ok);
    enter(&mut world, |i| {
        i.trade_id = ascii("t2");
        change(i);
    })
}

fn full() -> Code {
    let mut world = World::ready();
    assert_eq!(set(&mut world, |c| c.max_slots = 1), Code::Ok);
    world.rules("ETH-USDT", E12, E8 / 100, E8 / 100, 0);
    world.mark("ETH-USDT", 30 * E12);
    assert_eq!(enter(&mut world, |_| ()), Code::Ok);
    enter(&mut world, |i| {
        (i.trade_id, i.symbol) = (ascii("t2"), ascii("ETH-USDT"));
    })
}

fn too_few() -> Code {
    let mut world = World::ready();
    world.rules("BTC-USDT", E12 / 100, E8 / 1000, E8 / 100, 0);
    enter(&mut world, |i| i.qty_e8 = E8 / 1000)
}

fn old_mark() -> Code {
    let mut world = World::ready();
    assert_eq!(set(&mut world, |c| c.mark_age_ms_max = 100), Code::Ok);
    world.wait(200);
    enter(&mut world, |_| ())
}

fn lost(limit: fn(&mut Control)) -> Code {
    let mut world = World::ready();
    assert_eq!(set(&mut world, limit), Code::Ok);
    let scenario = "enter long 5 | OrderRequested |
        fill 5 @ 100 fee 0 | PositionOpen |
        exit | ExitRequested |
        fill 5 @ 95 fee 0 | Closed |
        settle | Idle |";
    enter(&mut run(world, scenario), |i| i.trade_id = ascii("t2"))
}

fn often() -> Code {
    let mut world = World::ready();
    assert_eq!(set(&mut world, |c| c.order_rate_max = 1), Code::Ok);
    let world = run(world, "enter long 1 | OrderRequested |\nrefused | Idle |");
    enter(&mut { world }, |i| {
        (i.trade_id, i.side) = (ascii("t2"), Side::Long);
    })
}

/// Codes that a text of the kernel's refuses with.
fn refused_in(source: &str) -> BTreeSet<&str> {
    let words = source.split("Err(Code::").skip(1);
    let or_else = source.split("ok_or(Code::").skip(1);
    words
        .chain(or_else)
        .filter_map(|rest| rest.split(')').next())
        .collect()
}

#[test]
fn flaw_g12_each_check_of_an_enter_refuses_with_its_code_and_stands_in_risk_md() {
    let mut drawing = String::from(
        "# What an ENTER must satisfy\n\nDrawn by `tests/spec/risk_table.rs`, which saw each refusal: \
         do not edit.\n\nIn this order; the first that fails answers. An EXIT, a CANCEL and protection \
         are checked for\nshape and age only: no limit, mode, freeze or kill switch holds up reducing. \
         After these come\n`DUPLICATE_TRADE_ID`, a trade id that was used before, and \
         `ORDER_TABLE_FULL`, room that open\npositions may need for their exits and stops.\n\n\
         | code | setting of `[risk]` | refused when |\n| --- | --- | --- |",
    );
    let mut names = BTreeSet::new();
    for Check(code, setting, when, proof) in &CHECKS {
        assert_eq!(proof(), *code, "{when}");
        names.insert(format!("{code:?}"));
        let settings = setting.split(", ").filter(|name| !name.is_empty());
        let named: Vec<String> = settings.map(|name| format!("`{name}`")).collect();
        write!(
            drawing,
            "\n| {} | {} | {when} |",
            code.name(),
            named.join(", ")
        )
        .unwrap();
    }
    drawing.push('\n');
    let source = include_str!("../../src/limits.rs");
    let known = |name: &&str| names.contains(*name) || *name == "DuplicateTradeId";
    let unlisted: Vec<&str> = refused_in(source)
        .into_iter()
        .filter(|n| !known(n))
        .collect();
    assert!(
        unlisted.is_empty(),
        "limits.rs refuses with {unlisted:?}, RISK.md does not say so"
    );
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/RISK.md");
    if std::env::var_os("DRAW").is_some() {
        std::fs::write(place, &drawing).unwrap();
    }
    let kept = std::fs::read_to_string(place).unwrap_or_default();
    assert!(
        kept == drawing,
        "RISK.md is not the table: run this test with DRAW=1"
    );
}
