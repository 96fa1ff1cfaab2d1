//! What counts as proof: of an order's end, of its fills, of income, and of whose an order is.

use pink_kernel::Input;
use shm_layout::{
    Code, Command, CommandKind, Control, ControlKind, Has, InputKind, Intent, OrderKind, OrderRole,
    OrderSide, OrderStatus, Report, ReportKind, Side, Stage,
};

use crate::absence::absent;
use crate::check::{check, run};
use crate::world::{E8, E12, MS, World, ascii};

#[test]
fn an_order_given_up_that_traded_after_all_is_an_anomaly_and_the_venue_is_asked() {
    let scenario = "
        enter long 1 limit 99 | OrderRequested |
        live                  | EntryWorking   |";
    let mut world = check(scenario);
    let order = world.order(0, OrderRole::Entry);
    world.wait(60_000);
    assert_eq!(absent(&mut world, OrderRole::Entry), Code::Unresolved);
    world.wait(6_000);
    assert_eq!(absent(&mut world, OrderRole::Entry), Code::Ok);
    assert_eq!(world.kernel.slot(0).stage, Stage::Idle);
    let filled = Report {
        kind: ReportKind::OrderState,
        client_order_id: order.client_order_id,
        symbol: order.symbol,
        order_status: OrderStatus::Filled,
        has: Has::CumQty.code() | Has::AvgPrice.code(),
        cum_qty_e8: E8,
        avg_price_e12: 99 * E12,
        ..Report::ZERO
    };
    let anomalies = world.kernel.stats().anomalies;
    let asked = |world: &World| {
        let open = |c: &&Command| c.kind == CommandKind::Reconcile;
        world.commands.iter().filter(open).count()
    };
    world.snapshot(&[], 10_000 * E8);
    world.wait(2_000);
    let before = asked(&world);
    assert_eq!(world.report(&filled).code, Code::TerminalState);
    assert_eq!(world.kernel.stats().anomalies, anomalies + 1);
    world.wait(1_000);
    assert_eq!(asked(&world), before + 1);
}

/// Rows for whatever SETTLE is open for the order, so many halves.
fn rows(world: &mut World, index: u16, halves: u32) -> Code {
    let order = *world.kernel.order(index);
    let mut last = Code::Ok;
    for row_index in 0..halves {
        let row = Report {
            kind: ReportKind::Fill,
            command_seq: order.settle_open,
            client_order_id: order.client_order_id,
            row_index,
            row_count: halves,
            fill_id: ascii(&format!("f{row_index}")),
            qty_e8: E8 / 2,
            price_e12: 100 * E12,
            has: Has::Amount.code(),
            amount_e8: E8 / 1_000,
            ..Report::ZERO
        };
        last = world.report(&row).code;
    }
    last
}

#[test]
fn rows_that_prove_more_than_was_told_of_a_gone_order_are_believed_the_second_time() {
    let mut world = check(
        "
        enter long 1 limit 100  | OrderRequested |
        live                    | EntryWorking   |
        fill 0.5 @ 100          | EntryWorking   |
        ",
    );
    let index = world.order_index(0, OrderRole::Entry);
    for _ in 0..2 {
        world.wait(60_000);
        absent(&mut world, OrderRole::Entry);
    }
    assert_eq!(world.kernel.slot(0).stage, Stage::PositionOpen);
    let mut codes = Vec::new();
    for _ in 0..20 {
        world.wait(30_000);
        let order = *world.kernel.order(index);
        if order.query_open != 0 {
            let done = Report {
                kind: ReportKind::CommandDone,
                command_seq: order.query_open,
                ..Report::ZERO
            };
            world.report(&done);
        }
        if order.settle_open != 0 {
            codes.push(rows(&mut world, index, 2));
        }
    }
    assert_eq!(codes, [Code::SettleMismatch, Code::Ok]);
    let slot = world.kernel.slot(0);
    assert_eq!((slot.qty_e8, slot.fees_e8), (E8, E8 / 500));
    assert_eq!((slot.stage, slot.unsettled), (Stage::PositionOpen, 0));
}

