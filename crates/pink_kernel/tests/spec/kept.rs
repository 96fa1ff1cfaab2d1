//! What is kept of orders, slots and marks: found by number, due after a reboot, told as it is.

use pink_kernel::Input;
use shm_layout::{
    Code, CommandKind, Fact, Has, InputKind, Intent, Mark, OrderRole, OrderStatus, Report,
    ReportKind, Side, Stage,
};

use crate::check::{check, run};
use crate::world::{E8, E12, Fill, MS, World, ascii};

const RESTING: &str = "enter long 1 limit 99 | OrderRequested |\nlive | EntryWorking |";

/// A report that names nothing but the venue's number.
fn numbered(world: &mut World, venue_order_id: i64) -> Code {
    let report = Report {
        kind: ReportKind::OrderState,
        order_status: OrderStatus::Working,
        venue_order_id,
        ..Report::ZERO
    };
    world.report(&report).code
}

#[test]
fn a_number_leads_to_the_order_that_has_it_now() {
    let mut world = check(
        "
        enter long 1 sl 95        | OrderRequested |
        fill 1 @ 100              | PositionOpen   |
        wait 0                    | PositionOpen   |
        live of stop              | PositionOpen   |
        ",
    );
    let stop = world.order(0, OrderRole::StopLoss);
    assert_eq!(numbered(&mut world, stop.venue_order_id), Code::Duplicate);
    let renumbered = Report {
        venue_order_id: 4_711,
        ..world.state_of(&stop, OrderStatus::Working)
    };
    world.report(&renumbered);
    assert_eq!(numbered(&mut world, 4_711), Code::Duplicate);
    assert_eq!(numbered(&mut world, stop.venue_order_id), Code::Unresolved);
    world.reload();
    assert_eq!(numbered(&mut world, 4_711), Code::Duplicate);
    // An order that is forgotten has no number and awaits no answer any more.
    let mut world = check(RESTING);
    let entry = world.order(0, OrderRole::Entry);
    world = run(world, "cancel | EntryCancelling |");
    let cancel = world.order(0, OrderRole::Entry).cancel_open;
    let mut gone = world.state_of(&entry, OrderStatus::Cancelled);
    gone.command_seq = 0;
    assert_eq!(world.report(&gone).stage, Stage::Idle);
    assert_eq!(numbered(&mut world, entry.venue_order_id), Code::Unresolved);
    let late = Report {
        kind: ReportKind::CommandDone,
        command_seq: cancel,
        ..Report::ZERO
    };
    assert_eq!(world.report(&late).code, Code::StaleFact);
}

#[test]
fn an_order_counts_as_unresolved_while_its_fate_is() {
    let unresolved = |world: &World| world.kernel.account().unresolved_orders;
    let mut world = check("enter long 1 limit 99 | OrderRequested |");
    assert_eq!(unresolved(&world), 1);
    world = run(world, "unknown | OrderRequested |");
    assert_eq!(unresolved(&world), 1);
    world = run(world, "live | EntryWorking |");
    assert_eq!(unresolved(&world), 0);
    let mut doubted = world.order(0, OrderRole::Entry);
    let fill = Fill {
        qty_e8: E8 / 2,
        price_e12: 150 * E12,
        fee_e8: 0,
    };
    world.fills.push((doubted.client_order_id, fill));
    doubted = world.order(0, OrderRole::Entry);
    let told = world.state_of(&doubted, OrderStatus::Working);
    assert_eq!(world.report(&told).code, Code::ImplausibleFill);
    assert_eq!(unresolved(&world), 1);
    world = check(RESTING);
    world = run(world, "cancel | EntryCancelling |");
    assert_eq!(unresolved(&world), 1);
    world = run(world, "cancelled | Idle |");
    assert_eq!(unresolved(&world), 0);
}

#[test]
fn what_was_planned_before_a_reboot_is_due_whatever_touches_it_first() {
    // A market order has a deadline, and a refused stop a pause, in a clock that is gone.
    let mut world = check("enter long 1 | OrderRequested |");
    let entry = world.order(0, OrderRole::Entry);
    assert!(entry.deadline_mono_ns > 1_000 * MS);
    world.now.mono_ns = 5;
    world.epoch(2);
    let numbered = Report {
        venue_order_id: 9,
        ..world.state_of(&entry, OrderStatus::None)
    };
    assert_eq!(world.report(&numbered).code, Code::Duplicate);
    assert_eq!(world.order(0, OrderRole::Entry).venue_order_id, 9);
    world.reload();
    assert_eq!(world.kernel.next_deadline(), Some(5));
    assert_eq!(world.order(0, OrderRole::Entry).deadline_mono_ns, 5);
    let mut world = check(
        "
        enter long 1 sl 95        | OrderRequested |
        fill 1 @ 100 fee 0        | PositionOpen   |
        settle                    | PositionOpen   |
        refused of stop           | PositionOpen   |
        ",
    );
    assert!(world.kernel.slot(0).agenda_mono_ns > world.now.mono_ns);
    world.now.mono_ns = 5;
    world.epoch(2);
    world.mark("BTC-USDT", 101 * E12);
    assert_eq!(world.kernel.slot(0).agenda_mono_ns, 5);
    world.commands.clear();
    world.wait(0);
    let sent = world.commands.iter().map(|c| c.kind);
    assert!(sent.into_iter().any(|kind| kind == CommandKind::Submit));
    // Nothing that rests becomes due, and what is planned from now on keeps its time.
    let mut world = check(RESTING);
    world.now.mono_ns = 5;
    world.epoch(2);
    assert_eq!(world.order(0, OrderRole::Entry).deadline_mono_ns, 0);
    world = run(world, "cancel | EntryCancelling |");
    world.commands.clear();
    world.wait(999);
    let asked = world.commands.iter().any(|c| c.kind == CommandKind::Query);
    assert!(!asked, "the answer is awaited for as long as ever");
}

