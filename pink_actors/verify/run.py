"""`pink-supervisor verify`: reads the four stores and says whether they agree to the last digit."""

import time

from pink_actors.config import Config
from pink_actors.verify import cells, databases, journal, ledger, orders, rows
from pink_actors.verify.cells import KernelCells
from pink_actors.verify.findings import Findings, Report

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
    books = ledger.read(config.paper_dir, findings) if config.venue.kind == "paper" else {}
    told = journal.read(config.journal_dir, findings)
    known = orders.orders_of(told, findings)
    live = KernelCells.live(instance)
    segment = live or KernelCells.saved(config.journal_dir / cells.SAVED)
    if not books:
        findings.note("the venue keeps no ledger file here: journal, slots and ClickHouse only")
    matched = orders.match(books, known, told, instance, findings)
    if books:
        orders.compare_orders(matched, findings)
        orders.compare_fills(matched, findings)
    findings.begin("slots: the kernel's last segment")
    if segment is None:
        findings.wrong(cells.STORE, cells.SAVED, "file", "missing", "down", "left behind")
    else:
        if segment.fits(findings):
            cells.compare(segment, told, findings)
            if books:
                final = orders.Final(segment.name, segment.account(), list(segment.slots()))
                orders.compare_account(matched, final, findings)
        segment.close()
    with databases.opened(config) as query:
        rows.compare(rows.Source(query, config.persistence.database, instance), told, findings)
    for order in matched.foreign:
        name = order.client_order_id or f"venue order {order.order_id}"
        findings.note(f"foreign order {name}: {order.side} {order.symbol} at {order.place}")
    return findings.report(instance), live is not None
