//! When the wallet is judged, when it is anchored to, and to whom income belongs.

use pink_kernel::Input;
use shm_layout::{
    AccountStatus, Code, CommandKind, Control, ControlKind, Has, Mark, OrderRole, OrderStatus,
    Report, ReportKind, Side,
};

use crate::anchoring::explained_by_nothing;
use crate::check::{check, run};
use crate::world::{E8, E12, World, ascii};

fn row(world: &World) -> Report {
    Report {
        kind: ReportKind::Income,
        has: Has::Amount.code(),
        income_kind: 1,
        fill_id: ascii("tx"),
        symbol: ascii("BTC-USDT"),
        amount_e8: -E8,
        venue_wall_ms: world.wall_ms() + 1,
        ..Report::ZERO
    }
}

fn code(world: &mut World, change: impl Fn(&mut Report)) -> Code {
    let mut report = row(world);
    change(&mut report);
    world.report(&report).code
}

fn ask(world: &mut World) {
    let ask = Control {
        kind: ControlKind::Reconcile,
        ..Control::ZERO
    };
    world.control(&ask);
    world.wait(1_000);
}

#[test]
fn an_income_row_must_have_an_id_an_amount_and_a_time_after_the_seed() {
    let mut world = World::ready();
    let seed_ms = world.kernel.account().seed_wall_ms;
    assert_eq!(
        code(&mut world, |r| r.fill_id = ascii("")),
        Code::InvalidField
    );
    assert_eq!(code(&mut world, |r| r.has = 0), Code::InvalidField);
    assert_eq!(
        code(&mut world, |r| r.venue_wall_ms = 0),
        Code::InvalidField
    );
    assert_eq!(
        code(&mut world, |r| r.venue_wall_ms = -1),
        Code::InvalidField
    );
    assert_eq!(
        code(&mut world, |r| r.venue_wall_ms = seed_ms),
        Code::StaleFact
    );
    assert_eq!(
        code(&mut world, |r| r.amount_e8 = i64::MIN),
        Code::OutOfRange
    );
    assert_eq!(
        code(&mut world, |r| r.venue_wall_ms = seed_ms + 1),
        Code::Ok
    );
    // The same id of another symbol or kind is another row.
    assert_eq!(code(&mut world, |_| ()), Code::Duplicate);
    assert_eq!(code(&mut world, |r| r.symbol = ascii("ETH-USDT")), Code::Ok);
    assert_eq!(code(&mut world, |r| r.income_kind = 2), Code::Ok);
    assert_eq!(code(&mut world, |r| r.income_kind = 3), Code::Ok);
    let account = world.kernel.account();
    assert_eq!(account.funding_e8, 2 * E8);
    assert_eq!((account.transfers_e8, account.adjustments_e8), (-E8, -E8));
    assert_eq!(account.capital_e8, 9_996 * E8);
    // Before there is a seed, income is in the wallet that will be it.
    let mut blank = World::blank();
    assert_eq!(code(&mut blank, |_| ()), Code::StaleFact);
}

#[test]
fn funding_belongs_to_the_side_it_names_or_to_the_only_one() {
    let funded = |scenario: &str, side: Side| {
        let mut world = check(scenario);
        assert_eq!(code(&mut world, |r| r.position_side = side), Code::Ok);
        let of = |slot| world.kernel.slot(slot).funding_e8 / E8;
        assert_eq!(world.kernel.account().funding_e8, E8);
        (of(0), of(1))
    };
    let long = "enter long 1 | OrderRequested |";
    let short = "enter short 1 | OrderRequested |";
    let both = "hedge | - |\nenter long 1 | - |\nenter short 1 id t2 | - |";
    assert_eq!(funded(long, Side::Long), (1, 0));
    assert_eq!(funded(long, Side::Short), (0, 0));
    assert_eq!(funded(long, Side::None), (1, 0));
    assert_eq!(funded(short, Side::Short), (1, 0));
    assert_eq!(funded(short, Side::None), (1, 0));
    assert_eq!(funded(both, Side::Long), (1, 0));
    assert_eq!(funded(both, Side::Short), (0, 1));
    assert_eq!(funded(both, Side::None), (0, 0));
}

#[test]
fn funding_of_a_trade_that_is_over_is_not_the_next_ones() {
    let world = check(
        "
        enter long 1              | OrderRequested |
        fill 1 @ 100 fee 0        | PositionOpen   |
        wait 10000                | PositionOpen   |
        ",
    );
    let paid_ms = world.wall_ms();
    let mut world = run(
        world,
        "
        exit                      | ExitRequested  |
        fill 1 @ 100 fee 0        | Closed         |
        settle                    | Idle           |
        wait 20000                | Idle           |
        enter long 1 id t2        | OrderRequested |
        fill 1 @ 100 fee 0        | PositionOpen   |
        ",
    );
    assert_eq!(code(&mut world, |r| r.venue_wall_ms = paid_ms), Code::Ok);
    assert_eq!(world.kernel.account().funding_e8, E8);
    assert_eq!(world.kernel.slot(0).funding_e8, 0);
    // This one was paid for it.
    let own = |r: &mut Report| r.fill_id = ascii("tx2");
    assert_eq!(code(&mut world, own), Code::Ok);
    assert_eq!(world.kernel.account().funding_e8, 2 * E8);
    assert_eq!(world.kernel.slot(0).funding_e8, E8);
}

