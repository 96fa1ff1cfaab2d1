//! Who wants something of the kernel: a policy, an operator, hands on the account, nonsense.

use pink_kernel::NONE;
use shm_layout::{
    Ascii, Code, Control, ControlKind, InputKind, Intent, Mode, OrderKind, Report, ReportKind,
    Side, Stage, TimeInForce, Writer,
};

use crate::begin::changed;
use crate::entry::{Asked, Entry};
use crate::run::Run;
use crate::venue::{E8, Symbol};
use crate::wording::{name, number};

impl Run {
    /// The policy wants something.
    pub(crate) fn decide(&mut self) -> Result<(), String> {
        let open: Vec<u16> = (0..12)
            .filter(|at| self.kernel().slot(*at).stage != Stage::Idle)
            .collect();
        if open.is_empty() || self.rng.permille(300.max(self.faults.protected * 2 / 3)) {
            return self.enter();
        }
        let at = open[self.rng.index(open.len())];
        let slot = *self.kernel().slot(at);
        let kind = match self.rng.below(10) {
            0..=6 => InputKind::Exit,
            7 => InputKind::ExitResidual,
            _ => InputKind::Cancel,
        };
        let mut intent = Intent {
            kind,
            trade_id: slot.trade_id,
            ..self.blank_intent()
        };
        if self.rng.permille(250) {
            let symbol = self
                .venue
                .symbols
                .iter()
                .find(|s| name(s.name) == slot.symbol);
            if let Some(symbol) = symbol {
                intent.order_kind = OrderKind::Limit;
                intent.tif = TimeInForce::Gtc;
                intent.price_e12 = symbol.mark + self.rng.between(-3, 3) * symbol.tick;
            }
        } else if self.rng.permille(200) {
            intent.qty_e8 = self.rng.between(1, slot.qty_e8.max(1));
        }
        self.apply(Entry::Intent(intent))?;
        if kind == InputKind::Exit && intent.qty_e8 == 0 && self.effects().outcome.code == Code::Ok
        {
            return self.judge_leg(&slot);
        }
        Ok(())
    }

    pub(crate) fn blank_intent(&self) -> Intent {
        Intent {
            order_kind: OrderKind::Market,
            slot_id: NONE,
            leverage: 1,
            ttl_ms: 2_000,
            created_mono_ns: self.now.mono_ns,
            created_wall_ns: self.now.wall_ns,
            ..Intent::ZERO
        }
    }

    pub(crate) fn enter(&mut self) -> Result<(), String> {
        let at = self.rng.index(self.venue.symbols.len());
        let side = self.rng.index(2);
        let symbol = self.venue.symbols[at].clone();
        let lots = self
            .rng
            .between(symbol.least / symbol.lot, symbol.least / symbol.lot * 90);
        self.trades += 1;
        let mut intent = Intent {
            kind: InputKind::Enter,
            trade_id: number("t", self.trades),
            symbol: name(symbol.name),
            side: if side == 0 { Side::Long } else { Side::Short },
            qty_e8: lots * symbol.lot,
            leverage: u16::try_from(self.rng.between(1, 5)).unwrap_or(1),
            leg_count: 1,
            leg_ratios_e8: [E8, 0, 0, 0, 0, 0, 0, 0],
            ..self.blank_intent()
        };
        if self.rng.permille(400) {
            intent.leg_count = 3;
            intent.leg_ratios_e8 = [E8 / 2, E8 / 3, E8, 0, 0, 0, 0, 0];
        }
        if self.rng.permille(500) {
            intent.order_kind = OrderKind::Limit;
            intent.tif = if self.rng.permille(200) {
                TimeInForce::Ioc
            } else {
                TimeInForce::Gtc
            };
            intent.price_e12 = symbol.mark + self.rng.between(-5, 5) * symbol.tick;
        }
        if self.rng.permille(400) {
            let away = symbol.mark / 100 / symbol.tick * symbol.tick;
            let sign = if side == 0 { 1 } else { -1 };
            intent.stop_loss_e12 = symbol.mark - sign * away;
            intent.take_profit_e12 = symbol.mark + sign * away;
        }
        if self.rng.permille(self.faults.protected) {
            rest_beside(&mut intent, &symbol);
            self.mark(at)?;
        }
        self.apply(Entry::Intent(intent))
    }

    /// What was accepted may be held, and nothing else.
    pub(crate) fn note_asked(&mut self, intent: &Intent) {
        let outcome = &self.effects().outcome;
        if intent.kind != InputKind::Enter || outcome.code != Code::Ok {
            return;
        }
        let symbols = &self.venue.symbols;
        let Some(symbol) = symbols.iter().position(|s| name(s.name) == intent.symbol) else {
            return;
        };
        let asked = Asked {
            symbol,
            side: usize::from(intent.side == Side::Short),
            qty: intent.qty_e8,
            seq: outcome.seq,
        };
        self.asked.insert(intent.trade_id, asked);
        self.tally.trades += 1;
    }

    /// Rare things: money that comes and goes, hands on the account, nonsense.
    pub(crate) fn oddity(&mut self) -> Result<(), String> {
        let symbol = self.rng.index(self.venue.symbols.len());
        let side = self.rng.index(2);
        if self.rng.permille(self.faults.by_hand) {
            self.meddle(symbol, side);
            return Ok(());
        }
        match self.rng.below(60) {
            0 if self.venue.symbols[symbol].positions[side].qty > 0 => {
                let amount = self.rng.between(-200_000, 100_000);
                self.venue.earn(1, symbol, side, amount);
                Ok(())
            }
            1 => {
                let amount = self.rng.between(-5, 5) * E8;
                self.venue.earn(2, symbol, side, amount);
                let kind = ReportKind::AccountHint;
                self.apply(Entry::Report(
                    Writer::Listener,
                    Report {
                        kind,
                        ..Report::ZERO
                    },
                ))
            }
            3..=20 if self.rng.permille(self.faults.hostile) => self.nonsense(),
            _ => Ok(()),
        }
    }

