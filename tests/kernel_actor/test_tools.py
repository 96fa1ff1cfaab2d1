"""`pink-journal` on a journal that a real kernel wrote."""

import json
from pathlib import Path

from pink_actors.shm_layout import InputKind, Stage
from tests.kernel_actor.harness import rig, run_tool
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


def test_a_damaged_outcome_is_named_by_dump_and_verify(instance: str, tmp_path: Path) -> None:
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
        refused = run_tool("verify", "--journal-dir", bench.journal_dir)
        assert refused.returncode == 125
        assert "is damaged" in refused.stderr
