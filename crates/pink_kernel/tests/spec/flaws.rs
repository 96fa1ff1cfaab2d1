//! Flaws that are about the shape of things rather than one behaviour.

use shm_layout::{Code, CommandKind, InputKind, Intent, Outcome};

use crate::check::{check, run};
use crate::world::{World, ascii};

#[test]
fn flaw_l1_g3_f6_every_input_has_one_outcome_and_accepted_means_ok() {
    let world = check(
        "
        enter long 1     | OrderRequested |
        exit             | OrderRequested | code NoPosition
        fill 1 @ 100     | PositionOpen   |
        ",
    );
    for (at, outcome) in world.outcomes.iter().enumerate() {
        assert_eq!(outcome.seq, at as u64 + 1);
        let moved = outcome.prev_stage != outcome.stage;
        assert!(!moved || outcome.code == Code::Ok, "{outcome:?}");
    }
}

#[test]
fn flaw_g2_text_cannot_hold_a_nul_and_nothing_panics_on_any_text() {
    assert!(shm_layout::Ascii::<8>::new("a\0b").is_none());
    let mut world = World::ready();
    let intent = Intent {
        kind: InputKind::Exit,
        trade_id: ascii("~!@#$%^&*()"),
        ..world.intent()
    };
    let outcome = world.apply(pink_kernel::Input::Intent(&intent));
    assert_eq!(outcome.code, Code::InvalidField);
}

#[test]
fn flaw_f26_a_new_trade_in_a_slot_knows_nothing_of_the_old_one() {
    let world = check(
        "
        enter long 1 legs 0.5,1 sl 90 | OrderRequested |
        fill 1 @ 100        | PositionOpen  |
        exit                | ExitRequested |
        refused             | PositionOpen  |
        exit 1              | ExitRequested |
        fill 1 @ 100        | Closed        |
        settle              | Idle          |
        enter short 2 id t2 | OrderRequested | size 0  realised 0  fees 0  leg 0
        ",
    );
    let slot = world.kernel.slot(0);
    assert_eq!(
        (slot.stop_loss_e12, slot.leg_count, slot.submits),
        (0, 1, 1)
    );
}

#[test]
fn flaw_f15_a_bad_input_in_the_middle_leaves_everything_as_it_was() {
    let mut world = check(
        "
        enter long 1     | OrderRequested |
        fill 0.4 @ 100   | EntryWorking   |
        ",
    );
    let before = (*world.kernel.slot(0), *world.kernel.account());
    let mut bad = world.last_report;
    bad.cum_qty_e8 = i64::MAX;
    bad.avg_price_e12 = 100_000_000_000_000;
    let outcome: Outcome = world.report(&bad);
    assert_eq!(outcome.code, Code::OutOfRange);
    assert_eq!((*world.kernel.slot(0), *world.kernel.account()), before);
}

#[test]
fn flaw_i21_a_rate_limited_order_is_refused_and_the_slot_is_free() {
    let world = check("enter long 1 | OrderRequested |");
    let order = world.order(0, shm_layout::OrderRole::Entry);
    let mut world = world;
    let refused = shm_layout::Report {
        kind: shm_layout::ReportKind::OrderRefused,
        code: Code::RateLimited,
        venue_code: 100_410,
        command_seq: order.submit_seq,
        client_order_id: order.client_order_id,
        ..shm_layout::Report::ZERO
    };
    let outcome = world.report(&refused);
    assert_eq!((outcome.code, outcome.venue_code), (Code::Ok, 100_410));
    assert_eq!(world.kernel.account().open_slots, 0);
}

#[test]
fn flaw_j4_every_mark_revalues_the_slots_of_its_symbol() {
    check(
        "
        enter short 2    | OrderRequested |
        fill 2 @ 100     | PositionOpen   |
        mark 90          | PositionOpen   | unrealised 20  open 180
        mark 110         | PositionOpen   | unrealised -20  open 220
        ",
    );
}

