"""The listen key: made, extended before it dies, replaced before the day is over, given back."""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

from pink_actors.clock import NS_PER_MS, Clock
from pink_actors.errors import SecretsError
from pink_actors.log import Logger
from pink_actors.rest.budget import Priority
from pink_actors.rest.connection import Connection, Ending, Turn
from pink_actors.venue import requests
from pink_actors.venue.catalogue import Meaning

TURN: Final = Turn(Priority.QUERY)


class Times(NamedTuple):
    """When a key is extended and when its socket is replaced."""

    extend_every_s: float = 30 * 60.0
    # A key lives twice as long as it is left alone: one extension that fails is soon repeated.
    extend_again_s: float = 60.0
    # A socket dies after about a day; its successor is up ten minutes before.
    replace_after_s: float = 24 * 3600.0 - 600.0
    silence_s_max: float = 15.0
    # How long a successor has to come up before the next try.
    healthy_within_s: float = 30.0


class KeyService:
    """Listen keys by REST; the key itself never appears in a log."""

    def __init__(self, connection: Connection, clock: Clock, log: Logger) -> None:
        self._connection = connection
        self._clock = clock
        self._log = log
        # Two sockets may be given one key: it goes back when the last of them is done with it.
        self._users: Counter[str] = Counter()
        self.renewals = 0
        self.renewed_wall_ms = 0

    async def create(self) -> str | None:
        """A new key, or None when the venue gives none now; refused keys end the process."""
        answer = await self._connection.ask(requests.CREATE_LISTEN_KEY, TURN)
        if answer.ending is Ending.OK and answer.listen_key:
            self._renewed()
            self._users[answer.listen_key] += 1
            return answer.listen_key
        if answer.ending is Ending.REFUSED and answer.meaning is Meaning.KEY:
            raise SecretsError(
                f"the venue refuses the API key: {answer.code} {answer.text}; "
                "correct the credentials file and start again"
            )
        self._log.warning("no_listen_key", code=answer.code, text=answer.text)
        return None

    async def extend(self, listen_key: str) -> Ending:
        """Another hour for the key where it ends OK; REFUSED when it is gone."""
        answer = await self._connection.ask(requests.extend_listen_key(listen_key), TURN)
        if answer.ending is Ending.OK:
            self._renewed()
        else:
            self._log.warning("listen_key_not_extended", code=answer.code, text=answer.text)
        return answer.ending

    async def give_back(self, listen_key: str) -> None:
        """One user less; of an unused key the venue is told, and what it says changes nothing."""
        self._users[listen_key] -= 1
        if self._users[listen_key] > 0:
            return
        del self._users[listen_key]
        answer = await self._connection.ask(requests.delete_listen_key(listen_key), TURN, 1)
        if answer.ending is not Ending.OK:
            self._log.info("listen_key_not_deleted", code=answer.code, text=answer.text)

    def _renewed(self) -> None:
        self.renewals += 1
        self.renewed_wall_ms = self._clock.wall_ns() // NS_PER_MS
