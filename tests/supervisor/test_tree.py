"""A supervisor and real processes: start, watch, restart, give up, stop, leave nothing."""

import os
import signal
from pathlib import Path

import pytest

from pink_actors import _native
from pink_actors.errors import AlreadyRunning, ConfigError, PinkError
from pink_actors.shm_layout import CONTROLS, Control, ControlKind, Mode, Writer
from pink_actors.supervisor import leftovers, sandbox
from pink_actors.supervisor.child import Phase
from pink_actors.supervisor.claim import claim
from pink_actors.supervisor.process import alive
from tests.supervisor.trees import Tree, config_of, fake, tree_of

KERNEL = Writer.KERNEL
POLICY = Writer.POLICY


def two() -> tuple[object, ...]:
    return fake(KERNEL), fake(POLICY, after=("kernel",))


def controls(tree: Tree) -> list[Control]:
    """Every word to the kernel so far; the fake kernel takes none."""
    supervisor = _native.Segment.attach(tree.config.instance.name, Writer.SUPERVISOR)
    follower = supervisor.follow(CONTROLS.id)
    follower.seek(0)
    return [Control.decode(data) for _, data in follower.poll(CONTROLS.capacity)]


async def test_children_start_in_order_on_ready_and_stop_in_reverse(
    home: Path, instance: str
) -> None:
    async with tree_of(
        config_of(home, instance), fake(KERNEL), fake(POLICY, after=("kernel",))
    ) as tree:
        await tree.ready()
    happened = [(event.child, event.what) for event in tree.notes.events]
    assert happened == [
        ("kernel", "started"),
        ("kernel", "ready"),
        ("policy", "started"),
        ("policy", "ready"),
        ("policy", "ended"),
        ("kernel", "ended"),
    ]


async def test_flaw_g27_g28_g30_after_close_neither_process_nor_memory_is_left(
    home: Path, instance: str
) -> None:
    async with tree_of(config_of(home, instance), fake(KERNEL), fake(POLICY)) as tree:
        await tree.ready()
        running = tree.supervisor.identities()
        assert len(running) == 2
        assert all(alive(one) for one in running)
        assert leftovers.segments_left(instance)
    assert not [one for one in running if alive(one)]
    assert not leftovers.segments_left(instance)
    assert not leftovers.recorded(tree.config.run_dir)
    assert (tree.config.journal_dir / "last-kernel.segment").stat().st_size > 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
async def test_flaw_i12_a_child_that_dies_comes_back_alone(
    number: signal.Signals, home: Path, instance: str
) -> None:
    async with tree_of(config_of(home, instance), fake(KERNEL), fake(POLICY)) as tree:
        await tree.ready()
        other = tree.pid("kernel")
        before = tree.kill("policy", number)
        await tree.restarted("policy", before)
        assert tree.pid("kernel") == other
        assert tree.child("policy").restarts == 1


async def test_a_stopped_child_is_noticed_and_replaced(home: Path, instance: str) -> None:
    async with tree_of(config_of(home, instance), fake(POLICY)) as tree:
        await tree.ready()
        before = tree.kill("policy", signal.SIGSTOP)
        await tree.restarted("policy", before)
        assert tree.child("policy").hangs == 1
        assert any("stopped by a signal" in event.detail for event in tree.notes.events)


async def test_a_child_whose_loop_hangs_leaves_its_stack_and_is_replaced(
    home: Path, instance: str, tmp_path: Path
) -> None:
    mute = tmp_path / "home" / instance / "mute"
    async with tree_of(config_of(home, instance), fake(POLICY, f"mute={mute}")) as tree:
        await tree.ready()
        before = tree.pid("policy")
        mute.touch()
        await tree.until(lambda: "hangs" in tree.notes.of("policy"), "the hang to be seen")
        mute.unlink()
        await tree.restarted("policy", before)
        assert str(tree.child("policy").last_exit) == "signal SIGABRT"


