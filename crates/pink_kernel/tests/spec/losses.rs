//! What the limits on losses count, and that they close the door when it cannot be known.

use pink_kernel::Input;
use shm_layout::{Code, Command, CommandKind, Control, Has, Mark, Report, ReportKind, Side};

use crate::check::{check, run};
use crate::world::{E8, E12, MS, World, ascii, config};

const DAY_MS: u64 = 86_400_000;

fn limited(change: impl Fn(&mut Control)) -> World {
    let mut world = World::ready();
    let mut limits = config();
    change(&mut limits);
    assert_eq!(world.control(&limits).code, Code::Ok);
    world
}

/// A day's limit of 10, and a loss of 25.
fn lost() -> World {
    run(
        limited(|c| c.daily_loss_e8 = 10 * E8),
        "
        enter long 5         | OrderRequested |
        fill 5 @ 100 fee 0   | PositionOpen   |
        exit                 | ExitRequested  |
        fill 5 @ 95 fee 0    | Closed         |
        settle               | Idle           |
        mark 100             | Idle           |
        enter long 1 id t2   | Idle           | code DailyLoss
        ",
    )
}

fn code_of_an_enter(world: World, id: &str) -> (World, Code) {
    let world = run(world, &format!("enter long 1 id {id} | - |"));
    let code = world.last_code();
    (world, code)
}

#[test]
fn a_loss_on_a_position_whose_mark_is_old_is_not_known() {
    let mut world = limited(|c| c.mark_age_ms_max = 10_000);
    world.rules("ETH-USDT", E12, E8 / 100, E8 / 100, 0);
    world.mark("ETH-USDT", 30 * E12);
    let scenario = "
        enter long 1 sym ETH-USDT | OrderRequested |
        fill 1 @ 30               | PositionOpen   |
        settle                    | PositionOpen   |";
    let mut world = run(world, scenario);
    world.wait(10_001);
    world.mark("BTC-USDT", 100 * E12);
    let (mut world, code) = code_of_an_enter(world, "t2");
    assert_eq!(code, Code::DailyLoss);
    world.mark("ETH-USDT", 30 * E12);
    assert_eq!(code_of_an_enter(world, "t2").1, Code::Ok);
}

#[test]
fn a_symbol_that_nothing_is_held_of_may_have_an_old_mark() {
    let mut world = limited(|c| c.mark_age_ms_max = 10_000);
    world.rules("ETH-USDT", E12, E8 / 100, E8 / 100, 0);
    world.mark("ETH-USDT", 30 * E12);
    world.wait(10_001);
    world.mark("BTC-USDT", 100 * E12);
    assert_eq!(code_of_an_enter(world, "t1").1, Code::Ok);
}

#[test]
fn what_the_venue_took_by_its_own_hand_is_a_loss_of_the_day_and_a_deposit_is_not_a_gain() {
    let row = |kind: u8, amount: i64, id: &str, world: &World| Report {
        kind: ReportKind::Income,
        has: Has::Amount.code(),
        income_kind: kind,
        fill_id: ascii(id),
        symbol: ascii("BTC-USDT"),
        amount_e8: amount * E8,
        venue_wall_ms: world.wall_ms() + 1,
        ..Report::ZERO
    };
    let (liquidation, transfer) = (3, 2);
    let mut world = World::ready();
    let taken = row(liquidation, -6_000, "taken", &world);
    assert_eq!(world.report(&taken).code, Code::Ok);
    let (mut world, code) = code_of_an_enter(world, "t1");
    assert_eq!(code, Code::DailyLoss);
    let deposit = row(transfer, 6_000, "deposit", &world);
    assert_eq!(world.report(&deposit).code, Code::Ok);
    assert_eq!(code_of_an_enter(world, "t1").1, Code::DailyLoss);
}

#[test]
fn what_the_venue_gave_back_hides_no_loss_of_the_day() {
    let mut world = lost();
    let given = Report {
        kind: ReportKind::Income,
        has: Has::Amount.code(),
        income_kind: 4,
        fill_id: ascii("given"),
        amount_e8: 100 * E8,
        venue_wall_ms: world.wall_ms() + 1,
        ..Report::ZERO
    };
    assert_eq!(world.report(&given).code, Code::Ok);
    assert_eq!(code_of_an_enter(world, "t3").1, Code::DailyLoss);
}