    /// Hands on the account: a position closed, in part or all of it, opened or added to.
    fn meddle(&mut self, symbol: usize, side: usize) {
        let of = &self.venue.symbols[symbol];
        let (lot, held) = (of.lot, of.positions[side].qty);
        let taken = of.positions[1 - side].qty > 0;
        let part = self.rng.between(1, (held / lot).max(1)) * lot;
        let more = of.least * 7;
        if held > 0 && self.rng.permille(800) {
            let whole = self.rng.permille(400);
            self.venue
                .close_by_hand(symbol, side, if whole { held } else { part });
        } else if !taken {
            self.venue.open_by_hand(symbol, side, more);
            let asked = Asked {
                symbol,
                side,
                qty: (held + more) * 100,
                seq: 0,
            };
            self.asked
                .insert(number("h", self.asked.len() as u64), asked);
        }
        self.by_hand = true;
    }

    /// Inputs nobody should ever send.
    pub(crate) fn nonsense(&mut self) -> Result<(), String> {
        let wild = [0, 1, -1, i64::MAX, i64::MIN, E8, 1_000_000_000_000];
        let at = self.rng.index(wild.len());
        let (a, b) = (wild[at], wild[self.rng.index(wild.len())]);
        if self.rng.permille(500) {
            let kinds = [
                InputKind::Enter,
                InputKind::Exit,
                InputKind::Cancel,
                InputKind::Epoch,
            ];
            let intent = Intent {
                kind: kinds[self.rng.index(kinds.len())],
                trade_id: number("t", self.rng.below(self.trades + 2)),
                symbol: name("BTC-USDT"),
                qty_e8: a,
                price_e12: b,
                leverage: u16::try_from(self.rng.below(70_000)).unwrap_or(0),
                slot_id: u16::try_from(self.rng.below(70_000)).unwrap_or(NONE),
                leg_count: u32::try_from(self.rng.below(20)).unwrap_or(0),
                // Never a side, so that nothing of it can pass for a wish.
                ..self.blank_intent()
            };
            return self.apply(Entry::Intent(intent));
        }
        let kinds = ReportKind::ALL;
        let kind = kinds[self.rng.index(kinds.len())];
        let harmless = !matches!(kind, ReportKind::Instrument | ReportKind::PositionMode);
        let foreign = Report {
            kind: if harmless {
                kind
            } else {
                ReportKind::OrderState
            },
            client_order_id: number("web-", self.rng.below(5)),
            symbol: name("BTC-USDT"),
            cum_qty_e8: a,
            qty_e8: b,
            avg_price_e12: a,
            price_e12: b,
            amount_e8: a,
            command_seq: u64::MAX,
            has: 1 | 2 | 4 | 16,
            row_count: 1,
            ..Report::ZERO
        };
        self.apply(Entry::Report(Writer::Listener, foreign))
    }

    /// A position beside a trade that closed: whoever sees that closes it.
    fn is_held_beside(&self) -> bool {
        let beside = |at: u16| {
            let slot = self.kernel().slot(at);
            slot.stage == Stage::Closed && slot.discrepancy_qty_e8 > 0
        };
        let calm = self.kernel().account().flattening == 0;
        calm && (0..12).any(beside)
    }

    pub(crate) fn control(&mut self) -> Result<(), String> {
        let blank = Control {
            operator: 1,
            text: Ascii::new("sim").unwrap_or(Ascii::EMPTY),
            ..Control::ZERO
        };
        let kind = match self.rng.below(400) {
            0 => ControlKind::Flatten,
            1..=3 => ControlKind::Mode,
            4..=6 => ControlKind::KillSwitch,
            7 => ControlKind::Reconcile,
            8..=30 if self.kernel().account().mode_wanted != Mode::Active => ControlKind::Mode,
            8..=30 if self.kernel().account().kill_switch != 0 => ControlKind::KillSwitch,
            31..=60 => ControlKind::Anchor,
            71..=399 if self.is_held_beside() => ControlKind::Flatten,
            61..=70 => {
                let limits = changed(&mut self.rng);
                return self.apply(Entry::Control(limits));
            }
            _ => return Ok(()),
        };
        let wanted = self.kernel().account().mode_wanted;
        let mode = if wanted == Mode::Active && self.rng.permille(300) {
            Mode::ReduceOnly
        } else {
            Mode::Active
        };
        let engaged = u8::from(self.kernel().account().kill_switch == 0);
        self.apply(Entry::Control(Control {
            kind,
            mode,
            engaged,
            ..blank
        }))
    }
}

/// Makes an entry rest a few ticks beside the market, with protection as near.
fn rest_beside(intent: &mut Intent, symbol: &Symbol) {
    let near = (symbol.mark / symbol.tick / 2_000).max(1) * symbol.tick * 8;
    let sign = if intent.side == Side::Long { 1 } else { -1 };
    intent.order_kind = OrderKind::Limit;
    intent.tif = TimeInForce::Gtc;
    intent.price_e12 = symbol.mark + sign * (near / symbol.tick / 4) * symbol.tick;
    intent.stop_loss_e12 = symbol.mark - sign * near;
    intent.take_profit_e12 = symbol.mark + sign * near;
}
