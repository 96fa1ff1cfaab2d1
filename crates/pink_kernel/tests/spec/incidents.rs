//! What happened to the predecessor, fed as recorded.

use shm_layout::{Code, Control, Has, OrderRole, OrderStatus, Report};

use crate::check::{check, run};
use crate::world::{E8, E12, World, config};

fn fet() -> World {
    let mut world = World::ready();
    world.rules("FET-USDT", E12 / 10_000, E8, E8, 2 * E8);
    world.mark("FET-USDT", 187_800_000_000);
    world.control(&Control {
        max_leverage: 3,
        ..config()
    });
    world = run(world, "snapshot wallet 25_000 | Idle |");
    let anchor = Control {
        kind: shm_layout::ControlKind::Anchor,
        operator: 1,
        text: crate::world::ascii("test"),
        ..Control::ZERO
    };
    crate::anchoring::explained_by_nothing(&mut world);
    world.control(&anchor);
    world
}

/// 9.1: 202,000 FET short, 0.1878 to 0.1866, a bound price of 0.229 on the echo of the MARKET
/// order, leverage 3, a restart in the middle.
#[test]
fn flaw_a13_e23_g21_the_fet_trade_books_its_own_prices_and_nothing_twice() {
    let mut world = fet();
    world = run(
        world,
        "
        enter short 202_000 sym FET-USDT lev 3 legs 0.12875,1 | OrderRequested |
        fill 202_000 @ 0.1878 | PositionOpen | cost 37_935.6
        settle                | PositionOpen |
        exit                  | ExitRequested | asks 26_007
        ",
    );
    // The echo carries the protective bound as the order's price: never a fill.
    let order = world.order(0, OrderRole::Exit);
    let mut echo = world.state_of(&order, OrderStatus::Working);
    echo.price_e12 = 229_000_000_000;
    echo.has |= Has::Price.code();
    world.report(&echo);
    assert_eq!(world.kernel.account().realised_e8, 0);
    // And as an average it is too far from the mark to be true.
    let mut lie = echo;
    lie.cum_qty_e8 = order.qty_e8;
    lie.avg_price_e12 = 229_000_000_000;
    lie.has |= Has::AvgPrice.code();
    let lie = Report {
        order_status: OrderStatus::Filled,
        ..lie
    };
    assert_eq!(world.report(&lie).code, Code::ImplausibleFill);
    assert_eq!(world.kernel.account().realised_e8, 0);
    world = run(
        world,
        "fill 26_007 @ 0.1866 | PositionOpen | realised 31.2084",
    );
    world.restart();
    world = run(
        world,
        "
        again                 | PositionOpen | code Duplicate  realised 31.2084
        snapshot sym FET-USDT short 175_993 @ 0.1878 | PositionOpen |
        settle                | PositionOpen | gross 31.2084
        exit                  | ExitRequested | asks 175_993
        fill 175_993 @ 0.1866 | Closed | realised 242.4
        again                 | Closed | code Duplicate
        settle                | Idle | gross 242.4
        restart               | Idle | gross 242.4
        ",
    );
    let account = world.kernel.account();
    let fees = 3_793_560_000_000_i64 / 2_000 + 3_769_320_000_000_i64 / 2_000;
    assert!(
        (account.fees_e8 - fees).abs() < 10,
        "{} {fees}",
        account.fees_e8
    );
}

/// 9.2: a fee of the wrong sign froze the account, and a warning kept it frozen.
#[test]
fn a_cost_is_a_cost_and_a_warning_unfreezes() {
    check(
        "
        enter long 1                        | OrderRequested |
        fill 1 @ 100 fee 0.05               | PositionOpen | paid 0.05  capital 9_999.95
        settle                              | PositionOpen |
        snapshot long 1 @ 100 wallet 9_970  | PositionOpen | frozen 1  status Error
        snapshot long 1 @ 100 wallet 9_999.9 | PositionOpen | frozen 0  status Warn
        ",
    );
}

