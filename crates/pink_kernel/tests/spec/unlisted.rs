//! Orders a snapshot does not list, and positions it shows that no order of ours explains.

use shm_layout::{
    CommandKind, Control, ControlKind, Has, OrderRole, OrderStatus, Report, ReportKind, Side, Stage,
};

use crate::check::{check, run};
use crate::world::{E8, E12, World, ascii};

fn ask(world: &mut World) {
    let mut sent = world.commands.iter();
    if !sent.any(|c| c.kind == CommandKind::Reconcile) {
        world.control(&Control {
            kind: ControlKind::Reconcile,
            ..Control::ZERO
        });
        world.wait(1_000);
    }
}

/// Questions about orders that an answer without any row causes, and inputs it took.
fn asked_by_an_empty_answer(world: &mut World) -> (usize, usize) {
    let queries = |world: &World| {
        let sent = world.commands.iter();
        sent.filter(|c| c.kind == CommandKind::Query).count()
    };
    let before = (queries(world), world.outcomes.len());
    let capital = world.kernel.account().capital_e8;
    world.snapshot(&[], capital);
    // BEGIN, the wallet and END are three inputs; the last look finds nothing more.
    let inputs = world.outcomes.len() - before.1 - 4;
    (queries(world) - before.0, inputs)
}

#[test]
fn an_order_that_should_be_open_and_is_not_listed_is_asked_about() {
    let mut world = check("enter long 1 limit 99 | OrderRequested |\nlive | EntryWorking |");
    ask(&mut world);
    assert_eq!(asked_by_an_empty_answer(&mut world), (1, 1));
    // While that question is open there is no other.
    world.wait(500);
    ask(&mut world);
    let open = world.order(0, OrderRole::Entry).query_open;
    if open != 0 {
        assert_eq!(asked_by_an_empty_answer(&mut world), (0, 0));
    }
}

#[test]
fn an_order_that_may_not_be_listed_yet_is_left_alone() {
    // Commanded and not heard of.
    let mut world = check("wait 5000 | Idle |");
    ask(&mut world);
    world = run(world, "enter long 1 limit 99 | OrderRequested |");
    assert_eq!(asked_by_an_empty_answer(&mut world), (0, 0));
    // Heard of, but made after the snapshot was asked for.
    let mut world = check("wait 5000 | Idle |");
    ask(&mut world);
    world = run(
        world,
        "enter long 1 limit 99 | OrderRequested |\nlive | EntryWorking |",
    );
    assert_eq!(asked_by_an_empty_answer(&mut world), (0, 0));
    // The stream told of it, the answer to its submit is still to come.
    let mut world = check("enter long 1 limit 99 | OrderRequested |");
    let entry = world.order(0, OrderRole::Entry);
    let state = world.state_of(&entry, OrderStatus::Working);
    world.report(&state);
    assert_ne!(world.order(0, OrderRole::Entry).submit_open, 0);
    ask(&mut world);
    assert_eq!(asked_by_an_empty_answer(&mut world), (0, 0));
    // Its cancel is under way.
    let mut world = check("enter long 1 limit 99 | OrderRequested |\nlive | EntryWorking |");
    ask(&mut world);
    world = run(world, "cancel | EntryCancelling |");
    assert_eq!(asked_by_an_empty_answer(&mut world), (0, 0));
}

#[test]
fn a_listed_order_that_has_more_or_is_in_doubt_is_asked_about() {
    let listed = |more: i64, unknown: bool| {
        let mut world = check("enter long 1 limit 99 | OrderRequested |");
        let entry = world.order(0, OrderRole::Entry);
        let mut row = world.state_of(&entry, OrderStatus::Working);
        row.venue_order_id = 7;
        let word = if unknown { "unknown" } else { "live" };
        world = run(world, &format!("{word} | - |"));
        row.venue_order_id = 1;
        ask(&mut world);
        let open = world.order(0, OrderRole::Entry).query_open;
        if open != 0 {
            world.report(&Report {
                kind: ReportKind::CommandDone,
                command_seq: open,
                ..Report::ZERO
            });
        }
        row.cum_qty_e8 = more;
        world.snapshot_rows(&[], &[row], Some(10_000 * E8), true);
        assert_eq!(world.order(0, OrderRole::Entry).venue_order_id, 1);
        world.order(0, OrderRole::Entry).query_open != 0
    };
    assert!(!listed(0, false));
    assert!(listed(1, false));
    assert!(listed(0, true));
}