#[test]
fn a_wallet_figure_is_taken_unless_an_older_one_comes_late() {
    let mut world = World::ready();
    let at = world.wall_ms() + 10;
    let mut balance = |wallet_e8: i64, venue_wall_ms: i64, has: u32| {
        let code = world.report(&Report {
            kind: ReportKind::Balance,
            has: Has::Wallet.code() | has,
            wallet_e8,
            equity_e8: 5,
            used_margin_e8: 6,
            available_e8: 7,
            venue_wall_ms,
            ..Report::ZERO
        });
        let account = world.kernel.account();
        assert_eq!(account.wallet_seq == world.seq, code.code == Code::Ok);
        let figures = (
            account.equity_e8,
            account.used_margin_e8,
            account.available_e8,
        );
        (code.code, account.wallet_e8, figures)
    };
    assert_eq!(balance(1, at, 0), (Code::Ok, 1, (0, 0, 0)));
    assert_eq!(balance(2, at, Has::Equity.code()), (Code::Ok, 2, (5, 0, 0)));
    assert_eq!(balance(3, at - 1, 0), (Code::StaleFact, 2, (5, 0, 0)));
    assert_eq!(
        balance(4, at + 1, Has::UsedMargin.code()),
        (Code::Ok, 4, (5, 6, 0))
    );
    assert_eq!(
        balance(5, at + 1, Has::Available.code()),
        (Code::Ok, 5, (5, 6, 7))
    );
}

#[test]
fn a_wallet_without_a_configuration_freezes_nothing() {
    let mut world = World::blank();
    world.wait(1);
    world.snapshot(&[], 10_000 * E8);
    let account = world.kernel.account();
    assert_eq!((account.seeded, account.frozen), (1, 0));
    assert_ne!(account.status, AccountStatus::Error);
    assert_eq!(account.capital_e8, 10_000 * E8);
    assert_eq!(
        (account.peak_capital_e8, account.day_start_capital_e8),
        (10_000 * E8, 10_000 * E8)
    );
}

#[test]
fn a_resting_order_that_is_listed_and_not_asked_about_leaves_the_wallet_to_be_judged() {
    let mut world = check("enter long 1 limit 99 | OrderRequested |\nlive | EntryWorking |");
    let listed =
        |world: &World| world.state_of(&world.order(0, OrderRole::Entry), OrderStatus::Working);
    ask(&mut world);
    let entry = listed(&world);
    world.snapshot_rows(&[], &[entry], Some(9_990 * E8), true);
    assert_eq!(world.kernel.account().delta_e8, -10 * E8);
    assert_eq!(world.kernel.account().status, AccountStatus::Warn);
    // Asked about, it may have traded meanwhile: the next wallet is not judged.
    world.wait(61_000);
    let mut more = listed(&world);
    more.cum_qty_e8 = 1;
    world.snapshot_rows(&[], &[more], Some(9_000 * E8), true);
    assert_ne!(world.order(0, OrderRole::Entry).query_open, 0);
    assert_eq!(world.kernel.account().delta_e8, -10 * E8);
}

/// What was closed by the venue's own hand at an estimated 105, and an income answered or not.
fn closed_outside() -> World {
    check(
        "
        enter long 1             | OrderRequested |
        fill 1 @ 100 fee 0       | PositionOpen   |
        settle                   | PositionOpen   |
        mark 105                 | PositionOpen   |
        wait 5000                | PositionOpen   |
        snapshot                 | StaleStateReconciling |
        wait 6000                | StaleStateReconciling |
        snapshot wallet 10_005   | Idle           | capital 10_005
        wait 61000               | Idle           |
        ",
    )
}

fn wallet(world: &mut World, e8: i64, told: bool) -> (AccountStatus, i64) {
    if told {
        let mut asked = world.commands.iter().rev();
        let income = asked.find(|c| c.kind == CommandKind::Income).copied();
        world.report(&Report {
            kind: ReportKind::CommandDone,
            command_seq: income.unwrap().command_seq,
            ..Report::ZERO
        });
    }
    world.snapshot(&[], e8);
    let account = *world.kernel.account();
    world.wait(61_000);
    (account.status, account.capital_e8)
}

