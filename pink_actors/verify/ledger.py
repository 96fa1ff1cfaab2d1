"""The paper venue's own ledger file, read line by line as its format page says, and audited."""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec

from pink_actors.verify.findings import AMOUNT, PRICE, Findings, scaled, value_e8

STORE = "ledger"
FILE = "ledger.jsonl"


class Line(msgspec.Struct):
    """Any entry; the fields that no comparison needs are not read."""

    t: str
    seq: int
    account: str = ""
    order_id: int = 0
    client_order_id: str = ""
    symbol: str = ""
    side: str = ""
    position_side: str = ""
    type: str = ""
    status: str = ""
    kind: str = ""
    trade_id: int = 0
    qty: str = "0"
    price: str = "0"
    fee: str = "0"
    realised_pnl: str = "0"
    amount: str = "0"
    balance: str = "0"
    position_after: str = "0"
    wallet_after: str = "0"


class LedgerFill(NamedTuple):
    """One execution."""

    place: str
    fill_id: str
    order_id: int
    symbol: str
    position_side: str
    side: str
    qty_e8: int
    price_e12: int
    fee_e8: int
    realised_e8: int


class LedgerOrder:
    """One order with all that happened to it."""

    def __init__(self, place: str, line: Line) -> None:
        self.place = place
        self.order_id = line.order_id
        self.client_order_id = line.client_order_id
        self.symbol = line.symbol
        self.side = line.side
        self.type = line.type
        self.qty_e8 = scaled(line.qty, AMOUNT)
        self.price_e12 = scaled(line.price, PRICE)
        self.fills: list[LedgerFill] = []
        self.end = ""
        self.forced = False  # by the venue's own hand: liquidation, auto-deleveraging

    @property
    def cum_qty_e8(self) -> int:
        """Executed so far."""
        return sum(fill.qty_e8 for fill in self.fills)

    @property
    def status(self) -> str:
        """In PINK's words."""
        if self.end:
            return {"FAILED": "REJECTED"}.get(self.end, self.end)
        return "FILLED" if self.fills and self.cum_qty_e8 >= self.qty_e8 else "WORKING"


class Book:
    """Everything the ledger says of one account."""

    def __init__(self) -> None:
        self.orders: dict[int, LedgerOrder] = {}
        self.client_order_ids: set[str] = set()
        self.fills: dict[str, LedgerFill] = {}
        self.positions: dict[tuple[str, str], int] = {}
        self.money: dict[str, int] = {}
        self.opening_e8 = 0
        self.wallet_e8 = 0


def read(directory: Path, findings: Findings) -> dict[str, Book]:
    """The books of all accounts; the ledger's own promises are checked on the way."""
    findings.begin("ledger: own sums")
    books: dict[str, Book] = {}
    for place, line in _lines(directory / FILE, findings):
        if line.account:
            try:
                _enter(books.setdefault(line.account, Book()), place, line, findings)
            except (ValueError, KeyError) as error:
                findings.wrong(STORE, place, line.t, str(error), "format of the ledger", "readable")
    return books


def _lines(path: Path, findings: Findings) -> Iterator[tuple[str, Line]]:
    if not path.exists():
        findings.wrong(STORE, FILE, "file", "missing", "paper venue", "present")
        return
    seq = 0
    with path.open("rb") as file:
        for number, text in enumerate(file, start=1):
            place = f"{FILE}:{number}"
            if not text.endswith(b"\n"):
                findings.note(f"{place}: a torn last line is not read")
                return
            try:
                line = msgspec.json.decode(text, type=Line)
            except msgspec.DecodeError as error:
                findings.wrong(STORE, place, "line", str(error), "format of the ledger", "JSON")
                continue
            body, _, seal = text.rpartition(b',"crc32":')
            told = seal.rstrip(b"}\n").decode("utf-8", "replace")
            findings.equal(STORE, place, "crc32", told, "bytes of the line", str(zlib.crc32(body)))
            findings.equal(STORE, place, "seq", line.seq, "line before", seq + 1)
            seq = line.seq
            yield place, line


