//! Each invariant is broken on purpose: the check names it, and the kernel says so to its shell.

use pink_kernel::{CELL_WORDS_MAX, CellRef, NONE, region};
use shm_layout::{AccountCell, InstrumentCell, OrderCell, OrderRole, OrderStatus, SlotCell, Stage};

use crate::check::run;
use crate::world::{E8, E12, World, ascii};

/// What is changed where, and the rule it breaks.
type Case<T> = (u16, fn(&mut T), &'static str);

/// Slot 0 holds BTC under a stop and has an entry to settle; slot 1 has an entry at rest.
fn world() -> World {
    let mut world = World::ready();
    world.rules("ETH-USDT", E12, E8 / 100, E8 / 100, 0);
    world.mark("ETH-USDT", 30 * E12);
    run(
        world,
        "
        enter long 1 sl 95      | OrderRequested |
        fill 1 @ 100            | PositionOpen   |
        wait 0                  | PositionOpen   |
        live of stop            | PositionOpen   |
        mark 101                | PositionOpen   |
        enter long 1 limit 29 id t2 sym ETH-USDT | OrderRequested |
        live                    | EntryWorking   |
        ",
    )
}

fn write(world: &mut World, region: u8, index: u16, words: &[u64]) {
    world
        .kernel
        .overlay(CellRef { region, index }, words)
        .unwrap();
}

fn slot(world: &mut World, at: u16, change: impl Fn(&mut SlotCell)) {
    let mut cell = *world.kernel.slot(at);
    change(&mut cell);
    write(world, region::SLOTS, at, &cell.to_words());
}

fn order(world: &mut World, at: u16, change: impl Fn(&mut OrderCell)) {
    let mut cell = *world.kernel.order(at);
    change(&mut cell);
    write(world, region::ORDERS, at, &cell.to_words());
}

fn rule(world: &World) -> (&'static str, u16) {
    world
        .kernel
        .check()
        .map_or_else(|violation| (violation.rule, violation.index), |()| ("", 0))
}

fn broken_slot(at: u16, change: impl Fn(&mut SlotCell), named: &str) {
    let mut world = world();
    slot(&mut world, at, &change);
    assert_eq!(rule(&world), (named, at));
    // What the slot breaks by itself is seen with the next input that touches it.
    assert_eq!(world.kernel.violation(), None);
}

#[test]
fn a_slot_that_cannot_be_is_named() {
    let cases: [Case<SlotCell>; 18] = [
        (0, |s| s.qty_e8 = -1, "no slot holds less than nothing"),
        (
            0,
            |s| s.qty_e8 += 1,
            "size is what was opened less what was closed",
        ),
        (
            0,
            |s| s.excess_qty_e8 = 1,
            "size is what was opened less what was closed",
        ),
        (1, |s| s.entry_notional_e8 = 1, "what is flat costs nothing"),
        (
            0,
            |s| s.realised_e8 = 1,
            "realised is exits less their entry cost",
        ),
        (
            0,
            |s| s.excess_notional_e8 = 1,
            "realised is exits less their entry cost",
        ),
        (7, |s| s.trade_id = ascii("t9"), "an idle slot is empty"),
        (
            7,
            |s| (s.qty_e8, s.opened_qty_e8) = (1, 1),
            "an idle slot is empty",
        ),
        (
            0,
            |s| s.stage = Stage::Closed,
            "no position before the entry or after the close",
        ),
        (
            0,
            |s| s.stage = Stage::OrderRequested,
            "no position before the entry or after the close",
        ),
        (
            1,
            |s| s.stage = Stage::PositionOpen,
            "an open position has a size",
        ),
        (
            1,
            |s| s.stage = Stage::StaleStateReconciling,
            "an open position has a size",
        ),
        (
            0,
            |s| s.entry_order = 5,
            "an entry order belongs to an entry stage",
        ),
        (
            1,
            |s| s.entry_order = NONE,
            "an entry order belongs to an entry stage",
        ),
        (
            0,
            |s| s.exit_order = 5,
            "an exit order belongs to an exit stage",
        ),
        (0, |s| s.slot_id = 3, "a slot knows its number"),
        (
            0,
            |s| s.trade_id = ascii("t7"),
            "a trade is found by its id",
        ),
        (
            0,
            |s| s.symbol = ascii("ETH-USDT"),
            "a slot knows its symbol",
        ),
    ];
    for (at, change, named) in cases {
        broken_slot(at, change, named);
    }
}

#[test]
fn references_that_lead_nowhere_are_named() {
    let mut held = world();
    let working = held.kernel.slot(1).entry_order;
    let named = "a slot refers to its own live orders";
    slot(&mut held, 0, |s| s.profit_order = working);
    assert_eq!(rule(&held), (named, 0), "of another slot");
    let mut held = world();
    let gone = held.order_index(0, OrderRole::Entry);
    slot(&mut held, 0, |s| s.profit_order = gone);
    assert_eq!(rule(&held), (named, 0), "a gone one");
    let mut held = world();
    slot(&mut held, 9, |s| s.stage = Stage::Closed);
    assert_eq!(rule(&held), ("the free list holds the idle slots", 9));
}

#[test]
fn an_order_that_cannot_be_is_named() {
    let probe = world();
    let gone = probe.order_index(0, OrderRole::Entry);
    let rests = probe.order_index(1, OrderRole::Entry);
    let stop = probe.order_index(0, OrderRole::StopLoss);
    let cases: [Case<OrderCell>; 14] = [
        (gone, |o| o.order_index = 77, "an order knows its number"),
        (
            900,
            |o| o.status = OrderStatus::Working,
            "the free list holds the free orders",
        ),
        (
            gone,
            |o| o.status = OrderStatus::None,
            "the free list holds the free orders",
        ),
        (
            gone,
            |o| o.generation += 1,
            "an order belongs to its slot's trade",
        ),
        (
            gone,
            |o| (o.slot_id, o.generation) = (9, 0),
            "no order without a trade",
        ),
        (
            gone,
            |o| o.client_order_id = ascii("x"),
            "an order is found by its client id",
        ),
        (
            gone,
            |o| o.venue_order_id = 99,
            "an order is found by its number",
        ),
        (
            gone,
            |o| o.status = OrderStatus::Working,
            "a live order is its slot's, a gone one is not",
        ),
        (
            gone,
            |o| o.cum_qty_e8 = 0,
            "what is gone and never traded is forgotten",
        ),
        (
            rests,
            |o| o.reserved_notional_e8 += 1,
            "an entry reserves what is not filled",
        ),
        (
            gone,
            |o| o.reserved_notional_e8 = 1,
            "an entry reserves what is not filled",
        ),
        (
            gone,
            |o| o.query_open = 999,
            "an open command is found by its number",
        ),
        (
            rests,
            |o| o.cancel_wanted = 1,
            "an order that is not resting has a deadline",
        ),
        (
            stop,
            |o| o.status = OrderStatus::Unknown,
            "an order that is not resting has a deadline",
        ),
    ];
    for (at, change, named) in cases {
        let mut world = world();
        order(&mut world, at, change);
        assert_eq!(rule(&world), (named, at));
    }
}

#[test]
fn an_entry_that_nobody_looks_after_though_nobody_wants_it_is_named() {
    let mut world = world();
    let rests = world.kernel.slot(1).entry_order;
    slot(&mut world, 1, |s| s.exit_wanted = 1);
    let named = "what nobody wants is being cancelled";
    assert_eq!(rule(&world), (named, rests));
}

#[test]
fn sums_that_are_no_sums_are_named() {
    let cases: [Case<AccountCell>; 9] = [
        (
            NONE,
            |a| a.capital_e8 += 1,
            "capital is the sum of what was booked",
        ),
        (
            NONE,
            |a| a.open_notional_e8 += 1,
            "open notional is the sum",
        ),
        (NONE, |a| a.reserved_notional_e8 += 1, "reserved is the sum"),
        (NONE, |a| a.unrealised_e8 += 1, "unrealised is the sum"),
        (NONE, |a| a.margin_e8 += 1, "margin is the sum"),
        (
            NONE,
            |a| a.unresolved_orders += 1,
            "unresolved orders are counted",
        ),
        (
            NONE,
            |a| a.unsettled_orders += 1,
            "unsettled orders are counted",
        ),
        (NONE, |a| a.open_slots += 1, "open slots are counted"),
        (
            NONE,
            |a| a.unmarked_slots += 1,
            "unmarked slots are counted",
        ),
    ];
    for (at, change, named) in cases {
        let mut world = run(world(), "kill on | - |");
        let mut account = *world.kernel.account();
        change(&mut account);
        write(&mut world, region::ACCOUNT, 0, &account.to_words());
        assert_eq!(rule(&world), (named, at));
    }
    let mut held = world();
    let mut account = *held.kernel.account();
    account.kill_switch = 1;
    write(&mut held, region::ACCOUNT, 0, &account.to_words());
    let named = "entries are barred when risk is forbidden";
    assert_eq!(rule(&held), (named, NONE));
    let mut world = world();
    slot(&mut world, 0, |s| s.unsettled += 1);
    assert_eq!(rule(&world), ("a slot counts its unsettled orders", NONE));
}

#[test]
fn the_kernel_keeps_the_first_violation_that_an_input_meets() {
    let mut world = world();
    slot(&mut world, 0, |s| s.realised_e8 = 1);
    let mark = shm_layout::Mark {
        symbol: ascii("BTC-USDT"),
        mark_e12: 100 * E12,
        recv_mono_ns: world.now.mono_ns,
        ..shm_layout::Mark::ZERO
    };
    let apply = |world: &mut World| {
        world.seq += 1;
        let input = pink_kernel::Input::Mark(&mark);
        world
            .kernel
            .apply(world.seq, world.now, input, &mut world.effects);
    };
    apply(&mut world);
    let seen = world.kernel.violation().unwrap();
    let first = world.seq;
    assert_eq!(
        (seen.rule, seen.index, seen.seq),
        ("realised is exits less their entry cost", 0, first)
    );
    let words = "realised is exits less their entry cost (index 0, seq ";
    assert!(seen.to_string().starts_with(words));
    apply(&mut world);
    assert_eq!(world.kernel.violation(), Some(seen));
    let mut account = *world.kernel.account();
    account.capital_e8 += 1;
    let mut world = self::world();
    write(&mut world, region::ACCOUNT, 0, &account.to_words());
    apply(&mut world);
    let seen = world.kernel.violation().unwrap();
    assert_eq!(seen.rule, "capital is the sum of what was booked");
}

#[test]
fn words_that_are_no_cell_are_refused() {
    let mut world = world();
    let words = [0; CELL_WORDS_MAX];
    for (region, index, count) in [
        (region::SLOTS, 256, SlotCell::ZERO.to_words().len()),
        (region::ORDERS, 1024, OrderCell::ZERO.to_words().len()),
        (
            region::INSTRUMENTS,
            256,
            InstrumentCell::ZERO.to_words().len(),
        ),
        (region::TRADE_IDS, 512, 16),
        (region::ENTRY_TIMES, 16, 16),
        (region::INCOME_IDS, 256, 16),
        (region::UNFILLED_IDS, 16, 16),
        (region::SLOTS, 0, 3),
        (99, 0, 16),
    ] {
        let cell = CellRef { region, index };
        let refused = world.kernel.overlay(cell, &words[..count]).unwrap_err();
        assert_eq!(refused.cell, cell);
        let mut out = [7; CELL_WORDS_MAX];
        if index != 0 || region == 99 {
            assert_eq!(world.kernel.cell(cell, &mut out), 0, "{cell:?}");
        }
    }
    world.kernel.check().unwrap();
    let (region, index) = (99, 3);
    let refused = world.kernel.overlay(CellRef { region, index }, &words);
    let told = refused.unwrap_err().to_string();
    assert_eq!(told, "no cell of the kernel: region 99 index 3");
}

#[test]
fn only_what_was_used_is_part_of_a_snapshot() {
    let world = world();
    let mut counts = std::collections::BTreeMap::new();
    for cell in world.kernel.used_cells() {
        *counts.entry(cell.region).or_insert(0) += 1;
    }
    let used = |region: u8| counts.get(&region).copied().unwrap_or(0);
    assert_eq!((used(region::SLOTS), used(region::ORDERS)), (2, 3));
    assert_eq!(used(region::INSTRUMENTS), 2);
    for single in [
        region::ACCOUNT,
        region::KERNEL_STATS,
        region::CONFIG,
        region::EPOCH,
        region::DESK,
        region::TRADE_IDS,
        region::ENTRY_TIMES,
    ] {
        assert_eq!(used(single), 1, "{single}");
    }
    assert_eq!(used(region::INCOME_IDS), 0);
    assert_eq!(world.kernel.cells().count(), 2_341);
}
