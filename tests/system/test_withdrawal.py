"""Entries that rest are taken back when risk is forbidden: at a pause, and when the tree ends."""

import json
from pathlib import Path

import pytest

from tests.system.stage import Stage, stage_of
from tests.waiting import wait_until

pytestmark = [pytest.mark.xdist_group("system"), pytest.mark.timeout(120)]

RESTING = '''
from decimal import Decimal
from pink_actors.policy.strategy import Enter
from pink_actors.shm_layout import OrderKind, Side, Stage, TimeInForce

class Resting:
    """One entry far below the market, renewed whenever it is gone."""

    def __init__(self, params):
        """Takes no parameters."""

    def decide(self, world):
        market = world.markets.get("BTC-USDT")
        if market is None or market.mark is None or world.positions:
            return ()
        price = (market.mark * Decimal("0.97")).quantize(Decimal(1))
        return (Enter("BTC-USDT", Side.LONG, Decimal("0.01"), leverage=2,
                      order_kind=OrderKind.LIMIT, price=price, tif=TimeInForce.GTC),)
'''


def _strategy(home: Path) -> str:
    own = home / "own"
    own.mkdir()
    (own / "resting_strategy.py").write_text(RESTING, encoding="utf-8")
    return f'[policy]\nstrategy = "resting_strategy:Resting"\npath = "{own}"\n'


def _resting_at_the_venue(stage: Stage) -> set[int]:
    """Order ids that the venue's own ledger does not say are over."""
    open_ids: set[int] = set()
    for line in (stage.config.paper_dir / "ledger.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry["t"] == "order":
            open_ids.add(entry["order_id"])
        elif entry["t"] == "end":
            open_ids.discard(entry["order_id"])
        assert entry["t"] != "fill", "the entry was to rest"
    return open_ids


def _wait_until_one_rests(stage: Stage) -> None:
    def rests() -> bool | None:
        return any(slot.stage == "ENTRY_WORKING" for slot in stage.snapshot().slots) or None

    wait_until(rests, "an entry that rests", 30.0)


def test_a_pause_takes_resting_entries_back(home: Path, instance: str) -> None:
    with stage_of(home, instance, _strategy(home)) as stage:
        stage.up()
        _wait_until_one_rests(stage)
        assert stage.run("pause").code == 0
        wait_until(lambda: not stage.snapshot().slots or None, "every slot to be free", 30.0)
        assert not _resting_at_the_venue(stage)
        assert stage.run("resume").code == 0
        _wait_until_one_rests(stage)


def test_an_entry_that_rests_is_taken_back_at_the_end_though_its_strategy_is_dead(
    home: Path, instance: str
) -> None:
    with stage_of(home, instance, _strategy(home)) as stage:
        stage.up()
        _wait_until_one_rests(stage)
        stage.kill("policy")
        down = stage.run("down")
        assert down.code == 0, down
        assert not _resting_at_the_venue(stage)
        compared = stage.run("verify")
        assert compared.code == 0, compared.out