def _enter(book: Book, place: str, line: Line, findings: Findings) -> None:
    if line.t == "account":
        book.opening_e8 = scaled(line.balance, AMOUNT)
        book.wallet_e8 = book.opening_e8
    elif line.t == "order":
        book.orders[line.order_id] = LedgerOrder(place, line)
        name = line.client_order_id
        if name and name in book.client_order_ids:
            findings.wrong(STORE, place, "client_order_id", name, "lines before", "sent once")
        book.client_order_ids.add(name)
    elif line.t == "fill":
        _enter_fill(book, place, line, findings)
    elif line.t == "end":
        book.orders[line.order_id].end = line.status
    elif line.t == "liquidation":
        book.orders[line.order_id].forced = True
    elif line.t in ("amend", "trigger"):
        book.orders[line.order_id].qty_e8 = scaled(line.qty, AMOUNT)
    elif line.t == "money":
        amount = scaled(line.amount, AMOUNT)
        book.money[line.kind] = book.money.get(line.kind, 0) + amount
        book.wallet_e8 += amount
        _wallet(book, place, line, findings)


def _enter_fill(book: Book, place: str, line: Line, findings: Findings) -> None:
    fill = LedgerFill(
        place,
        str(line.trade_id),
        line.order_id,
        line.symbol,
        line.position_side,
        line.side,
        scaled(line.qty, AMOUNT),
        scaled(line.price, PRICE),
        scaled(line.fee, AMOUNT),
        scaled(line.realised_pnl, AMOUNT),
    )
    if fill.fill_id in book.fills:
        findings.wrong(STORE, place, "trade_id", fill.fill_id, "lines before", "not used")
    book.fills[fill.fill_id] = fill
    order = book.orders[line.order_id]
    order.fills.append(fill)
    against = f"{STORE} {order.place}"
    sent = order.client_order_id
    findings.equal(STORE, place, "client_order_id", line.client_order_id, against, sent)
    findings.equal(STORE, place, "symbol", line.symbol, against, order.symbol)
    findings.equal(STORE, place, "side", line.side, against, order.side)
    held = (line.symbol, line.position_side)
    signed = fill.qty_e8 if fill.side == "BUY" else -fill.qty_e8
    before = book.positions.get(held, 0)
    after = scaled(line.position_after, AMOUNT)
    findings.money(STORE, place, "position_after", after, "sum of fills", before + signed)
    book.positions[held] = before + signed
    book.wallet_e8 += fill.realised_e8 - fill.fee_e8
    _wallet(book, place, line, findings)


def _wallet(book: Book, place: str, line: Line, findings: Findings) -> None:
    told = scaled(line.wallet_after, AMOUNT)
    findings.money(STORE, place, "wallet_after", told, "sum of entries", book.wallet_e8)
    # One wrong line is one difference: the lines after it are judged from what it says.
    book.wallet_e8 = told


class Turnover(NamedTuple):
    """What the fills of one position bought and sold for: closed trades apart from an open one."""

    realised_closed_e8: int  # by the venue, of trades that ended flat
    result_closed_e8: int  # exit value less entry value of the same, exact
    realised_open_e8: int  # by the venue, of the trades still open
    flow_open_e8: int  # exit value less entry value of those so far


def turnover(fills: list[LedgerFill]) -> Turnover:
    """Replays the fills of one symbol and position side, in order."""
    held_e8 = closed = result = realised = flow = 0
    for fill in fills:
        signed = fill.qty_e8 if fill.side == "BUY" else -fill.qty_e8
        # What was sold came in, what was bought went out: the result of a flat position.
        flow += value_e8(fill.price_e12, fill.qty_e8) * (-1 if signed > 0 else 1)
        realised += fill.realised_e8
        held_e8 += signed
        if held_e8 == 0:
            closed, result = closed + realised, result + flow
            realised = flow = 0
    return Turnover(closed, result, realised, flow)