#[test]
fn a_slot_tells_when_it_changed_and_a_mark_is_no_change() {
    let mut world = check("enter long 1 | OrderRequested |");
    world.wait(10);
    let filled = world.now;
    world = run(world, "fill 1 @ 100 fee 0 | PositionOpen |");
    world.wait(10);
    world = run(world, "mark 101 | PositionOpen | unrealised 1");
    let slot = *world.kernel.slot(0);
    assert_eq!(slot.changed_wall_ns, filled.wall_ns);
    assert_eq!(slot.changed_mono_ns, filled.mono_ns);
    assert_eq!(slot.opened_wall_ns, filled.wall_ns);
    world.wait(10);
    let closed = world.now.wall_ns;
    let trades = world.kernel.account().trades_closed;
    world = run(
        world,
        "exit | ExitRequested |\nfill 1 @ 100 fee 0 | Closed |",
    );
    let slot = *world.kernel.slot(0);
    assert_eq!(
        (slot.closed_wall_ns, slot.close_reason),
        (closed, Fact::GoneFlat)
    );
    assert_eq!(
        (slot.changed_wall_ns, slot.opened_wall_ns),
        (closed, filled.wall_ns)
    );
    assert_eq!(world.kernel.account().trades_closed, trades + 1);
}

#[test]
fn a_mark_must_be_a_price_and_not_older_than_the_last_by_both_clocks() {
    type Change = fn(&mut Mark);
    let cases: [(Change, Code); 11] = [
        (|_| (), Code::Ok),
        (|m| m.recv_mono_ns += 1_000 * MS, Code::Ok),
        (|m| m.recv_mono_ns += 1_000 * MS + 1, Code::OutOfRange),
        (|m| m.mark_e12 = 0, Code::OutOfRange),
        (|m| m.bid_e12 = -1, Code::OutOfRange),
        (|m| m.ask_e12 = -1, Code::OutOfRange),
        (|m| (m.bid_e12, m.ask_e12) = (0, 0), Code::Ok),
        (|m| m.recv_mono_ns -= 1, Code::Ok),
        (|m| m.venue_wall_ms -= 1, Code::Ok),
        (
            |m| (m.recv_mono_ns, m.venue_wall_ms) = (m.recv_mono_ns - 1, m.venue_wall_ms - 1),
            Code::StaleFact,
        ),
        (|m| m.symbol = ascii("NIL-USDT"), Code::UnknownSymbol),
    ];
    for (nth, (change, code)) in cases.iter().enumerate() {
        let mut world = check("wait 0 | Idle |");
        world.mark("BTC-USDT", 100 * E12);
        let before = *world.kernel.instrument(0);
        let mut mark = Mark {
            symbol: ascii("BTC-USDT"),
            mark_e12: 101 * E12,
            bid_e12: 100 * E12,
            ask_e12: 102 * E12,
            market_ms: 7,
            recv_mono_ns: world.now.mono_ns,
            venue_wall_ms: world.wall_ms(),
        };
        change(&mut mark);
        let outcome = world.apply(Input::Mark(&mark));
        assert_eq!(outcome.code, *code, "case {nth}");
        let cell = *world.kernel.instrument(0);
        if *code != Code::Ok {
            assert_eq!(cell, before);
            continue;
        }
        let told = (cell.mark_e12, cell.bid_e12, cell.ask_e12, cell.market_ms);
        assert_eq!(told, (mark.mark_e12, mark.bid_e12, mark.ask_e12, 7));
        assert_eq!(
            (outcome.mark_e12, outcome.symbol),
            (mark.mark_e12, cell.symbol)
        );
    }
}

#[test]
fn a_mark_revalues_both_sides_of_its_symbol() {
    let world = check(
        "
        hedge                  | -              |
        enter long 1           | OrderRequested |
        fill 1 @ 100 fee 0     | PositionOpen   |
        enter short 2 id t2    | OrderRequested |
        fill 2 @ 100 fee 0 in 1 | PositionOpen  |
        mark 103               | -              |
        ",
    );
    let worth = |at: u16| {
        let slot = world.kernel.slot(at);
        (
            slot.unrealised_e8,
            slot.position_notional_e8,
            slot.margin_e8,
        )
    };
    assert_eq!(worth(0), (3 * E8, 103 * E8, 103 * E8));
    assert_eq!(worth(1), (-6 * E8, 206 * E8, 206 * E8));
}

