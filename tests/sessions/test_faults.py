"""Each fault of the venue, and pairs of them, while the whole tree trades: every store agrees."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.sessions.faults import ALONE, some_pairs
from tests.sessions.session import Session, session_of

ORDERS_MIN = 200
SEED = 1
ALL = [(name,) for name in ALONE]
# What is traded through in one session, and how many orders under each.
STRETCHES: Mapping[str, tuple[Sequence[tuple[str, ...]], int]] = {
    "first": (ALL[::2], 15),
    "second": (ALL[1::2], 15),
    "pairs": (some_pairs(SEED), 20),
}


@pytest.mark.parametrize(
    "part", [pytest.param(name, marks=pytest.mark.xdist_group(name)) for name in STRETCHES]
)
@pytest.mark.timeout(300)
def test_faults_one_after_the_other_leave_ledger_kernel_and_journal_the_same(
    part: str, home: Path, instance: str
) -> None:
    stretches, orders_each = STRETCHES[part]
    print(f"seed {SEED}")
    with session_of(Session(home, instance)) as session:
        for names in stretches:
            result = session.trade(orders_each, names)
            print(f"{' + '.join(names)}: {result}")
        session.drain()
        orders = session.count("orders")
    report = session.verify()
    assert report.agrees, report.to_text()
    assert not [note for note in report.notes if "foreign" in note], report.notes
    assert orders >= ORDERS_MIN
