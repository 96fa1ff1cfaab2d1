//! The venue's facts as reports, rounded as BingX rounds them.

use shm_layout::{
    Ascii, Command, Has, OrderKind, OrderSide, OrderStatus, Report, ReportKind, Side, TimeInForce,
};

use crate::venue::{Kind, Order, State, Venue};

pub(crate) fn about(command: &Command, kind: ReportKind, now_ms: i64) -> Report {
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

pub(crate) fn order_of(venue: &Venue, command: &Command, from_ms: i64) -> Order {
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
        ends_ms: None,
    }
}

/// What a venue says that counts a fill a moment after it ended the order.
pub(crate) fn without_last_fill(venue: &Venue, id: usize) -> Report {
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

pub(crate) fn state_from(venue: &Venue, id: usize, order: &Order) -> Report {
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
        price_e12: echoed(venue, order),
        avg_price_e12: i64::try_from(rounded).unwrap_or(0),
        cum_fee_e8: fee,
        venue_wall_ms: venue.now_ms,
        ..Report::ZERO
    }
}

/// The price field of an order: of a MARKET order it is the bound that BingX sets, never a price
/// that anything traded at.
fn echoed(venue: &Venue, order: &Order) -> i64 {
    let mark = venue.symbols[order.symbol].mark;
    match order.kind {
        Kind::Limit => order.price,
        _ if order.buy => mark + mark / 5,
        _ => mark - mark / 5,
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
