//! How the gateway answers each command that is not a SUBMIT.

use shm_layout::{Ascii, Command, Has, Report, ReportKind, Side};

use crate::edge::{Edge, Faults};
use crate::rng::Rng;
use crate::venue::{State, Venue};
use crate::wording::{about, name, number, state_of};

impl Edge {
    pub(crate) fn cancel(
        &mut self,
        rng: &mut Rng,
        venue: &mut Venue,
        faults: &Faults,
        command: &Command,
    ) {
        let reply = about(command, ReportKind::CancelRefused, venue.now_ms);
        let Some(id) = venue.find(&command.client_order_id) else {
            self.reports.push_back(Report {
                venue_code: 109_201,
                ..reply
            });
            return;
        };
        if rng.permille(faults.cancel_lost) {
            if rng.permille(300) {
                venue.cancel(id);
            }
            let kind = ReportKind::OrderUnknown;
            self.reports.push_back(Report { kind, ..reply });
        } else if rng.permille(faults.cancel_slow) && venue.orders[id].state == State::Resting {
            let ends_ms = venue.now_ms + rng.between(600, 3_500);
            venue.orders[id].ends_ms.get_or_insert(ends_ms);
            self.reports.push_back(Report {
                venue_code: 109_400,
                ..reply
            });
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

    pub(crate) fn query(
        &mut self,
        rng: &mut Rng,
        venue: &Venue,
        faults: &Faults,
        command: &Command,
    ) {
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

    pub(crate) fn settle(
        &mut self,
        rng: &mut Rng,
        venue: &Venue,
        faults: &Faults,
        command: &Command,
    ) {
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

    pub(crate) fn reconcile(
        &mut self,
        rng: &mut Rng,
        venue: &Venue,
        faults: &Faults,
        command: &Command,
    ) {
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
        let lags = rng.permille(faults.position_lag) && self.lagging.len() == venue.symbols.len();
        let mut row_count = self.list_positions(venue, lags, &row);
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

    fn list_positions(&mut self, venue: &Venue, lags: bool, row: &Report) -> u32 {
        let mut row_count = 0;
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
                        ..*row
                    });
                    row_count += 1;
                }
            }
        }
        row_count
    }

    pub(crate) fn income(&mut self, venue: &Venue, command: &Command) {
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
}
