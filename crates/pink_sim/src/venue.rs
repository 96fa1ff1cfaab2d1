//! A venue with its own books: positions at cost, exact fills, a wallet; shares no code with the
//! kernel. Money is exact at 1e-20 inside; lots and ticks are such that 1e-8 holds every product.

use std::collections::HashMap;

use shm_layout::Ascii;

use crate::rng::Rng;

pub const E8: i64 = 100_000_000;
const FEE_DIVISOR: i64 = 2_000; // 0.05 %

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Market,
    Limit,
    Stop,
    Profit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Resting,
    Filled,
    Cancelled,
}

#[derive(Clone, Copy, Debug)]
pub struct Fill {
    pub qty: i64,
    pub price: i64,
    pub fee: i64,
}

#[derive(Clone, Debug)]
pub struct Order {
    pub client: Ascii<40>,
    pub symbol: usize,
    pub buy: bool,
    /// 0 long, 1 short: whose position it opens or reduces.
    pub side: usize,
    pub reduce: bool,
    pub kind: Kind,
    pub rests: bool,
    pub qty: i64,
    pub price: i64,
    pub trigger: i64,
    pub state: State,
    pub filled: i64,
    pub fills: Vec<Fill>,
    /// Not on the book before this time (a request that arrived late).
    pub from_ms: i64,
    /// A cancel is under way: it trades no more, and is gone then.
    pub ends_ms: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Position {
    pub qty: i64,
    /// At scale 1e-20.
    pub cost: i128,
}

#[derive(Clone, Debug)]
pub struct Symbol {
    pub name: &'static str,
    pub tick: i64,
    pub lot: i64,
    pub least: i64,
    pub mark: i64,
    pub positions: [Position; 2],
}

#[derive(Clone, Copy, Debug)]
pub struct Income {
    pub id: u64,
    pub kind: u8,
    pub symbol: usize,
    pub side: usize,
    pub amount: i64,
    pub at_ms: i64,
}

pub struct Venue {
    pub symbols: Vec<Symbol>,
    pub orders: Vec<Order>,
    by_client: HashMap<Ascii<40>, usize>,
    pub live: Vec<usize>,
    pub wallet: i64,
    pub realised: i64,
    pub fees: i64,
    pub incomes: Vec<Income>,
    /// Orders whose facts changed and were not yet streamed.
    pub news: Vec<usize>,
    pub now_ms: i64,
    pub hedge: bool,
    /// Orders trade in many small parts, and what rests is often cancelled by the venue.
    pub thin: bool,
}

impl Venue {
    #[must_use]
    pub fn new(hedge: bool) -> Self {
        let symbol = |name, tick, lot, least, mark| Symbol {
            name,
            tick,
            lot,
            least,
            mark,
            positions: [Position::default(); 2],
        };
        Self {
            symbols: vec![
                symbol(
                    "BTC-USDT",
                    10_000_000_000,
                    100_000,
                    100_000,
                    100_000_000_000_000,
                ),
                symbol("FET-USDT", 100_000_000, E8, 10 * E8, 187_800_000_000),
                symbol(
                    "ETH-USDT",
                    1_000_000_000_000,
                    1_000_000,
                    3_000_000,
                    3_000_000_000_000,
                ),
            ],
            orders: Vec::new(),
            by_client: HashMap::new(),
            live: Vec::new(),
            wallet: 100_000 * E8,
            realised: 0,
            fees: 0,
            incomes: Vec::new(),
            news: Vec::new(),
            now_ms: 0,
            hedge,
            thin: false,
        }
    }

    pub fn find(&self, client: &Ascii<40>) -> Option<usize> {
        let id = *self.by_client.get(client)?;
        (self.orders[id].from_ms <= self.now_ms).then_some(id)
    }

    /// An order of this id, be it that it has not arrived yet.
    #[must_use]
    pub fn find_any(&self, client: &Ascii<40>) -> Option<usize> {
        self.by_client.get(client).copied()
    }

    /// Takes an order. `None`: refused, there is nothing to reduce, or a stop whose level the
    /// market has passed already.
    pub fn place(&mut self, order: Order) -> Option<usize> {
        let held = self.symbols[order.symbol].positions[order.side].qty;
        let triggers = matches!(order.kind, Kind::Stop | Kind::Profit);
        let passed = triggers && order.from_ms <= self.now_ms && self.is_crossed(&order);
        if passed || (order.reduce && held == 0) {
            return None;
        }
        let id = self.orders.len();
        self.live.push(id);
        self.news.push(id);
        self.by_client.insert(order.client, id);
        self.orders.push(order);
        Some(id)
    }

    pub fn cancel(&mut self, id: usize) -> bool {
        let order = &mut self.orders[id];
        if order.state != State::Resting || order.from_ms > self.now_ms {
            return false;
        }
        order.state = State::Cancelled;
        self.live.retain(|live| *live != id);
        self.news.push(id);
        true
    }

    /// The market moves and perhaps one order trades.
    pub fn tick(&mut self, rng: &mut Rng, calm: bool) {
        let at = rng.index(self.symbols.len());
        let symbol = &mut self.symbols[at];
        let span = if calm { 1 } else { 12 };
        let steps = rng.between(-span, span);
        let scale = (symbol.mark / symbol.tick / 2_000).max(1);
        let floor = symbol.tick * 1_000;
        symbol.mark = (symbol.mark + steps * scale * symbol.tick).max(floor);
        let due = |id: &&usize| {
            self.orders[**id]
                .ends_ms
                .is_some_and(|at| at <= self.now_ms)
        };
        if let Some(id) = self.live.iter().find(due) {
            self.cancel(*id);
        }
        if self.live.is_empty() {
            return;
        }
        let id = self.live[rng.index(self.live.len())];
        self.work(rng, id, calm);
        if self.thin {
            self.trigger(rng, at, calm);
        }
    }

