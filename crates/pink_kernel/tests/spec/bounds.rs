//! Where each limit of an ENTER lies: the last value that passes, and the first that does not.

use pink_kernel::Input;
use shm_layout::{Code, Control, ControlKind, InputKind, Intent, OrderKind, Side, TimeInForce};

use crate::check::run;
use crate::world::{E8, E12, World, ascii, config};

/// An ENTER of one BTC at the mark of 100, changed.
pub fn enter(world: &mut World, change: impl Fn(&mut Intent)) -> Code {
    let mut intent = Intent {
        kind: InputKind::Enter,
        side: Side::Long,
        order_kind: OrderKind::Market,
        qty_e8: E8,
        ..world.intent()
    };
    change(&mut intent);
    world.apply(Input::Intent(&intent)).code
}

/// The same in a world of its own.
pub fn asked(change: impl Fn(&mut Intent)) -> Code {
    enter(&mut World::ready(), change)
}

/// The same under other limits.
pub fn limited(limit: impl Fn(&mut Control), change: impl Fn(&mut Intent)) -> Code {
    let mut world = World::ready();
    assert_eq!(set(&mut world, limit), Code::Ok);
    enter(&mut world, change)
}

pub fn set(world: &mut World, limit: impl Fn(&mut Control)) -> Code {
    let mut limits = config();
    limit(&mut limits);
    world.control(&limits).code
}

pub fn limit_order(intent: &mut Intent, price_e12: i64) {
    intent.order_kind = OrderKind::Limit;
    intent.tif = TimeInForce::Gtc;
    intent.price_e12 = price_e12;
}

#[test]
fn every_money_and_every_time_of_the_configuration_must_limit_something() {
    let money: [fn(&mut Control) -> &mut i64; 9] = [
        |c| &mut c.max_order_notional_e8,
        |c| &mut c.max_total_notional_e8,
        |c| &mut c.daily_loss_e8,
        |c| &mut c.drawdown_e8,
        |c| &mut c.price_band_e8,
        |c| &mut c.divergence_e8,
        |c| &mut c.fill_band_e8,
        |c| &mut c.delta_warn_e8,
        |c| &mut c.delta_error_e8,
    ];
    let mut world = World::ready();
    for field in money {
        for value in [0, -1, i64::MIN] {
            assert_eq!(set(&mut world, |c| *field(c) = value), Code::InvalidField);
        }
    }
    for field in &money[..7] {
        assert_eq!(set(&mut world, |c| *field(c) = 1), Code::Ok);
    }
    let times: [fn(&mut Control) -> &mut u32; 9] = [
        |c| &mut c.order_rate_max,
        |c| &mut c.order_rate_window_ms,
        |c| &mut c.ttl_ms_max,
        |c| &mut c.mark_age_ms_max,
        |c| &mut c.submit_deadline_ms,
        |c| &mut c.report_deadline_ms,
        |c| &mut c.not_found_after_ms,
        |c| &mut c.reconcile_interval_ms,
        |c| &mut c.flat_confirm_ms,
    ];
    for field in times {
        assert_eq!(set(&mut world, |c| *field(c) = 0), Code::InvalidField);
        assert_eq!(set(&mut world, |c| *field(c) = 1), Code::Ok);
    }
}

#[test]
fn the_configuration_itself_has_limits() {
    let mut world = World::ready();
    let mut code = |limit: fn(&mut Control)| set(&mut world, limit);
    assert_eq!(code(|c| c.max_leverage = 0), Code::InvalidField);
    assert_eq!(code(|c| c.max_leverage = 1), Code::Ok);
    assert_eq!(code(|c| c.delta_warn_e8 = c.delta_error_e8), Code::Ok);
    let crossed = |c: &mut Control| c.delta_warn_e8 = c.delta_error_e8 + 1;
    assert_eq!(code(crossed), Code::InvalidField);
    for (slots, is) in [
        (0, Code::OutOfRange),
        (1, Code::Ok),
        (256, Code::Ok),
        (257, Code::OutOfRange),
    ] {
        assert_eq!(set(&mut world, |c| c.max_slots = slots), is, "{slots}");
    }
    assert_eq!(set(&mut world, |c| c.order_rate_max = 256), Code::Ok);
    assert_eq!(
        set(&mut world, |c| c.order_rate_max = 257),
        Code::OutOfRange
    );
    let most = i64::MAX / 1024;
    assert_eq!(
        set(&mut world, |c| c.max_order_notional_e8 = most),
        Code::Ok
    );
    let more = set(&mut world, |c| c.max_order_notional_e8 = most + 1);
    assert_eq!(more, Code::OutOfRange);
}

