//! Reports about orders: whose they are, what they prove, and what they only prompt.

use shm_layout::{Code, Fact, Has, OrderRole, OrderSide, OrderStatus, Report, ReportKind, Stage};

use crate::check::{check, run};
use crate::world::{E8, E12, MS, World, ascii};

const RESTS: &str = "
    enter long 1 limit 99 | OrderRequested |
    live                  | EntryWorking   |
";

fn told(world: &mut World, change: impl Fn(&mut Report)) -> Code {
    let entry = world.order(0, OrderRole::Entry);
    let mut report = world.state_of(&entry, OrderStatus::Working);
    change(&mut report);
    world.report(&report).code
}

#[test]
fn an_order_is_ours_only_if_symbol_side_size_and_number_fit() {
    let wrong: [fn(&mut Report); 4] = [
        |r| r.symbol = ascii("ETH-USDT"),
        |r| r.order_side = OrderSide::Sell,
        |r| r.qty_e8 += 1,
        |r| r.venue_order_id = 999,
    ];
    for change in wrong {
        let mut world = check(RESTS);
        let anomalies = world.kernel.stats().anomalies;
        assert_eq!(told(&mut world, change), Code::ForeignOrder);
        assert_eq!(world.kernel.stats().anomalies, anomalies + 1);
        assert_eq!(world.order(0, OrderRole::Entry).venue_order_id, 1);
    }
    let silent: [fn(&mut Report); 4] = [
        |r| r.symbol = ascii(""),
        |r| r.order_side = OrderSide::None,
        |r| (r.has, r.qty_e8) = (r.has & !Has::Qty.code(), 7),
        |r| r.venue_order_id = 0,
    ];
    for change in silent {
        assert_eq!(told(&mut check(RESTS), change), Code::Duplicate);
    }
    // A conditional order gets another number when it fires; an entry never does.
    let mut world = check(
        "
        enter long 1 sl 95    | OrderRequested |
        fill 1 @ 100          | PositionOpen   |
        wait 0                | PositionOpen   |
        live of stop          | PositionOpen   |
        ",
    );
    let stop = world.order(0, OrderRole::StopLoss);
    let mut child = world.state_of(&stop, OrderStatus::Working);
    child.venue_order_id = 500;
    child.cum_qty_e8 = E8 / 2;
    child.avg_price_e12 = 95 * E12;
    child.has |= Has::AvgPrice.code();
    assert_eq!(world.report(&child).code, Code::Ok);
    assert_eq!(world.order(0, OrderRole::StopLoss).venue_order_id, 500);
    let by_number = Report {
        client_order_id: ascii(""),
        ..child
    };
    assert_eq!(world.report(&by_number).code, Code::Duplicate);
    let old_number = Report {
        venue_order_id: stop.venue_order_id,
        ..by_number
    };
    assert_eq!(world.report(&old_number).code, Code::Unresolved);
}

#[test]
fn a_report_is_found_by_its_client_id_its_number_or_the_command_it_answers() {
    let mut world = check("enter long 1 limit 99 | OrderRequested |");
    let submit = world.order(0, OrderRole::Entry).submit_open;
    let by_command = |command_seq: u64| {
        move |r: &mut Report| {
            (r.client_order_id, r.venue_order_id) = (ascii(""), 0);
            r.command_seq = command_seq;
        }
    };
    assert_eq!(told(&mut world, by_command(submit + 8)), Code::StaleFact);
    assert_eq!(told(&mut world, by_command(submit)), Code::Ok);
    assert_eq!(world.kernel.slot(0).stage, Stage::EntryWorking);
    assert_eq!(world.order(0, OrderRole::Entry).submit_open, 0);
    assert_eq!(told(&mut world, by_command(submit)), Code::StaleFact);
    let foreign = told(&mut world, |r| r.client_order_id = ascii("web-1"));
    assert_eq!(foreign, Code::ForeignOrder);
    let ours = told(&mut world, |r| {
        r.client_order_id = ascii("paper000000071-0-1-e0-9");
        r.order_status = OrderStatus::Cancelled;
    });
    assert_eq!(ours, Code::Duplicate, "an old one of ours that is gone");
}

