//! The scenario language: `action | Stage | key value  key value`.
//!
//! `enter long 1 [limit 99] [sl 90] [tp 110] [legs 0.5,1] [lev 3] [id t2] [sym X] [slot 0]`
//! or with `trail 5` in place of `sl`
//! `exit [0.5] [limit 99]`, `residual`, `cancel`, all with `[id t2]`;
//! `live`, `fill 0.4 @ 100 [fee 0.1]`, `cancelled`, `refused`, `unsent`, `unknown`, `absent`,
//! `cancel-refused`, `cancel-taken`, each with `[of exit|stop|profit] [in 1]`;
//! `again`, `mark 101 [sym X]`, `wait 1000`, `settle`, `snapshot [long 1 @ 100]* [wallet 9999]`,
//! `restart`, `kill on|off`, `mode active|halted|reduce`, `flatten`, `hedge`, `gap`.
//! The stage is that of the slot in question; `-` skips it.

use pink_kernel::{Input, NONE};
use shm_layout::{
    Code, CommandKind, Control, ControlKind, Fact, InputKind, Intent, Mode, OrderKind, OrderRole,
    OrderStatus, PositionMode, Report, ReportKind, Side, TimeInForce,
};

use crate::words::{e8, e12, shown};
use crate::world::{E8, E12, Fill, World, ascii};

pub fn check(scenario: &str) -> World {
    run(World::ready(), scenario)
}

pub fn run(mut world: World, scenario: &str) -> World {
    let mut slot = 0;
    for line in scenario
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
    {
        let mut columns = line.split('|').map(str::trim);
        let action = columns.next().unwrap();
        let sent = world.commands.len();
        slot = act(&mut world, action, slot);
        let stage = columns.next().unwrap_or("-");
        if stage != "-" {
            let is = format!("{:?}", world.kernel.slot(slot).stage);
            assert_eq!(is, stage, "\nline: {line}\n{:?}", world.outcomes.last());
        }
        expect(&world, columns.next().unwrap_or(""), line, slot, sent);
    }
    world
}

/// Words after the verb: values by key.
struct Words<'a> {
    list: Vec<&'a str>,
}

impl<'a> Words<'a> {
    fn after(&self, key: &str) -> Option<&'a str> {
        let at = self.list.iter().position(|word| *word == key)?;
        self.list.get(at + 1).copied()
    }

    fn first_number(&self) -> Option<&'a str> {
        let word = self.list.first()?;
        word.starts_with(|c: char| c.is_ascii_digit())
            .then_some(*word)
    }
}

fn act(world: &mut World, action: &str, slot: u16) -> u16 {
    let mut list: Vec<&str> = action.split_whitespace().collect();
    let verb = list.remove(0);
    let words = Words { list };
    let slot = words.after("in").map_or(slot, |word| word.parse().unwrap());
    match verb {
        "enter" | "exit" | "residual" | "cancel" => {
            let intent = intent_of(world, verb, &words);
            let outcome = world.apply(Input::Intent(&intent));
            if outcome.slot_id == NONE {
                slot
            } else {
                outcome.slot_id
            }
        }
        "live" | "fill" | "cancelled" | "refused" | "unsent" | "unknown" | "absent" | "expired"
        | "cancel-refused" | "cancel-taken" | "filled" => {
            order_report(world, verb, &words, slot);
            slot
        }
        _ => {
            happen(world, verb, &words);
            slot
        }
    }
}

fn happen(world: &mut World, verb: &str, words: &Words<'_>) {
    let control = |kind| Control {
        kind,
        ..Control::ZERO
    };
    match verb {
        "again" => {
            let report = world.last_report;
            world.report(&report);
        }
        "mark" => {
            let symbol = words.after("sym").unwrap_or("BTC-USDT");
            world.mark(symbol, e12(words.list[0]));
        }
        "wait" => world.wait(words.list[0].parse().unwrap()),
        "settle" => world.settle_all(),
        "restart" => world.restart(),
        "hedge" => {
            let position_mode = PositionMode::Hedge;
            let kind = ReportKind::PositionMode;
            world.report(&Report {
                kind,
                position_mode,
                ..Report::ZERO
            });
        }
        "gap" => {
            world.report(&Report {
                kind: ReportKind::Gap,
                ..Report::ZERO
            });
        }
        "kill" => {
            let engaged = u8::from(words.list[0] == "on");
            world.control(&Control {
                engaged,
                ..control(ControlKind::KillSwitch)
            });
        }
        "mode" => {
            let mode = match words.list[0] {
                "active" => Mode::Active,
                "halted" => Mode::Halted,
                _ => Mode::ReduceOnly,
            };
            world.control(&Control {
                mode,
                ..control(ControlKind::Mode)
            });
        }
        "flatten" => {
            world.control(&control(ControlKind::Flatten));
            world.wait(0);
        }
        "snapshot" => snapshot(world, words),
        other => panic!("no such action: {other}"),
    }
}

