"""Commands of one symbol and position side one after the other, all else side by side.

In hedge mode the two sides of a symbol are two trades: the exit of one must not stand behind the
entry of the other.  What only reads (fill rows, snapshots, income) has lanes of its own and never
holds an order up; a query keeps to its order's lane, so that "not found" is never said of an order
about to be sent.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from pink_actors.gateway.inbox import Work
from pink_actors.shm_layout import Command, CommandKind

Perform = Callable[[Work], Awaitable[None]]


def lane_of(command: Command) -> str:
    """The name of a command's lane."""
    if command.kind is CommandKind.SETTLE:
        return f"settle {command.symbol}"
    if command.kind in (CommandKind.RECONCILE, CommandKind.INCOME):
        return command.kind.name
    return f"{command.symbol} {command.position_side.name}"


class Lanes:
    """Runs each lane as one task while it has work; a task that fails is noticed at `check`."""

    def __init__(self, perform: Perform) -> None:
        self._perform = perform
        self._waiting: dict[str, deque[Work]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def add(self, work: Work) -> None:
        """Puts a command at the end of its lane; a cancel also overtakes its submit."""
        command = work.command
        name = lane_of(command)
        waiting = self._waiting.setdefault(name, deque())
        if command.kind is CommandKind.CANCEL:
            for other in waiting:
                same = other.command.client_order_id == command.client_order_id
                if same and other.command.kind is CommandKind.SUBMIT:
                    other.overtaken = True
        waiting.append(work)
        if name not in self._tasks:
            self._tasks[name] = asyncio.create_task(self._run(name), name=f"lane {name}")

    def check(self) -> None:
        """Raises what a lane raised: a bug must end the process, not one lane of it."""
        for name, task in list(self._tasks.items()):
            if task.done():
                del self._tasks[name]
                task.result()
                if self._waiting[name]:
                    self._tasks[name] = asyncio.create_task(self._run(name), name=f"lane {name}")

    async def close(self) -> None:
        """Ends every lane; unfinished commands stay in the ring and are looked at next time."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    async def _run(self, name: str) -> None:
        waiting = self._waiting[name]
        while waiting:
            work = waiting[0]
            await self._perform(work)
            work.done = True
            waiting.popleft()
