"""What cannot work is refused in one line, with its exit code, and leaves nothing behind."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pink_actors import runner
from pink_actors.errors import LayoutError
from pink_actors.shm_layout import DIGEST_HEX, SEGMENTS, Writer
from pink_actors.supervisor import sandbox
from tests.system.stage import Said, Stage, stage_of
from tests.waiting import wait_until

pytestmark = [pytest.mark.xdist_group("system"), pytest.mark.timeout(180)]

FEW = "[supervisor]\nrestarts_max = 1\n"


def refused(stage: Stage, said: Said, code: int, *words: str) -> None:
    """One line, the exit code, and nothing half-started."""
    if said.code == 0:
        stage.run("down")
    assert said.code == code, said
    lines = said.err.strip().splitlines()
    assert len(lines) == 1, said
    assert lines[0].startswith("pink-supervisor: ")
    for word in words:
        assert word in lines[0]
    assert stage.nothing_is_left(stage.recorded())


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("[risk]\nmax_slot = 1", ("pink.toml: risk.max_slot: unknown key", "max_slots")),
        ("[risk]\nmax_slots = 0", ("pink.toml: risk.max_slots:", "correct the value")),
        ('[venue]\nkind = "demo"', ("venue.credentials_file: missing", "0600")),
        ('[venue]\nkind = "live"', ("needs both", "--live")),
    ],
)
def test_flaw_g15_h16_a_bad_configuration_stops_the_start(
    settings: str, words: tuple[str, ...], home: Path, instance: str
) -> None:
    stage = Stage(home, instance, settings)
    refused(stage, stage.run("up"), 78, *words)
    assert not stage.config.directory.exists()


def test_keys_that_others_can_read_are_refused(home: Path, instance: str) -> None:
    file = home / "keys.json"
    file.write_text('{"api_key": "a", "api_secret": "hunter22"}', encoding="utf-8")
    file.chmod(0o640)
    demo = f'[venue]\nkind = "demo"\ncredentials_file = "{file}"'
    stage = Stage(home, instance, demo)
    said = stage.run("up")
    refused(stage, said, 78, "others may read the keys", "chmod 600")
    assert "hunter22" not in said.err


def test_a_directory_in_the_place_of_the_keys_is_refused(home: Path, instance: str) -> None:
    stage = Stage(home, instance, f'[venue]\nkind = "demo"\ncredentials_file = "{home}"')
    refused(stage, stage.run("up"), 78, str(home), "Is a directory", "0600")


def test_flaw_f22_a_journal_that_cannot_be_written_stops_the_start(
    home: Path, instance: str
) -> None:
    stage = Stage(home, instance)
    stage.config.directory.mkdir()
    stage.config.journal_dir.write_text("in the way", encoding="utf-8")
    refused(stage, stage.run("up", "-d"), 78, "journal", "File exists", "--home")


def test_a_venue_that_cannot_be_reached_stops_the_start(home: Path, instance: str) -> None:
    stage = Stage(home, instance, FEW + _demo(home, "http://127.0.0.1:1", "hunter22"))
    refused(stage, stage.run("up", "-d"), 75, "127.0.0.1:1")


@pytest.fixture
def venue(tmp_path: Path) -> Iterator[str]:
    """A paper venue that is not ours: its address."""
    keys = tmp_path / "venue-keys.json"
    row = {"account": "main", "api_key": "key", "api_secret": "hunter22", "balance": "1000"}
    keys.write_text(json.dumps([row]), encoding="utf-8")
    port_file = tmp_path / "port"
    command = [sys.executable, "-P", "-m", "pink_actors.paper.cli", "--data", str(tmp_path / "v")]
    command += ["--keys-file", str(keys), "--port-file", str(port_file)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        wait_until(lambda: port_file.exists() or None, "the venue's port")
        yield f"http://127.0.0.1:{port_file.read_text().strip()}"
    finally:
        process.terminate()
        process.wait(20)


def test_flaw_j12_a_wrong_key_is_named_at_start(home: Path, instance: str, venue: str) -> None:
    stage = Stage(home, instance, FEW + _demo(home, venue, "hunter23"))
    said = stage.run("up", "-d")
    refused(stage, said, 78, "gateway", "API key")
    assert "hunter" not in said.err


def _demo(home: Path, url: str, secret: str) -> str:
    file = home / "keys.json"
    file.write_text(json.dumps({"api_key": "key", "api_secret": secret}), encoding="utf-8")
    file.chmod(0o600)
    stream = url.replace("http", "ws") + "/swap-market"
    return (
        f'[venue]\nkind = "demo"\ncredentials_file = "{file}"\n'
        f'rest_url = "{url}"\nws_url = "{stream}"\n'
    )


def test_verbs_on_an_instance_that_never_was_say_so_in_one_line(home: Path, instance: str) -> None:
    stage = Stage(home, instance)
    for words, code in (
        (("status",), 3),
        (("logs",), 2),
        (("pause",), 3),
        (("restart", "kernel"), 3),
        (("verify",), 3),
        (("down",), 0),
    ):
        said = stage.run(*words)
        lines = (said.out + said.err).splitlines()
        assert said.code == code and len(lines) == 1, (words, said)
        assert instance in lines[0]


def test_a_strategy_that_cannot_be_loaded_stops_the_start(home: Path, instance: str) -> None:
    stage = Stage(home, instance, '[policy]\nstrategy = "no_such_module:Strategy"\n')
    refused(stage, stage.run("up", "-d"), 78, "policy", "no_such_module")


BROKEN = """
class Broken:
    def __init__(self, params):
        self.calls = 0

    def decide(self, world):
        self.calls += 1
        if self.calls > 60:
            raise ValueError("the strategy is broken")
        return ()