fn snapshot(world: &mut World, words: &Words<'_>) {
    let mut positions = Vec::new();
    let mut symbol = "BTC-USDT";
    for (at, word) in words.list.iter().enumerate() {
        let value = |offset: usize| words.list[at + offset];
        match *word {
            "sym" => symbol = value(1),
            "long" => positions.push((symbol, Side::Long, e8(value(1)), e12(value(3)))),
            "short" => positions.push((symbol, Side::Short, e8(value(1)), e12(value(3)))),
            _ => {}
        }
    }
    let capital = world.kernel.account().capital_e8;
    let wallet = words.after("wallet").map_or(capital, e8);
    if !world
        .commands
        .iter()
        .any(|command| command.kind == CommandKind::Reconcile)
    {
        let control = Control {
            kind: ControlKind::Reconcile,
            ..Control::ZERO
        };
        world.control(&control);
        world.wait(1_000);
    }
    world.snapshot(&positions, wallet);
}

fn intent_of(world: &World, verb: &str, words: &Words<'_>) -> Intent {
    let kind = match verb {
        "enter" => InputKind::Enter,
        "exit" => InputKind::Exit,
        "residual" => InputKind::ExitResidual,
        _ => InputKind::Cancel,
    };
    let price = words.after("limit").map_or(0, e12);
    let tif = match words
        .list
        .iter()
        .find(|word| matches!(**word, "ioc" | "fok" | "post"))
    {
        Some(&"ioc") => TimeInForce::Ioc,
        Some(&"fok") => TimeInForce::Fok,
        Some(&"post") => TimeInForce::PostOnly,
        _ if price != 0 => TimeInForce::Gtc,
        _ => TimeInForce::None,
    };
    let mut intent = Intent {
        kind,
        order_kind: if price == 0 {
            OrderKind::Market
        } else {
            OrderKind::Limit
        },
        tif,
        price_e12: price,
        trade_id: ascii(words.after("id").unwrap_or("t1")),
        symbol: ascii(words.after("sym").unwrap_or("BTC-USDT")),
        stop_loss_e12: words.after("sl").map_or(0, e12),
        take_profit_e12: words.after("tp").map_or(0, e12),
        trail_e12: words.after("trail").map_or(0, e12),
        reference_price_e12: words.after("ref").map_or(0, e12),
        leverage: words.after("lev").map_or(1, |word| word.parse().unwrap()),
        slot_id: words
            .after("slot")
            .map_or(NONE, |word| word.parse().unwrap()),
        ..world.intent()
    };
    if verb == "enter" {
        intent.side = if words.list[0] == "long" {
            Side::Long
        } else {
            Side::Short
        };
        intent.qty_e8 = e8(words.list[1]);
        if let Some(legs) = words.after("legs") {
            let ratios: Vec<i64> = legs.split(',').map(e8).collect();
            intent.leg_count = u32::try_from(ratios.len()).unwrap();
            intent.leg_ratios_e8[..ratios.len()].copy_from_slice(&ratios);
        }
    } else {
        intent.qty_e8 = words.first_number().map_or(0, e8);
    }
    intent
}

