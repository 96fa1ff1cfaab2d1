"""Runs one actor: the only event loop, signal handlers and broad `except` of the package.

    start()   acquire what is needed, or raise            state STARTING
    step()    one bounded piece of work, again and again  state READY (or what the actor says)
    close()   release; called exactly once, even if start() failed  state CLOSING

SIGTERM, SIGINT and SIGHUP only set a flag: a start() under way is cancelled, a step() is finished.
"""

import asyncio
import contextlib
import ctypes
import faulthandler
import os
import signal
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

import msgspec
import uvloop

from pink_actors import _native
from pink_actors import config as configuration
from pink_actors import log as logging
from pink_actors._native import AttachRefused, CorruptRecord, OwnSegment, WriterHeld
from pink_actors.clock import Clock, SystemClock
from pink_actors.config import Config
from pink_actors.errors import (
    EXIT_BUG,
    EXIT_CLEAN,
    LayoutError,
    PermanentError,
    PinkError,
    SecretsError,
    StrategyError,
    TemporaryError,
)
from pink_actors.log import Logger
from pink_actors.shm_layout import DIGEST_HEX, ActorState, Writer

SECRETS_BYTES_MAX = 4096
TASKS_LEFT_S_MAX = 1.0
_PR_SET_DUMPABLE = 4
R = TypeVar("R")


class Actor(Protocol):
    """One process's work. All three are coroutines; there is no other kind."""

    @property
    def idle_ms(self) -> int:
        """Rest after a step that found nothing; 0 if step() itself waits, at most 100 ms."""
        ...

    async def start(self) -> None:
        """Acquires, or raises."""
        ...

    async def step(self) -> int:
        """One bounded piece of work; how much was done. It is added to the progress counter."""
        ...

    async def close(self) -> None:
        """Releases. Must cope with a start() that failed half way."""
        ...


class Secrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys of the venue; they never show in a repr, so not in a traceback either."""

    api_key: str
    api_secret: str

    def __repr__(self) -> str:
        return "Secrets(***)"


class Beacon(Protocol):
    """Where a process says how it is: its segment's header."""

    def set_state(self, state: int) -> None:
        """ActorState."""
        ...

    def beat(self, progress: int) -> None:
        """Alive, and this much done so far."""
        ...


class Context(NamedTuple):
    """What the runner hands to the constructor of an actor."""

    config: Config
    instance: str
    run_dir: Path
    segment: OwnSegment
    clock: Clock
    log: Logger
    wake_fd: int | None
    secrets: Secrets | None


class Launch(NamedTuple):
    """The arguments every actor is started with."""

    name: str
    writer: Writer
    instance: str
    run_dir: Path
    wake_fd: int | None
    secrets_fd: int | None


def run(launch: Launch, build: Callable[[Context], Actor]) -> int:
    """One actor from its arguments to its exit code."""
    faulthandler.enable()  # The supervisor sends SIGABRT to a process that hangs.
    log = logging.make(launch.name, os.getpid())
    try:
        context = _context(launch)
    except PinkError as error:
        log.error("refused_to_start", error=str(error), exit_code=error.exit_code)  # noqa: TRY400
        return error.exit_code
    codes: list[int] = []
    built: list[Actor] = []
    with _caught(context.log, codes):
        built.append(build(context))
    if codes:
        context.segment.set_state(ActorState.FAILED)
        return codes[0]
    return drive(built[0], context.segment, context.log, asyncio.Event())


def drive(actor: Actor, beacon: Beacon, log: Logger, stop: asyncio.Event) -> int:
    """Owns the loop for one actor. `stop` ends it in order, as SIGTERM does."""
    return uvloop.run(_live(actor, beacon, log, stop))


def call_foreign(what: str, call: Callable[[], R]) -> R:
    """The result of a call into somebody else's code; whatever it raises becomes one line."""
    try:
        return call()
    except PinkError:
        raise
    except Exception as error:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        raise StrategyError(
            f"{what} raised {type(error).__name__}: {error} ({frame.filename}:{frame.lineno}); "
            "correct it, then pink-supervisor restart policy"
        ) from error


def check_layout(of_extension: str = _native.DIGEST_HEX) -> None:
    """Refuses an extension that was built from another layout than this package has."""
    if of_extension != DIGEST_HEX:
        raise LayoutError(
            f"the extension has layout {of_extension[:16]}, the package {DIGEST_HEX[:16]}: "
            "one build for the whole tree; run scripts/setup"
        )


