"""The venue's ledger against journal and slots: orders, fills, fees, money and positions."""

from collections import Counter
from typing import NamedTuple

from pink_actors.shm_layout import (
    AccountCell,
    Code,
    OrderSide,
    OrderStatus,
    Outcome,
    Report,
    ReportKind,
    Side,
    SlotCell,
)
from pink_actors.verify.findings import AMOUNT, Findings, decimal_text, value_e8
from pink_actors.verify.journal import Entry, Journal
from pink_actors.verify.ledger import Book, LedgerFill, LedgerOrder, Turnover, turnover

STORE = "journal"
INSTANCE_CHARS = 8
NEVER_AT_VENUE = frozenset({OrderStatus.NOT_SENT, OrderStatus.REJECTED})
LATE = frozenset({Code.DUPLICATE, Code.TERMINAL_STATE, Code.STALE_FACT, Code.STALE_SNAPSHOT})
BOOKED = frozenset({Code.OK, Code.OVERFILL})
ANCHOR_ROUNDING_E8 = 10_000  # The venue tells a wallet to four decimals.


class JournalOrder:
    """One order of PINK's as the journal's outcomes tell it."""

    def __init__(self) -> None:
        self.last: Outcome = Outcome.zero()
        self.place = ""
        self.status = OrderStatus.NONE
        self.venue_order_id = 0
        self.fills: dict[str, tuple[str, Report]] = {}
        self.late = ""  # where a word came after the order's cell was freed

    def learn(self, entry: Entry, complete: bool, findings: Findings) -> None:
        """One more outcome about this order, whose first one stands in a complete journal."""
        outcome = entry.outcome
        if outcome.order_side is OrderSide.NONE:
            # A word that comes after the order's cell was freed names it and knows nothing of it.
            late = outcome.code in LATE and (self.place != "" or not complete)
            findings.equal(STORE, entry.place, "order told", late, "late word", True)
            self.late = entry.place
        else:
            findings.equal(STORE, entry.place, "told after it was freed", self.late, STORE, "")
            self.last, self.place = outcome, entry.place
            self.venue_order_id = outcome.venue_order_id or self.venue_order_id
        if outcome.order_status is not OrderStatus.NONE:
            self.status = outcome.order_status


class Final(NamedTuple):
    """How the kernel left its cells."""

    name: str
    account: AccountCell
    slots: list[SlotCell]


class Question(NamedTuple):
    """Whose orders are compared, and which of them are still on their way."""

    instance: str
    journal_id: int
    complete: bool  # the journal begins at its beginning
    in_flight: set[str]


class Matched(NamedTuple):
    """Whose orders are whose."""

    ours: list[tuple[LedgerOrder, JournalOrder]]
    foreign: list[LedgerOrder]
    forced: list[LedgerOrder]  # what the venue closed by itself: booked at estimates, then anchored
    book: Book
    in_flight: int  # orders of a running tree that are not over yet, and so not compared


def orders_of(journal: Journal, findings: Findings) -> dict[str, JournalOrder]:
    """Every order that the journal names, with its fills as the venue reported them."""
    findings.begin("journal: fills as reported = fills as booked")
    orders: dict[str, JournalOrder] = {}
    complete = not journal.entries or journal.entries[0].seq == 1
    for entry in journal.entries:
        outcome = entry.outcome
        if not outcome.client_order_id or outcome.code is Code.FOREIGN_ORDER:
            continue
        order = orders.setdefault(outcome.client_order_id, JournalOrder())
        order.learn(entry, complete, findings)
        fill = outcome.report_kind is ReportKind.FILL and outcome.code in BOOKED
        if fill and entry.report is not None:
            _learn_fill(order, entry, entry.report, findings)
    return orders


def _learn_fill(order: JournalOrder, entry: Entry, report: Report, findings: Findings) -> None:
    booked, place = entry.outcome, entry.place
    findings.equal(STORE, place, "fill_id", booked.fill_id, "input", report.fill_id)
    findings.money(STORE, place, "fill_qty", booked.fill_qty_e8, "input", report.qty_e8)
    findings.equal(STORE, place, "fill_price", booked.fill_price_e12, "input", report.price_e12)
    findings.money(STORE, place, "fill_fee", booked.amount_e8, "input", report.amount_e8)
    known = order.fills.get(report.fill_id)
    if known is None:
        order.fills[report.fill_id] = (place, report)
        return
    # A settling that was begun anew tells its rows again, and they must be the same rows.
    for field in ("qty_e8", "price_e12", "amount_e8", "symbol"):
        again, first = report._asdict()[field], known[1]._asdict()[field]
        findings.equal(STORE, place, field, again, f"journal {known[0]}", first)