fn order_report(world: &mut World, verb: &str, words: &Words<'_>, slot: u16) {
    let stage = format!("{:?}", world.kernel.slot(slot).stage);
    let role = match words.after("of") {
        Some("exit") => OrderRole::Exit,
        Some("entry") => OrderRole::Entry,
        Some("stop") => OrderRole::StopLoss,
        Some("profit") => OrderRole::TakeProfit,
        _ if stage.starts_with("Exit") => OrderRole::Exit,
        _ => OrderRole::Entry,
    };
    let mut order = world.order(slot, role);
    if order.venue_order_id == 0 && !matches!(verb, "refused" | "unsent" | "unknown" | "absent") {
        order.venue_order_id = world.next_venue_id;
        world.next_venue_id += 1;
    }
    if verb == "fill" {
        let price_e12 = e12(words.after("@").unwrap());
        let qty_e8 = e8(words.first_number().unwrap());
        let fee_e8 = words
            .after("fee")
            .map_or_else(|| fee_of(qty_e8, price_e12), e8);
        world.fills.push((
            order.client_order_id,
            Fill {
                qty_e8,
                price_e12,
                fee_e8,
            },
        ));
    }
    let status = match verb {
        "cancelled" => OrderStatus::Cancelled,
        "expired" => OrderStatus::Expired,
        "filled" => OrderStatus::Filled,
        _ => OrderStatus::Working,
    };
    let state = world.state_of(&order, status);
    let answers = match verb {
        "live" if order.submit_open != 0 => order.submit_open,
        "cancelled" | "cancel-refused" | "cancel-taken" => order.cancel_open,
        "live" | "absent" => order.query_open,
        "fill" => order.submit_open,
        _ => order.submit_seq,
    };
    let kind = match verb {
        "refused" => ReportKind::OrderRefused,
        "unsent" => ReportKind::NotSent,
        "unknown" => ReportKind::OrderUnknown,
        "absent" => ReportKind::OrderNotFound,
        "cancel-refused" => ReportKind::CancelRefused,
        "cancel-taken" => ReportKind::CancelAccepted,
        _ => ReportKind::OrderState,
    };
    let code = match verb {
        "refused" => Code::VenueRefused,
        "unsent" => Code::DeadlinePassed,
        _ => Code::Ok,
    };
    world.report(&Report {
        kind,
        code,
        command_seq: answers,
        ..state
    });
}

fn fee_of(qty_e8: i64, price_e12: i64) -> i64 {
    let notional = i128::from(qty_e8) * i128::from(price_e12) / i128::from(E12);
    i64::try_from(notional * 50_000 / i128::from(E8)).unwrap()
}

fn expect(world: &World, checks: &str, line: &str, slot: u16, sent: usize) {
    let cell = world.kernel.slot(slot);
    let account = world.kernel.account();
    let outcome = world.outcomes.last().unwrap();
    let words: Vec<&str> = checks.split_whitespace().collect();
    for pair in words.chunks(2) {
        let [key, value] = pair else {
            panic!("odd words: {line}")
        };
        let number = |is: i64| assert_eq!(shown(is, 8), shown(e8(value), 8), "{key}\nline: {line}");
        match *key {
            "code" => assert_eq!(format!("{:?}", outcome.code), *value, "line: {line}"),
            "fact" => {
                let facts = world.outcomes.iter().rev().map(|outcome| outcome.fact);
                let last = facts.into_iter().find(|fact| *fact != Fact::None);
                assert_eq!(format!("{:?}", last.unwrap()), *value, "line: {line}");
            }
            "size" => number(cell.qty_e8),
            "cost" => number(cell.entry_notional_e8),
            "realised" => number(cell.realised_e8),
            "fees" => number(cell.fees_e8),
            "unrealised" => number(cell.unrealised_e8),
            "leg" => number(i64::from(cell.leg_index) * E8),
            "dust" => number(i64::from(cell.dust) * E8),
            "excess" => number(cell.excess_qty_e8),
            "unsettled" => number(i64::from(cell.unsettled) * E8),
            "capital" => number(account.capital_e8),
            "gross" => number(account.realised_e8),
            "paid" => number(account.fees_e8),
            "funding" => number(account.funding_e8),
            "reserved" => number(account.reserved_notional_e8),
            "open" => number(account.open_notional_e8),
            "delta" => number(account.delta_e8),
            "frozen" => number(i64::from(account.frozen) * E8),
            "status" => assert_eq!(format!("{:?}", account.status), *value, "line: {line}"),
            "sends" => {
                let kinds: Vec<String> = world.commands[sent.min(world.commands.len())..]
                    .iter()
                    .map(|command| format!("{:?}", command.kind).to_lowercase())
                    .collect();
                let wanted = if *value == "nothing" { "" } else { value };
                assert_eq!(kinds.join(","), wanted, "line: {line}");
            }
            "asks" => {
                let last = world.commands.last().expect("a command");
                assert_eq!(shown(last.qty_e8, 8), shown(e8(value), 8), "line: {line}");
            }
            other => panic!("no such check: {other}"),
        }
    }
}