/// 9.3: carried totals kept capital and wallet apart at boot.
#[test]
fn a_restart_carries_no_stale_totals() {
    check(
        "
        enter long 1            | OrderRequested |
        fill 1 @ 100 fee 0.05   | PositionOpen |
        exit                    | ExitRequested |
        fill 1 @ 90 fee 0.05    | Closed |
        settle                  | Idle | capital 9_989.9
        restart                 | Idle | capital 9_989.9
        snapshot wallet 9_989.9 | Idle | status Ok  delta 0  frozen 0
        ",
    );
}

/// 9.4: 53 units, ratios (0.5, 1): the second leg used 0.5 again and 14 units were forgotten.
#[test]
fn flaw_g22_the_last_leg_of_53_takes_all_27() {
    let mut world = World::ready();
    world.rules("TRX-USDT", E12 / 100_000, E8, E8, 2 * E8);
    world.mark("TRX-USDT", E12 / 4);
    run(
        world,
        "
        enter long 53 sym TRX-USDT legs 0.5,1 | OrderRequested |
        fill 53 @ 0.25     | PositionOpen  |
        exit               | ExitRequested | asks 26
        fill 26 @ 0.25     | PositionOpen  | size 27
        exit               | ExitRequested | asks 27
        fill 27 @ 0.25     | Closed        | size 0
        settle             | Idle          |
        ",
    );
}

/// 9.6, LINK: a discretionary exit rested at its price and masked the mechanical one, until the
/// loss was -1,248.
#[test]
fn a_mechanical_exit_is_not_masked_by_a_discretionary_one() {
    let mut world = World::ready();
    world.rules("LINK-USDT", E12 / 1_000, E8 / 10, E8 / 10, 2 * E8);
    world.mark("LINK-USDT", 15 * E12);
    let world = run(
        world,
        "
        enter short 4_000 sym LINK-USDT lev 9 | OrderRequested |
        fill 4_000 @ 15 fee 0     | PositionOpen   |
        settle                    | PositionOpen   |
        exit limit 14.9           | ExitRequested  |
        live                      | ExitWorking    |
        mark 15.1 sym LINK-USDT   | ExitWorking    | unrealised -400
        exit 1_000                | ExitWorking    | code OrderInFlight
        exit limit 15.2           | ExitWorking    | code OrderInFlight
        exit                      | ExitCancelling | code Ok  sends cancel
        exit                      | ExitCancelling | code Ok  sends nothing
        cancelled                 | PositionOpen   |
        wait 0                    | ExitRequested  | asks 4_000
        exit                      | ExitRequested  | code OrderInFlight
        fill 4_000 @ 15.1 fee 0   | Closed         | realised -400
        ",
    );
    assert!(world.kernel.account().realised_e8 > -1_248 * E8);
}

#[test]
fn a_market_exit_of_all_overtakes_a_limit_exit_before_it_is_live_and_while_it_fills() {
    check(
        "
        enter long 1              | OrderRequested |
        fill 1 @ 100 fee 0        | PositionOpen   |
        exit 0.5 limit 101        | ExitRequested  |
        exit 2                    | ExitCancelling | code Ok  sends cancel
        fill 0.2 @ 101 fee 0      | ExitCancelling | size 0.8
        cancelled                 | PositionOpen   |
        wait 0                    | ExitRequested  | asks 0.8
        ",
    );
    // The next of several legs is a part: it waits for the one that rests.
    check(
        "
        enter long 1 legs 0.5,1   | OrderRequested |
        fill 1 @ 100 fee 0        | PositionOpen   |
        exit limit 101            | ExitRequested  |
        live                      | ExitWorking    |
        exit                      | ExitWorking    | code OrderInFlight
        exit 1                    | ExitCancelling | code Ok
        ",
    );
}

