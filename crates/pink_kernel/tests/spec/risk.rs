//! Where the limits of prices, sizes and money lie: at their edge an ENTER still passes.

use shm_layout::{Code, Control, Intent, Report, ReportKind, Side};

use crate::bounds::{asked, enter, limit_order, limited, set};
use crate::check::run;
use crate::world::{E8, E12, MS, World, ascii};

#[test]
fn sizes_and_prices_touch_the_venues_rules_and_pass() {
    let lot = E8 / 1000;
    let world = || {
        let mut world = World::ready();
        world.rules("BTC-USDT", E12 / 100, lot, 5 * lot, 2 * E8);
        world
    };
    let sized = |qty_e8: i64| enter(&mut world(), |i| i.qty_e8 = qty_e8);
    assert_eq!(sized(4 * lot), Code::MinQuantity);
    assert_eq!(sized(5 * lot), Code::MinNotional);
    assert_eq!(sized(19 * lot), Code::MinNotional);
    assert_eq!(sized(20 * lot), Code::Ok);
    assert_eq!(sized(20 * lot + 1), Code::Lot);
    // The notional of a LIMIT is that of its own price.
    let at = |price: i64| {
        enter(&mut world(), |i| {
            i.qty_e8 = 20 * lot;
            limit_order(i, price);
        })
    };
    assert_eq!(at(9_999 * E12 / 100), Code::MinNotional);
    assert_eq!(at(10_001 * E12 / 100), Code::Ok);
    assert_eq!(asked(|i| i.stop_loss_e12 = 95 * E12 + 1), Code::Tick);
    assert_eq!(asked(|i| i.take_profit_e12 = 105 * E12 + 1), Code::Tick);
    assert_eq!(asked(|i| limit_order(i, 99 * E12 + 1)), Code::Tick);
}

#[test]
fn bands_include_their_edge() {
    assert_eq!(asked(|i| limit_order(i, 90 * E12)), Code::Ok);
    assert_eq!(
        asked(|i| limit_order(i, 90 * E12 - E12 / 100)),
        Code::PriceBand
    );
    assert_eq!(asked(|i| limit_order(i, 110 * E12)), Code::Ok);
    assert_eq!(
        asked(|i| limit_order(i, 110 * E12 + E12 / 100)),
        Code::PriceBand
    );
    assert_eq!(asked(|i| i.reference_price_e12 = 105 * E12), Code::Ok);
    let far = asked(|i| i.reference_price_e12 = 105 * E12 + 1);
    assert_eq!(far, Code::PriceDivergence);
}

#[test]
fn protection_lies_on_its_side_of_the_price() {
    let placed = |side: Side, price: i64, stop: i64, profit: i64| {
        asked(|i| {
            i.side = side;
            (i.stop_loss_e12, i.take_profit_e12) = (stop * E12, profit * E12);
            if price != 0 {
                limit_order(i, price * E12);
            }
        })
    };
    for (price, at) in [(0, 100), (95, 95)] {
        for (side, sign) in [(Side::Long, 1), (Side::Short, -1)] {
            let code = |stop: i64, profit: i64| placed(side, price, stop, profit);
            assert_eq!(code(at - sign, at + sign), Code::Ok);
            assert_eq!(code(at - sign, 0), Code::Ok);
            assert_eq!(code(0, at + sign), Code::Ok);
            assert_eq!(code(at, 0), Code::PriceBand);
            assert_eq!(code(0, at), Code::PriceBand);
            assert_eq!(code(at + sign, 0), Code::PriceBand);
            assert_eq!(code(0, at - sign), Code::PriceBand);
            assert_eq!(code(at - sign, at), Code::PriceBand);
            assert_eq!(code(at, at + sign), Code::PriceBand);
        }
    }
}

#[test]
fn a_mark_is_fresh_up_to_its_age_and_only_from_this_boot() {
    let aged = |age_ns: u64| {
        let mut world = World::ready();
        set(&mut world, |c| c.mark_age_ms_max = 100);
        world.mark("BTC-USDT", 100 * E12);
        world.now.mono_ns += age_ns;
        enter(&mut world, |_| ())
    };
    assert_eq!(aged(100 * MS), Code::Ok);
    assert_eq!(aged(100 * MS + 1), Code::StaleMark);
    let mut world = World::ready();
    world.epoch(2);
    world.wait(1_000);
    world.snapshot(&[], 10_000 * E8);
    assert_eq!(enter(&mut world, |_| ()), Code::StaleMark);
    world.rules("BTC-USDT", E12 / 100, E8 / 1000, E8 / 1000, E8);
    assert_eq!(
        enter(&mut world, |i| i.trade_id = ascii("t2")),
        Code::StaleMark
    );
    world.mark("BTC-USDT", 100 * E12);
    assert_eq!(enter(&mut world, |i| i.trade_id = ascii("t3")), Code::Ok);
    let mut world = World::ready();
    world.rules("NEW-USDT", E12 / 100, E8 / 1000, E8 / 1000, E8);
    let new = |i: &mut Intent| i.symbol = ascii("NEW-USDT");
    assert_eq!(enter(&mut world, new), Code::StaleMark);
}

