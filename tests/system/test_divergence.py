"""A signal made on another price than the venue's never becomes an order: through the real tree."""

from pathlib import Path

import pytest

from pink_actors._native import JournalReader
from pink_actors.shm_layout import Code, InputKind, Outcome
from tests.system.stage import stage_of
from tests.waiting import wait_until

pytestmark = [pytest.mark.xdist_group("system"), pytest.mark.timeout(240)]

# Its data feed is 5 % above the venue until the kernel has said so three times.
ASTRAY = """
from decimal import Decimal

from pink_actors.policy.strategy import Enter
from pink_actors.shm_layout import Code, Side


class Astray:
    def __init__(self, params):
        self.refused = 0

    def decide(self, world):
        self.refused += sum(a.code is Code.PRICE_DIVERGENCE for a in world.answers)
        free = [m for m in world.markets.values() if m.tradable]
        if not world.account.may_enter or world.positions or not free:
            return ()
        off = Decimal("1.05") if self.refused < 3 else Decimal(1)
        reference = (free[0].mark * off).quantize(Decimal("0.01"))
        qty = free[0].min_qty * 20
        return (Enter(free[0].symbol, Side.LONG, qty, reference_price=reference),)
"""


def outcomes(journal: Path) -> list[Outcome]:
    """All of them, from the record itself."""
    read = JournalReader(str(journal)).read(1, 100_000, 1 << 62)
    return [Outcome.decode(content) for _, content in read]


def test_entries_on_a_price_that_is_not_the_venues_are_refused_and_never_sent(
    home: Path, instance: str
) -> None:
    own = home / "own"
    own.mkdir()
    (own / "astray.py").write_text(ASTRAY, encoding="utf-8")
    settings = f'[policy]\nstrategy = "astray:Astray"\npath = "{own}"\n'
    with stage_of(home, instance, settings) as stage:
        stage.up()
        wait_until(lambda: stage.fills() > 0 or None, "a fill of the first sound entry", 60.0)
        assert stage.run("down").code == 0
        entries = [
            one for one in outcomes(stage.config.journal_dir) if one.input is InputKind.ENTER
        ]
        assert [one.code for one in entries[:3]] == [Code.PRICE_DIVERGENCE] * 3
        sound = {one.trade_id for one in entries if one.code is Code.OK}
        ledger = (stage.config.paper_dir / "ledger.jsonl").read_text("utf-8").splitlines()
        ordered = [line for line in ledger if '"t":"order"' in line]
        assert len(ordered) == len(sound) == 1
        compared = stage.run("verify")
        assert compared.code == 0, compared.out
