"""Waiting in tests: look again until a condition holds, or fail at a deadline and say what for."""

import time
from collections.abc import Callable
from typing import TypeVar

import anyio

T = TypeVar("T")
LOOK_EVERY_S = 0.01


def wait_until(
    condition: Callable[[], T | None],
    what: str,
    timeout_s: float = 10.0,
    look_every_s: float = LOOK_EVERY_S,
) -> T:
    """The first answer of the condition that is neither None nor False."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = condition()
        if answer is not None and answer is not False:
            return answer
        assert time.monotonic() < deadline, f"waited {timeout_s} s for {what}"
        time.sleep(look_every_s)


async def wait_until_async(
    condition: Callable[[], T | None], what: str, timeout_s: float = 10.0
) -> T:
    """The same for a test that runs on the event loop."""
    deadline = time.monotonic() + timeout_s
    while True:
        answer = condition()
        if answer is not None and answer is not False:
            return answer
        assert time.monotonic() < deadline, f"waited {timeout_s} s for {what}"
        await anyio.sleep(LOOK_EVERY_S)