/// Long 1 at 100, with this mark, and then the venue shows something else twice.
fn outside(mark: &str, shown: &[(&str, Side, i64, i64)]) -> World {
    let mut world = check(&format!(
        "
        enter long 1             | OrderRequested |
        fill 1 @ 100 fee 0       | PositionOpen   |
        settle                   | PositionOpen   |
        mark {mark}              | PositionOpen   |
        wait 5000                | PositionOpen   |
        "
    ));
    for _ in 0..2 {
        ask(&mut world);
        let capital = world.kernel.account().capital_e8;
        world.snapshot(shown, capital);
        world.wait(6_000);
    }
    world
}

#[test]
fn what_happened_outside_is_booked_at_the_mark_or_at_the_venues_own_price() {
    let btc = "BTC-USDT";
    let less = outside("105", &[(btc, Side::Long, E8 / 4, 100 * E12)]);
    let slot = less.kernel.slot(0);
    assert_eq!((slot.qty_e8, slot.stage), (E8 / 4, Stage::PositionOpen));
    assert_eq!((slot.closed_qty_e8, slot.opened_qty_e8), (3 * E8 / 4, E8));
    assert_eq!(slot.closed_notional_e8, 7_875_000_000);
    assert_eq!(slot.realised_e8, 375_000_000);
    assert_eq!(slot.entry_notional_e8, 25 * E8);
    assert_eq!(
        less.kernel.account().capital_e8,
        10_000 * E8 + slot.realised_e8
    );
    let told = less.outcomes.iter().rfind(|o| o.fill_qty_e8 != 0).unwrap();
    assert_eq!(
        (told.fill_qty_e8, told.fill_price_e12, told.fill_realised_e8),
        (3 * E8 / 4, 105 * E12, 375_000_000)
    );
    assert_eq!(told.fill_notional_e8, 7_875_000_000);
    let more = outside("105", &[(btc, Side::Long, 2 * E8, 103 * E12)]);
    let slot = more.kernel.slot(0);
    assert_eq!((slot.qty_e8, slot.opened_qty_e8), (2 * E8, 2 * E8));
    assert_eq!((slot.opened_notional_e8, slot.realised_e8), (206 * E8, 0));
    assert_eq!((slot.closed_qty_e8, slot.entry_notional_e8), (0, 206 * E8));
    // Without the venue's price, the mark.
    let more = outside("105", &[(btc, Side::Long, 2 * E8, 0)]);
    assert_eq!(more.kernel.slot(0).entry_notional_e8, 205 * E8);
    let gone = outside("95", &[]);
    let slot = gone.kernel.slot(0);
    assert_eq!(slot.stage, Stage::Idle);
    assert_eq!(gone.kernel.account().realised_e8, -5 * E8);
}

