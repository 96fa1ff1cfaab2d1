//! What was told and is not so: the venue's own answers count, twice and far enough apart.

use shm_layout::{Code, CommandKind, OrderRole, OrderStatus, Report, ReportKind, Stage};

use crate::check::{check, run};
use crate::world::{E8, E12, Fill, World};

/// Lets a second pass and answers as the gateway does: the order as the venue holds it, and its
/// rows only if they are no less than was asked for.
fn answer(world: &mut World, ended: OrderStatus) {
    world.wait(1_000);
    for index in 0..8 {
        let order = *world.kernel.order(index);
        if order.settle_open != 0 {
            let mut sent = world.commands.iter().rev();
            let settle = sent.find(|c| c.command_seq == order.settle_open).unwrap();
            assert_eq!(settle.kind, CommandKind::Settle);
            let (due, command_seq) = (settle.cum_qty_e8, settle.command_seq);
            // A restart asks for the same.
            let again = world.kernel.unreported();
            let again = again.iter().find(|c| c.command_seq == command_seq);
            assert_eq!(again.unwrap().cum_qty_e8, due);
            let rows = world.rows_of(&order);
            if rows.iter().map(|row| row.qty_e8).sum::<i64>() < due || rows.is_empty() {
                world.report(&Report {
                    kind: ReportKind::CommandDone,
                    command_seq,
                    ..Report::ZERO
                });
            } else {
                for row in rows {
                    world.report(&row);
                }
            }
        }
        let order = *world.kernel.order(index);
        for command_seq in [order.query_open, order.cancel_open] {
            if command_seq != 0 {
                let state = world.state_of(&order, ended);
                world.report(&Report {
                    command_seq,
                    ..state
                });
            }
        }
    }
}

fn answers(world: &mut World, ended: OrderStatus, seconds: u32) {
    for _ in 0..seconds {
        answer(world, ended);
    }
}

/// The last fill was really of this size.
fn truly(world: &mut World, qty_e8: i64) {
    world.fills.last_mut().unwrap().1.qty_e8 = qty_e8;
}

/// Something says that the order has traded so much, at a price of another world; it is filled then
/// if that is all of it.
fn garbled(world: &mut World, role: OrderRole, cum_qty_e8: i64) {
    let order = world.order(0, role);
    let mut lie = world.state_of(&order, OrderStatus::Working);
    (lie.cum_qty_e8, lie.avg_price_e12) = (cum_qty_e8, 20_000 * E12);
    lie.has |= shm_layout::Has::AvgPrice.code();
    assert_eq!(world.report(&lie).code, Code::ImplausibleFill);
}

/// No order is in doubt, and none waits for rows.
fn is_at_rest(world: &World) -> bool {
    let account = world.kernel.account();
    account.unresolved_orders == 0 && account.unsettled_orders == 0
}

#[test]
fn an_entry_that_was_told_more_than_it_traded_comes_to_an_end_with_what_its_rows_say() {
    let mut world = check(
        "
        enter long 1 limit 100    | OrderRequested  |
        fill 0.5 @ 100 fee 0.01   | EntryWorking    |
        ",
    );
    truly(&mut world, 4 * E8 / 10);
    let mut world = run(world, "cancel | EntryCancelling |");
    let before = world.kernel.stats().anomalies;
    answers(&mut world, OrderStatus::Cancelled, 4);
    assert_eq!(world.kernel.slot(0).stage, Stage::EntryCancelling);
    answers(&mut world, OrderStatus::Cancelled, 6);
    assert_eq!(world.kernel.stats().anomalies, before + 1);
    assert!(is_at_rest(&world));
    run(
        world,
        "
        wait 0                    | PositionOpen   | size 0.4  cost 40  capital 9_999.99
        exit                      | ExitRequested  | asks 0.4
        fill 0.4 @ 101 fee 0      | Closed         | realised 0.4
        settle                    | Idle           | capital 10_000.39
        ",
    );
}

#[test]
fn an_exit_that_was_told_more_than_it_traded_gives_back_what_is_held() {
    let mut world = check(
        "
        enter long 1              | OrderRequested |
        fill 1 @ 100 fee 0        | PositionOpen   |
        settle                    | PositionOpen   |
        exit                      | ExitRequested  |
        fill 1 @ 102 fee 0        | Closed         | realised 2  size 0
        ",
    );
    truly(&mut world, 9 * E8 / 10);
    answers(&mut world, OrderStatus::Cancelled, 30);
    // The rest was to be closed: it is.
    let slot = *world.kernel.slot(0);
    assert_eq!((slot.stage, slot.qty_e8), (Stage::ExitRequested, E8 / 10));
    assert_eq!(
        (slot.entry_notional_e8, slot.realised_e8),
        (10 * E8, 18 * E8 / 10)
    );
    let world = run(
        world,
        "
        wait 0                    | ExitRequested  | asks 0.1
        fill 0.1 @ 101 fee 0      | Closed         | realised 1.9
        settle                    | Idle           | capital 10_001.9
        ",
    );
    assert_eq!(world.kernel.account().trades_closed, 1);
}