def read_secrets(descriptor: int) -> Secrets:
    """Takes the keys from an inherited descriptor once, and hides this process from peers."""
    with os.fdopen(descriptor, "rb") as pipe:
        content = pipe.read(SECRETS_BYTES_MAX)
    # A process of the same uid could read keys from memory or /proc as long as this one is
    # dumpable; a refusal of the system call cannot happen for these arguments.
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    try:
        return msgspec.json.decode(content, type=Secrets)
    except msgspec.DecodeError:
        # The decoder's message may quote what it read, so it is not passed on.
        raise SecretsError(
            'the keys are not JSON {"api_key": "...", "api_secret": "..."}; '
            "check venue.credentials_file"
        ) from None


def _context(launch: Launch) -> Context:
    check_layout()
    config = configuration.load_resolved(launch.run_dir)
    secrets = read_secrets(launch.secrets_fd) if launch.secrets_fd is not None else None
    masked = (secrets.api_key, secrets.api_secret) if secrets is not None else ()
    log = logging.make(launch.name, os.getpid(), config.log.level, masked)
    try:
        segment = OwnSegment.open(launch.instance, launch.writer, str(launch.run_dir))
    except WriterHeld as error:
        raise TemporaryError(str(error)) from error
    except AttachRefused as error:
        raise LayoutError(str(error)) from error
    return Context(
        config,
        launch.instance,
        launch.run_dir,
        segment,
        SystemClock(),
        log,
        launch.wake_fd,
        secrets,
    )


async def _live(actor: Actor, beacon: Beacon, log: Logger, stop: asyncio.Event) -> int:
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, what: _report_stray(log, what.get("exception")))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, stop.set)
    beacon.set_state(ActorState.STARTING)
    beacon.beat(0)
    log.info("starting")
    codes: list[int] = []
    with _caught(log, codes):
        if await _started(actor, stop):
            beacon.set_state(ActorState.READY)
            log.info("ready")
            await _stepped(actor, beacon, stop)
    beacon.set_state(ActorState.CLOSING)
    with _caught(log, codes):
        await actor.close()
    await _end_tasks(log)
    code = codes[0] if codes else EXIT_CLEAN
    beacon.set_state(ActorState.FAILED if code else ActorState.STOPPED)
    log.info("stopped", exit_code=code)
    return code


async def _started(actor: Actor, stop: asyncio.Event) -> bool:
    """Whether start() ran to its end; a stop that comes first cancels it."""
    starting = asyncio.create_task(actor.start(), name="start")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    for task in (starting, stopping):
        task.cancel()  # Changes nothing for the one that is done.
    await asyncio.wait({starting, stopping})
    if starting.cancelled():
        return False
    starting.result()
    return not stop.is_set()


async def _stepped(actor: Actor, beacon: Beacon, stop: asyncio.Event) -> None:
    progress = 0
    while not stop.is_set():
        done = await actor.step()
        progress += done
        beacon.beat(progress)
        if done == 0 and actor.idle_ms > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), actor.idle_ms / 1000)
        else:
            await asyncio.sleep(0)


@contextlib.contextmanager
def _caught(log: Logger, codes: list[int]) -> Iterator[None]:
    """Nothing leaves silently: every failure is logged and becomes an exit code."""
    try:
        yield
    except PinkError as error:
        codes.append(error.exit_code)
        # One line is the whole message; a traceback would bury it.
        log.error("failed", error=str(error), exit_code=error.exit_code)  # noqa: TRY400
    except CorruptRecord as error:
        codes.append(PermanentError.exit_code)
        log.exception("failed", error=str(error), exit_code=codes[-1])
    except Exception as error:
        codes.append(EXIT_BUG)
        log.exception("failed", error=repr(error), exit_code=EXIT_BUG)


async def _end_tasks(log: Logger) -> None:
    """A task that outlives close() is a leak: it is named, then ended."""
    left = asyncio.all_tasks() - {asyncio.current_task()}
    for task in left:
        log.warning("task_left", task=task.get_name())
        task.cancel()
    if left:
        await asyncio.wait(left, timeout=TASKS_LEFT_S_MAX)


def _report_stray(log: Logger, error: Exception | None) -> None:
    log.error("task_failed", error=repr(error), exc_info=error)