#[test]
fn an_adopted_position_is_the_venues_figures_and_nothing_else() {
    let found = |price: i64, policy_adopts: bool, flatten: bool| {
        let mut world = World::ready();
        if policy_adopts {
            world.control(&Control {
                adopt: shm_layout::AdoptPolicy::Adopt,
                ..crate::world::config()
            });
        }
        if flatten {
            world = run(world, "flatten | - |");
        }
        world.report(&Report {
            kind: ReportKind::Leverage,
            has: Has::Leverage.code(),
            leverage: 4,
            symbol: ascii("BTC-USDT"),
            ..Report::ZERO
        });
        let row = ("BTC-USDT", Side::Short, 2 * E8, price);
        ask(&mut world);
        world.snapshot(&[row], 10_000 * E8);
        assert_eq!(world.kernel.instrument(0).foreign_qty_e8, 2 * E8);
        assert_eq!(
            world.kernel.slot(0).stage,
            Stage::Idle,
            "not at first sight"
        );
        world.wait(6_000);
        ask(&mut world);
        world.snapshot(&[row], 10_000 * E8);
        world
    };
    let world = found(90 * E12, true, false);
    let slot = world.kernel.slot(0);
    assert_eq!((slot.stage, slot.side), (Stage::PositionOpen, Side::Short));
    assert_eq!((slot.qty_e8, slot.entry_notional_e8), (2 * E8, 180 * E8));
    assert_eq!(
        (slot.opened_qty_e8, slot.opened_notional_e8),
        (2 * E8, 180 * E8)
    );
    assert_eq!((slot.leverage, slot.adopted, slot.leg_count), (4, 1, 1));
    assert_eq!((slot.mark_e12, slot.unrealised_e8), (100 * E12, -20 * E8));
    assert_eq!((slot.intended_qty_e8, slot.exit_wanted), (2 * E8, 0));
    assert_eq!(world.kernel.account().margin_e8, 50 * E8);
    assert_eq!(world.kernel.instrument(0).foreign_qty_e8, 0);
    assert!(slot.trade_id.as_str().starts_with("adopted-"));
    let id = slot.trade_id;
    let world = run(
        world,
        &format!("exit id {} | ExitRequested | asks 2", id.as_str()),
    );
    drop(world);
    assert_eq!(
        found(0, true, false).kernel.slot(0).entry_notional_e8,
        200 * E8
    );
    // Flagged, it stays nobody's, until everything is to be closed.
    let flagged = found(90 * E12, false, false);
    assert_eq!(flagged.kernel.slot(0).stage, Stage::Idle);
    let closing = found(90 * E12, false, true);
    assert_eq!(closing.kernel.slot(0).exit_wanted, 2);
    // Gone again, the symbol is free.
    let mut world = flagged;
    world.wait(6_000);
    ask(&mut world);
    world.snapshot(&[], 10_000 * E8);
    assert_eq!(world.kernel.instrument(0).foreign_qty_e8, 0);
    run(world, "enter long 1 | OrderRequested | code Ok");
}

#[test]
fn a_found_position_that_changes_is_watched_anew() {
    let mut world = World::ready();
    world.control(&Control {
        adopt: shm_layout::AdoptPolicy::Adopt,
        ..crate::world::config()
    });
    let mut seen = |qty: i64, wait_ms: u64| {
        ask(&mut world);
        let anomalies = world.kernel.stats().anomalies;
        world.snapshot(&[("BTC-USDT", Side::Long, qty, 90 * E12)], 10_000 * E8);
        let noted = world.kernel.stats().anomalies - anomalies;
        world.wait(wait_ms);
        (world.kernel.slot(0).stage, noted)
    };
    assert_eq!(seen(E8, 3_000), (Stage::Idle, 1));
    assert_eq!(seen(2 * E8, 3_000), (Stage::Idle, 1));
    assert_eq!(seen(2 * E8, 3_000), (Stage::Idle, 0));
    assert_eq!(seen(2 * E8, 3_000), (Stage::PositionOpen, 0));
}

/// A stop has no client id at the venue: while its reply is lost, the list shows nobody's order.
#[test]
fn an_order_that_was_nobodys_and_is_found_to_be_ours_does_not_keep_its_symbol_closed() {
    let mut world = check(
        "
        enter long 1 sl 95     | OrderRequested |
        fill 1 @ 100 fee 0     | PositionOpen   |
        settle                 | PositionOpen   |
        wait 0                 | PositionOpen   |
        unknown of stop        | PositionOpen   |
        ",
    );
    ask(&mut world);
    let stop = world.order(0, OrderRole::StopLoss);
    let listed = Report {
        venue_order_id: 77,
        client_order_id: ascii(""),
        has: Has::VenueOrderId.code(),
        ..world.state_of(&stop, OrderStatus::Working)
    };
    let held = [("BTC-USDT", Side::Long, E8, 100 * E12)];
    world.snapshot_rows(&held, &[listed], Some(10_000 * E8), true);
    let account = *world.kernel.account();
    let closed = world.kernel.instrument(0).foreign_order_seq;
    assert!(closed != 0 && closed == account.last_snapshot_seq);
    world.commands.clear();
    let found = Report {
        venue_order_id: 77,
        has: Has::VenueOrderId.code() | Has::CumQty.code(),
        ..world.state_of(&stop, OrderStatus::Working)
    };
    world.report(&found);
    world.wait(1_000);
    let asked = |world: &World| {
        let sent = world.commands.iter();
        sent.filter(|c| c.kind == CommandKind::Reconcile).count()
    };
    assert_eq!(asked(&world), 1);
    world.snapshot_rows(&held, &[listed], Some(10_000 * E8), true);
    let last = world.kernel.account().last_snapshot_seq;
    assert_ne!(world.kernel.instrument(0).foreign_order_seq, last);
}
