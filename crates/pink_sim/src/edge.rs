//! Gateway and listener as the kernel knows them: commands in, reports out, and all that can go
//! wrong between here and the venue.

use std::collections::{HashMap, VecDeque};

use pink_journal::outbox::record_of;
use shm_layout::{Ascii, Code, Command, CommandKind, OrderKind, OrderSide, Report, ReportKind};

use crate::rng::Rng;
use crate::venue::{Kind, Position, State, Venue};
use crate::wording::{about, order_of, state_of, without_last_fill};

/// What may go wrong, each with its chance in a thousand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    pub reply_lost: u64,
    pub request_lost: u64,
    pub request_late: u64,
    pub refused: u64,
    pub cancel_lost: u64,
    /// A cancel is refused as one under way, and the order ends a moment later.
    pub cancel_slow: u64,
    pub answer_empty: u64,
    pub snapshot_partial: u64,
    pub position_lag: u64,
    pub stream_lost: u64,
    pub stream_twice: u64,
    pub stream_shuffled: u64,
    pub implausible: u64,
    pub hostile: u64,
    /// Somebody else trades on the account, by hand.
    pub by_hand: u64,
    /// An entry rests beside the market, and its protection on both sides of it.
    pub protected: u64,
    /// An order's end is told as a cancel before its last fill is counted.
    pub early_end: u64,
    pub gateway_crash: u64,
    pub kernel_crash: u64,
    /// Of the crashes, those that are power cuts.
    pub power_cut: u64,
    /// A write or a sync fails.
    pub disk_broken: u64,
    pub disk_full: u64,
    /// Nothing happens for up to three seconds.
    pub pauses: u64,
}

/// What a SUBMIT meant; the same id may never mean anything else.
type Meaning = (OrderSide, OrderKind, i64, i64, i64, Ascii<24>);

/// Which trade a sent order is of, and the record that caused it.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    pub trade: Ascii<32>,
    pub record: u64,
}

pub struct Edge {
    pub commands: VecDeque<Command>,
    pub reports: VecDeque<Report>,
    pub stream: Vec<Report>,
    pub meanings: HashMap<Ascii<40>, Meaning>,
    /// Entries ever placed at the venue, by trade.
    pub entries: HashMap<Ascii<32>, Ascii<40>>,
    pub kill_switch: bool,
    pub not_found_after_ms: i64,
    /// When each order was last sent, as this gateway process remembers it.
    posted: HashMap<Ascii<40>, i64>,
    restarted_ms: i64,
    pub sent: HashMap<Ascii<40>, Sent>,
    pub(crate) lagging: Vec<[Position; 2]>,
    lagging_ms: i64,
}

impl Edge {
    #[must_use]
    pub fn new(not_found_after_ms: i64) -> Self {
        Self {
            commands: VecDeque::new(),
            reports: VecDeque::new(),
            stream: Vec::new(),
            meanings: HashMap::new(),
            entries: HashMap::new(),
            kill_switch: false,
            not_found_after_ms,
            posted: HashMap::new(),
            restarted_ms: 0,
            sent: HashMap::new(),
            lagging: Vec::new(),
            lagging_ms: 0,
        }
    }

    /// True if this order was sent for this trade.
    #[must_use]
    pub fn is_of(&self, client: &Ascii<40>, trade: &Ascii<32>) -> bool {
        self.sent
            .get(client)
            .is_some_and(|sent| sent.trade == *trade)
    }

    /// Gateway, listener and all rings are gone.
    pub fn power_off(&mut self) {
        self.commands.clear();
        self.reports.clear();
        self.stream.clear();
        self.posted.clear();
    }

    /// A new gateway process: it cannot know when an order it finds in its ring was sent.
    pub fn restarted(&mut self, venue: &Venue) {
        self.posted.clear();
        self.restarted_ms = venue.now_ms;
    }

