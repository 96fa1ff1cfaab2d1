//! What must be so: after every step, at the end of every trade, and once all is quiet.

use pink_journal::sim_disk::Faults as DiskFaults;
use pink_kernel::NONE;
use shm_layout::{Ascii, Control, ControlKind, Effect, Mode, Side, SlotCell, Stage, Writer};

use crate::edge::Faults;
use crate::entry::Entry;
use crate::run::Run;
use crate::venue::E8;
use crate::wording::name;

/// Slots that are watched; no more are ever open at once.
pub(crate) const WATCHED_SLOTS: u16 = 16;
/// An entry that still works after this, awake, is not being withdrawn.
const WITHDRAWN_AFTER_MS: i64 = 30_000;

/// A position that is still held so long after the market passed its level is not being closed.
const PASSED_AFTER_MS: i64 = 10_000;

/// A share the venue would not take is the least it takes, or all if less would be left.
fn least_leg(share: i128, held: i64, least: i64) -> i128 {
    let (held, least) = (i128::from(held), i128::from(least));
    match share {
        enough if enough >= least => enough,
        _ if held - least < least => held,
        _ => least,
    }
}

impl Run {
    /// A trade that ends has booked what the venue's own fills of its orders say, and all of it.
    pub(crate) fn judge_trade(&self) -> Result<(), String> {
        let o = &self.effects().outcome;
        let (mut opened, mut closed, mut fees) = (0, 0, 0);
        for order in &self.venue.orders {
            if self.edge.is_of(&order.client, &o.trade_id) {
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
            .filter(|order| self.edge.is_of(&order.client, &o.trade_id))
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

    /// What every order of ours ever traded, as the kernel booked it, makes up the trade's result.
    pub(crate) fn judge_result(&self) -> Result<(), String> {
        let o = &self.effects().outcome;
        let adopted = o.trade_id.as_str().starts_with("adopted");
        if self.by_hand || adopted || o.slot_opened_qty_e8 == 0 {
            return Ok(());
        }
        let (mut bought, mut sold) = (0, 0);
        for (client, fact) in &self.order_facts {
            if self.edge.is_of(client, &o.trade_id) {
                *(if fact.buys { &mut bought } else { &mut sold }) += fact.notional_e8;
            }
        }
        if o.slot_realised_e8 == sold - bought {
            return Ok(());
        }
        let ours = o.slot_realised_e8;
        Err(format!(
            "trade {:?}: realised {ours}, its orders sold {sold} and bought {bought}",
            o.trade_id
        ))
    }

    /// Capital is what came in and out, after every input; what a fill earned is in it.
    pub(crate) fn judge_capital(&self) -> Result<(), String> {
        let o = &self.effects().outcome;
        let made = o.seed_e8 + o.realised_e8 - o.fees_e8 - o.funding_e8;
        if o.capital_e8 == made + o.transfers_e8 + o.adjustments_e8 {
            return Ok(());
        }
        Err(format!("capital {} is not what made it", o.capital_e8))
    }

    /// While risk is forbidden no entry goes on working: it is cancelled, again and again.
    pub(crate) fn judge_withdrawal(&mut self) -> Result<(), String> {
        let account = self.kernel().account();
        let barred =
            account.kill_switch != 0 || account.mode_wanted != Mode::Active || account.frozen != 0;
        for at in 0..WATCHED_SLOTS {
            let works = self.kernel().slot(at).stage == Stage::EntryWorking;
            let since = &mut self.works_since_ms[usize::from(at)];
            if !barred || !works {
                *since = None;
                continue;
            }
            let since = *since.get_or_insert(self.awake_ms);
            if self.awake_ms - since > WITHDRAWN_AFTER_MS {
                return Err(format!(
                    "the entry of slot {at} works on, risk is forbidden"
                ));
            }
        }
        Ok(())
    }

    /// Nobody holds on to a position beyond its stop loss or take profit because the venue takes no
    /// such order there any more.
    pub(crate) fn judge_passed(&mut self) -> Result<(), String> {
        for at in 0..WATCHED_SLOTS {
            let passed = self.is_passed(self.kernel().slot(at));
            let since = &mut self.passed_since_ms[usize::from(at)];
            if !passed {
                *since = None;
                continue;
            }
            let since = *since.get_or_insert(self.awake_ms);
            if self.awake_ms - since > PASSED_AFTER_MS {
                return Err(format!("slot {at} holds on, its level is passed"));
            }
        }
        Ok(())
    }

    /// By a mark that was told in this life of the machine, and nothing is done about it.
    fn is_passed(&self, slot: &SlotCell) -> bool {
        let symbols = &self.venue.symbols;
        let Some(symbol) = symbols.iter().find(|s| name(s.name) == slot.symbol) else {
            return false;
        };
        let place = self.kernel().place_of(&slot.symbol).unwrap_or(NONE);
        let told = self.kernel().instrument(place);
        let sign = if slot.side == Side::Short { -1 } else { 1 };
        let beyond = |level: i64, sign: i64| level != 0 && (told.mark_e12 - level) * sign <= 0;
        let lost = slot.stop_order == NONE && beyond(slot.stop_loss_e12, sign);
        let won = slot.profit_order == NONE && beyond(slot.take_profit_e12, -sign);
        let known = told.mark_mono_ns != 0 && told.seq > self.recovered_seq;
        let idle = slot.exit_wanted == 0 && slot.exit_order == NONE;
        slot.qty_e8 >= symbol.least && known && idle && (lost || won)
    }

    /// Money booked for a fill is the venue's own, but for the rounding of its average.
    pub(crate) fn judge_fill(&self) -> Result<(), String> {
        let o = &self.effects().outcome;
        let Some(id) = self.venue.find(&o.client_order_id) else {
            return Ok(());
        };
        let (mut qty, mut cost) = (0, 0);
        for fill in &self.venue.orders[id].fills {
            if qty < o.order_cum_qty_e8 {
                qty += fill.qty;
                cost += i128::from(fill.qty) * i128::from(fill.price) / 1_000_000_000_000;
            }
        }
        let off = (i128::from(o.order_cum_notional_e8) - cost).abs();
        if qty == o.order_cum_qty_e8 && off <= i128::from(qty) / 100_000 + 10 {
            return self.judge_cost(self.venue.orders[id].symbol);
        }
        let ours = (o.order_cum_qty_e8, o.order_cum_notional_e8);
        let order = o.client_order_id.as_str();
        Err(format!("{order}: kernel {ours:?}, venue {:?}", (qty, cost)))
    }

    /// What is held cost about what the venue says; it averages in another order.
    fn judge_cost(&self, symbol: usize) -> Result<(), String> {
        let o = &self.effects().outcome;
        let side = usize::from(o.slot_side == Side::Short);
        let held = &self.venue.symbols[symbol].positions[side];
        let cost = i64::try_from(held.cost / 1_000_000_000_000).unwrap_or(i64::MAX);
        let off = (o.slot_entry_notional_e8 - cost).abs();
        if o.slot_qty_e8 != held.qty || off <= cost / 10 || self.by_hand {
            return Ok(());
        }
        if o.slot_closed_qty_e8 > 0 && self.is_between_prices(symbol, side) {
            return Ok(());
        }
        let ours = o.slot_entry_notional_e8;
        Err(format!(
            "{:?}: cost by kernel {ours}, venue {cost}",
            o.trade_id
        ))
    }

    /// After an exit was booked, an entry fill of before it may come to light: of the trade's
    /// fills others are averaged then, but no unit can have cost less or more than one of them.
    fn is_between_prices(&self, symbol: usize, side: usize) -> bool {
        let o = &self.effects().outcome;
        let bought = self
            .venue
            .orders
            .iter()
            .filter(|order| (order.symbol, order.side, order.reduce) == (symbol, side, false))
            .filter(|order| trade_of(&order.client) == trade_of(&o.client_order_id))
            .flat_map(|order| &order.fills)
            .map(|fill| fill.price);
        let (least, most) = bought.fold((i64::MAX, 0), |(least, most), price| {
            (least.min(price), most.max(price))
        });
        let worth = |price: i64| i128::from(o.slot_qty_e8) * i128::from(price) / 1_000_000_000_000;
        let ours = i128::from(o.slot_entry_notional_e8);
        worth(least) - 100 <= ours && ours <= worth(most) + 100
    }

    /// An exit that names no size takes the leg's share of what is held, the last leg the rest.
    pub(crate) fn judge_leg(&self, before: &SlotCell) -> Result<(), String> {
        let (o, leg) = (&self.effects().outcome, usize::from(before.leg_index));
        let symbols = &self.venue.symbols;
        let symbol = symbols.iter().find(|s| name(s.name) == before.symbol);
        let (Some(symbol), true) = (symbol, o.effect == Effect::SendExit) else {
            return Ok(());
        };
        let ratio = i128::from(before.leg_ratios_e8[leg]);
        let lots = i128::from(before.qty_e8) * ratio / i128::from(E8) / i128::from(symbol.lot);
        let last = leg + 1 >= usize::from(before.leg_count);
        let due = if last {
            i128::from(before.qty_e8)
        } else {
            least_leg(lots * i128::from(symbol.lot), before.qty_e8, symbol.least)
        };
        let sent = self
            .effects()
            .commands()
            .iter()
            .map(|c| i128::from(c.qty_e8));
        if sent.clone().any(|qty| qty == due) {
            return Ok(());
        }
        let sent: Vec<i128> = sent.collect();
        Err(format!(
            "leg {leg} of {:?}: due {due}, sent {sent:?}",
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
                let asked = self.asked.values();
                let asked = asked.filter(|asked| (asked.symbol, asked.side) == (at, side));
                let most = asked.map(|asked| asked.qty).max().unwrap_or(0);
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
        self.disk.set_faults(DiskFaults::default());
        self.apply(Entry::Control(Control { kind, ..blank }))?;
        let mut calm = 0;
        for _ in 0..60_000 {
            self.pass(100);
            while self
                .kernel()
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
            self.make_durable()?;
            let rested = self.kernel().account().open_slots == 0 && self.venue.is_flat();
            calm = if rested { calm + 1 } else { 0 };
            if calm > 700 {
                return self.compare();
            }
        }
        let stuck = (0..256)
            .map(|at| self.kernel().slot(at))
            .find(|slot| slot.stage != Stage::Idle);
        Err(format!(
            "never came to rest; flat at the venue: {}; {stuck:?}",
            self.venue.is_flat()
        ))
    }

    /// Fees of orders whose record was lost, which the kernel can know nothing of.
    fn fees_lost(&self) -> i64 {
        let lost = self.lost_orders.iter().filter_map(|id| self.venue.find(id));
        let fills = lost.flat_map(|id| &self.venue.orders[id].fills);
        fills.map(|fill| fill.fee).sum()
    }

    /// Orders whose fee differs: what the kernel booked last, what the venue took.
    fn fees_apart(&self) -> Vec<(&str, i64, i64)> {
        let known = |client: &Ascii<40>| self.order_facts.get(client).map_or(0, |o| o.fee_e8);
        let orders = self.venue.orders.iter();
        orders
            .map(|order| {
                let theirs = order.fills.iter().map(|fill| fill.fee).sum::<i64>();
                (order.client.as_str(), known(&order.client), theirs)
            })
            .filter(|(_, ours, theirs)| ours != theirs)
            .collect()
    }

    pub(crate) fn compare(&mut self) -> Result<(), String> {
        self.kernel()
            .check()
            .map_err(|violation| violation.to_string())?;
        let account = *self.kernel().account();
        if account.unresolved_orders + account.unsettled_orders != 0 {
            return Err("orders are left over".into());
        }
        let venue = &self.venue;
        // The wallet the kernel was seeded from held what had come before.
        let since = |kind: u8| -> i64 {
            let rows = venue.incomes.iter();
            rows.filter(|row| row.kind == kind && row.at_ms > account.seed_wall_ms)
                .map(|row| row.amount)
                .sum()
        };
        // What hands did has no order of ours to tell its price: its result stays an estimate.
        let known = !self.by_hand;
        let pairs = [
            ("fees", true, account.fees_e8, venue.fees - self.fees_lost()),
            ("funding", true, account.funding_e8, -since(1)),
            ("transfers", true, account.transfers_e8, since(2)),
            ("adjustments", known, account.adjustments_e8, 0),
            ("realised", known, account.realised_e8, venue.realised),
            ("capital", known, account.capital_e8, venue.wallet),
        ];
        for (figure, exact, ours, theirs) in pairs {
            if ours != theirs && exact {
                return Err(format!(
                    "{figure}: kernel {ours}, venue {theirs}; by order {:?}",
                    self.fees_apart()
                ));
            }
        }
        Ok(())
    }
}

/// What the orders of one trade have in common: slot and generation in their client order id.
fn trade_of(client: &Ascii<40>) -> (Option<&str>, Option<&str>) {
    let mut words = client.as_str().rsplit('-');
    let generation = words.nth(2);
    (words.next(), generation)
}
