"""The one lifecycle: what the runner promises to every actor and to whoever watches it."""

import asyncio
import ctypes
import io
import json
import os
import signal
from collections.abc import Callable

import pytest

from pink_actors import log as logging
from pink_actors import runner
from pink_actors.errors import ConfigError, PermanentError, PinkError, SecretsError
from pink_actors.shm_layout import ActorState

PR_GET_DUMPABLE = 3
PR_SET_DUMPABLE = 4


class Beacon:
    """Remembers what a process said of itself."""

    def __init__(self) -> None:
        self.states: list[ActorState] = []
        self.beats: list[int] = []

    def set_state(self, state: int) -> None:
        self.states.append(ActorState(state))

    def beat(self, progress: int) -> None:
        self.beats.append(progress)


class Recorder:
    """An actor that notes its calls and fails where it is told to."""

    idle_ms = 5

    def __init__(self, fail: str = "", error: Exception | None = None) -> None:
        self.calls: list[str] = []
        self._fail = fail
        self._error = error or ValueError("hunter22 does not fit")
        self.on_step: Callable[[], None] = lambda: None

    async def start(self) -> None:
        self._note("start")

    async def step(self) -> int:
        self._note("step")
        self.on_step()
        return 1

    async def close(self) -> None:
        self._note("close")

    def _note(self, name: str) -> None:
        self.calls.append(name)
        if name == self._fail:
            raise self._error


class Run:
    """One run of an actor with all that came of it."""

    def __init__(self, actor: runner.Actor, stop: asyncio.Event | None = None) -> None:
        self.beacon = Beacon()
        text = io.StringIO()
        log = logging.make("test", os.getpid(), "debug", ["hunter22"], text)
        self.code = runner.drive(actor, self.beacon, log, stop or asyncio.Event())
        self.text = text.getvalue()
        self.lines = [json.loads(line) for line in self.text.splitlines()]


def stopped_after(steps: int, fail: str = "", error: Exception | None = None) -> Recorder:
    """An actor that gets SIGTERM in its last step."""
    actor = Recorder(fail, error)

    def maybe() -> None:
        if actor.calls.count("step") == steps:
            os.kill(os.getpid(), signal.SIGTERM)

    actor.on_step = maybe
    return actor


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_flaw_g29_g30_a_stop_signal_leads_to_close_and_exit_code_0(number: signal.Signals) -> None:
    actor = Recorder()
    actor.on_step = lambda: os.kill(os.getpid(), number)
    run = Run(actor)
    assert run.code == 0
    # The loop learns of a signal a turn or two later; a step that runs is finished.
    assert (actor.calls[0], actor.calls[-1]) == ("start", "close")
    assert set(actor.calls[1:-1]) == {"step"}
    assert run.beacon.states == [
        ActorState.STARTING,
        ActorState.READY,
        ActorState.CLOSING,
        ActorState.STOPPED,
    ]


@pytest.mark.parametrize("fail", ["start", "step", "close"])
def test_flaw_g27_g33_g36_close_is_called_exactly_once_wherever_it_fails(fail: str) -> None:
    actor = stopped_after(2, fail)
    run = Run(actor)
    assert run.code == 70
    assert actor.calls.count("close") == 1
    assert run.beacon.states[-1] is ActorState.FAILED


@pytest.mark.parametrize("fail", ["start", "step", "close"])
def test_flaw_k4_h3_h15_k1_an_error_is_logged_with_its_trace(fail: str) -> None:
    run = Run(stopped_after(2, fail))
    failed = [line for line in run.lines if line["evt"] == "failed"]
    assert len(failed) == 1
    assert "Traceback" in failed[0]["exception"]
    assert f"in {fail}" in failed[0]["exception"]


def test_flaw_j13_a_secret_shows_neither_in_a_message_nor_in_a_trace() -> None:
    run = Run(Recorder("start"))
    assert "hunter22" not in run.text
    assert "*** does not fit" in run.text
    secrets = runner.Secrets("key-123456", "hunter22")
    assert "hunter22" not in repr(secrets) + str(secrets) + f"{[secrets]}"


@pytest.mark.parametrize(
    ("error", "code"), [(ConfigError("x"), 78), (PermanentError("x"), 125), (PinkError("x"), 70)]
)
def test_an_error_of_ours_is_one_line_and_its_own_exit_code(error: PinkError, code: int) -> None:
    run = Run(Recorder("start", error))
    assert run.code == code
    failed = next(line for line in run.lines if line["evt"] == "failed")
    assert failed["exit_code"] == code
    assert "exception" not in failed


def test_flaw_o1_a_stop_during_start_ends_the_start_and_closes() -> None:
    class Slow(Recorder):
        async def start(self) -> None:
            self.calls.append("start")
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.Event().wait()

    actor = Slow()
    run = Run(actor)
    assert (run.code, actor.calls) == (0, ["start", "close"])
    assert ActorState.READY not in run.beacon.states


def test_progress_is_the_sum_of_what_steps_did() -> None:
    stop = asyncio.Event()
    actor = Recorder()
    actor.on_step = lambda: stop.set() if actor.calls.count("step") == 3 else None
    assert Run(actor, stop).beacon.beats == [0, 1, 2, 3]


def test_flaw_n9_a_task_that_outlives_close_is_named_and_ended() -> None:
    class Leaking(Recorder):
        async def start(self) -> None:
            self.kept = asyncio.create_task(asyncio.Event().wait(), name="forgotten")

    actor = Leaking()
    actor.on_step = lambda: os.kill(os.getpid(), signal.SIGTERM)
    run = Run(actor)
    assert [line["task"] for line in run.lines if line["evt"] == "task_left"] == ["forgotten"]
    assert actor.kept.cancelled()


def test_an_error_in_a_stray_callback_is_logged() -> None:
    actor = stopped_after(3)

    def broken() -> None:
        raise RuntimeError("stray")

    async def start() -> None:
        asyncio.get_running_loop().call_soon(broken)

    actor.start = start  # type: ignore[method-assign]
    run = Run(actor)
    assert [line["error"] for line in run.lines if line["evt"] == "task_failed"] == [
        "RuntimeError('stray')"
    ]


def secrets_from(content: bytes) -> runner.Secrets:
    reader, writer = os.pipe()
    os.write(writer, content)
    os.close(writer)
    return runner.read_secrets(reader)


def test_flaw_j12_keys_that_do_not_parse_are_refused_without_being_shown() -> None:
    for content in (b"", b"hunter22", b'{"api_key": "hunter22"}', b'["hunter22"]'):
        with pytest.raises(SecretsError) as refused:
            secrets_from(content)
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)
        assert "hunter22" not in str(refused.value)
        assert refused.value.__cause__ is None
        assert refused.value.exit_code == 78


def test_a_process_that_holds_keys_is_closed_to_its_peers() -> None:
    system = ctypes.CDLL(None)
    assert system.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 1
    try:
        secrets = secrets_from(b'{"api_key": "a", "api_secret": "b"}')
        assert (secrets.api_key, secrets.api_secret) == ("a", "b")
        assert system.prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0
    finally:
        system.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)


def test_a_field_named_like_a_secret_is_masked_wherever_it_stands() -> None:
    text = io.StringIO()
    log = logging.make("test", 1, "debug", (), text)
    log.info("sent", url="http://v?a=1&signature=abcdef&b=2", api_secret="s3cr3t", body={"x": 1})
    line = json.loads(text.getvalue())
    assert line["api_secret"] == logging.MASK
    assert line["url"] == "http://v?a=1&signature=***&b=2"
    assert {"ts", "mono_ns", "lvl", "proc", "pid", "evt"} <= set(line)