    /// Stops and profits of this symbol do not wait for their turn.
    fn trigger(&mut self, rng: &mut Rng, symbol: usize, calm: bool) {
        let waiting = self.live.clone();
        for id in waiting {
            let order = &self.orders[id];
            let triggers = matches!(order.kind, Kind::Stop | Kind::Profit);
            if triggers && order.symbol == symbol && order.state == State::Resting {
                self.work(rng, id, calm);
            }
        }
    }

    /// Whether the market is where the order would trade.
    fn is_crossed(&self, order: &Order) -> bool {
        let mark = self.symbols[order.symbol].mark;
        let reached = |level: i64, falls: bool| if falls { mark <= level } else { mark >= level };
        match order.kind {
            Kind::Market => true,
            Kind::Limit => reached(order.price, order.buy),
            Kind::Stop => reached(order.trigger, !order.buy),
            Kind::Profit => reached(order.trigger, order.buy),
        }
    }

    fn work(&mut self, rng: &mut Rng, id: usize, calm: bool) {
        let order = &self.orders[id];
        let symbol = &self.symbols[order.symbol];
        if order.from_ms > self.now_ms || order.ends_ms.is_some() {
            return;
        }
        let mark = symbol.mark;
        if !self.is_crossed(order) {
            let dropped = if self.thin { 40 } else { 20 };
            if order.kind == Kind::Limit && (!order.rests || rng.permille(dropped)) {
                self.cancel(id);
            }
            return;
        }
        if self.thin && order.kind == Kind::Limit && order.filled > 0 && rng.permille(100) {
            self.cancel(id);
            return;
        }
        let mut rest = order.qty - order.filled;
        if order.reduce {
            rest = rest.min(symbol.positions[order.side].qty);
        }
        if rest <= 0 {
            self.cancel(id);
            return;
        }
        let opens_thin = self.thin && !order.reduce;
        let lots = rest / symbol.lot / if opens_thin { 8 } else { 1 };
        let partial = lots > 1 && !calm && rng.permille(if opens_thin { 950 } else { 500 });
        let share = i64::try_from(rng.below(u64::try_from(lots).unwrap_or(1))).unwrap_or(0);
        let qty = if partial {
            (share + 1).min(lots) * symbol.lot
        } else {
            rest
        };
        let price = if order.kind == Kind::Limit {
            order.price
        } else {
            mark
        };
        self.trade(id, qty, price);
        let dies = self.orders[id].kind == Kind::Limit && !self.orders[id].rests;
        if self.orders[id].state == State::Resting && (dies || rng.permille(30)) {
            self.cancel(id);
        }
    }

    fn trade(&mut self, id: usize, qty: i64, price: i64) {
        let notional = i128::from(qty) * i128::from(price);
        let fee = i64::try_from(notional / 1_000_000_000_000).unwrap_or(0) / FEE_DIVISOR;
        let order = &mut self.orders[id];
        order.filled += qty;
        order.fills.push(Fill { qty, price, fee });
        if order.filled == order.qty {
            order.state = State::Filled;
        }
        let (symbol, side, reduce) = (order.symbol, order.side, order.reduce);
        let done = order.state == State::Filled;
        self.wallet -= fee;
        self.fees += fee;
        self.change(symbol, side, if reduce { -qty } else { qty }, notional);
        if done {
            self.live.retain(|live| *live != id);
        }
        self.news.push(id);
    }

    /// Moves a position; what a reduction earns goes to the wallet.
    fn change(&mut self, symbol: usize, side: usize, qty: i64, notional: i128) {
        let position = &mut self.symbols[symbol].positions[side];
        if qty > 0 {
            position.qty += qty;
            position.cost += notional;
            return;
        }
        let gone = -qty;
        let unit = 1_000_000_000_000_i128;
        let cost = if gone == position.qty {
            position.cost
        } else {
            // Rounded to what the wallet can hold; the last reduction takes the rest.
            let share = position.cost * i128::from(gone) / i128::from(position.qty);
            share / unit * unit
        };
        position.qty -= gone;
        position.cost -= cost;
        let earned = if side == 0 {
            notional - cost
        } else {
            cost - notional
        };
        let earned = i64::try_from(earned / unit).unwrap_or(0);
        self.wallet += earned;
        self.realised += earned;
    }

    /// Somebody closes a position by hand, or a part of it.
    pub fn close_by_hand(&mut self, symbol: usize, side: usize, qty: i64) {
        let notional = i128::from(qty) * i128::from(self.symbols[symbol].mark);
        self.change(symbol, side, -qty, notional);
    }

    /// Somebody opens a position by hand.
    pub fn open_by_hand(&mut self, symbol: usize, side: usize, qty: i64) {
        let notional = i128::from(qty) * i128::from(self.symbols[symbol].mark);
        self.change(symbol, side, qty, notional);
    }

    pub fn earn(&mut self, kind: u8, symbol: usize, side: usize, amount: i64) {
        let id = self.incomes.len() as u64 + 1;
        self.wallet += amount;
        let at_ms = self.now_ms;
        self.incomes.push(Income {
            id,
            kind,
            symbol,
            side,
            amount,
            at_ms,
        });
    }

    #[must_use]
    pub fn is_flat(&self) -> bool {
        self.symbols
            .iter()
            .all(|s| s.positions.iter().all(|p| p.qty == 0))
    }
}
