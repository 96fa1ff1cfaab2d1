//! Each limit refuses with its own code, and none of them holds up an exit.

use shm_layout::{
    AdoptPolicy, Code, Control, ControlKind, InputKind, Intent, OrderKind, Report, ReportKind, Side,
};

use crate::check::{check, run};
use crate::world::{E8, E12, World, ascii, config};

fn refused(change: impl Fn(&mut Control), scenario: &str) {
    let mut world = World::ready();
    let mut limits = config();
    change(&mut limits);
    assert_eq!(world.control(&limits).code, Code::Ok);
    run(world, scenario);
}

#[test]
fn flaw_g12_a_limit_stands_in_the_way_of_too_much() {
    refused(|_| (), "enter long 1 lev 11 | Idle | code MaxLeverage");
    refused(
        |c| c.max_order_notional_e8 = 99 * E8,
        "enter long 1 | Idle | code MaxOrderNotional",
    );
    refused(
        |c| c.max_total_notional_e8 = 99 * E8,
        "enter long 1 | Idle | code MaxTotalNotional",
    );
    refused(|_| (), "enter long 101 | Idle | code Capital");
    refused(|_| (), "enter long 101 lev 2 | OrderRequested | code Ok");
}

#[test]
fn prices_and_sizes_must_be_the_venues() {
    check(
        "
        enter long 1 limit 99.995      | Idle | code Tick
        enter long 1.0005              | Idle | code Lot
        enter long 1 limit 89.9        | Idle | code PriceBand
        enter long 1 ref 106           | Idle | code PriceDivergence
        enter long 1 sl 101            | Idle | code PriceBand
        enter long 1 tp 99             | Idle | code PriceBand
        enter short 1 sl 99            | Idle | code PriceBand
        enter long 0.002               | Idle | code MinNotional
        enter long 1 sym NOPE-USDT     | Idle | code UnknownSymbol
        enter long 1 slot 9            | Idle | code NoSuchSlot
        enter long 1 lev 0             | Idle | code InvalidField
        enter long 1 legs 0,1          | Idle | code InvalidField
        enter long 1 legs 1.5          | Idle | code InvalidField
        ",
    );
}

#[test]
fn flaw_a8_f3_g7_i20_g18_a_field_that_makes_no_sense_is_refused_not_defaulted() {
    let mut world = World::ready();
    let good = Intent {
        kind: InputKind::Enter,
        side: Side::Long,
        order_kind: OrderKind::Market,
        qty_e8: E8,
        ..world.intent()
    };
    let wrong: [fn(&mut Intent); 11] = [
        |i| i.leverage = 0,
        |i| i.qty_e8 = 0,
        |i| i.qty_e8 = -E8,
        |i| i.side = Side::None,
        |i| i.leg_count = 0,
        |i| i.leg_count = 9,
        |i| i.leg_ratios_e8[0] = 0,
        |i| i.ttl_ms = 0,
        |i| i.order_kind = OrderKind::None,
        |i| i.price_e12 = 100 * E12,
        |i| i.trade_id = ascii(""),
    ];
    for change in wrong {
        let mut intent = good;
        change(&mut intent);
        let outcome = world.apply(pink_kernel::Input::Intent(&intent));
        assert_eq!(outcome.code, Code::InvalidField, "{intent:?}");
    }
    let huge = Intent {
        qty_e8: i64::MAX / 100_000 * 100_000,
        ..good
    };
    assert_eq!(
        world.apply(pink_kernel::Input::Intent(&huge)).code,
        Code::OutOfRange
    );
    assert_eq!(
        world.apply(pink_kernel::Input::Intent(&good)).code,
        Code::Ok
    );
}

#[test]
fn flaw_e7_a_trade_id_is_good_for_one_trade_even_after_a_restart() {
    check(
        "
        enter long 1      | OrderRequested |
        refused           | Idle           |
        enter long 1      | Idle           | code DuplicateTradeId
        restart           | Idle           |
        snapshot          | Idle           |
        enter long 1      | Idle           | code DuplicateTradeId
        ",
    );
}

#[test]
fn flaw_g14_h9_slots_that_are_taken_or_do_not_exist_are_refused() {
    check(
        "
        enter long 1 slot 3        | OrderRequested | code Ok
        enter short 1 id t2 slot 3 | OrderRequested | code SlotBusy
        enter short 1 id t2        | OrderRequested | code SymbolBusy
        exit slot 4                | OrderRequested | code NoSuchTrade
        exit slot 999              | OrderRequested | code NoSuchSlot
        ",
    );
    refused(
        |c| c.max_slots = 1,
        "enter long 1 slot 1 | Idle | code NoSuchSlot",
    );
}

#[test]
fn in_hedge_mode_both_sides_of_a_symbol_have_a_slot_each() {
    check(
        "
        hedge                  | - |
        enter long 1           | OrderRequested | code Ok
        enter long 1 id t2     | OrderRequested | code SymbolBusy
        enter short 1 id t2    | OrderRequested | code Ok
        enter short 1 id t3    | OrderRequested | code SymbolBusy
        ",
    );
}

#[test]
fn only_so_many_slots_are_open_at_once() {
    let mut world = World::ready();
    let mut limits = config();
    limits.max_slots = 1;
    world.control(&limits);
    world.rules("ETH-USDT", E12, E8 / 100, E8 / 100, 0);
    world.mark("ETH-USDT", 30 * E12);
    run(
        world,
        "
        enter long 1                    | OrderRequested |
        enter long 1 id t2 sym ETH-USDT | OrderRequested | code MaxSlots
        ",
    );
}