def match(
    books: dict[str, Book],
    orders: dict[str, JournalOrder],
    question: Question,
    findings: Findings,
) -> Matched:
    """Pairs by client order id, else by the venue's; what nobody here sent is foreign."""
    findings.begin("orders: journal = ledger")
    by_venue_id = {order.venue_order_id: order for order in orders.values() if order.venue_order_id}
    name = question.instance[:INSTANCE_CHARS].lower()
    prefix = f"{name}{question.journal_id & 0xFFFFFFFF:08x}"
    book = _own_book(books, orders, prefix)
    ours: list[tuple[LedgerOrder, JournalOrder]] = []
    foreign: list[LedgerOrder] = []
    forced: list[LedgerOrder] = []
    for sent in book.orders.values():
        order = orders.get(sent.client_order_id) or by_venue_id.get(sent.order_id)
        if order is not None:
            ours.append((sent, order))
        elif sent.forced:
            forced.append(sent)
        elif not sent.client_order_id.startswith(prefix):
            foreign.append(sent)
        elif question.complete:
            place = f"order {sent.client_order_id}"
            findings.wrong(STORE, place, "order", "missing", f"ledger {sent.place}", "journalled")
    found = {id(order) for _, order in ours}
    for name, order in orders.items():
        lost = id(order) not in found and order.venue_order_id != 0
        if lost and order.status not in NEVER_AT_VENUE and name not in question.in_flight:
            findings.wrong("ledger", f"order {name}", "order", "missing", order.place, "accepted")
    settled = [
        (sent, order)
        for sent, order in ours
        if order.last.client_order_id not in question.in_flight
    ]
    return Matched(settled, foreign, forced, book, len(ours) - len(settled))


def _own_book(books: dict[str, Book], orders: dict[str, JournalOrder], prefix: str) -> Book:
    """The account that PINK trades; others of the same venue are nobody's business here."""

    def own_orders(book: Book) -> int:
        ids = (order.client_order_id for order in book.orders.values())
        return sum(name in orders or name.startswith(prefix) for name in ids)

    return max(books.values(), key=own_orders, default=Book())


def compare_orders(matched: Matched, findings: Findings) -> None:
    """Each pair: words, quantities, status."""
    findings.begin("orders: journal = ledger")
    for sent, order in matched.ours:
        last = order.last
        place = f"{order.place} order {last.client_order_id}"
        against = f"ledger {sent.place}"
        if sent.client_order_id:
            # Conditional orders carry none at the venue and were paired by the venue's own number.
            name = last.client_order_id
            findings.equal(STORE, place, "client_order_id", name, against, sent.client_order_id)
        findings.equal(STORE, place, "symbol", last.symbol, against, sent.symbol)
        findings.equal(STORE, place, "side", last.order_side.name, against, sent.side)
        findings.equal(STORE, place, "type", last.order_kind.name, against, sent.type)
        findings.money(STORE, place, "qty", last.order_qty_e8, against, sent.qty_e8)
        findings.money(STORE, place, "cum_qty", last.order_cum_qty_e8, against, sent.cum_qty_e8)
        findings.equal(STORE, place, "status", order.status.name, against, sent.status)
        if sent.type == "LIMIT":
            price, wanted = last.order_price_e12, sent.price_e12
            findings.equal(STORE, place, "price_e12", price, against, wanted)


def compare_fills(matched: Matched, findings: Findings) -> None:
    """Each fill of the ledger stands in the journal once, and no other does."""
    findings.begin("fills: journal = ledger")
    for sent, order in matched.ours:
        told = dict(order.fills)
        for fill in sent.fills:
            against = f"ledger {fill.place}"
            known = told.pop(fill.fill_id, None)
            if known is None:
                place = f"order {order.last.client_order_id} fill {fill.fill_id}"
                findings.wrong(STORE, place, "fill", "missing", against, "settled")
                continue
            where, report = known
            place = f"{where} fill {fill.fill_id}"
            findings.money(STORE, place, "qty", report.qty_e8, against, fill.qty_e8)
            findings.equal(STORE, place, "price_e12", report.price_e12, against, fill.price_e12)
            findings.money(STORE, place, "fee", report.amount_e8, against, fill.fee_e8)
        for fill_id, (where, _) in told.items():
            findings.wrong(STORE, f"{where} fill {fill_id}", "fill", "present", "ledger", "absent")
        last = order.last
        fees = sum(fill.fee_e8 for fill in sent.fills)
        worth = sum(value_e8(fill.price_e12, fill.qty_e8) for fill in sent.fills)
        place = f"{order.place} order {last.client_order_id}"
        against = f"ledger {sent.place}"
        findings.money(STORE, place, "cum_fee", last.order_cum_fee_e8, against, fees)
        findings.money(STORE, place, "cum_notional", last.order_cum_notional_e8, against, worth)