#[test]
fn a_clock_that_is_stepped_a_day_ahead_ends_no_day() {
    // Ours, then the venue's: only both together.
    let mut world = lost();
    let step_ns = i64::try_from(DAY_MS * MS).unwrap();
    world.now.wall_ns += step_ns;
    let mark = |world: &World, wall_ns: i64| Mark {
        symbol: ascii("BTC-USDT"),
        mark_e12: 100 * E12,
        recv_mono_ns: world.now.mono_ns,
        venue_wall_ms: wall_ns / 1_000_000,
        ..Mark::ZERO
    };
    let behind = mark(&world, world.now.wall_ns - step_ns);
    world.apply(Input::Mark(&behind));
    let (mut world, code) = code_of_an_enter(world, "t3");
    assert_eq!(code, Code::DailyLoss);
    world.now.wall_ns -= step_ns;
    let ahead = mark(&world, world.now.wall_ns + step_ns);
    world.apply(Input::Mark(&ahead));
    let (mut world, code) = code_of_an_enter(world, "t4");
    assert_eq!(code, Code::DailyLoss);
    world.now.wall_ns += step_ns;
    world.now.mono_ns += MS;
    let both = mark(&world, world.now.wall_ns);
    world.apply(Input::Mark(&both));
    assert_eq!(code_of_an_enter(world, "t5").1, Code::Ok);
}

#[test]
fn a_replayed_market_has_days_of_its_own() {
    let mut world = lost();
    let january_ms = 1_641_000_000_000;
    for (day, expected) in [(0, Code::DailyLoss), (1, Code::DailyLoss)] {
        let market_ms = january_ms + day * i64::try_from(DAY_MS).unwrap();
        world.now.mono_ns += MS;
        let mark = Mark {
            symbol: ascii("BTC-USDT"),
            mark_e12: 100 * E12,
            recv_mono_ns: world.now.mono_ns,
            venue_wall_ms: world.wall_ms(),
            market_ms,
            ..Mark::ZERO
        };
        world.apply(Input::Mark(&mark));
        let code;
        (world, code) = code_of_an_enter(world, &format!("day{day}"));
        assert_eq!(code, expected, "a day of 2022 is not after one of 2023");
    }
    let ahead = Mark {
        symbol: ascii("BTC-USDT"),
        mark_e12: 100 * E12,
        recv_mono_ns: world.now.mono_ns + 1,
        venue_wall_ms: world.wall_ms(),
        market_ms: world.wall_ms() + i64::try_from(DAY_MS).unwrap(),
        ..Mark::ZERO
    };
    world.apply(Input::Mark(&ahead));
    assert_eq!(code_of_an_enter(world, "next").1, Code::Ok);
}

#[test]
fn without_a_whole_snapshot_for_long_nothing_is_risked() {
    let mut world = World::ready();
    // Four intervals of a minute and the patience of one: five minutes.
    for minute in 0..10 {
        world.wait(60_000);
        world.mark("BTC-USDT", 100 * E12);
        let open = |c: &Command| c.kind == CommandKind::Reconcile;
        if world.commands.iter().any(open) {
            world.snapshot_rows(&[], &[], None, false);
        }
        let code;
        (world, code) = code_of_an_enter(world, &format!("a{minute}"));
        let expected = match minute {
            0 => Code::Ok,
            1..=4 => Code::SymbolBusy,
            _ => Code::NotReconciled,
        };
        assert_eq!(code, expected, "minute {minute}");
    }
}

#[test]
fn a_mark_from_the_future_is_refused() {
    let mut world = limited(|c| c.mark_age_ms_max = 1_000);
    let mark = Mark {
        symbol: ascii("BTC-USDT"),
        mark_e12: 100 * E12,
        recv_mono_ns: u64::MAX,
        venue_wall_ms: world.wall_ms(),
        ..Mark::ZERO
    };
    assert_eq!(world.apply(Input::Mark(&mark)).code, Code::OutOfRange);
    world.wait(1_001);
    assert_eq!(code_of_an_enter(world, "t1").1, Code::StaleMark);
}