#[test]
fn rows_that_never_come_hold_a_slot_for_an_hour_and_not_for_ever() {
    let mut world = check(
        "
        enter long 1  | OrderRequested |
        fill 1 @ 100  | PositionOpen   |
        exit          | ExitRequested  |
        fill 1 @ 101  | Closed         |
        ",
    );
    let anomalies = world.kernel.stats().anomalies;
    let began = world.now.mono_ns;
    while world.kernel.slot(0).stage == Stage::Closed {
        world.wait(30_000);
        for index in 0..8 {
            let order = *world.kernel.order(index);
            for command_seq in [order.settle_open, order.query_open] {
                if command_seq != 0 {
                    let done = Report {
                        kind: ReportKind::CommandDone,
                        command_seq,
                        ..Report::ZERO
                    };
                    world.report(&done);
                }
            }
        }
        assert!(world.now.mono_ns - began < 3 * 3_600_000 * MS, "stuck");
    }
    assert!(world.now.mono_ns - began > 1_800_000 * MS, "given up early");
    assert_eq!(world.kernel.slot(0).stage, Stage::Idle);
    assert_eq!(world.kernel.stats().anomalies, anomalies + 2);
    let told = |o: &&shm_layout::Outcome| o.text.as_str().starts_with("UNPROVEN");
    assert_eq!(world.outcomes.iter().filter(told).count(), 2);
}

fn funding(number: i64, at_ms: i64) -> Report {
    Report {
        kind: ReportKind::Income,
        has: Has::Amount.code(),
        income_kind: 1,
        fill_id: ascii(&format!("tx{number}")),
        symbol: ascii("BTC-USDT"),
        amount_e8: -E8,
        venue_wall_ms: at_ms,
        ..Report::ZERO
    }
}

fn asked_since(world: &World) -> i64 {
    let income = |c: &&Command| c.kind == CommandKind::Income;
    world
        .commands
        .iter()
        .rfind(income)
        .expect("asked")
        .since_wall_ms
}

#[test]
fn income_older_than_was_asked_for_is_not_booked_again_and_a_restart_asks_for_no_more() {
    let mut world = World::ready();
    world.check_every = 512;
    let base = world.wall_ms() + 1;
    let hour = 3_600_000;
    for number in 0..4_200 {
        let row = funding(number, base + number * hour);
        assert_eq!(world.report(&row).code, Code::Ok);
        world.now.wall_ns += hour * 1_000_000;
    }
    let booked = world.kernel.account().funding_e8;
    world.wait(120_000);
    let since = asked_since(&world);
    assert!(since > base + 4_000 * hour);
    let again = world.kernel.unreported();
    let income = again.iter().find(|c| c.kind == CommandKind::Income);
    assert_eq!(income.expect("still open").since_wall_ms, since);
    let first = funding(0, base);
    assert_eq!(world.report(&first).code, Code::StaleFact);
    assert_eq!(world.kernel.account().funding_e8, booked);
}

#[test]
fn a_row_from_the_future_hides_no_income() {
    let mut world = World::ready();
    let ahead = funding(0, world.wall_ms() + 400 * 86_400_000);
    assert_eq!(world.report(&ahead).code, Code::Ok);
    world.wait(61_000);
    assert!(asked_since(&world) <= world.wall_ms());
}

#[test]
fn a_trade_id_that_is_in_use_is_never_taken_again() {
    let mut world = check(
        "
        hedge         | -              |
        enter long 1  | OrderRequested |
        fill 1 @ 100  | PositionOpen   |
        settle        | PositionOpen   |
        ",
    );
    let enter = |world: &World, id: &str| Intent {
        kind: InputKind::Enter,
        side: Side::Short,
        order_kind: OrderKind::Market,
        qty_e8: E8,
        trade_id: ascii(id),
        ..world.intent()
    };
    // More ids than are remembered.
    world.check_every = 512;
    for number in 0..8_192 {
        world.now.mono_ns += 20 * MS;
        world.now.wall_ns += 20_000_000;
        let intent = enter(&world, &format!("x{number}"));
        assert_eq!(
            world.apply(Input::Intent(&intent)).code,
            Code::Ok,
            "{number}"
        );
        let order = *world.kernel.order(world.kernel.slot(1).entry_order);
        let refused = Report {
            kind: ReportKind::OrderRefused,
            code: Code::VenueRefused,
            command_seq: order.submit_seq,
            client_order_id: order.client_order_id,
            ..Report::ZERO
        };
        world.report(&refused);
    }
    world.now.mono_ns += 100 * MS;
    let intent = enter(&world, "t1");
    let code = world.apply(Input::Intent(&intent)).code;
    assert_eq!(code, Code::DuplicateTradeId);
}