#[test]
fn every_input_is_named_by_its_kind_and_every_refusal_counted() {
    let mut world = check("wait 0 | Idle |");
    let mut last = |kind: ReportKind| {
        let report = Report {
            kind,
            ..Report::ZERO
        };
        world.report(&report).input
    };
    for kind in [
        ReportKind::Balance,
        ReportKind::SnapshotBegin,
        ReportKind::SnapshotPosition,
        ReportKind::SnapshotOrder,
        ReportKind::SnapshotEnd,
    ] {
        assert_eq!(last(kind), InputKind::Reconcile, "{kind:?}");
    }
    for kind in [ReportKind::Gap, ReportKind::OrderState, ReportKind::Income] {
        assert_eq!(last(kind), InputKind::Report, "{kind:?}");
    }
    let refused = world.kernel.stats().refused;
    let refusals = world.kernel.account().refusals;
    world = run(world, "exit | Idle | code NoSuchTrade");
    assert_eq!(world.kernel.stats().refused, refused + 1);
    assert_eq!(world.kernel.account().refusals, refusals + 1);
    let code = u64::from(Code::NoSuchTrade.code());
    assert_eq!(world.kernel.stats().last_refusal, code);
    let note = Intent {
        kind: InputKind::Note,
        text: ascii("quiet day"),
        ..Intent::ZERO
    };
    let outcome = world.apply(Input::Intent(&note));
    assert_eq!(
        (outcome.code, outcome.text.as_str()),
        (Code::Ok, "quiet day")
    );
    assert_eq!(world.kernel.stats().refused, refused + 1);
    assert_eq!(world.kernel.last_seq(), world.seq);
}

#[test]
fn a_fact_without_a_row_is_an_anomaly_and_an_intent_without_one_is_not() {
    // An exit of a slot whose entry has no fill yet: refused, and nobody's fault.
    let mut world = check(RESTING);
    let anomalies = world.kernel.stats().anomalies;
    world = run(world, "exit | EntryWorking | code NoPosition");
    assert_eq!(world.kernel.stats().anomalies, anomalies);
}

#[test]
fn an_exit_that_closed_a_trade_books_what_the_venue_told_later() {
    // The fee is corrected after the close, while the rows are awaited.
    let mut world = check(
        "
        enter long 1           | OrderRequested |
        fill 1 @ 100 fee 0     | PositionOpen   |
        settle                 | PositionOpen   |
        exit                   | ExitRequested  |
        fill 1 @ 101 fee 0.1   | Closed         | fees 0.1
        ",
    );
    let exit = world.order(0, OrderRole::Exit);
    let told = Report {
        has: Has::CumQty.code() | Has::AvgPrice.code() | Has::CumFee.code(),
        cum_fee_e8: E8 / 4,
        ..world.state_of(&exit, OrderStatus::Filled)
    };
    assert_eq!(world.report(&told).code, Code::Ok);
    run(world, "wait 0 | Closed | fees 0.25  paid 0.25  realised 1");
}

#[test]
fn a_found_position_without_a_mark_is_worth_what_it_cost() {
    let mut world = World::ready();
    world.rules("ETH-USDT", E12 / 100, E8 / 100, E8 / 100, 0);
    let mut limits = crate::world::config();
    limits.adopt = shm_layout::AdoptPolicy::Adopt;
    world.control(&limits);
    let found = [("ETH-USDT", Side::Short, 2 * E8, 30 * E12)];
    for _ in 0..2 {
        world.wait(60_000);
        world.snapshot(&found, 10_000 * E8);
    }
    let slot = *world.kernel.slot(0);
    assert_eq!(
        (slot.stage, slot.side, slot.qty_e8),
        (Stage::PositionOpen, Side::Short, 2 * E8)
    );
    assert_eq!(
        (slot.unrealised_e8, slot.position_notional_e8),
        (0, 60 * E8)
    );
    assert_eq!(world.kernel.account().unmarked_slots, 1);
    world = run(world, "enter long 1 id t9 | - | code DailyLoss");
    world = run(world, "mark 29 sym ETH-USDT | PositionOpen | unrealised 2");
    assert_eq!(world.kernel.account().unmarked_slots, 0);
}

#[test]
fn states_that_differ_have_hashes_that_differ() {
    let mut world = check("enter long 1 | OrderRequested |");
    let mut seen = std::collections::BTreeSet::new();
    assert!(seen.insert(world.kernel.state_hash()));
    for price in 101..110 {
        world.mark("BTC-USDT", price * E12);
        assert!(seen.insert(world.kernel.state_hash()), "at {price}");
    }
}