#[test]
fn flaw_m10_m16_the_kernel_counts_what_it_does() {
    let world = check(
        "
        enter long 1     | OrderRequested |
        fill 1 @ 100     | PositionOpen   |
        again            | PositionOpen   | code Duplicate
        ",
    );
    let stats = world.kernel.stats();
    assert_eq!((stats.fills_booked, stats.duplicates), (1, 1));
    assert_eq!(stats.inputs, world.seq);
    assert_eq!(world.kernel.account().open_slots, 1);
}

#[test]
fn flaw_e19_f7_an_event_of_one_slot_touches_that_slot_alone() {
    let mut world = check(
        "
        enter long 1               | OrderRequested |
        fill 1 @ 100               | PositionOpen   |
        enter long 1 id t2 sym ETH-USDT | - | code UnknownSymbol
        ",
    );
    world.rules("ETH-USDT", 10_000_000_000, 100_000, 100_000, 100_000_000);
    world.mark("ETH-USDT", 100_000_000_000_000);
    let mut world = run(
        world,
        "
        enter long 1 id t2 sym ETH-USDT | OrderRequested |
        fill 1 @ 100                    | PositionOpen   |
        ",
    );
    let touched = |world: &World| -> Vec<u16> {
        let slots = world.effects.touched().iter();
        slots
            .filter(|cell| u32::from(cell.region) == shm_layout::region::SLOTS.id)
            .map(|cell| cell.index)
            .collect()
    };
    assert_eq!(touched(&world), [1]);
    let before = *world.kernel.slot(0);
    world.mark("ETH-USDT", 101_000_000_000_000);
    assert_eq!(touched(&world), [1]);
    assert_eq!(*world.kernel.slot(0), before);
}

#[test]
fn flaw_e10_f4_each_commanded_order_is_named_once_and_its_outcome_says_so() {
    let world = check(
        "
        enter long 1     | OrderRequested | sends submit
        fill 0.5 @ 100   | EntryWorking   |
        fill 0.5 @ 100   | PositionOpen   |
        ",
    );
    let submits = |outcome: &&Outcome| outcome.command_kinds[0] == CommandKind::Submit.code();
    assert_eq!(world.outcomes.iter().filter(submits).count(), 1);
    let slot = world.kernel.slot(0);
    assert_eq!(world.kernel.account().unresolved_orders, 0);
    assert_eq!(slot.opened_qty_e8, slot.intended_qty_e8);
}

#[test]
fn flaw_m15_i3_nothing_is_opened_at_size_zero_and_no_price_is_made_up() {
    let world = check(
        "
        enter long 0     | Idle | code InvalidField
        enter long 1 id t2 | OrderRequested | size 0  cost 0
        ",
    );
    assert_eq!(world.kernel.slot(0).opened_wall_ns, 0);
}

#[test]
fn flaw_m5_partial_exits_leave_exactly_the_rest() {
    check(
        "
        enter long 1 legs 0.5,1 | OrderRequested |
        fill 1 @ 100            | PositionOpen   |
        exit                    | ExitRequested  |
        fill 0.2 @ 105          | ExitWorking    | size 0.8  realised 1
        fill 0.3 @ 108          | PositionOpen   | size 0.5  realised 3.4
        exit                    | ExitRequested  |
        fill 0.5 @ 95           | Closed         | size 0    realised 0.9
        ",
    );
}

#[test]
fn flaw_j6_a_wall_clock_that_runs_backwards_moves_no_fact_and_stops_no_trade() {
    let hour_ns = 3_600_000_000_000;
    let mut world = check("enter long 1 | OrderRequested |");
    for line in [
        "fill 1 @ 100 | PositionOpen |",
        "exit | ExitRequested |",
        "fill 1 @ 110 | Closed |",
        "settle | Idle |",
    ] {
        world.now.wall_ns -= hour_ns;
        world = run(world, line);
    }
    assert_eq!(world.kernel.account().realised_e8, 10 * 100_000_000);
    for (at, outcome) in world.outcomes.iter().enumerate() {
        assert_eq!(outcome.seq, at as u64 + 1);
    }
}
