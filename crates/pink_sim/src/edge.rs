//! Gateway and listener as the kernel knows them: commands in, reports out, and all that can go
//! wrong between here and the venue.

use std::collections::{HashMap, VecDeque};

use shm_layout::{
    Ascii, Code, Command, CommandKind, Has, OrderKind, OrderSide, OrderStatus, Report, ReportKind,
    Side, TimeInForce,
};

use crate::rng::Rng;
use crate::venue::{Kind, Order, Position, State, Venue};

/// What may go wrong, each with its chance in a thousand.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    pub reply_lost: u64,
    pub request_lost: u64,
    pub request_late: u64,
    pub refused: u64,
    pub cancel_lost: u64,
    pub answer_empty: u64,
    pub snapshot_partial: u64,
    pub position_lag: u64,
    pub stream_lost: u64,
    pub stream_twice: u64,
    pub stream_shuffled: u64,
    pub implausible: u64,
    pub hostile: u64,
    pub by_hand: u64,
    /// An order's end is told as a cancel before its last fill is counted.
    pub early_end: u64,
    pub gateway_crash: u64,
    pub kernel_crash: u64,
}

/// What a SUBMIT meant; the same id may never mean anything else.
type Meaning = (OrderSide, OrderKind, i64, i64, i64, Ascii<24>);

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
    pub trade_of: HashMap<Ascii<40>, Ascii<32>>,
    lagging: Vec<[Position; 2]>,
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
            trade_of: HashMap::new(),
            lagging: Vec::new(),
            lagging_ms: 0,
        }
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
            self.posted.clear();
            self.restarted_ms = venue.now_ms;
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
        let mut reply = about(command, ReportKind::NotSent, venue.now_ms);
        if command.reissue != 0 {
            if let Some(id) = venue.find(&command.client_order_id) {
                self.reports.push_back(Report {
                    command_seq: command.command_seq,
                    ..state_of(venue, id)
                });
                return Ok(());
            }
            // It may have left at any time before this process began, or when this one sent it.
            let left = self.posted.get(&command.client_order_id).copied();
            let left = left
                .unwrap_or(self.restarted_ms)
                .max(command.submitted_wall_ms);
            if venue.now_ms < left + self.not_found_after_ms {
                self.commands.push_back(*command);
                return Ok(());
            }
            // Never sent again: the kernel may have concluded by now that it was not.
            self.reports.push_back(Report {
                code: Code::DeadlinePassed,
                ..reply
            });
            return Ok(());
        }
        let overtaken = self.commands.iter().any(|later| {
            later.kind == CommandKind::Cancel && later.client_order_id == command.client_order_id
        });
        reply.code = Code::Ok;
        if command.adds_risk != 0 {
            if mono_ns > command.deadline_mono_ns {
                reply.code = Code::DeadlinePassed;
            } else if self.kill_switch {
                reply.code = Code::KillSwitch;
            } else if overtaken {
                reply.code = Code::Overtaken;
            }
        }
        if reply.code != Code::Ok {
            self.reports.push_back(reply);
            return Ok(());
        }
        self.keep_promises(command)?;
        self.posted.insert(command.client_order_id, venue.now_ms);
        self.trade_of
            .insert(command.client_order_id, command.trade_id);
        if rng.permille(faults.refused) {
            let kind = ReportKind::OrderRefused;
            self.reports.push_back(Report {
                kind,
                code: Code::VenueRefused,
                venue_code: 101_400,
                ..reply
            });
            return Ok(());
        }
        let unknown = Report {
            kind: ReportKind::OrderUnknown,
            ..reply
        };
        if rng.permille(faults.request_lost) {
            self.reports.push_back(unknown);
            return Ok(());
        }
        let late = rng.permille(faults.request_late);
        let delay = if late {
            rng.between(1, self.not_found_after_ms - 200)
        } else {
            0
        };
        let placed = venue.place(order_of(venue, command, venue.now_ms + delay));
        let Some(id) = placed else {
            let kind = ReportKind::OrderRefused;
            self.reports.push_back(Report {
                kind,
                code: Code::VenueRefused,
                ..reply
            });
            return Ok(());
        };
        if command.adds_risk != 0 {
            self.entries
                .insert(command.trade_id, command.client_order_id);
        }
        if late || rng.permille(faults.reply_lost) {
            self.reports.push_back(unknown);
        } else {
            self.reports.push_back(Report {
                command_seq: command.command_seq,
                ..state_of(venue, id)
            });
        }
        Ok(())
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

    fn cancel(&mut self, rng: &mut Rng, venue: &mut Venue, faults: &Faults, command: &Command) {
        let reply = about(command, ReportKind::CancelRefused, venue.now_ms);
        let Some(id) = venue.find(&command.client_order_id) else {
            self.reports.push_back(Report {
                venue_code: 109_201,
                ..reply
            });
            return;
        };
        if rng.permille(faults.cancel_lost) {
            if rng.permille(500) {
                venue.cancel(id);
            }
            let kind = ReportKind::OrderUnknown;
            self.reports.push_back(Report { kind, ..reply });
        } else if rng.permille(faults.cancel_lost) || !venue.cancel(id) {
            self.reports.push_back(Report {
                venue_code: 109_400,
                ..reply
            });
        } else if rng.permille(300) {
            self.reports.push_back(Report {
                kind: ReportKind::CancelAccepted,
                ..reply
            });
        } else {
            self.reports.push_back(Report {
                command_seq: command.command_seq,
                ..state_of(venue, id)
            });
        }
    }

    fn query(&mut self, rng: &mut Rng, venue: &Venue, faults: &Faults, command: &Command) {
        let reply = about(command, ReportKind::CommandDone, venue.now_ms);
        if rng.permille(faults.answer_empty) {
            self.reports.push_back(reply);
        } else if let Some(id) = venue.find(&command.client_order_id) {
            let asked_wall_ms = venue.now_ms;
            let command_seq = command.command_seq;
            self.reports.push_back(Report {
                command_seq,
                asked_wall_ms,
                ..state_of(venue, id)
            });
        } else if venue.now_ms >= command.submitted_wall_ms + self.not_found_after_ms {
            self.reports.push_back(Report {
                kind: ReportKind::OrderNotFound,
                ..reply
            });
        } else {
            self.reports.push_back(reply);
        }
    }

    fn settle(&mut self, rng: &mut Rng, venue: &Venue, faults: &Faults, command: &Command) {
        let done = about(command, ReportKind::CommandDone, venue.now_ms);
        let order = venue
            .find(&command.client_order_id)
            .map(|id| &venue.orders[id]);
        let complete = order.filter(|order| order.filled == command.cum_qty_e8);
        let Some(order) = complete.filter(|_| !rng.permille(faults.answer_empty)) else {
            self.reports.push_back(done);
            return;
        };
        let row_count = u32::try_from(order.fills.len()).unwrap_or(0);
        for (row_index, fill) in (0..row_count).zip(&order.fills) {
            let row = Report {
                kind: ReportKind::Fill,
                has: Has::Amount.code(),
                fill_id: number("f", u64::from(row_index)),
                qty_e8: fill.qty,
                price_e12: fill.price,
                amount_e8: fill.fee,
                row_index,
                row_count,
                ..done
            };
            self.reports.push_back(row);
            if rng.permille(faults.stream_twice) {
                self.reports.push_back(row);
            }
        }
    }

    fn reconcile(&mut self, rng: &mut Rng, venue: &Venue, faults: &Faults, command: &Command) {
        let row = Report {
            command_seq: command.command_seq,
            asked_seq: command.asked_seq,
            asked_wall_ms: venue.now_ms,
            ..Report::ZERO
        };
        if rng.permille(faults.answer_empty) {
            self.reports.push_back(Report {
                kind: ReportKind::CommandDone,
                ..row
            });
            return;
        }
        self.reports.push_back(Report {
            kind: ReportKind::SnapshotBegin,
            ..row
        });
        let mut row_count = 0;
        let lags = rng.permille(faults.position_lag) && self.lagging.len() == venue.symbols.len();
        for (at, symbol) in venue.symbols.iter().enumerate() {
            let positions = if lags {
                self.lagging[at]
            } else {
                symbol.positions
            };
            for (position, side) in positions.iter().zip([Side::Long, Side::Short]) {
                if position.qty > 0 {
                    let price = position.cost / i128::from(position.qty);
                    self.reports.push_back(Report {
                        kind: ReportKind::SnapshotPosition,
                        symbol: name(symbol.name),
                        position_side: side,
                        qty_e8: position.qty,
                        price_e12: i64::try_from(price).unwrap_or(0),
                        ..row
                    });
                    row_count += 1;
                }
            }
        }
        for id in venue
            .live
            .iter()
            .filter(|id| venue.orders[**id].from_ms <= venue.now_ms)
        {
            let (kind, asked_seq) = (ReportKind::SnapshotOrder, row.asked_seq);
            let command_seq = row.command_seq;
            self.reports.push_back(Report {
                kind,
                command_seq,
                asked_seq,
                ..state_of(venue, *id)
            });
            row_count += 1;
        }
        let (kind, has) = (ReportKind::Balance, Has::Wallet.code());
        self.reports.push_back(Report {
            kind,
            has,
            wallet_e8: venue.wallet,
            ..row
        });
        let partial = rng.permille(faults.snapshot_partial);
        let (kind, complete) = (ReportKind::SnapshotEnd, u8::from(!partial));
        self.reports.push_back(Report {
            kind,
            complete,
            row_count: row_count + 1,
            ..row
        });
    }

    fn income(&mut self, venue: &Venue, command: &Command) {
        let done = about(command, ReportKind::CommandDone, venue.now_ms);
        for row in venue
            .incomes
            .iter()
            .filter(|row| row.at_ms >= command.since_wall_ms)
        {
            self.reports.push_back(Report {
                kind: ReportKind::Income,
                has: Has::Amount.code(),
                income_kind: row.kind,
                fill_id: number("i", row.id),
                symbol: name(venue.symbols[row.symbol].name),
                position_side: if row.side == 0 {
                    Side::Long
                } else {
                    Side::Short
                },
                amount_e8: row.amount,
                venue_wall_ms: row.at_ms,
                ..done
            });
        }
        self.reports.push_back(Report {
            client_order_id: Ascii::EMPTY,
            ..done
        });
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

fn about(command: &Command, kind: ReportKind, now_ms: i64) -> Report {
    Report {
        kind,
        command_seq: command.command_seq,
        asked_wall_ms: now_ms,
        client_order_id: command.client_order_id,
        symbol: command.symbol,
        order_side: command.order_side,
        ..Report::ZERO
    }
}

fn order_of(venue: &Venue, command: &Command, from_ms: i64) -> Order {
    let symbol = venue
        .symbols
        .iter()
        .position(|s| name(s.name) == command.symbol)
        .unwrap_or(0);
    Order {
        client: command.client_order_id,
        symbol,
        buy: command.order_side == OrderSide::Buy,
        side: usize::from(command.position_side == Side::Short),
        reduce: command.adds_risk == 0,
        kind: match command.order_kind {
            OrderKind::Limit => Kind::Limit,
            OrderKind::StopMarket => Kind::Stop,
            OrderKind::TakeProfitMarket => Kind::Profit,
            _ => Kind::Market,
        },
        rests: !matches!(command.tif, TimeInForce::Ioc | TimeInForce::Fok),
        qty: command.qty_e8,
        price: command.price_e12,
        trigger: command.trigger_e12,
        state: State::Resting,
        filled: 0,
        fills: Vec::new(),
        from_ms,
    }
}

/// What a venue says that counts a fill a moment after it ended the order.
fn without_last_fill(venue: &Venue, id: usize) -> Report {
    let order = &venue.orders[id];
    let mut earlier = order.clone();
    if let Some(fill) = earlier.fills.pop() {
        earlier.filled -= fill.qty;
    }
    earlier.state = State::Cancelled;
    state_from(venue, id, &earlier)
}

/// An order as the venue reports it: the average rounded, as BingX rounds it.
#[must_use]
pub fn state_of(venue: &Venue, id: usize) -> Report {
    state_from(venue, id, &venue.orders[id])
}

fn state_from(venue: &Venue, id: usize, order: &Order) -> Report {
    let cost: i128 = order
        .fills
        .iter()
        .map(|f| i128::from(f.qty) * i128::from(f.price))
        .sum();
    let fee: i64 = order.fills.iter().map(|fill| fill.fee).sum();
    let average = if order.filled == 0 {
        0
    } else {
        cost / i128::from(order.filled)
    };
    let rounded = average / 10_000_000 * 10_000_000;
    let mut has = Has::CumQty.code() | Has::Qty.code() | Has::VenueOrderId.code();
    if order.filled > 0 {
        has |= Has::AvgPrice.code() | Has::CumFee.code();
    }
    Report {
        kind: ReportKind::OrderState,
        order_status: match order.state {
            State::Resting => OrderStatus::Working,
            State::Filled => OrderStatus::Filled,
            State::Cancelled => OrderStatus::Cancelled,
        },
        has,
        order_side: if order.buy {
            OrderSide::Buy
        } else {
            OrderSide::Sell
        },
        client_order_id: order.client,
        symbol: name(venue.symbols[order.symbol].name),
        venue_order_id: i64::try_from(id).unwrap_or(0) + 1,
        qty_e8: order.qty,
        cum_qty_e8: order.filled,
        avg_price_e12: i64::try_from(rounded).unwrap_or(0),
        cum_fee_e8: fee,
        venue_wall_ms: venue.now_ms,
        ..Report::ZERO
    }
}

/// A symbol's name as records hold it.
#[must_use]
pub fn name(symbol: &str) -> Ascii<24> {
    Ascii::new(symbol).unwrap_or(Ascii::EMPTY)
}

/// A short numbered id.
#[must_use]
pub fn number<const N: usize>(prefix: &str, number: u64) -> Ascii<N> {
    Ascii::new(&format!("{prefix}{number}")).unwrap_or(Ascii::EMPTY)
}