#[test]
fn one_number_of_the_venue_belongs_to_one_order() {
    let mut world = World::ready();
    world.rules("ETH-USDT", E12, E8 / 100, E8 / 100, 0);
    world.mark("ETH-USDT", 30 * E12);
    let mut world = run(
        world,
        "
        enter long 1 limit 99                     | OrderRequested |
        live                                      | EntryWorking   |
        enter long 1 sym ETH-USDT id t2 limit 29  | OrderRequested |
        ",
    );
    let (first, second) = (
        world.order(0, OrderRole::Entry),
        world.order(1, OrderRole::Entry),
    );
    let stolen = Report {
        kind: ReportKind::OrderState,
        client_order_id: second.client_order_id,
        venue_order_id: first.venue_order_id,
        order_status: OrderStatus::Working,
        ..Report::ZERO
    };
    let anomalies = world.kernel.stats().anomalies;
    assert_eq!(world.report(&stolen).code, Code::ForeignOrder);
    assert_eq!(world.kernel.stats().anomalies, anomalies + 1);
    assert_eq!(world.order(1, OrderRole::Entry).venue_order_id, 0);
}

#[test]
fn a_cumulative_size_that_no_sum_can_hold_is_refused() {
    let mut world = World::ready();
    world.rules("PEPE-USDT", 1, E8, E8, 0);
    world.mark("PEPE-USDT", 1_000_000);
    let mut world = run(
        world,
        "enter long 100000000 sym PEPE-USDT | OrderRequested |",
    );
    let told = |world: &mut World, role: OrderRole, cum_qty_e8: i64| {
        let order = world.order(0, role);
        let report = Report {
            kind: ReportKind::OrderState,
            client_order_id: order.client_order_id,
            order_status: OrderStatus::Filled,
            has: Has::CumQty.code() | Has::AvgPrice.code(),
            cum_qty_e8,
            avg_price_e12: 1_000_000,
            ..Report::ZERO
        };
        world.report(&report).code
    };
    assert_eq!(
        told(&mut world, OrderRole::Entry, 100_000_000 * E8),
        Code::Ok
    );
    let exit = Intent {
        kind: InputKind::Exit,
        order_kind: OrderKind::Market,
        qty_e8: 50_000_000 * E8,
        symbol: ascii("PEPE-USDT"),
        ..world.intent()
    };
    world.apply(Input::Intent(&exit));
    assert_eq!(told(&mut world, OrderRole::Exit, 50_000_000 * E8), Code::Ok);
    world.apply(Input::Intent(&exit));
    assert_eq!(
        told(&mut world, OrderRole::Exit, i64::MAX),
        Code::OutOfRange
    );
    assert_eq!(world.kernel.slot(0).qty_e8, 50_000_000 * E8);
}

#[test]
fn a_position_too_large_to_count_is_not_taken_over() {
    let mut world = World::ready();
    world.rules("AAA-USDT", E12 / 1_000, E8, E8, 0);
    world.mark("AAA-USDT", E12);
    let mut world = run(
        world,
        "
        enter long 10 sym AAA-USDT  | OrderRequested |
        fill 10 @ 1 fee 0           | PositionOpen   |
        settle                      | PositionOpen   |
        ",
    );
    for seen in [i64::MAX - 1_000, 10 * E8] {
        for _ in 0..4 {
            world.control(&Control {
                kind: ControlKind::Reconcile,
                ..Control::ZERO
            });
            world.wait(6_000);
            world.snapshot(&[("AAA-USDT", Side::Long, seen, E12)], 10_000 * E8);
        }
        assert_eq!(world.kernel.slot(0).qty_e8, 10 * E8);
    }
    assert_eq!(world.kernel.slot(0).stage, Stage::PositionOpen);
}

#[test]
fn an_order_of_nobody_here_closes_its_symbol_to_entries_while_it_rests() {
    let mut world = World::ready();
    let stop = Report {
        symbol: ascii("BTC-USDT"),
        venue_order_id: 777,
        order_kind: OrderKind::StopMarket,
        order_side: OrderSide::Sell,
        order_status: OrderStatus::Working,
        qty_e8: E8,
        trigger_e12: 95 * E12,
        ..Report::ZERO
    };
    let anomalies = world.kernel.stats().anomalies;
    for orders in [&[stop][..], &[stop][..], &[]] {
        world.control(&Control {
            kind: ControlKind::Reconcile,
            ..Control::ZERO
        });
        world.wait(2_000);
        world.snapshot_rows(&[], orders, Some(10_000 * E8), true);
        let expected = if orders.is_empty() {
            "enter long 1 | OrderRequested | code Ok"
        } else {
            "enter long 1 | Idle | code SymbolBusy"
        };
        world = run(world, expected);
        // Said once, not with every snapshot.
        assert_eq!(world.kernel.stats().anomalies, anomalies + 1);
    }
}