#[test]
fn money_at_risk_may_reach_its_limits() {
    assert_eq!(asked(|i| i.leverage = 10), Code::Ok);
    assert_eq!(asked(|i| i.leverage = 11), Code::MaxLeverage);
    let order = |most: i64| limited(|c| c.max_order_notional_e8 = most, |_| ());
    assert_eq!(order(100 * E8), Code::Ok);
    assert_eq!(order(100 * E8 - 1), Code::MaxOrderNotional);
    let total = |most: i64| {
        let mut world = World::ready();
        world.rules("ETH-USDT", E12, E8 / 100, E8 / 100, 0);
        world.mark("ETH-USDT", 30 * E12);
        set(&mut world, |c| c.max_total_notional_e8 = most);
        assert_eq!(enter(&mut world, |_| ()), Code::Ok);
        enter(&mut world, |i| {
            (i.symbol, i.trade_id) = (ascii("ETH-USDT"), ascii("t2"));
        })
    };
    assert_eq!(total(130 * E8), Code::Ok);
    assert_eq!(total(130 * E8 - 1), Code::MaxTotalNotional);
    assert_eq!(
        asked(|i| (i.qty_e8, i.leverage) = (1_000 * E8, 10)),
        Code::Ok
    );
    let more = |i: &mut Intent| (i.qty_e8, i.leverage) = (1_000 * E8 + E8 / 1000, 10);
    assert_eq!(asked(more), Code::Capital);
}

#[test]
fn a_rule_report_that_makes_no_sense_changes_no_rule() {
    let mut world = World::ready();
    let good = Report {
        kind: ReportKind::Instrument,
        symbol: ascii("BTC-USDT"),
        tick_e12: 1,
        lot_e8: 1,
        ..Report::ZERO
    };
    type Bad = (fn(&mut Report), Code);
    let bad: [Bad; 7] = [
        (|r| r.symbol = ascii(""), Code::InvalidField),
        (|r| r.tick_e12 = 0, Code::InvalidField),
        (|r| r.lot_e8 = 0, Code::InvalidField),
        (|r| r.tick_e12 = -1, Code::InvalidField),
        (|r| r.lot_e8 = -1, Code::InvalidField),
        (|r| r.min_qty_e8 = -1, Code::OutOfRange),
        (|r| r.min_notional_e8 = -1, Code::OutOfRange),
    ];
    for (change, code) in bad {
        let mut rules = good;
        change(&mut rules);
        assert_eq!(world.report(&rules).code, code);
        assert_eq!(world.kernel.instrument(0).tick_e12, E12 / 100);
    }
    assert_eq!(world.report(&good).code, Code::Ok);
    let rules = world.kernel.instrument(0);
    assert_eq!((rules.tick_e12, rules.mark_e12), (1, 100 * E12));
}

/// Another symbol at 30, and an ENTER on it.
fn with_eth() -> World {
    let mut world = World::ready();
    world.rules("ETH-USDT", E12, E8 / 100, E8 / 100, 0);
    world.mark("ETH-USDT", 30 * E12);
    world
}

fn eth(intent: &mut Intent) {
    (intent.symbol, intent.trade_id) = (ascii("ETH-USDT"), ascii("t2"));
}

#[test]
fn losses_count_from_the_first_unit_at_their_limit() {
    let held = |limit: fn(&mut Control), mark: i64| {
        let mut world = with_eth();
        set(&mut world, limit);
        let mut world = run(
            world,
            "enter long 5 | OrderRequested |\nfill 5 @ 100 fee 0 | PositionOpen |",
        );
        world.mark("BTC-USDT", mark);
        enter(&mut world, eth)
    };
    let daily = |c: &mut Control| c.daily_loss_e8 = 10 * E8;
    let peak = |c: &mut Control| c.drawdown_e8 = 10 * E8;
    for (limit, code) in [
        (daily as fn(&mut Control), Code::DailyLoss),
        (peak, Code::Drawdown),
    ] {
        assert_eq!(held(limit, 98 * E12), code);
        assert_eq!(held(limit, 98 * E12 + E12 / 100), Code::Ok);
        assert_eq!(held(limit, 130 * E12), Code::Ok);
    }
}

