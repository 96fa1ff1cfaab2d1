//! What must be so: after every step, at the end of every trade, and once all is quiet.

use shm_layout::{Control, ControlKind, Stage, Writer};

use crate::edge::Faults;
use crate::run::{Entry, Run};

impl Run {
    /// A trade that ends has booked what the venue's own fills of its orders say, and all of it.
    pub(crate) fn judge_trade(&self) -> Result<(), String> {
        let o = &self.effects.outcome;
        let (mut opened, mut closed, mut fees) = (0, 0, 0);
        for order in &self.venue.orders {
            if self.edge.trade_of.get(&order.client) == Some(&o.trade_id) {
                let qty = order.filled;
                *(if order.reduce {
                    &mut closed
                } else {
                    &mut opened
                }) += qty;
                fees += order.fills.iter().map(|fill| fill.fee).sum::<i64>();
            }
        }
        let adopted = o.trade_id.as_str().starts_with("adopted");
        let ours = (o.slot_opened_qty_e8, o.slot_closed_qty_e8, o.slot_fees_e8);
        if ours == (opened, closed, fees) || self.by_hand || adopted {
            return Ok(());
        }
        let orders: Vec<String> = self
            .venue
            .orders
            .iter()
            .filter(|order| self.edge.trade_of.get(&order.client) == Some(&o.trade_id))
            .map(|order| {
                let id = order.client.as_str();
                format!(
                    "{id} {:?} {} of {} {:?}",
                    order.kind, order.filled, order.qty, order.state
                )
            })
            .collect();
        let theirs = (opened, closed, fees);
        Err(format!(
            "trade {:?}: kernel {ours:?}, venue {theirs:?}, {orders:?}",
            o.trade_id
        ))
    }

    /// At the venue no position is bigger than what the policy asked for on that symbol.
    pub(crate) fn judge_exposure(&self) -> Result<(), String> {
        for (at, symbol) in self.venue.symbols.iter().enumerate() {
            for (side, position) in symbol.positions.iter().enumerate() {
                if position.qty == 0 {
                    continue;
                }
                let asked = self
                    .asked
                    .values()
                    .filter(|(s, d, _)| (*s, *d) == (at, side));
                let most = asked.map(|(_, _, qty)| *qty).max().unwrap_or(0);
                if position.qty > most {
                    return Err(format!(
                        "{} holds {} nobody asked for",
                        symbol.name, position.qty
                    ));
                }
            }
        }
        Ok(())
    }

    /// Faults end; everything must come to rest, and the books must agree to the last digit.
    pub fn quiet(&mut self) -> Result<(), String> {
        self.faults = Faults::default();
        let blank = Control::ZERO;
        let kind = ControlKind::Flatten;
        self.apply(Entry::Control(Control { kind, ..blank }))?;
        let mut calm = 0;
        for _ in 0..60_000 {
            self.pass(100);
            while self
                .kernel
                .next_deadline()
                .is_some_and(|due| due <= self.now.mono_ns)
            {
                self.apply(Entry::Deadline)?;
            }
            self.venue.tick(&mut self.rng, true);
            self.edge
                .listen(&mut self.rng, &mut self.venue, &self.faults);
            while let Some(report) = self.edge.heard(&mut self.rng, &self.faults) {
                self.apply(Entry::Report(Writer::Listener, report))?;
            }
            let mono = self.now.mono_ns;
            self.edge
                .work(&mut self.rng, &mut self.venue, &self.faults, mono)?;
            while let Some(report) = self.edge.reports.pop_front() {
                self.report(report)?;
            }
            let account = self.kernel.account();
            let rested = account.open_slots == 0 && self.venue.is_flat();
            calm = if rested { calm + 1 } else { 0 };
            if calm > 700 {
                return self.compare();
            }
        }
        let stuck = (0..256)
            .map(|at| self.kernel.slot(at))
            .find(|slot| slot.stage != Stage::Idle);
        Err(format!(
            "never came to rest; flat at the venue: {}; {stuck:?}",
            self.venue.is_flat()
        ))
    }

    pub(crate) fn compare(&mut self) -> Result<(), String> {
        self.kernel
            .check()
            .map_err(|violation| violation.to_string())?;
        let account = *self.kernel.account();
        if account.unresolved_orders + account.unsettled_orders != 0 {
            return Err("orders are left over".into());
        }
        let venue = &self.venue;
        let pairs = [
            ("fees", account.fees_e8, venue.fees),
            ("funding", account.funding_e8, venue.funding),
            ("realised", account.realised_e8, venue.realised),
            ("capital", account.capital_e8, venue.wallet),
        ];
        let estimated = self.by_hand || account.adjustments_e8 != 0;
        for (figure, ours, theirs) in pairs {
            if ours != theirs && !estimated {
                return Err(format!("{figure}: kernel {ours}, venue {theirs}"));
            }
        }
        Ok(())
    }
}