"""


def test_a_strategy_that_raises_is_given_up_in_one_line_and_the_rest_goes_on(
    home: Path, instance: str
) -> None:
    own = home / "own"
    own.mkdir()
    (own / "broken_strategy.py").write_text(BROKEN, encoding="utf-8")
    settings = f'[policy]\nstrategy = "broken_strategy:Broken"\npath = "{own}"\n{FEW}'
    with stage_of(home, instance, settings) as stage:
        stage.up()
        wait_until(lambda: stage.process("policy").given_up or None, "the end of it", 45.0)
        lines = stage.run("logs", "policy", "-n", "200").out.splitlines()
        said = [line for line in lines if "the strategy is broken" in line]
        assert said and all("broken_strategy.py:9" in line for line in said)
        assert stage.process("kernel").state == "READY"
        status = stage.run("status")
        assert status.code == 3 and "GIVEN UP" in status.out


def test_a_database_server_that_is_away_is_waited_for_while_the_rest_trades(
    home: Path, instance: str
) -> None:
    with stage_of(home, instance, '[persistence]\nurl = "http://127.0.0.1:1"\n') as stage:
        stage.up()
        stage.wait_for_fills(1)
        wait_until(
            lambda: stage.process("persistence").state == "DEGRADED" or None, "it to say so", 30.0
        )
        assert stage.process("persistence").restarts == 0


def test_stale_and_damaged_segments_never_stop_the_next_up(home: Path, instance: str) -> None:
    kernel = sandbox.object_path(instance, Writer.KERNEL)
    kernel.write_bytes(os.urandom(SEGMENTS[Writer.KERNEL].size))
    kernel.chmod(0o600)
    policy = sandbox.object_path(instance, Writer.POLICY)
    policy.write_bytes(b"short")
    policy.chmod(0o600)
    with stage_of(home, instance) as stage:
        stage.up()
        stage.wait_for_fills(1)


def test_flaw_h16_an_extension_of_another_layout_is_refused_with_both_digests() -> None:
    with pytest.raises(LayoutError, match="0000000000000000") as found:
        runner.check_layout("0" * 64)
    assert found.value.exit_code == 78
    assert DIGEST_HEX[:16] in str(found.value)
    assert "run scripts/setup" in str(found.value)