#[test]
fn what_was_sold_of_an_entry_that_never_bought_it_brings_nothing() {
    let mut world = check(
        "
        enter short 1 limit 100   | OrderRequested  |
        fill 0.5 @ 100 fee 0      | EntryWorking    |
        cancel                    | EntryCancelling |
        filled                    | PositionOpen    | size 0.5
        ",
    );
    truly(&mut world, 4 * E8 / 10);
    let mut world = run(
        world,
        "
        exit                      | ExitRequested   |
        fill 0.5 @ 90 fee 0       | Closed          | realised 5
        ",
    );
    answers(&mut world, OrderStatus::Filled, 30);
    assert!(is_at_rest(&world));
    let last = world
        .outcomes
        .iter()
        .rev()
        .find(|o| o.slot_closed_qty_e8 != 0);
    let last = last.unwrap();
    assert_eq!(
        (last.slot_opened_qty_e8, last.slot_closed_qty_e8),
        (4 * E8 / 10, E8 / 2)
    );
    assert_eq!((last.slot_realised_e8, last.stage), (4 * E8, Stage::Idle));
}

#[test]
fn what_an_exit_sold_too_much_is_taken_back_first() {
    for (truth, excess, held) in [(11, 1, 0), (9, 0, 1)] {
        let mut world = check(
            "
            enter long 1              | OrderRequested |
            fill 1 @ 100 fee 0        | PositionOpen   |
            settle                    | PositionOpen   |
            exit                      | ExitRequested  |
            fill 1.2 @ 110 fee 0      | Closed         | code Overfill  excess 0.2  realised 10
            ",
        );
        truly(&mut world, truth * E8 / 10);
        let mut slot = *world.kernel.slot(0);
        for _ in 0..30 {
            answer(&mut world, OrderStatus::Cancelled);
            let now = *world.kernel.slot(0);
            if now.stage != Stage::Idle {
                slot = now;
            }
        }
        assert_eq!(slot.excess_qty_e8, excess * E8 / 10);
        assert_eq!(slot.excess_notional_e8, excess * 11 * E8);
        assert_eq!(
            (slot.qty_e8, slot.entry_notional_e8),
            (held * E8 / 10, held * 10 * E8)
        );
        assert_eq!(slot.realised_e8, (10 - held) * E8);
    }
}

#[test]
fn one_answer_or_two_that_differ_or_are_close_together_prove_nothing() {
    let mut world = check(
        "
        enter long 1 limit 100    | OrderRequested |
        fill 0.5 @ 100 fee 0      | EntryWorking   |
        wait 2000                 | EntryWorking   |
        ",
    );
    let index = world.order_index(0, OrderRole::Entry);
    let mut say = |cum_qty_e8: i64, status: OrderStatus| {
        let order = *world.kernel.order(index);
        let ended = Report {
            cum_qty_e8,
            ..world.state_of(&order, status)
        };
        if order.query_open == 0 {
            world.report(&Report {
                order_status: OrderStatus::Cancelled,
                cum_qty_e8: 1,
                ..ended
            });
        }
        let command_seq = world.kernel.order(index).query_open;
        assert_ne!(command_seq, 0);
        let code = world.report(&Report {
            command_seq,
            asked_wall_ms: world.wall_ms(),
            ..ended
        });
        world.wait(3_000);
        code.code
    };
    let less = 4 * E8 / 10;
    assert_eq!(say(less, OrderStatus::Cancelled), Code::StaleFact);
    assert_eq!(say(less, OrderStatus::Cancelled), Code::StaleFact, "3 s");
    assert_eq!(say(less + 1, OrderStatus::Cancelled), Code::StaleFact);
    assert_eq!(say(less, OrderStatus::Cancelled), Code::StaleFact);
    assert_eq!(say(E8 / 2, OrderStatus::Working), Code::Duplicate);
    assert_eq!(say(less, OrderStatus::Cancelled), Code::StaleFact, "anew");
    assert_eq!(say(less, OrderStatus::Cancelled), Code::StaleFact, "3 s");
    assert_eq!(say(less, OrderStatus::Working), Code::StaleFact, "6 s");
    assert_eq!(say(less, OrderStatus::Cancelled), Code::Ok);
    let slot = *world.kernel.slot(0);
    assert_eq!((slot.stage, slot.qty_e8), (Stage::PositionOpen, E8 / 2));
}

#[test]
fn a_garbled_fill_does_not_hold_an_order_for_ever() {
    let mut world = check("enter long 1 | OrderRequested |\nfill 1 @ 100 fee 0 | PositionOpen |");
    let before = world.kernel.stats().anomalies;
    garbled(&mut world, OrderRole::Entry, 5 * E8);
    answers(&mut world, OrderStatus::Filled, 4);
    assert_eq!(world.kernel.account().unresolved_orders, 1);
    answers(&mut world, OrderStatus::Filled, 20);
    assert!(is_at_rest(&world));
    // Held, and dropped.
    assert_eq!(world.kernel.stats().anomalies, before + 2);
    let said = |o: &&shm_layout::Outcome| o.text.as_str().starts_with("CONTRADICTED");
    assert_eq!(world.outcomes.iter().filter(said).count(), 1);
    run(world, "exit | ExitRequested | asks 1");
}

