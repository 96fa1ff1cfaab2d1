"""The account's own stream: lossy by nature, so each (re)connect is reported as a gap.

Invariant: at any time at most two sessions live, and two only while one replaces the other; each is
a task that `run` owns, waits for and ends.
"""

from __future__ import annotations

import asyncio
from typing import Final

from websockets.asyncio.client import ClientConnection

from pink_actors.listener.ear import Ear
from pink_actors.listener.listen_key import KeyService, Times
from pink_actors.listener.stream_socket import Ended, follow
from pink_actors.log import Logger
from pink_actors.rest.backoff import Backoff
from pink_actors.rest.connection import Ending
from pink_actors.venue.frames import KeyExpired, Ping, user_event

BACKOFF_FIRST_S: Final = 0.2
BACKOFF_LAST_S: Final = 5.0


class Session:
    """One listen key with its socket."""

    def __init__(self) -> None:
        self.healthy = asyncio.Event()
        self.key = ""
        self.task: asyncio.Task[None] | None = None


class UserStream:
    """Keeps a session alive, and replaces it before the venue ends it; two of them may run."""

    def __init__(
        self, url: str, proxy: str, keys: KeyService, ear: Ear, log: Logger, times: Times
    ) -> None:
        self._url = url
        self._proxy = proxy
        self._keys = keys
        self._ear = ear
        self._log = log
        self._times = times
        self._sessions: list[Session] = []

    async def run(self) -> None:
        """Never returns; ends its sessions when it is cancelled."""
        backoff = Backoff(BACKOFF_FIRST_S, BACKOFF_LAST_S)
        try:
            while True:
                session = self._start()
                if await self._healthy(session):
                    backoff.reset()
                    while await self._until_due(session):
                        session = await self._replaced(session)
                await self._end(session)
                await asyncio.sleep(backoff.next_s())
        finally:
            for session in list(self._sessions):
                await self._end(session)

    def _start(self) -> Session:
        session = Session()
        session.task = asyncio.create_task(self._live(session), name="user session")
        self._sessions.append(session)
        return session

    async def _healthy(self, session: Session) -> bool:
        """Whether the session came up; one that failed says so by its end."""
        assert session.task is not None
        waiting = asyncio.create_task(session.healthy.wait(), name="user session health")
        try:
            await asyncio.wait(
                {waiting, session.task},
                timeout=self._times.healthy_within_s,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            waiting.cancel()
        return session.healthy.is_set() and not session.task.done()

    async def _until_due(self, session: Session) -> bool:
        """Whether the session lived until it is time to replace it."""
        assert session.task is not None
        done, _ = await asyncio.wait({session.task}, timeout=self._times.replace_after_s)
        return not done

    async def _replaced(self, old: Session) -> Session:
        """The successor, if it came up; the old one is closed only then."""
        new = self._start()
        if await self._healthy(new):
            await self._end(old)
            return new
        self._log.warning("successor_not_healthy")
        await self._end(new)
        return old

    async def _end(self, session: Session) -> None:
        if session in self._sessions:
            self._sessions.remove(session)
        if session.task is not None:
            session.task.cancel()
            await asyncio.wait({session.task})
            if not session.task.cancelled():
                session.task.result()  # A bug, or keys that are refused, must not end silently.

    async def _live(self, session: Session) -> None:
        key = await self._keys.create()
        if key is None:
            return
        session.key = key
        extending = asyncio.create_task(self._extend(session), name="listen key")
        hearing = asyncio.create_task(self._hear(session), name="user socket")
        try:
            await asyncio.wait({extending, hearing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (extending, hearing):
                task.cancel()
            await asyncio.wait({extending, hearing})
            if session.healthy.is_set():
                self._ear.user_lost()
            await self._keys.give_back(key)
        for task in (extending, hearing):
            if not task.cancelled():
                task.result()

    async def _extend(self, session: Session) -> None:
        """Extends this session's own key for as long as the session lives.

        Only the venue's own no ends a key; an outage shorter than its life does not.
        """
        pause_s = self._times.extend_every_s
        while True:
            await asyncio.sleep(pause_s)
            ending = await self._keys.extend(session.key)
            if ending is Ending.REFUSED:
                return
            extended = ending is Ending.OK
            pause_s = self._times.extend_every_s if extended else self._times.extend_again_s

    async def _hear(self, session: Session) -> None:
        async def opened(_: ClientConnection) -> None:
            session.healthy.set()
            await self._ear.user_connected()

        async def hear(data: bytes) -> bool:
            event = await self._ear.user(data, user_event)
            if isinstance(event, KeyExpired):
                raise Ended("the listen key expired")
            return isinstance(event, Ping)

        try:
            await follow(
                f"{self._url}?listenKey={session.key}",
                self._proxy,
                opened,
                hear,
                self._times.silence_s_max,
            )
        except Ended as error:
            reason = str(error).replace(session.key, "***")
            self._log.warning("user_stream_ended", reason=reason)
