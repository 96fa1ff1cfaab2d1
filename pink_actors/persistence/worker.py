"""One dedicated thread for jobs one after the other: the embedded database cannot be awaited."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from pink_actors.errors import PinkError

R = TypeVar("R")
JOBS_MAX = 64


class JobError(Exception):
    """A failure that belongs to whoever awaits the job."""


class WorkerDiedError(PinkError):
    """A job raised what nobody expected: a bug, the traceback of which stands in the log."""


class Worker:
    """A thread, not a pool: the order of jobs is the order in which they were given."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.Queue[Callable[[], None] | None] = queue.Queue(JOBS_MAX)
        # A daemon, because an insert that hangs must not keep a stopped process alive.
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def submit(self, call: Callable[[], R]) -> "asyncio.Future[R]":
        """The future of the call's result; queue.Full if too many wait already."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[R] = loop.create_future()

        def job() -> None:
            try:
                result = call()
            except (JobError, PinkError) as error:
                _settle(loop, future, _fail(future, error))
            else:
                _settle(loop, future, lambda: future.set_result(result))
            finally:
                # Only what nobody expected gets here unsettled: it ends the thread and the process.
                died = WorkerDiedError(f"thread {self._thread.name} died of a bug")
                _settle(loop, future, _fail(future, died))

        self._jobs.put_nowait(job)
        return future

    def forget(self) -> None:
        """Drops the jobs that wait: whoever asked is not there any more."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._jobs.get_nowait()

    def stop(self) -> None:
        """Ends the thread after the jobs it has; does not wait for it."""
        self._jobs.put_nowait(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


def _fail(future: "asyncio.Future[R]", error: Exception) -> Callable[[], None]:
    return lambda: future.set_exception(error)


def _settle(
    loop: asyncio.AbstractEventLoop, future: "asyncio.Future[R]", set_it: Callable[[], None]
) -> None:
    """Back on the loop, unless it is gone or nobody waits any more."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(lambda: None if future.done() else set_it())