/// 9.6: while one exit works there is no second one to mask it; flatten needs no exit leg.
#[test]
fn one_exit_at_a_time_so_that_none_masks_another() {
    check(
        "
        enter short 1       | OrderRequested |
        fill 1 @ 100        | PositionOpen   |
        exit limit 95       | ExitRequested  |
        live                | ExitWorking    |
        exit 0.5            | ExitWorking    | code OrderInFlight
        cancel              | ExitCancelling |
        cancelled           | PositionOpen   |
        exit                | ExitRequested  | asks 1
        ",
    );
}

/// 9.7: the strategy saw 0.2176 where the venue traded at 0.1878.
#[test]
fn a_strategy_that_sees_another_market_is_refused() {
    run(
        fet(),
        "enter short 100 sym FET-USDT ref 0.2176 | Idle | code PriceDivergence",
    );
}

/// 9.5: XTZ bought at 0.2276 for 56,484.43; a restore that did not fit went on, booked a stop
/// that never was, and the next trade opened beside it.
#[test]
fn a_start_that_does_not_fit_books_nothing_and_opens_nothing() {
    let mut world = World::ready();
    world.rules("XTZ-USDT", E12 / 10_000, E8 / 10, E8 / 10, 2 * E8);
    world.mark("XTZ-USDT", 227_600_000_000);
    let mut world = run(
        world,
        "
        enter long 248_174.1 sym XTZ-USDT lev 6 sl 0.2162 | OrderRequested |
        fill 248_174.1 @ 0.2276 | PositionOpen | cost 56_484.42516
        settle                  | PositionOpen |
        live of stop            | PositionOpen |
        ",
    );
    let before = *world.kernel.slot(0);
    let booked = *world.kernel.account();
    world.restart();
    let stranger = shm_layout::Epoch {
        incarnation: 99,
        journal_id: 8,
        ..*world.kernel.epoch()
    };
    let outcome = world.apply(pink_kernel::Input::Epoch(&stranger));
    assert_eq!(outcome.code, Code::InvalidField);
    let slot = world.kernel.slot(0);
    assert_eq!((slot.qty_e8, slot.realised_e8), (before.qty_e8, 0));
    assert_eq!(slot.stop_order, before.stop_order);
    let account = world.kernel.account();
    assert_eq!(account.capital_e8, booked.capital_e8);
    assert_eq!(account.mode, shm_layout::Mode::Halted);
    run(
        world,
        "
        enter long 100 id t2 sym XTZ-USDT | PositionOpen | code NotReconciled
        snapshot sym XTZ-USDT long 248_174.1 @ 0.2276 | PositionOpen |
        enter long 100 id t3 sym XTZ-USDT | PositionOpen | code SymbolBusy
        exit                              | ExitRequested | asks 248_174.1
        ",
    );
}

/// 9.8: one row said the position was held for -106 bars; the rows after it never came.
#[test]
fn a_decision_with_a_figure_that_cannot_be_holds_up_nothing_after_it() {
    let mut world = check(
        "
        enter long 1            | OrderRequested |
        fill 1 @ 100 fee 0      | PositionOpen   |
        ",
    );
    // A count of bars has no sign here; these are the bits a writer without one would send.
    let minus_106 = u32::MAX - 105;
    let bad = shm_layout::Intent {
        kind: shm_layout::InputKind::Exit,
        order_kind: shm_layout::OrderKind::Market,
        bars_held: minus_106,
        ..world.intent()
    };
    let outcome = world.apply(pink_kernel::Input::Intent(&bad));
    assert_eq!((outcome.code, outcome.bars_held), (Code::Ok, minus_106));
    let world = run(
        world,
        "
        fill 1 @ 101 fee 0      | Closed         | realised 1
        settle                  | Idle           | gross 1
        enter long 1 id t2      | OrderRequested | code Ok
        ",
    );
    let seqs: Vec<u64> = world.outcomes.iter().map(|outcome| outcome.seq).collect();
    assert!(seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]));
}