    /// Positions as the venue's position endpoint sees them: sometimes seconds late.
    pub fn observe(&mut self, venue: &Venue) {
        if venue.now_ms - self.lagging_ms > 3_000 || self.lagging.is_empty() {
            self.lagging = venue
                .symbols
                .iter()
                .map(|symbol| symbol.positions)
                .collect();
            self.lagging_ms = venue.now_ms;
        }
    }

    /// Handles the next command. `Err` names a broken promise of the kernel.
    pub fn work(
        &mut self,
        rng: &mut Rng,
        venue: &mut Venue,
        faults: &Faults,
        mono_ns: u64,
    ) -> Result<(), String> {
        let Some(mut command) = self.commands.pop_front() else {
            return Ok(());
        };
        if rng.permille(faults.gateway_crash) {
            // Done, but not said: after the restart it is looked at again.
            if rng.permille(500) {
                let said = self.reports.len();
                self.answer(rng, venue, faults, mono_ns, &command)?;
                self.reports.truncate(said);
            }
            command.reissue = 1;
            self.restarted(venue);
            self.commands.push_front(command);
            return Ok(());
        }
        self.answer(rng, venue, faults, mono_ns, &command)
    }

    fn answer(
        &mut self,
        rng: &mut Rng,
        venue: &mut Venue,
        faults: &Faults,
        mono_ns: u64,
        command: &Command,
    ) -> Result<(), String> {
        match command.kind {
            CommandKind::Submit => return self.submit(rng, venue, faults, mono_ns, command),
            CommandKind::Cancel => self.cancel(rng, venue, faults, command),
            CommandKind::Query => self.query(rng, venue, faults, command),
            CommandKind::Settle => self.settle(rng, venue, faults, command),
            CommandKind::Reconcile => self.reconcile(rng, venue, faults, command),
            CommandKind::Income => self.income(venue, command),
            CommandKind::None => return Err("a command of no kind".into()),
        }
        Ok(())
    }

    fn submit(
        &mut self,
        rng: &mut Rng,
        venue: &mut Venue,
        faults: &Faults,
        mono_ns: u64,
        command: &Command,
    ) -> Result<(), String> {
        let reply = about(command, ReportKind::NotSent, venue.now_ms);
        if command.reissue != 0 {
            self.resume(venue, command, &reply);
            return Ok(());
        }
        let code = self.forbids(command, mono_ns);
        if code != Code::Ok {
            self.reports.push_back(Report { code, ..reply });
            return Ok(());
        }
        self.keep_promises(command)?;
        self.posted.insert(command.client_order_id, venue.now_ms);
        let sent = Sent {
            trade: command.trade_id,
            record: record_of(command),
        };
        self.sent.insert(command.client_order_id, sent);
        self.post(rng, venue, faults, command, &reply);
        Ok(())
    }

    /// A command that may have been sent before: the venue is asked, nothing is ever sent again,
    /// for the kernel may have concluded by now that it was not.
    fn resume(&mut self, venue: &Venue, command: &Command, reply: &Report) {
        let command_seq = command.command_seq;
        if let Some(id) = venue.find(&command.client_order_id) {
            self.reports.push_back(Report {
                command_seq,
                ..state_of(venue, id)
            });
            return;
        }
        // It may have left at any time before this process began, or when this one sent it.
        let posted = self.posted.get(&command.client_order_id).copied();
        let left = posted
            .unwrap_or(self.restarted_ms)
            .max(command.submitted_wall_ms);
        if venue.now_ms < left + self.not_found_after_ms {
            self.commands.push_back(*command);
        } else {
            self.reports.push_back(Report {
                code: Code::DeadlinePassed,
                ..*reply
            });
        }
    }

    /// Why a risk-adding command does not leave.
    fn forbids(&self, command: &Command, mono_ns: u64) -> Code {
        let overtaken = self.commands.iter().any(|later| {
            later.kind == CommandKind::Cancel && later.client_order_id == command.client_order_id
        });
        if command.adds_risk == 0 {
            Code::Ok
        } else if mono_ns > command.deadline_mono_ns {
            Code::DeadlinePassed
        } else if self.kill_switch {
            Code::KillSwitch
        } else if overtaken {
            Code::Overtaken
        } else {
            Code::Ok
        }
    }