#[test]
fn figures_that_cannot_be_are_refused_and_gone_without_figures_is_asked_about() {
    let mut world = check(RESTS);
    assert_eq!(told(&mut world, |r| r.cum_qty_e8 = -1), Code::OutOfRange);
    let bare = |status: OrderStatus| {
        move |r: &mut Report| {
            r.has = 0;
            r.order_status = status;
        }
    };
    assert_eq!(
        told(&mut world, bare(OrderStatus::Working)),
        Code::Duplicate
    );
    assert_eq!(world.effects.commands().len(), 0);
    assert_eq!(told(&mut world, bare(OrderStatus::Filled)), Code::StaleFact);
    assert_eq!(world.effects.commands().len(), 1);
    assert_eq!(world.kernel.slot(0).stage, Stage::EntryWorking);
    // All of it is filled, whatever the venue calls that.
    let mut world = check(RESTS);
    let full = told(&mut world, |r| {
        r.cum_qty_e8 = E8;
        r.avg_price_e12 = 99 * E12;
        r.has |= Has::AvgPrice.code();
    });
    assert_eq!(
        (full, world.kernel.slot(0).stage),
        (Code::Ok, Stage::PositionOpen)
    );
    let less = told(&mut world, |r| {
        r.order_status = OrderStatus::Cancelled;
        r.cum_qty_e8 = E8 / 2;
    });
    assert_eq!(less, Code::StaleFact);
    assert_eq!(world.effects.commands().len(), 0);
}

fn refused(world: &mut World, kind: ReportKind, command_seq: u64) -> Code {
    let entry = world.order(0, OrderRole::Entry);
    let report = Report {
        kind,
        command_seq,
        code: Code::VenueRefused,
        venue_code: 101_204,
        text: ascii("no margin"),
        ..world.state_of(&entry, OrderStatus::None)
    };
    world.report(&report).code
}

#[test]
fn a_refusal_counts_only_for_the_submit_and_only_if_nothing_else_was_ever_heard() {
    for (kind, status) in [
        (ReportKind::OrderRefused, OrderStatus::Rejected),
        (ReportKind::NotSent, OrderStatus::NotSent),
    ] {
        let mut world = check("enter long 1 limit 99 | OrderRequested |");
        let submit = world.order(0, OrderRole::Entry).submit_seq;
        assert_eq!(refused(&mut world, kind, 0), Code::StaleFact);
        assert_eq!(refused(&mut world, kind, submit + 8), Code::StaleFact);
        assert_eq!(world.kernel.slot(0).stage, Stage::OrderRequested);
        assert_eq!(refused(&mut world, kind, submit), Code::Ok);
        let last = world.outcomes.last().unwrap();
        assert_eq!((last.order_status, last.venue_code), (status, 101_204));
        assert_eq!(last.text.as_str(), "no margin");
        assert_eq!(world.kernel.slot(0).stage, Stage::Idle);
    }
    // Unknown is not heard of either; working or traded it is.
    let mut world = check("enter long 1 limit 99 | OrderRequested |\nunknown | OrderRequested |");
    let submit = world.order(0, OrderRole::Entry).submit_seq;
    assert_eq!(
        refused(&mut world, ReportKind::OrderRefused, submit),
        Code::Ok
    );
    let mut world = check(RESTS);
    let submit = world.order(0, OrderRole::Entry).submit_seq;
    assert_eq!(
        refused(&mut world, ReportKind::OrderRefused, submit),
        Code::StaleFact
    );
    assert_ne!(world.order(0, OrderRole::Entry).query_open, 0);
}

#[test]
fn a_held_fill_speaks_against_a_refusal_and_against_absence() {
    let held = || {
        let mut world = check("enter long 1 | OrderRequested |");
        let code = told(&mut world, |r| {
            r.cum_qty_e8 = E8 / 2;
            r.avg_price_e12 = 200 * E12;
            r.has |= Has::AvgPrice.code();
        });
        assert_eq!(code, Code::ImplausibleFill);
        assert_eq!(
            world.order(0, OrderRole::Entry).status,
            OrderStatus::Requested
        );
        world
    };
    let mut world = held();
    let submit = world.order(0, OrderRole::Entry).submit_seq;
    assert_eq!(
        refused(&mut world, ReportKind::OrderRefused, submit),
        Code::StaleFact
    );
    world.wait(20_000);
    assert_eq!(
        refused(&mut world, ReportKind::OrderNotFound, 0),
        Code::StaleFact
    );
    assert_eq!(world.kernel.slot(0).stage, Stage::OrderRequested);
}

