"""What lies in an instance's directories: latch, keys, logs, records, and what a crash leaves."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pink_actors import config as configuration
from pink_actors.config import Config
from pink_actors.errors import PermanentError, SecretsError
from pink_actors.supervisor import keys, latch, leftovers, logs, sandbox
from pink_actors.supervisor.children import CHILDREN, children_of
from pink_actors.supervisor.failure import last_words
from pink_actors.supervisor.paper_venue import addressed
from pink_actors.supervisor.process import Identity, adopt, alive, start_ticks
from tests.supervisor.trees import config_of
from tests.waiting import wait_until


def test_the_latch_is_engaged_while_its_file_exists_and_says_why(tmp_path: Path) -> None:
    assert not latch.read(tmp_path).engaged
    latch.engage(tmp_path, "odd fills")
    assert latch.read(tmp_path)[:2] == (True, "odd fills")
    assert latch.path_of(tmp_path).stat().st_mode & 0o777 == 0o600
    assert latch.reset(tmp_path)
    assert not latch.read(tmp_path).engaged
    assert not latch.reset(tmp_path)


def test_a_latch_that_cannot_be_read_is_engaged(tmp_path: Path) -> None:
    latch.path_of(tmp_path).mkdir()
    found = latch.read(tmp_path)
    assert found.engaged
    assert found.reason.startswith("unreadable")


def demo(path: Path) -> Config:
    text = f'[venue]\nkind = "demo"\ncredentials_file = "{path}"'
    return configuration.parse(text, "pink.toml")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o666])
def test_flaw_j13_keys_that_others_can_read_are_refused(mode: int, tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text('{"api_key": "a", "api_secret": "hunter22"}', encoding="utf-8")
    path.chmod(mode)
    with pytest.raises(SecretsError, match="chmod 600"):
        keys.load(demo(path))
    path.chmod(0o600)
    assert json.loads(keys.load(demo(path)))["api_secret"] == "hunter22"


@pytest.mark.parametrize(
    "content",
    ["", "hunter22", '{"api_key": "hunter22"}', '{"api_key": "", "api_secret": "hunter22"}'],
)
def test_flaw_j12_keys_that_are_no_keys_are_refused_unseen(content: str, tmp_path: Path) -> None:
    path = tmp_path / "keys"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    with pytest.raises(SecretsError) as refused:
        keys.load(demo(path))
    assert "hunter22" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_paper_keys_are_made_once_and_are_nobody_elses(home: Path) -> None:
    config = config_of(home, "paper")
    config.run_dir.mkdir(parents=True)
    first = keys.load(config)
    assert keys.load(config) == first
    assert (config.run_dir / "paper-keys.json").stat().st_mode & 0o777 == 0o600
    account = json.loads(keys.for_paper(first, config))[0]
    assert account["api_secret"] == json.loads(first)["api_secret"]
    assert json.loads(first)["api_secret"] not in repr(keys.Keys("a", "b"))
    reader = keys.descriptor(first)
    assert os.read(reader, 4096) == first
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_the_paper_venue_keeps_its_address(home: Path) -> None:
    config = configuration.with_instance(Config(), "a", str(home))
    config.run_dir.mkdir(parents=True)
    first = addressed(config)
    assert addressed(config) == first
    assert first.venue.rest_url == f"http://127.0.0.1:{first.paper.port}"


def test_a_log_that_grows_is_rotated_and_its_writer_goes_on(tmp_path: Path) -> None:
    path = logs.log_file(tmp_path, "gateway")
    with path.open("ab", buffering=0) as writer:
        for number in range(12):
            writer.write(f"line {number}\n".encode() * 20)
            assert logs.rotate(path, bytes_max=100)
        writer.write(b"last\n")
    kept = sorted(one.name for one in tmp_path.iterdir())
    assert kept == ["gateway.log", *(f"gateway.log.{n}" for n in range(1, logs.LOG_FILES_MAX))]
    assert path.read_text(encoding="utf-8") == "last\n"
    assert logs.tail(path.with_suffix(".log.1"), 1) == ["line 11"]
    assert logs.tail(tmp_path / "none.log", 5) == []
    assert not logs.rotate(tmp_path / "none.log")


def test_the_reason_of_a_death_is_the_last_error_in_its_log() -> None:
    lines = ["Traceback", '{"evt": "failed", "error": "no route"}', '{"evt": "stopped"}']
    assert last_words(lines) == "no route"
    assert last_words(["panicked at x", '{"evt": "starting"}']) == "panicked at x"
    assert last_words([]) == ""


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing until it is killed."""
    process = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    yield process
    process.kill()
    process.wait()


def identity_of(process: subprocess.Popen[bytes], name: str = "gateway") -> Identity:
    ticks = start_ticks(process.pid)
    assert ticks is not None
    return Identity(name, process.pid, ticks)


def test_a_recorded_process_is_ended_and_a_reused_pid_is_left_alone(
    sleeper: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    known = identity_of(sleeper)
    stranger = known._replace(start_ticks=known.start_ticks - 1)
    leftovers.record(tmp_path, [stranger])
    leftovers.clear_processes(tmp_path, spare="")
    assert alive(known)
    assert adopt(stranger) is None
    leftovers.record(tmp_path, [known])
    assert leftovers.survivors(tmp_path) == [known]
    leftovers.clear_processes(tmp_path, spare="gateway")
    assert alive(known)
    leftovers.clear_processes(tmp_path, spare="paper")
    assert not alive(known)


def test_an_adopted_process_is_seen_to_end(sleeper: subprocess.Popen[bytes]) -> None:
    process = adopt(identity_of(sleeper))
    assert process is not None
    assert process.poll() is None
    process.signal(signal.SIGKILL)
    ended = wait_until(process.poll, "the end")
    assert str(ended) == "gone"
    process.release()


def test_a_damaged_record_names_nobody(tmp_path: Path) -> None:
    (tmp_path / "processes.json").write_text("[[", encoding="utf-8")
    assert leftovers.recorded(tmp_path) == []
    assert leftovers.holder_of(tmp_path) is None


def test_a_process_that_does_not_end_stops_the_start(
    sleeper: subprocess.Popen[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leftovers.record(tmp_path, [identity_of(sleeper)])
    monkeypatch.setattr(leftovers, "end", lambda identities, _: identities)
    with pytest.raises(PermanentError, match=f"gateway \\(process {sleeper.pid}\\)"):
        leftovers.clear_processes(tmp_path, spare="")


def test_each_child_gets_the_rights_of_its_row_and_no_more(home: Path) -> None:
    config = addressed(config_of(home, "paper"), keep=False)
    rights = {child.name: child.rights(config) for child in CHILDREN}
    assert rights["kernel"].connect == rights["policy"].connect == ()
    assert rights["gateway"].connect == rights["listener"].connect == (config.paper.port,)
    assert rights["paper"].bind == (config.paper.port,)
    assert {child.name for child in CHILDREN if child.secrets} == {"paper", "gateway", "listener"}
    writers = {child.name: child.rights(config).write_dirs for child in CHILDREN}
    assert writers["kernel"] == (config.journal_dir,)
    assert writers["gateway"] == writers["listener"] == (config.unread_dir,)
    assert writers["policy"] == ()
    for child in CHILDREN:
        words = sandbox.launcher_words(child, config)
        assert ("--parent" in words) is not child.outlives
        assert "--no-landlock" not in words


def test_without_paper_no_child_waits_for_the_paper_venue(tmp_path: Path) -> None:
    children = children_of(demo(tmp_path))
    assert "paper" not in {child.name for child in children}
    assert not [child for child in children if "paper" in child.after]