#[test]
fn margin_is_what_is_left_of_capital_and_open_losses() {
    let held = |mark: i64, qty_e8: i64| {
        let mut world = run(
            with_eth(),
            "enter long 10 lev 2 | OrderRequested |\nfill 10 @ 100 fee 0 | PositionOpen |",
        );
        world.mark("BTC-USDT", mark);
        enter(&mut world, |i| {
            eth(i);
            (i.qty_e8, i.leverage) = (qty_e8, 10);
        })
    };
    // 10,000 less a margin of 500 leave 9,500 for 95,000 at a leverage of ten.
    assert_eq!(held(100 * E12, 3_166 * E8 + 66 * E8 / 100), Code::Ok);
    assert_eq!(held(100 * E12, 3_166 * E8 + 67 * E8 / 100), Code::Capital);
    // Ten less of the mark: a margin of 450 and a loss of 100 leave 9,450.
    assert_eq!(held(90 * E12, 3_150 * E8), Code::Ok);
    assert_eq!(held(90 * E12, 3_150 * E8 + E8 / 100), Code::Capital);
    // Ten more: a margin of 550; the gain of 100 is none yet.
    assert_eq!(held(110 * E12, 3_150 * E8), Code::Ok);
    assert_eq!(held(110 * E12, 3_150 * E8 + E8 / 100), Code::Capital);
}

#[test]
fn the_order_rate_counts_a_whole_window() {
    let after = |wait_ns: u64| {
        let mut world = World::ready();
        set(&mut world, |c| c.order_rate_max = 1);
        let mut world = run(world, "enter long 1 | OrderRequested |\nrefused | Idle |");
        world.now.mono_ns += wait_ns;
        enter(&mut world, |i| i.trade_id = ascii("t2"))
    };
    assert_eq!(after(1_000 * MS - 1), Code::OrderRate);
    assert_eq!(after(1_000 * MS), Code::Ok);
}

#[test]
fn an_account_that_cannot_be_computed_risks_nothing_more() {
    // A position is found on a symbol without any mark: what it is worth is not known.
    let mut world = World::ready();
    world.rules("NEW-USDT", E12, E8 / 100, E8 / 100, 0);
    set(&mut world, |c| c.adopt = shm_layout::AdoptPolicy::Adopt);
    let mut world = run(
        world,
        "
        snapshot sym NEW-USDT long 2 @ 30 | - |
        wait 6000                         | - |
        snapshot sym NEW-USDT long 2 @ 30 | - |
        ",
    );
    assert_eq!(world.kernel.account().unmarked_slots, 1);
    assert_eq!(world.kernel.account().open_notional_e8, 60 * E8);
    assert_eq!(enter(&mut world, |_| ()), Code::DailyLoss);
    world.mark("NEW-USDT", 30 * E12);
    assert_eq!(enter(&mut world, |i| i.trade_id = ascii("t2")), Code::Ok);
}

#[test]
fn order_cells_are_kept_back_for_what_is_open() {
    let mut world = World::ready();
    world.rules("ETH-USDT", E12 / 100, E8 / 100, E8 / 100, 0);
    world.mark("ETH-USDT", 30 * E12);
    world = run(
        world,
        "
        enter long 99 lev 10       | OrderRequested |
        fill 99 @ 100 fee 0        | PositionOpen   |
        ",
    );
    world.check_every = 100;
    world.deadlines_at_once_max = 2_000;
    // Three for the open slot and three for the new one: the last six of 1024.
    while world.kernel.account().unsettled_orders < 1018 {
        world = run(
            world,
            "exit 0.01 | ExitRequested |\nfill 0.01 @ 100 fee 0 | PositionOpen |",
        );
    }
    let enter = "enter long 1 id t2 sym ETH-USDT | - | code";
    world.check_every = 1;
    world = run(world, &format!("{enter} OrderTableFull"));
    world.wait(600);
    let rows = world.rows_of(&world.kernel.order(0).clone());
    world.report(&rows[0]);
    assert_eq!(world.kernel.account().unsettled_orders, 1017);
    run(world, &format!("{enter} Ok"));
}