#[test]
fn a_garbled_fill_of_a_resting_order_is_dropped_and_the_order_works_on() {
    let scenario = "enter long 1 limit 99 | OrderRequested |\nlive | EntryWorking |";
    let mut world = check(scenario);
    garbled(&mut world, OrderRole::Entry, 5 * E8);
    answers(&mut world, OrderStatus::Working, 20);
    assert!(is_at_rest(&world));
    let entry = world.order(0, OrderRole::Entry);
    assert_eq!((entry.less_wall_ms, entry.less_proven), (0, 0), "forgotten");
    run(world, "fill 1 @ 99 fee 0 | PositionOpen | size 1");
}

#[test]
fn a_garbled_fill_of_an_order_that_never_traded_leaves_nothing_behind() {
    let scenario = "enter long 1 limit 99 | OrderRequested |\nlive | EntryWorking |";
    let mut world = check(scenario);
    garbled(&mut world, OrderRole::Entry, 5 * E8);
    answers(&mut world, OrderStatus::Cancelled, 30);
    assert!(is_at_rest(&world));
    run(world, "enter long 1 id t2 | OrderRequested | code Ok");
}

#[test]
fn rows_that_say_less_than_is_held_twice_prove_what_the_order_traded() {
    let mut world = check("enter long 1 | OrderRequested |");
    world.fills.push((
        world.order(0, OrderRole::Entry).client_order_id,
        Fill {
            qty_e8: E8,
            price_e12: 150 * E12,
            fee_e8: 0,
        },
    ));
    let index = world.order_index(0, OrderRole::Entry);
    garbled(&mut world, OrderRole::Entry, 5 * E8);
    let mut codes = Vec::new();
    for _ in 0..30 {
        world.wait(1_000);
        let order = *world.kernel.order(index);
        let done = Report {
            kind: ReportKind::CommandDone,
            command_seq: order.query_open,
            ..Report::ZERO
        };
        if order.query_open != 0 {
            world.report(&done);
        }
        if world.kernel.order(index).settle_open != 0 {
            let order = *world.kernel.order(index);
            for row in world.rows_of(&order) {
                codes.push(world.report(&row).code);
            }
        }
    }
    assert_eq!(codes.first(), Some(&Code::SettleMismatch));
    assert!(codes.contains(&Code::Ok), "{codes:?}");
    let slot = world.kernel.slot(0);
    assert_eq!((slot.qty_e8, slot.entry_notional_e8), (E8, 150 * E8));
}

#[test]
fn a_fill_that_is_proven_by_nothing_is_given_up_after_an_hour() {
    for (told, stage) in [(5 * E8, Stage::PositionOpen), (E8 / 4, Stage::ExitWorking)] {
        let mut world = check(
            "
            enter long 1              | OrderRequested |
            fill 1 @ 100 fee 0        | PositionOpen   |
            settle                    | PositionOpen   |
            exit 0.5 limit 101        | ExitRequested  |
            live                      | ExitWorking    |
            ",
        );
        world.check_every = 64;
        garbled(&mut world, OrderRole::Exit, told);
        let index = world.order_index(0, OrderRole::Exit);
        let began = world.wall_ms();
        while world.kernel.order(index).held_qty_e8 != 0 {
            world.wait(10_000);
            let order = *world.kernel.order(index);
            for command_seq in [order.settle_open, order.query_open] {
                if command_seq != 0 {
                    world.report(&Report {
                        kind: ReportKind::CommandDone,
                        command_seq,
                        ..Report::ZERO
                    });
                }
            }
            assert!(world.wall_ms() - began < 3 * 3_600_000, "for ever");
        }
        assert!(world.wall_ms() - began > 1_800_000, "too soon");
        let slot = *world.kernel.slot(0);
        assert_eq!((slot.stage, slot.qty_e8), (stage, E8));
        assert_eq!(world.kernel.account().unresolved_orders, 0);
    }
}

#[test]
fn two_answers_are_far_enough_apart_from_the_configured_time_on() {
    for (apart_ms, ended) in [(4_999, false), (5_000, true)] {
        let scenario = "enter long 1 limit 100 | OrderRequested |
            fill 0.5 @ 100 fee 0.01 | EntryWorking |
            cancel | EntryCancelling |";
        let mut world = check(scenario);
        let first_ms = world.wall_ms();
        for asked_wall_ms in [first_ms, first_ms + apart_ms] {
            while world.order(0, OrderRole::Entry).query_open == 0 {
                world.wait(100);
            }
            let ahead_ms = (asked_wall_ms - world.wall_ms()).max(0);
            world.wait(u64::try_from(ahead_ms).unwrap());
            let order = world.order(0, OrderRole::Entry);
            world.report(&Report {
                command_seq: order.query_open,
                asked_wall_ms,
                cum_qty_e8: 4 * E8 / 10,
                ..world.state_of(&order, OrderStatus::Cancelled)
            });
        }
        let gone = world.kernel.slot(0).stage == Stage::PositionOpen;
        assert_eq!(gone, ended, "{apart_ms} ms apart");
    }
}