    fn post(
        &mut self,
        rng: &mut Rng,
        venue: &mut Venue,
        faults: &Faults,
        command: &Command,
        reply: &Report,
    ) {
        let kind = ReportKind::OrderRefused;
        let refused = Report {
            kind,
            code: Code::VenueRefused,
            venue_code: 101_400,
            ..*reply
        };
        let unknown = Report {
            kind: ReportKind::OrderUnknown,
            ..*reply
        };
        if rng.permille(faults.refused) {
            self.reports.push_back(refused);
            return;
        }
        if rng.permille(faults.request_lost) {
            self.reports.push_back(unknown);
            return;
        }
        let late = rng.permille(faults.request_late);
        let delay = if late {
            rng.between(1, self.not_found_after_ms - 200)
        } else {
            0
        };
        let Some(id) = venue.place(order_of(venue, command, venue.now_ms + delay)) else {
            self.reports.push_back(refused);
            return;
        };
        if command.adds_risk != 0 {
            self.entries
                .insert(command.trade_id, command.client_order_id);
        }
        if late || rng.permille(faults.reply_lost) {
            self.reports.push_back(unknown);
        } else {
            let command_seq = command.command_seq;
            self.reports.push_back(Report {
                command_seq,
                ..state_of(venue, id)
            });
        }
    }

    /// One id, one meaning; one trade, one entry; nothing that reduces may open.
    fn keep_promises(&mut self, command: &Command) -> Result<(), String> {
        let meaning = (
            command.order_side,
            command.order_kind,
            command.qty_e8,
            command.price_e12,
            command.trigger_e12,
            command.symbol,
        );
        let known = self.meanings.insert(command.client_order_id, meaning);
        if known.is_some_and(|known| known != meaning) {
            return Err(format!(
                "{:?} was sent with two meanings",
                command.client_order_id
            ));
        }
        if command.adds_risk != 0 {
            let first = self.entries.get(&command.trade_id);
            if first.is_some_and(|first| *first != command.client_order_id) {
                return Err(format!("{:?} was entered twice", command.trade_id));
            }
        }
        Ok(())
    }

    /// The stream tells what it saw, if it does.
    pub fn listen(&mut self, rng: &mut Rng, venue: &mut Venue, faults: &Faults) {
        let news = std::mem::take(&mut venue.news);
        for id in news {
            if venue.orders[id].from_ms > venue.now_ms {
                continue;
            }
            if rng.permille(faults.stream_lost) {
                if rng.permille(300) {
                    self.stream.push(Report {
                        kind: ReportKind::Gap,
                        ..Report::ZERO
                    });
                }
                continue;
            }
            let mut report = state_of(venue, id);
            let ended =
                venue.orders[id].state != State::Resting && venue.orders[id].fills.len() > 1;
            if ended && rng.permille(faults.early_end) {
                report = without_last_fill(venue, id);
            }
            if rng.permille(faults.implausible) && report.cum_qty_e8 > 0 {
                report.avg_price_e12 = if rng.permille(500) {
                    0
                } else {
                    report.avg_price_e12 * 2
                };
                if rng.permille(300) {
                    report.cum_qty_e8 *= 5;
                }
            }
            if matches!(venue.orders[id].kind, Kind::Stop | Kind::Profit) {
                report.client_order_id = Ascii::EMPTY;
            }
            self.stream.push(report);
            if rng.permille(faults.stream_twice) {
                self.stream.push(report);
            }
        }
    }

    /// The next stream report: usually the oldest.
    pub fn heard(&mut self, rng: &mut Rng, faults: &Faults) -> Option<Report> {
        if self.stream.is_empty() {
            return None;
        }
        let shuffled = rng.permille(faults.stream_shuffled);
        let at = if shuffled {
            rng.index(self.stream.len())
        } else {
            0
        };
        Some(self.stream.remove(at))
    }
}