async def test_a_child_that_beats_but_takes_no_input_is_replaced(home: Path, instance: str) -> None:
    stuck = fake(KERNEL, "stuck", progress_ms=300)
    async with tree_of(config_of(home, instance), stuck) as tree:
        await tree.until(lambda: tree.child("kernel").phase is Phase.READY, "the kernel")
        # CONFIG and MODE lie in its ring, and it never takes them.
        await tree.until(lambda: "hangs" in tree.notes.of("kernel"), "the livelock to be seen")
        assert any("input waits" in event.detail for event in tree.notes.events)


@pytest.mark.parametrize("code", [64, 78, 125])
async def test_some_exit_codes_are_never_followed_by_a_restart(
    code: int, home: Path, instance: str
) -> None:
    async with tree_of(config_of(home, instance), fake(KERNEL, f"exit={code}")) as tree:
        with pytest.raises(PinkError) as failed:
            await tree.ready()
        assert failed.value.exit_code == code
        assert f"told to end with {code}" in str(failed.value)
        assert tree.notes.of("kernel") == ["started", "given up"]


async def test_a_crash_loop_is_given_up_and_has_its_meaning_for_the_kernel(
    home: Path, instance: str
) -> None:
    crash = home / instance / "crash"
    times = config_of(home, instance, restarts_max=3)
    gateway = fake(Writer.GATEWAY, f"crash={crash}")
    async with tree_of(times, fake(KERNEL), gateway, fake(POLICY)) as tree:
        await tree.ready()
        crash.touch()
        await tree.until(lambda: tree.child("gateway").phase is Phase.FATAL, "gateway given up")
        await tree.until(
            lambda: controls(tree)[-1].mode is Mode.HALTED or None, "the kernel to be halted"
        )
        # A bug (exit code 70) counts twice, so two deaths are four.
        assert tree.notes.of("gateway").count("died") == 1
        assert tree.child("policy").phase is Phase.READY
        assert not tree.supervisor.ready


async def test_the_operator_brings_back_what_was_given_up(home: Path, instance: str) -> None:
    crash = home / instance / "crash"
    times = config_of(home, instance, restarts_max=1)
    async with tree_of(times, fake(POLICY, f"crash={crash}")) as tree:
        await tree.ready()
        crash.touch()
        await tree.until(lambda: tree.child("policy").phase is Phase.FATAL, "given up")
        crash.unlink()
        tree.child("policy").revive(tree.supervisor.now_ms())
        await tree.until(lambda: tree.supervisor.ready, "the policy to be back")


async def test_a_child_that_is_never_ready_is_killed_and_tried_again(
    home: Path, instance: str
) -> None:
    late = fake(POLICY, "late", ready_timeout_ms=400)
    async with tree_of(config_of(home, instance, restarts_max=1), late) as tree:
        with pytest.raises(PinkError, match="not ready after 400 ms"):
            await tree.ready()
    assert tree.child("policy").hangs == 2


async def test_a_child_that_ignores_sigterm_is_killed_at_its_stop_timeout(
    home: Path, instance: str
) -> None:
    deaf = fake(POLICY, "deaf", stop_timeout_ms=200)
    async with tree_of(config_of(home, instance), deaf) as tree:
        await tree.ready()
    assert str(tree.child("policy").last_exit) == "signal SIGKILL"


async def test_the_kernel_is_told_config_then_mode_at_each_of_its_starts(
    home: Path, instance: str
) -> None:
    async with tree_of(config_of(home, instance), fake(KERNEL)) as tree:
        await tree.ready()

        def heard() -> list[tuple[ControlKind, Mode]]:
            return [(c.kind, c.mode) for c in controls(tree) if c.kind is not ControlKind.CHILD]

        await tree.until(lambda: heard()[-1] == (ControlKind.MODE, Mode.ACTIVE), "ACTIVE")
        assert heard()[:2] == [
            (ControlKind.CONFIG, Mode.HALTED),
            (ControlKind.MODE, Mode.HALTED),
        ]
        before, words = tree.pid("kernel"), len(heard())
        tree.kill("kernel", signal.SIGKILL)
        await tree.restarted("kernel", before)
        await tree.until(lambda: len(heard()) == words + 2, "CONFIG and MODE again")
        assert heard()[words:] == [
            (ControlKind.CONFIG, Mode.HALTED),
            (ControlKind.MODE, Mode.ACTIVE),
        ]