#[test]
fn absence_counts_from_the_settling_time_on_and_ends_a_working_order_too() {
    let asked = |after_ms: i64| {
        let mut world = check("enter long 1 | OrderRequested |\nunknown | OrderRequested |");
        let entry = world.order(0, OrderRole::Entry);
        let report = Report {
            kind: ReportKind::OrderNotFound,
            asked_wall_ms: entry.submitted_wall_ms + after_ms,
            ..world.state_of(&entry, OrderStatus::None)
        };
        let code = world.report(&report).code;
        (code, world.outcomes.last().unwrap().order_status)
    };
    assert_eq!(asked(4_999), (Code::StaleFact, OrderStatus::Unknown));
    assert_eq!(asked(5_000), (Code::Ok, OrderStatus::NotSent));
    // One that was seen working is gone only if that is said twice, far enough apart.
    let absent = |world: &mut World| refused(world, ReportKind::OrderNotFound, 0);
    let mut world = check(RESTS);
    world.wait(6_000);
    assert_eq!(absent(&mut world), Code::Unresolved);
    world.wait(4_999);
    assert_eq!(absent(&mut world), Code::Unresolved);
    world.wait(1);
    assert_eq!(absent(&mut world), Code::Ok);
    let last = world.outcomes.last().unwrap();
    assert_eq!(
        (last.order_status, last.fact),
        (OrderStatus::Expired, Fact::NeverOpened)
    );
    // What it had filled stays.
    let mut world = run(check(RESTS), "fill 0.4 @ 99 | EntryWorking |");
    world.wait(6_000);
    assert_eq!(absent(&mut world), Code::Unresolved);
    world.wait(6_000);
    assert_eq!(absent(&mut world), Code::Ok);
    run(world, "wait 0 | PositionOpen | size 0.4  reserved 0");
}

#[test]
fn an_unknown_submit_may_have_left_as_late_as_the_gateway_says() {
    let unknown = |asked_wall_ms: i64| {
        let mut world = check("enter long 1 | OrderRequested |");
        world.wait(10);
        let entry = world.order(0, OrderRole::Entry);
        let created_ms = entry.submitted_wall_ms;
        let report = Report {
            kind: ReportKind::OrderUnknown,
            command_seq: entry.submit_seq,
            asked_wall_ms: if asked_wall_ms == 0 {
                0
            } else {
                created_ms + asked_wall_ms
            },
            ..world.state_of(&entry, OrderStatus::None)
        };
        assert_eq!(world.report(&report).code, Code::Ok);
        let entry = world.order(0, OrderRole::Entry);
        assert_eq!(entry.deadline_mono_ns, world.now.mono_ns + 250 * MS);
        assert_eq!(world.report(&report).code, Code::StaleFact, "only once");
        entry.submitted_wall_ms - created_ms
    };
    assert_eq!(unknown(400), 400);
    assert_eq!(unknown(-400), 0, "never earlier than it was made");
    assert_eq!(unknown(0), 10, "now, if nobody says when");
}

#[test]
fn questions_about_a_silent_order_come_later_each_time() {
    let mut world = check("enter long 1 | OrderRequested |\nunknown | OrderRequested |");
    let mut pauses = Vec::new();
    for _ in 0..9 {
        let begun = world.now.mono_ns;
        while world.order(0, OrderRole::Entry).query_open == 0 {
            world.wait(1);
        }
        pauses.push((world.now.mono_ns - begun) / MS);
        let command_seq = world.order(0, OrderRole::Entry).query_open;
        let kind = ReportKind::CommandDone;
        world.report(&Report {
            kind,
            command_seq,
            ..Report::ZERO
        });
    }
    assert_eq!(
        pauses,
        [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]
    );
}