#[test]
fn each_field_of_an_enter_is_looked_at_by_itself() {
    let bad: [fn(&mut Intent); 17] = [
        |i| limit_order(i, 0),
        |i| limit_order(i, -E12),
        |i| i.price_e12 = -E12,
        |i| i.order_kind = OrderKind::StopMarket,
        |i| i.trade_id = ascii(""),
        |i| i.symbol = ascii(""),
        |i| i.qty_e8 = 0,
        |i| i.leverage = 0,
        |i| i.ttl_ms = 0,
        |i| i.side = Side::None,
        |i| i.leg_count = 0,
        |i| i.leg_count = 9,
        |i| (i.leg_count, i.leg_ratios_e8[1]) = (2, 0),
        |i| i.leg_ratios_e8[0] = E8 + 1,
        |i| i.tif = TimeInForce::Gtc,
        |i| i.order_kind = OrderKind::Limit,
        |i| (i.order_kind, i.price_e12) = (OrderKind::Limit, 99 * E12),
    ];
    for (nth, change) in bad.iter().enumerate() {
        assert_eq!(asked(change), Code::InvalidField, "{nth}");
    }
    let negative: [fn(&mut Intent); 3] = [
        |i| i.stop_loss_e12 = -1,
        |i| i.take_profit_e12 = -1,
        |i| i.reference_price_e12 = -1,
    ];
    for change in negative {
        assert_eq!(asked(change), Code::OutOfRange);
    }
    let fine: [fn(&mut Intent); 5] = [
        |i| (i.leg_count, i.leg_ratios_e8) = (8, [E8; 8]),
        |i| i.leg_ratios_e8[0] = 1,
        |i| i.reference_price_e12 = 0,
        |i| limit_order(i, 99 * E12),
        |i| (i.leg_count, i.leg_ratios_e8) = (1, [E8, 0, 0, -7, 0, 0, 0, 2 * E8]),
    ];
    for (nth, change) in fine.iter().enumerate() {
        assert_eq!(asked(change), Code::Ok, "{nth}");
    }
}

#[test]
fn what_is_missing_for_any_risk_has_its_own_code() {
    let mut world = World::ready();
    let slow = |engaged| Control {
        kind: ControlKind::Disk,
        engaged,
        ..Control::ZERO
    };
    world.control(&slow(1));
    assert_eq!(enter(&mut world, |_| ()), Code::JournalSlow);
    world.control(&slow(0));
    world.epoch(1);
    assert_eq!(enter(&mut world, |_| ()), Code::NotReconciled);
    let mut world = World::blank();
    world.control(&config());
    world.wait(1);
    // Without a wallet there is no seed, and without a seed no capital.
    world.snapshot_rows(&[], &[], None, true);
    assert_eq!(enter(&mut world, |_| ()), Code::NotReconciled);
}

#[test]
fn an_intent_may_be_as_old_as_it_says_and_hardly_from_the_future() {
    let aged = |ttl_ms: u32, age_ns: i64| {
        asked(|i| {
            i.ttl_ms = ttl_ms;
            i.created_mono_ns = i.created_mono_ns.checked_add_signed(-age_ns).unwrap();
        })
    };
    assert_eq!(aged(500, 500_000_000), Code::Ok);
    assert_eq!(aged(500, 500_000_001), Code::StaleIntent);
    assert_eq!(aged(500, -1_000_000_000), Code::Ok);
    assert_eq!(aged(500, -1_000_000_001), Code::StaleIntent);
    assert_eq!(aged(10_000, 0), Code::Ok);
    assert_eq!(aged(10_001, 0), Code::InvalidField);
}

#[test]
fn slots_are_counted_and_numbered_from_zero() {
    let few = |c: &mut Control| c.max_slots = 2;
    assert_eq!(limited(few, |i| i.slot_id = 1), Code::Ok);
    assert_eq!(limited(few, |i| i.slot_id = 2), Code::NoSuchSlot);
    let mut world = World::ready();
    let eth = |i: &mut Intent| (i.symbol, i.trade_id) = (ascii("ETH-USDT"), ascii("t2"));
    world.rules("ETH-USDT", E12, E8 / 100, E8 / 100, 0);
    world.mark("ETH-USDT", 30 * E12);
    world.rules("SOL-USDT", E12, E8 / 100, E8 / 100, 0);
    world.mark("SOL-USDT", 30 * E12);
    assert_eq!(set(&mut world, few), Code::Ok);
    assert_eq!(enter(&mut world, |_| ()), Code::Ok);
    assert_eq!(enter(&mut world, eth), Code::Ok);
    let sol = |i: &mut Intent| (i.symbol, i.trade_id) = (ascii("SOL-USDT"), ascii("t3"));
    assert_eq!(enter(&mut world, sol), Code::MaxSlots);
    // A free slot beyond the number allowed is none, though fewer than that are open.
    let mut world = World::ready();
    world.rules("ETH-USDT", E12, E8 / 100, E8 / 100, 0);
    world.mark("ETH-USDT", 30 * E12);
    assert_eq!(enter(&mut world, |_| ()), Code::Ok);
    assert_eq!(set(&mut world, |c| c.max_slots = 1), Code::Ok);
    assert_eq!(enter(&mut world, eth), Code::MaxSlots);
}

#[test]
fn hedge_mode_looks_at_one_side_and_one_way_mode_at_both() {
    for (mode, is) in [("hedge", Code::Ok), ("wait 0", Code::SymbolBusy)] {
        for first in ["long", "short"] {
            let scenario = format!("{mode} | - |\nenter {first} 1 | OrderRequested |");
            let mut world = run(World::ready(), &scenario);
            let side = if first == "long" {
                Side::Short
            } else {
                Side::Long
            };
            let other = |i: &mut Intent| (i.side, i.trade_id) = (side, ascii("t2"));
            assert_eq!(enter(&mut world, other), is, "{mode} {first}");
            let same = |i: &mut Intent| {
                i.side = if first == "long" {
                    Side::Long
                } else {
                    Side::Short
                };
                i.trade_id = ascii("t3");
            };
            assert_eq!(enter(&mut world, same), Code::SymbolBusy);
        }
    }
}