async def test_a_pause_outlives_the_supervisor(home: Path, instance: str) -> None:
    config = config_of(home, instance)
    async with tree_of(config, fake(KERNEL)) as tree:
        await tree.ready()
        tree.supervisor.pause("lunch")
        await tree.until(lambda: controls(tree)[-1].mode is Mode.REDUCE_ONLY or None, "a pause")
    tree.forget()
    async with tree_of(config, fake(KERNEL)) as tree:
        await tree.ready()
        await tree.until(lambda: len(controls(tree)) > 3, "the words to the kernel")
        assert Mode.ACTIVE not in [control.mode for control in controls(tree)]
        tree.supervisor.resume()
        await tree.until(lambda: controls(tree)[-1].mode is Mode.ACTIVE or None, "a resume")


async def test_a_second_supervisor_is_refused_and_told_who_holds_the_instance(
    home: Path, instance: str
) -> None:
    config = config_of(home, instance)
    async with tree_of(config, fake(KERNEL)) as tree:
        with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}") as refused:
            claim(config)
        assert refused.value.exit_code == 2
        await tree.ready()


async def test_flaw_g27_g34_a_claim_that_fails_half_way_gives_back_what_it_took(
    home: Path, instance: str
) -> None:
    config = config_of(home, instance)
    (home / instance).mkdir()
    (home / instance / "journal").write_text("in the way", encoding="utf-8")
    with pytest.raises(ConfigError, match="journal: File exists"):
        claim(config)
    assert not leftovers.segments_left(instance)
    (home / instance / "journal").unlink()
    async with tree_of(config, fake(KERNEL)) as tree:
        await tree.ready()


async def test_a_child_writes_its_own_segment_and_gets_eacces_on_the_kernels(
    home: Path, instance: str
) -> None:
    kernel = sandbox.object_path(instance, KERNEL)
    policy = sandbox.object_path(instance, POLICY)
    tried = (fake(KERNEL), fake(POLICY, f"write={kernel}"))
    async with tree_of(config_of(home, instance), *tried) as tree:
        await tree.ready()
        process = tree.child("policy").process
        assert process is not None and process.confinement.startswith("landlock ")
    assert "write=Permission denied" in tree.log_of("policy")
    tree.forget()
    # The control: the same program may write the segment that is its own.
    async with tree_of(config_of(home, instance), fake(POLICY, f"write={policy}")) as tree:
        await tree.ready()
    assert "write=worked" in tree.log_of("policy")


async def test_nothing_of_the_operators_environment_reaches_a_child(
    home: Path, instance: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BINGX_API_SECRET", "hunter22")
    async with tree_of(config_of(home, instance), fake(POLICY, "env=1")) as tree:
        await tree.ready()
    said = tree.log_of("policy")
    assert "env=[" in said
    assert "BINGX" not in said


async def test_a_supervisor_that_was_stopped_itself_kills_nobody(home: Path, instance: str) -> None:
    async with tree_of(config_of(home, instance), fake(KERNEL), fake(POLICY)) as tree:
        await tree.ready()
        pids = tree.pid("kernel"), tree.pid("policy")
        for name in ("kernel", "policy"):
            # As if it had last looked long ago.
            tree.child(name).beat_ms -= 60_000
        tree.supervisor._turned_ms -= 60_000
        await tree.supervisor.step()
        assert (tree.pid("kernel"), tree.pid("policy")) == pids
        assert not any(event.what == "hangs" for event in tree.notes.events)
