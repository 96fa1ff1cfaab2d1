"""`pink-supervisor verify`: reads the four stores and says whether they agree to the last digit."""

import time

from pink_actors.config import Config
from pink_actors.verify import cells, databases, journal, ledger, orders, rows
from pink_actors.verify.cells import KernelCells
from pink_actors.verify.findings import Findings, Report
from pink_actors.verify.journal import Journal
from pink_actors.verify.ledger import Book

# A running tree moves while it is read: what is in flight at one look has settled at a later one.
LIVE_LOOKS_MAX = 8
LIVE_PAUSE_S = 1.0


def run_verify(config: Config) -> Report:
    """Compares; a tree that is up is looked at again until it agrees or the tries are used up."""
    for _ in range(LIVE_LOOKS_MAX - 1):
        report, live = _look(config)
        if report.agrees or not live:
            return report
        time.sleep(LIVE_PAUSE_S)
    return _look(config)[0]


def _look(config: Config) -> tuple[Report, bool]:
    findings = Findings()
    instance = config.instance.name
    # In this order, each store is at least as far as the one read before it.
    books = ledger.read(config.paper_dir, findings) if config.venue.kind == "paper" else {}
    final = cells.find(instance, config.journal_dir, findings)
    told = journal.read(config.journal_dir, findings)
    if final is None:
        findings.begin("slots: the kernel's last segment")
        findings.wrong(cells.STORE, cells.SAVED, "file", "missing", "down", "left behind")
    elif final:
        cells.compare(final, told, findings)
    live = final is not None and final.live
    if books:
        _compare_ledger(instance, books, told, final, findings)
    else:
        findings.note("the venue keeps no ledger file here: journal, slots and ClickHouse only")
    with databases.opened(config, live) as query:
        source = rows.Source(query, config.persistence.database, instance, live)
        rows.compare(source, told, findings)
    return findings.report(instance), live


def _compare_ledger(
    instance: str,
    books: dict[str, Book],
    told: Journal,
    final: KernelCells | None,
    findings: Findings,
) -> None:
    in_flight: set[str] = set()
    if final and final.live:
        # What came after the copy of the cells was taken is not compared with the older ledger.
        told, in_flight = told.until(final.written_seq()), final.orders_in_flight()
    known = orders.orders_of(told, findings)
    complete = not told.entries or told.entries[0].seq == 1
    question = orders.Question(instance, told.journal_id, complete, in_flight)
    matched = orders.match(books, known, question, findings)
    orders.compare_orders(matched, findings)
    orders.compare_fills(matched, findings)
    if matched.in_flight:
        findings.note(f"{matched.in_flight} orders in flight: they and the account not compared")
    elif final:
        summed = orders.Final(final.name, final.account(), final.slots())
        orders.compare_account(matched, summed, findings)
    for order in matched.foreign:
        name = order.client_order_id or f"venue order {order.order_id}"
        findings.note(f"foreign order {name}: {order.side} {order.symbol} at {order.place}")