#[test]
fn a_short_limit_under_the_mark_is_weighed_at_the_mark() {
    let limit = |notional: i64| limited(|c| c.max_order_notional_e8 = notional * E8);
    run(
        limit(95),
        "
        enter short 1 limit 91 | Idle           | code MaxOrderNotional
        enter long 1 limit 91  | OrderRequested | code Ok
        ",
    );
    run(
        limit(100),
        "enter short 1 limit 91 | OrderRequested | code Ok",
    );
}

#[test]
fn a_trade_that_a_late_fill_reopens_is_counted_once() {
    let world = check(
        "
        enter long 1 limit 100   | OrderRequested  |
        live                     | EntryWorking    |
        fill 0.5 @ 100           | EntryWorking    |
        cancel                   | EntryCancelling |
        cancelled                | PositionOpen    |
        exit                     | ExitRequested   |
        fill 0.5 @ 100           | Closed          |
        fill 0.5 @ 100 of entry  | PositionOpen    |
        wait 0                   | ExitRequested   |
        fill 0.5 @ 100           | Closed          |
        settle                   | Idle            |
        ",
    );
    assert_eq!(world.kernel.account().trades_closed, 1);
}

#[test]
fn a_snapshot_is_compared_before_the_next_is_asked_for() {
    let mut world = check(
        "
        enter long 1  | OrderRequested |
        fill 1 @ 100  | PositionOpen   |
        settle        | PositionOpen   |
        ",
    );
    let asked = |world: &World| {
        let open = |c: &&Command| c.kind == CommandKind::Reconcile;
        world.commands.iter().rfind(open).copied()
    };
    let rows = |world: &mut World, command: &Command| {
        let row = |kind| Report {
            kind,
            command_seq: command.command_seq,
            asked_seq: command.asked_seq,
            asked_wall_ms: world.wall_ms(),
            ..Report::ZERO
        };
        let position = Report {
            symbol: ascii("BTC-USDT"),
            position_side: Side::Long,
            qty_e8: E8,
            price_e12: 100 * E12,
            ..row(ReportKind::SnapshotPosition)
        };
        let end = Report {
            row_count: 1,
            complete: 1,
            ..row(ReportKind::SnapshotEnd)
        };
        for report in [row(ReportKind::SnapshotBegin), position] {
            world.report(&report);
        }
        end
    };
    let hint = Report {
        kind: ReportKind::AccountHint,
        ..Report::ZERO
    };
    world.wait(61_000);
    for round in 0..4 {
        let command = asked(&world).expect("a RECONCILE is open");
        let end = rows(&mut world, &command);
        // Something happened while the snapshot came in: the next is wanted at once.
        world.report(&hint);
        world.now.mono_ns += 6_000 * MS;
        world.now.wall_ns += 6_000_000_000;
        world.commands.clear();
        assert_eq!(world.report(&end).code, Code::Ok);
        world.apply(Input::Deadline);
        assert_eq!(asked(&world), None, "round {round}: what came goes first");
        world.wait(0);
        assert!(asked(&world).is_some(), "round {round}");
        assert_eq!(world.kernel.slot(0).qty_e8, E8, "round {round}");
    }
}

#[test]
fn an_open_gain_hides_no_loss_of_the_day() {
    let mut world = World::ready();
    world.rules("ETH-USDT", E12 / 100, E8 / 1000, E8 / 1000, E8);
    world.mark("ETH-USDT", 100 * E12);
    world.control(&Control {
        daily_loss_e8: 100 * E8,
        ..config()
    });
    run(
        world,
        "
        enter long 20 id g sym ETH-USDT lev 10 | OrderRequested |
        fill 20 @ 100 fee 0       | PositionOpen   |
        enter long 20 id l lev 10 | OrderRequested |
        fill 20 @ 100 fee 0       | PositionOpen   |
        exit id l                 | ExitRequested  |
        fill 20 @ 95 fee 0        | Closed         | gross -100
        settle                    | Idle           |
        mark 95                   | -              |
        mark 110 sym ETH-USDT     | -              |
        enter long 1 id n         | -              | code DailyLoss
        ",
    );
}
