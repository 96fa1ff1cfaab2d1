//! Evidence ends with its reason: what was contradicted, broken off or explained counts no more.

use shm_layout::{CommandKind, Control, ControlKind, OrderRole, OrderStatus, Side, Stage};

use crate::check::{check, run};
use crate::world::{E8, E12, World};

const STOPPED: &str = "
    enter long 1 sl 95   | OrderRequested |
    fill 1 @ 100 fee 0   | PositionOpen   |
    settle               | PositionOpen   |
    live of stop         | PositionOpen   |
    wait 3000            | PositionOpen   |
";

pub fn ask(world: &mut World) {
    let mut sent = world.commands.iter();
    if !sent.any(|c| c.kind == CommandKind::Reconcile) {
        world.control(&Control {
            kind: ControlKind::Reconcile,
            ..Control::ZERO
        });
        world.wait(1_000);
    }
}

/// A whole snapshot: so many tenths are held, and the stop rests.
fn look(world: &mut World, tenths: i64) -> Stage {
    ask(world);
    let stop = world.order(0, OrderRole::StopLoss);
    let rests = world.state_of(&stop, OrderStatus::Working);
    let row = ("BTC-USDT", Side::Long, tenths * E8 / 10, 100 * E12);
    let positions: &[_] = if tenths == 0 { &[] } else { &[row] };
    let capital = world.kernel.account().capital_e8;
    world.snapshot_rows(positions, &[rests], Some(capital), true);
    world.kernel.slot(0).stage
}

#[test]
fn a_list_that_agrees_ends_a_difference_even_while_a_question_is_open() {
    let mut world = check(STOPPED);
    assert_eq!(look(&mut world, 0), Stage::StaleStateReconciling);
    // The question about the stop takes long, and meanwhile the venue lists the position again.
    world.wait(5_000);
    look(&mut world, 10);
    let mut world = run(world, "live of stop | StaleStateReconciling |");
    assert_eq!(world.order(0, OrderRole::StopLoss).query_open, 0);
    // One more list that misses it is the first one again.
    world.wait(5_000);
    assert_eq!(look(&mut world, 0), Stage::StaleStateReconciling);
    assert_eq!(world.kernel.slot(0).qty_e8, E8);
}