#[test]
fn estimates_are_anchored_only_to_a_small_difference_that_stays_and_is_explained() {
    let (small, big) = (10_004 * E8, 9_900 * E8);
    let booked = 10_005 * E8;
    let mut world = closed_outside();
    assert_eq!(
        wallet(&mut world, small, true),
        (AccountStatus::Warn, booked)
    );
    assert_eq!(wallet(&mut world, small, true), (AccountStatus::Ok, small));
    // Too big for an estimate, however often it is seen.
    let mut world = closed_outside();
    for _ in 0..4 {
        let seen = wallet(&mut world, big, true);
        assert_eq!(seen, (AccountStatus::Error, booked));
    }
    // As long as the income since is not told, the difference may be that.
    let mut world = closed_outside();
    for _ in 0..3 {
        let seen = wallet(&mut world, small, false);
        assert_eq!(seen, (AccountStatus::Warn, booked));
    }
    // A wallet that moves on is not the same twice.
    let mut world = closed_outside();
    for nth in 0..4 {
        let seen = wallet(&mut world, small - nth * E8 / 10, true);
        assert_eq!(seen, (AccountStatus::Warn, booked));
    }
    // Nothing was closed outside: nothing is an estimate.
    let mut world = World::ready();
    world.wait(61_000);
    for _ in 0..3 {
        let seen = wallet(&mut world, 9_999 * E8, true);
        assert_eq!(seen, (AccountStatus::Warn, 10_000 * E8));
    }
}

#[test]
fn statuses_begin_at_their_limits() {
    let judged = |off_e8: i64| {
        let mut world = World::ready();
        ask(&mut world);
        world.snapshot(&[], 10_000 * E8 + off_e8);
        let account = world.kernel.account();
        (account.status, account.frozen)
    };
    for sign in [1, -1] {
        assert_eq!(judged(sign * (E8 / 100 - 1)), (AccountStatus::Ok, 0));
        assert_eq!(judged(sign * E8 / 100), (AccountStatus::Warn, 0));
        assert_eq!(judged(sign * (20 * E8 - 1)), (AccountStatus::Warn, 0));
        assert_eq!(judged(sign * 20 * E8), (AccountStatus::Error, 1));
    }
}

#[test]
fn an_anchor_needs_a_wallet_and_a_word_where_it_is_big() {
    let anchor = |world: &mut World, operator: u8, text: &str| {
        let code = world.control(&Control {
            kind: ControlKind::Anchor,
            operator,
            text: ascii(text),
            ..Control::ZERO
        });
        code.code
    };
    assert_eq!(anchor(&mut World::blank(), 1, "x"), Code::NotReconciled);
    let off = |e8: i64| {
        let mut world = World::ready();
        ask(&mut world);
        world.snapshot(&[], 10_000 * E8 + e8);
        explained_by_nothing(&mut world);
        world
    };
    assert_eq!(anchor(&mut off(20 * E8), 0, "x"), Code::AnchorRefused);
    assert_eq!(anchor(&mut off(20 * E8), 1, ""), Code::AnchorRefused);
    assert_eq!(anchor(&mut off(20 * E8), 1, "x"), Code::Ok);
    let mut small = off(20 * E8 - 1);
    assert_eq!(anchor(&mut small, 0, ""), Code::Ok);
    let account = small.kernel.account();
    assert_eq!(account.adjustments_e8, 20 * E8 - 1);
    assert_eq!(account.peak_capital_e8, 10_020 * E8 - 1);
    assert_eq!(account.day_start_capital_e8, 10_020 * E8 - 1);
    assert_eq!((account.delta_e8, account.status), (0, AccountStatus::Ok));
}

#[test]
fn a_new_day_of_market_time_begins_with_what_there_is() {
    let world = check(
        "
        enter long 5              | OrderRequested |
        fill 5 @ 100 fee 0        | PositionOpen   |
        exit                      | ExitRequested  |
        fill 5 @ 99 fee 0         | Closed         |
        settle                    | Idle           | capital 9_995
        ",
    );
    let account = *world.kernel.account();
    assert_eq!(account.day_start_capital_e8, 10_000 * E8);
    assert_eq!(account.peak_capital_e8, 10_000 * E8);
    let mut world = world;
    let day_ms = 86_400_000;
    let today = account.day_number;
    let tick = |world: &mut World, market_ms: i64| {
        let mark = Mark {
            symbol: ascii("BTC-USDT"),
            mark_e12: 100 * E12,
            recv_mono_ns: world.now.mono_ns,
            venue_wall_ms: world.wall_ms(),
            market_ms,
            ..Mark::ZERO
        };
        world.apply(Input::Mark(&mark));
        let account = world.kernel.account();
        (account.day_number, account.day_start_capital_e8 / E8)
    };
    assert_eq!(tick(&mut world, (today + 1) * day_ms - 1), (today, 10_000));
    assert_eq!(tick(&mut world, (today + 1) * day_ms), (today + 1, 9_995));
    assert_eq!(tick(&mut world, today * day_ms), (today + 1, 9_995));
    run(world, "enter long 1 id t2 | OrderRequested | code Ok");
}
