"""The real tree: up, first fill, every death, down, and nothing left over."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from pink_actors.shm_layout import Writer
from pink_actors.supervisor import sandbox
from pink_actors.supervisor.process import alive
from tests.system.stage import ACTORS, stage_of
from tests.waiting import wait_until

pytestmark = [pytest.mark.xdist_group("system"), pytest.mark.timeout(240)]

NOBODY = 65534


def test_flaw_f21_f22_g28_k2_l13_m16_a_tree_trades_is_measured_and_its_four_stores_agree(
    home: Path, instance: str
) -> None:
    with stage_of(home, instance) as stage:
        stage.up()
        stage.wait_for_fills(10)
        running = stage.recorded()
        assert {one.name for one in running} == {"paper", *ACTORS}
        assert stage.run("status").code == 0
        assert all(stage.process(name).rss_bytes for name in ACTORS)
        assert stage.counter("kernel", "inputs") > stage.fills() > 0
        down = stage.run("down")
        assert down.code == 0, down
        assert stage.nothing_is_left(running)
        assert stage.run("status").code == 3
        compared = stage.run("verify")
        assert compared.code == 0, compared.out


def test_flaw_i12_each_process_killed_while_trading_comes_back_and_nothing_is_doubled(
    home: Path, instance: str
) -> None:
    with stage_of(home, instance) as stage:
        stage.up()
        for name in ACTORS:
            stage.wait_for_fills(3)
            before = stage.kill(name)
            stage.wait_for_another(name, before)
        stage.wait_for_fills(3)
        assert stage.run("down").code == 0
        compared = stage.run("verify")
        assert compared.code == 0, compared.out


def test_a_killed_supervisor_takes_its_children_along_but_not_the_venue(
    home: Path, instance: str
) -> None:
    with stage_of(home, instance) as stage:
        stage.up()
        running = stage.recorded()
        venue = next(one for one in running if one.name == "paper")
        stage.kill("supervisor")
        others = [one for one in running if one != venue]
        wait_until(
            lambda: not [one for one in others if alive(one)] or None, "the children to be gone"
        )
        assert alive(venue)
        stage.up()
        assert stage.process("paper").pid == venue.pid
        stage.wait_for_fills(3)
        again = stage.recorded()
        assert stage.run("down").code == 0
        assert stage.nothing_is_left([*running, *again])
        compared = stage.run("verify")
        assert compared.code == 0, compared.out


def test_flaw_g28_down_clears_what_a_killed_supervisor_left(home: Path, instance: str) -> None:
    with stage_of(home, instance) as stage:
        stage.up()
        running = stage.recorded()
        stage.kill("supervisor")
        down = stage.run("down")
        assert down.code == 0, down
        assert "ended paper" in down.out
        assert stage.nothing_is_left(running)


def test_a_second_up_is_refused_and_a_child_cannot_write_what_is_not_its_own(
    home: Path, instance: str
) -> None:
    with stage_of(home, instance) as stage:
        stage.up()
        holder = stage.process("supervisor").pid
        second = stage.run("up")
        assert second.code == 2
        assert f"already run by process {holder}" in second.err
        assert second.err.count("\n") == 1
        # The doctor puts a witness through the real launcher with each child's own rights.
        examined = stage.run("doctor")
        assert examined.code == 0, examined.out
        for name in ("gateway", "listener", "persistence", "policy"):
            assert f"ok   {name} witness: 5 tries went as they must" in examined.out
            assert f"ok   {name} confined: by Landlock" in examined.out
        _others_are_kept_out(sandbox.object_path(instance, Writer.KERNEL))
        assert stage.process("supervisor").pid == holder
        assert stage.run("status").code == 0


def _others_are_kept_out(path: Path) -> None:
    opening = ["/bin/sh", "-c", 'exec 3<>"$0"', str(path)]
    assert subprocess.run(opening, capture_output=True, check=False).returncode == 0
    assert path.stat().st_mode & 0o077 == 0
    if os.geteuid() == 0:
        other = subprocess.run(opening, capture_output=True, text=True, user=NOBODY, check=False)
        assert other.returncode != 0
        assert "Permission denied" in other.stderr


def test_flaw_g29_k1_ctrl_c_in_the_foreground_is_an_orderly_down(home: Path, instance: str) -> None:
    with stage_of(home, instance) as stage:
        tree = stage.foreground()
        assert tree.stdout is not None
        lines = []
        for line in tree.stdout:
            lines.append(line)
            if line.startswith("ready:"):
                break
        running = stage.recorded()
        tree.send_signal(signal.SIGINT)
        rest, _ = tree.communicate(timeout=60)
        assert tree.returncode == 0, rest
        assert "going down" in rest and rest.rstrip().endswith("down")
        assert any(line.startswith("kernel ready") for line in lines)
        assert stage.nothing_is_left(running)


def test_the_kill_switch_works_on_a_dead_tree_and_stays_for_the_next(
    home: Path, instance: str
) -> None:
    with stage_of(home, instance) as stage:
        assert stage.run("kill-switch", "something is odd").code == 0
        stage.up()
        wait_until(
            lambda: (account := stage.snapshot().account) is not None and account.kill_switch,
            "the kernel to see the latch",
        )
        tree = stage.snapshot().tree
        assert tree is not None and tree.kill_switch_reason == "something is odd"
        steps = stage.counter("policy", "steps")
        wait_until(lambda: stage.counter("policy", "steps") > steps + 40, "the strategy to look")
        assert stage.counter("gateway", "submits") == 0
        assert stage.run("kill-switch", "--reset").code == 0
        stage.wait_for_fills(1)


def test_the_operators_verbs_reach_the_tree(home: Path, instance: str) -> None:
    with stage_of(home, instance) as stage:
        assert stage.run("pause").code == 3
        stage.up()
        stage.wait_for_mode("ACTIVE")
        assert stage.run("pause", "lunch").code == 0
        stage.wait_for_mode("REDUCE_ONLY")
        assert stage.run("resume").code == 0
        stage.wait_for_mode("ACTIVE")
        before = stage.process("listener").pid
        assert stage.run("restart", "listener").code == 0
        stage.wait_for_another("listener", before)
        assert stage.run("restart", "nobody").code == 2
        stage.wait_for_fills(1)
        assert stage.run("pause").code == 0
        assert stage.run("flatten", "end of day").code == 0
        wait_until(lambda: not stage.snapshot().slots or None, "every slot to be free", 45.0)
        assert stage.run("logs", "kernel").code == 0
        assert stage.run("logs", "nobody").code == 2