def compare_account(matched: Matched, final: Final, findings: Findings) -> None:
    """Fees, funding, result, capital against wallet, and each position against its slot."""
    findings.begin("account and positions: slots = ledger")
    where, account, slots = final
    where = f"{where} account[0]"
    book, store = matched.book, "slots"
    own = {id(fill) for sent, _ in matched.ours for fill in sent.fills}
    fills = [fill for fill in book.fills.values() if id(fill) in own]
    fees = sum(fill.fee_e8 for fill in fills)
    findings.money(store, where, "fees", account.fees_e8, "ledger sum of fees", fees)
    funding = -book.money.get("FUNDING_FEE", 0)
    findings.money(store, where, "funding", account.funding_e8, "ledger sum of funding", funding)
    parts = (
        account.seed_e8
        + account.realised_e8
        - account.fees_e8
        - account.funding_e8
        + account.transfers_e8
        + account.adjustments_e8
    )
    findings.money(store, where, "capital", account.capital_e8, "sum of its own parts", parts)
    strangers = [sent for sent in matched.foreign if sent.fills]
    outside = [fill for sent in [*matched.forced, *strangers] for fill in sent.fills]
    positions = _turnovers(sorted([*fills, *outside], key=lambda fill: int(fill.fill_id)))
    held = sum(slot.entry_notional_e8 * _sign(slot) for slot in slots)
    running = sum(one.flow_open_e8 for one in positions) + held
    if matched.forced:
        findings.note(f"{len(matched.forced)} orders by the venue's own hand: result not compared")
    elif not strangers:
        result = sum(one.result_closed_e8 for one in positions) + running
        findings.money(store, where, "realised", account.realised_e8, "ledger fills", result)
    if strangers:
        # What they did to a position of ours is booked at an estimate, until it is anchored.
        findings.note(f"{len(strangers)} foreign orders traded: result and capital not compared")
    else:
        # Of a trade that still runs the venue rounds the result of each part close by itself.
        pending = sum(one.realised_open_e8 for one in positions)
        wallet = book.wallet_e8 - pending + running
        if outside and abs(account.capital_e8 - wallet) <= ANCHOR_ROUNDING_E8:
            wallet = account.capital_e8
        findings.money(store, where, "capital", account.capital_e8, "ledger wallet", wallet)
    _compare_positions(matched, final, findings)


def _turnovers(fills: list[LedgerFill]) -> list[Turnover]:
    """Replays the fills of each position."""
    by_position: dict[tuple[str, str], list[LedgerFill]] = {}
    for fill in fills:
        by_position.setdefault((fill.symbol, fill.position_side), []).append(fill)
    return [turnover(of_one) for of_one in by_position.values()]


def _sign(slot: SlotCell) -> int:
    return -1 if slot.side is Side.SHORT else 1


def _compare_positions(matched: Matched, final: Final, findings: Findings) -> None:
    """A slot holds what the venue holds; or what it held before others traded, until it looks."""
    by_ledger: Counter[str] = Counter()
    for (symbol, _), qty in matched.book.positions.items():
        by_ledger[symbol] += qty
    by_slots: Counter[str] = Counter()
    for slot in final.slots:
        by_slots[slot.symbol] += _sign(slot) * slot.qty_e8
    by_others: Counter[str] = Counter()
    for sent in matched.foreign:
        for fill in sent.fills:
            by_others[fill.symbol] += fill.qty_e8 if fill.side == "BUY" else -fill.qty_e8
    for symbol in sorted(by_ledger.keys() | by_slots.keys()):
        place = f"{final.name} position {symbol}"
        held, told = by_slots[symbol], by_ledger[symbol]
        if by_others[symbol] and held == told - by_others[symbol]:
            findings.note(
                f"{symbol}: foreign orders moved the position by "
                f"{decimal_text(by_others[symbol], AMOUNT)}, which no slot shows; a slot that "
                "lost it will see so at the kernel's next look"
            )
            told = held
        findings.money("slots", place, "qty", held, "ledger sum of fills", told)
