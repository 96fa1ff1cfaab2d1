"""What the kernel process refuses, with which exit code, and what it leaves behind."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from pink_actors.shm_layout import ActorState, Code, InputKind, Mode
from tests.kernel_actor.harness import Rig, program, rig, run_tool
from tests.kernel_actor.test_trade import prepared
from tests.waiting import wait_until

SEGMENT_HEADER_BYTES = 4096


def ended(bench: Rig, *prefix: str) -> tuple[int, str]:
    """Exit code and last line of a kernel that must end by itself."""
    process = bench.launch(*prefix)
    code = process.wait(timeout=20)
    return code, bench.log().splitlines()[-1]


def written(bench: Rig, notes: int) -> None:
    bench.start()
    for number in range(notes):
        bench.note(number)
        if number % 5 == 0:
            bench.settled()
    bench.settled()
    bench.kill()


@pytest.mark.parametrize(
    "words", [["--instance", "x"], ["--what"], ["--instance", "x", "--wake", "policy=7"]]
)
def test_a_wrong_command_line_ends_with_64_and_names_the_word(words: list[str]) -> None:
    command = [program("pink-kernel"), *words]
    process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    assert process.returncode == 64
    assert "--" in process.stderr and process.stderr.count("\n") == 1


def test_help_and_version_are_told_on_standard_output() -> None:
    for word, expected in [("--help", "--journal-dir"), ("--version", "build")]:
        command = [program("pink-kernel"), word]
        process = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20)
        assert expected in process.stdout and not process.stderr


def test_without_its_segment_the_kernel_ends_with_78(tmp_path: Path) -> None:
    command = [program("pink-kernel"), "--instance", f"none-{os.getpid()}", "--run-dir"]
    command += [str(tmp_path), "--journal-dir", str(tmp_path / "journal")]
    process = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    assert process.returncode == 78
    assert "does not exist" in process.stderr


def test_a_journal_directory_that_cannot_be_made_ends_with_78(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path) as bench:
        bench.journal_dir.write_text("a file is in the way")
        code, line = ended(bench)
        assert code == 78
        assert str(bench.journal_dir) in line
        assert bench.kernel.header().state == ActorState.FAILED


def test_a_second_kernel_of_the_instance_ends_with_75_and_names_the_first(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path) as bench:
        bench.start()
        first = bench.process
        assert first is not None
        code, line = ended(bench)
        assert (code, str(first.pid) in line) == (75, True)
        bench.process = first


def test_a_torn_tail_is_kept_aside_and_trading_can_go_on(instance: str, tmp_path: Path) -> None:
    with rig(instance, tmp_path) as bench:
        written(bench, 20)
        count = len(bench.outcomes())
        path = bench.journal_dir / "seg-00000001.pj"
        data = bytearray(path.read_bytes())
        last = data.rindex(b"PJB1")
        data[last + 100 : last + 140] = bytes(40)
        path.write_bytes(data)
        bench.start()
        bench.settled()
        assert list(bench.journal_dir.glob("torn-*.bin"))
        assert "torn-tail" in bench.log()
        left = [e.outcome.input for e in bench.outcomes()]
        assert left.count(InputKind.EPOCH) == 2
        assert len(left) <= count + 2


def test_a_damaged_durable_record_ends_with_125_and_nothing_is_changed(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path) as bench:
        written(bench, 20)
        path = bench.journal_dir / "seg-00000001.pj"
        data = bytearray(path.read_bytes())
        data[SEGMENT_HEADER_BYTES + 300] ^= 1
        path.write_bytes(data)
        code, line = ended(bench)
        assert code == 125
        assert "durable record 1 is damaged" in line
        assert path.read_bytes() == bytes(data), "the evidence stays as it was found"
        assert bench.kernel.header().state == ActorState.FAILED
        assert run_tool("verify", "--journal-dir", bench.journal_dir).returncode == 125


def test_the_kill_switch_latch_refuses_enters_also_after_a_restart(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path) as bench:
        gateway = prepared(bench)
        latch = bench.run_dir / "kill-switch"
        latch.write_text("drill")
        wait_until(lambda: bench.account().kill_switch == 1, "the latch to be seen")
        bench.enter("t-refused")
        bench.settled()
        bench.kill()
        bench.start()
        assert bench.account().kill_switch == 1
        bench.enter("t-refused-2")
        wait_until(lambda: gateway.step() == 0 and bench.intents.free() == 1024, "the intents")
        enters = [e.outcome for e in bench.outcomes() if e.outcome.input == InputKind.ENTER]
        assert [o.code for o in enters] == [Code.KILL_SWITCH, Code.KILL_SWITCH]
        latch.unlink()
        wait_until(lambda: bench.account().kill_switch == 0, "the latch to be reset")
        wait_until(lambda: gateway.step() >= 0 and bench.account().mode == Mode.ACTIVE, "ACTIVE")


def test_sigterm_in_the_middle_of_work_loses_nothing(instance: str, tmp_path: Path) -> None:
    with rig(instance, tmp_path) as bench:
        bench.start()
        for number in range(500):
            bench.note(number)
        assert bench.process is not None
        bench.process.send_signal(signal.SIGTERM)
        assert bench.process.wait(timeout=20) == 0, bench.log()
        assert bench.kernel.header().state == ActorState.STOPPED
        bench.start()
        bench.settled()
        notes = [e.outcome.input_id for e in bench.outcomes() if e.outcome.input == InputKind.NOTE]
        assert notes == list(range(500))