#[test]
fn too_many_entries_in_a_short_time_are_refused_and_time_heals_it() {
    refused(
        |c| c.order_rate_max = 2,
        "
        enter long 1        | OrderRequested |
        refused             | Idle |
        enter long 1 id t2  | OrderRequested |
        refused             | Idle |
        enter long 1 id t3  | Idle | code OrderRate
        wait 1000           | Idle |
        enter long 1 id t4  | OrderRequested | code Ok
        ",
    );
}

#[test]
fn losses_close_the_door_for_entries_and_never_for_exits() {
    refused(
        |c| c.daily_loss_e8 = 10 * E8,
        "
        enter long 5 lev 1     | OrderRequested |
        fill 5 @ 100 fee 0     | PositionOpen |
        exit                   | ExitRequested |
        fill 2 @ 95 fee 0      | ExitWorking |
        cancel                 | ExitCancelling |
        cancelled              | PositionOpen |
        exit                   | ExitRequested | code Ok
        fill 3 @ 95 fee 0      | Closed | gross -25
        settle                 | Idle |
        enter long 1 id t2     | Idle | code DailyLoss
        ",
    );
    refused(
        |c| (c.daily_loss_e8, c.drawdown_e8) = (100 * E8, 10 * E8),
        "
        enter long 5           | OrderRequested |
        fill 5 @ 100 fee 0     | PositionOpen |
        exit                   | ExitRequested |
        fill 5 @ 95 fee 0      | Closed |
        settle                 | Idle |
        enter long 1 id t2     | Idle | code Drawdown
        ",
    );
}

#[test]
fn a_mark_that_is_too_old_is_no_mark() {
    refused(
        |c| c.mark_age_ms_max = 100,
        "
        wait 200        | Idle |
        enter long 1    | Idle | code StaleMark
        mark 100        | Idle |
        enter long 1    | OrderRequested | code Ok
        ",
    );
}

#[test]
fn an_intent_older_than_its_time_is_refused() {
    let mut world = World::ready();
    let intent = Intent {
        kind: InputKind::Enter,
        side: Side::Long,
        order_kind: OrderKind::Market,
        qty_e8: E8,
        ..world.intent()
    };
    world.wait(1_001);
    let outcome = world.apply(pink_kernel::Input::Intent(&intent));
    assert_eq!(outcome.code, Code::StaleIntent);
}

#[test]
fn kill_switch_and_modes_refuse_added_risk_only() {
    check(
        "
        enter long 1         | OrderRequested |
        fill 1 @ 100         | PositionOpen   |
        kill on              | PositionOpen   |
        enter long 1 id t2   | PositionOpen   | code KillSwitch
        exit 0.5             | ExitRequested  | code Ok
        fill 0.5 @ 100       | PositionOpen   |
        kill off             | PositionOpen   |
        mode reduce          | PositionOpen   |
        enter long 1 id t2   | PositionOpen   | code ModeForbids
        mode halted          | PositionOpen   |
        exit                 | ExitRequested  | code Ok
        fill 0.5 @ 100       | Closed         |
        settle               | Idle           |
        mode active          | Idle           |
        enter long 1 id t2   | OrderRequested | code Ok
        ",
    );
}

#[test]
fn a_kernel_that_knows_nothing_risks_nothing() {
    let mut world = World::blank();
    let enter = |world: &World| Intent {
        kind: InputKind::Enter,
        side: Side::Long,
        order_kind: OrderKind::Market,
        qty_e8: E8,
        ..world.intent()
    };
    let code = |world: &mut World| {
        let intent = enter(world);
        world.apply(pink_kernel::Input::Intent(&intent)).code
    };
    assert_eq!(code(&mut world), Code::NotConfigured);
    world.control(&config());
    assert_eq!(code(&mut world), Code::NotReconciled);
    world.wait(1);
    world.snapshot(&[], 10_000 * E8);
    assert_eq!(code(&mut world), Code::PositionModeUnknown);
    let slow = Control {
        kind: ControlKind::Disk,
        engaged: 1,
        ..Control::ZERO
    };
    world.control(&slow);
    assert_eq!(code(&mut world), Code::JournalSlow);
}

#[test]
fn a_limit_that_is_missing_is_refused_with_the_whole_configuration() {
    let mut world = World::ready();
    let holes: [fn(&mut Control); 5] = [
        |c| c.daily_loss_e8 = 0,
        |c| c.max_order_notional_e8 = -1,
        |c| c.order_rate_window_ms = 0,
        |c| c.max_leverage = 0,
        |c| c.delta_warn_e8 = c.delta_error_e8 + 1,
    ];
    for hole in holes {
        let mut limits = Control {
            adopt: AdoptPolicy::Adopt,
            ..config()
        };
        hole(&mut limits);
        assert_eq!(world.control(&limits).code, Code::InvalidField);
        assert_eq!(world.kernel.config().adopt, AdoptPolicy::Flag);
    }
    let many = Control {
        max_slots: 257,
        ..config()
    };
    assert_eq!(world.control(&many).code, Code::OutOfRange);
}

#[test]
fn flaw_e16_rules_without_tick_or_lot_are_refused() {
    let mut world = World::ready();
    let rules = Report {
        kind: ReportKind::Instrument,
        symbol: ascii("X-USDT"),
        ..Report::ZERO
    };
    assert_eq!(world.report(&rules).code, Code::InvalidField);
    run(world, "enter long 1 sym X-USDT | Idle | code UnknownSymbol");
}
