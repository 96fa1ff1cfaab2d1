//! What the venue would say of an order: states from its true fills, and the rows themselves.

use shm_layout::{Ascii, Has, OrderCell, OrderStatus, Report, ReportKind};

use crate::world::{Fill, World, ascii};

impl World {
    /// What the venue would say of an order now.
    pub fn state_of(&self, order: &OrderCell, status: OrderStatus) -> Report {
        let true_fills: Vec<Fill> = self.fills_of(&order.client_order_id);
        let qty: i64 = true_fills.iter().map(|fill| fill.qty_e8).sum();
        let cost: i128 = true_fills
            .iter()
            .map(|fill| i128::from(fill.qty_e8) * i128::from(fill.price_e12))
            .sum();
        let fee: i64 = true_fills.iter().map(|fill| fill.fee_e8).sum();
        let average = if qty == 0 {
            0
        } else {
            i64::try_from(cost / i128::from(qty)).unwrap()
        };
        let mut has = Has::CumQty.code() | Has::Qty.code();
        if qty > 0 {
            has |= Has::AvgPrice.code() | Has::CumFee.code();
        }
        Report {
            kind: ReportKind::OrderState,
            order_status: status,
            has,
            client_order_id: order.client_order_id,
            symbol: order.symbol,
            order_side: order.order_side,
            venue_order_id: order.venue_order_id,
            qty_e8: order.qty_e8,
            cum_qty_e8: qty,
            avg_price_e12: average,
            cum_fee_e8: fee,
            venue_wall_ms: self.wall_ms(),
            asked_wall_ms: self.wall_ms(),
            ..Report::ZERO
        }
    }

    pub fn fills_of(&self, id: &Ascii<40>) -> Vec<Fill> {
        self.fills
            .iter()
            .filter(|(owner, _)| owner == id)
            .map(|(_, fill)| *fill)
            .collect()
    }

    /// Rows of the fill history of an order, as the gateway would report them.
    pub fn rows_of(&self, order: &OrderCell) -> Vec<Report> {
        let fills = self.fills_of(&order.client_order_id);
        let count = u32::try_from(fills.len()).unwrap();
        (0..count)
            .zip(fills)
            .map(|(row_index, fill)| Report {
                kind: ReportKind::Fill,
                has: Has::Amount.code(),
                client_order_id: order.client_order_id,
                command_seq: order.settle_open,
                symbol: order.symbol,
                fill_id: ascii(&format!("f{row_index}")),
                qty_e8: fill.qty_e8,
                price_e12: fill.price_e12,
                amount_e8: fill.fee_e8,
                row_index,
                row_count: count,
                ..Report::ZERO
            })
            .collect()
    }
}
