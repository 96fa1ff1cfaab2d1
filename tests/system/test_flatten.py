"""`flatten` when the tree cannot do it: the venue ends flat whoever is dead."""

import json
import urllib.request
from pathlib import Path
from typing import cast

import pytest

from pink_actors.supervisor.process import alive
from tests.system.stage import Stage, stage_of
from tests.waiting import wait_until

pytestmark = [pytest.mark.xdist_group("system"), pytest.mark.timeout(240)]


def held(stage: Stage) -> int:
    """Open orders and positions in the paper venue's own book."""
    port = int((stage.config.run_dir / "paper-port").read_text("ascii"))
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/paper/stats", timeout=5) as reply:
        accounts = cast("dict[str, dict[str, object]]", json.load(reply)["accounts"])
    account = accounts["main"]
    positions = cast("dict[str, str]", account["positions"])
    return int(str(account["open_orders"])) + len(positions)


def until_held(stage: Stage) -> None:
    """Waits until there is something to close."""
    wait_until(lambda: held(stage) > 0, "a position or an order", 60.0)


def test_with_the_whole_tree_dead_the_verb_closes_what_the_venue_holds(
    home: Path, instance: str
) -> None:
    with stage_of(home, instance) as stage:
        stage.up()
        stage.wait_for_fills(1)
        until_held(stage)
        running = [one for one in stage.recorded() if one.name != "paper"]
        stage.kill("supervisor")
        wait_until(lambda: not [one for one in running if alive(one)], "the children's end", 20.0)
        said = stage.run("flatten")
        assert said.code == 0, said
        assert "no supervisor answers" in said.out and "flat: the venue shows" in said.out
        assert held(stage) == 0
        assert stage.run("down").code == 0


def test_with_the_gateway_given_up_the_verb_goes_past_the_kernel(home: Path, instance: str) -> None:
    with stage_of(home, instance, "[supervisor]\nrestarts_max = 1\n") as stage:
        stage.up()
        stage.wait_for_fills(1)
        before = stage.kill("gateway")
        stage.wait_for_another("gateway", before)
        until_held(stage)
        stage.kill("gateway")
        wait_until(lambda: stage.process("gateway").state == "FAILED", "the gateway given up", 30.0)
        said = stage.run("flatten")
        assert said.code == 0, said
        assert "gateway cannot do it now" in said.out
        assert held(stage) == 0
