"""`pink-journal` on a journal that a real kernel wrote."""

import json
import subprocess
from pathlib import Path

import pytest

from pink_actors.shm_layout import InputKind, Stage
from tests.kernel_actor.harness import program, rig, run_tool
from tests.kernel_actor.test_trade import prepared, wait_for_stage, wait_until_freed


def test_dump_verify_replay_and_why_tell_the_story_of_a_trade(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path) as bench:
        gateway = prepared(bench)
        bench.enter("t-story")
        wait_for_stage(bench, gateway, "t-story", Stage.POSITION_OPEN)
        bench.mark()
        bench.exit("t-story")
        wait_until_freed(bench, gateway, "t-story")
        bench.settled()
        assert bench.stop() == 0
        outcomes = bench.outcomes()
        folder = ("--journal-dir", bench.journal_dir)

        dumped = run_tool("dump", "--json", *folder)
        lines = [json.loads(line) for line in dumped.stdout.splitlines()]
        assert [line["seq"] for line in lines] == [entry.seq for entry in outcomes]
        for line, entry in zip(lines, outcomes, strict=True):
            assert line["outcome"]["code"] == entry.outcome.code.name
            assert line["outcome"]["capital_e8"] == entry.outcome.capital_e8
            assert line["outcome"]["seq"] == line["seq"]
        assert {line["input"] for line in lines} >= {InputKind.ENTER.name, InputKind.EPOCH.name}

        rows = run_tool("why", "t-story", "--json", *folder).stdout.splitlines()
        told = {json.loads(row)["seq"] for row in rows}
        assert told and told < {entry.seq for entry in outcomes}
        figures = json.loads(run_tool("verify", "--json", *folder).stdout)
        assert (figures["first_seq"], figures["last_seq"]) == (1, len(lines))
        state = json.loads(run_tool("replay", "--json", *folder).stdout)
        assert state["account"]["capital_e8"] == outcomes[-1].outcome.capital_e8
        assert state["slots"] == [] and state["unreported"] == 0

        verified = run_tool("verify", *folder)
        assert verified.returncode == 0 and "sound" in verified.stdout
        replayed = run_tool("replay", *folder)
        assert replayed.returncode == 0, replayed.stderr
        assert "every outcome as recorded" in replayed.stdout
        half = run_tool("replay", "--until", str(len(lines) // 2), *folder)
        assert f"records 1 to {len(lines) // 2} replayed" in half.stdout

        order = next(o.client_order_id for _, o in outcomes if o.client_order_id)
        story = run_tool("why", order, *folder).stdout
        assert "SUBMIT" in story and "fill" in story and "t-story" in story
        assert run_tool("why", "no-such-order", *folder).returncode == 1


def test_a_damaged_record_is_named_by_every_command(instance: str, tmp_path: Path) -> None:
    with rig(instance, tmp_path) as bench:
        bench.start()
        for number in range(50):
            bench.note(number)
            bench.settled()
        bench.kill()
        path = bench.journal_dir / "seg-00000001.pj"
        data = bytearray(path.read_bytes())
        data[data.rindex(b"PJB1", 0, len(data) // 8) - 900] ^= 1
        path.write_bytes(data)
        for words in (("dump",), ("verify",), ("replay",), ("why", "nobody")):
            refused = run_tool(*words, "--journal-dir", bench.journal_dir)
            assert refused.returncode == 125
            assert refused.stderr.count("\n") == 1 and "is damaged" in refused.stderr


def test_the_commands_read_a_journal_that_a_kernel_is_writing(
    instance: str, tmp_path: Path
) -> None:
    with rig(instance, tmp_path, segment_bytes=64 << 10) as bench:
        bench.start()
        folder = ("--journal-dir", str(bench.journal_dir))
        said, complaint = tmp_path / "said", tmp_path / "complaint"
        number = 0
        commands = (("dump",), ("verify",), ("replay",), ("why", "nobody")) * 3
        for nth, words in enumerate(commands, start=1):
            command = [program("pink-journal"), *words, *folder]
            with said.open("w") as out, complaint.open("w") as err:
                reading = subprocess.Popen(command, stdout=out, stderr=err)
            # However slowly one of them starts and the kernel takes, segments are filled meanwhile.
            while reading.poll() is None or number < 100 * nth:
                number += 1
                bench.note(number)
            code = 1 if words[0] == "why" else 0
            assert reading.returncode == code, complaint.read_text()
            if words[0] == "dump":
                seqs = [int(line.split()[0]) for line in said.read_text().splitlines()]
                assert seqs == list(range(1, len(seqs) + 1))
        assert bench.journal().segment_number > 1


@pytest.mark.parametrize(
    ("words", "code", "hint"),
    [
        (["dump", "--journal-dir", "/no/such/folder"], 1, "no such directory"),
        (["dump"], 64, "--journal-dir is missing"),
        (["verify", "--from", "3", "--journal-dir", "."], 64, "verify takes no --from"),
        (["why", "--journal-dir", "."], 64, "why takes one ORDER"),
        (["dump", "--until", "x", "--journal-dir", "."], 64, "x is no sequence"),
        (["verify", "--journal-dir", "."], 1, "no segment was begun"),
    ],
)
def test_a_refusal_is_one_line_that_names_the_cure(words: list[str], code: int, hint: str) -> None:
    refused = run_tool(*words)
    assert (refused.returncode, refused.stdout) == (code, "")
    assert refused.stderr.count("\n") == 1 and hint in refused.stderr


def test_help_names_every_command_and_exit_code() -> None:
    told = run_tool("--help").stdout
    for word in ("dump", "verify", "replay", "why ORDER", "--json", "--until", "125", "64"):
        assert word in told
