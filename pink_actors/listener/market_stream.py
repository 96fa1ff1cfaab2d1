"""The market's streams: mark, last, book and bars of the configured symbols into their cells."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec
from websockets.asyncio.client import ClientConnection

from pink_actors.listener.ear import Ear
from pink_actors.listener.stream_socket import Ended, follow
from pink_actors.log import Logger
from pink_actors.rest.backoff import Backoff
from pink_actors.venue.frames import Ping, market_event

BACKOFF_FIRST_S: Final = 0.2
BACKOFF_LAST_S: Final = 5.0
# The venue's own limit for one socket.
TOPICS_MAX: Final = 200
MARK: Final = "markPrice"
CHANNELS: Final = (MARK, "bookTicker", "lastPrice", "kline_1m")


class Subscription(msgspec.Struct, rename="camel", frozen=True):
    """What is sent to hear one topic."""

    id: str
    req_type: str
    data_type: str


def topics(symbols: list[str]) -> list[list[str]]:
    """All topics of all symbols, the important first, as many to a socket as it may carry."""
    every = [f"{symbol}@{channel}" for channel in CHANNELS for symbol in symbols]
    return [every[at : at + TOPICS_MAX] for at in range(0, len(every), TOPICS_MAX)]


class MarketStream:
    """One socket for some topics, opened again for as long as the process lives."""

    def __init__(self, url: str, proxy: str, topics: list[str], ear: Ear, log: Logger) -> None:
        self._url = url
        self._proxy = proxy
        self._topics = topics
        pairs = [topic.split("@") for topic in topics]
        self._marked = [symbol for symbol, channel in pairs if channel == MARK]
        self._is_up = False
        self._ear = ear
        self._log = log

    async def run(self) -> None:
        """Never returns."""
        backoff = Backoff(BACKOFF_FIRST_S, BACKOFF_LAST_S)

        async def opened(socket: ClientConnection) -> None:
            for number, topic in enumerate(self._topics):
                subscription = Subscription(str(number), "sub", topic)
                await socket.send(msgspec.json.encode(subscription).decode())
            self._is_up = True
            self._ear.market_connected()
            backoff.reset()

        async def hear(data: bytes) -> bool:
            return isinstance(await self._ear.market(data, market_event), Ping)

        while True:
            try:
                await follow(self._url, self._proxy, opened, hear)
            except Ended as error:
                self._log.warning("market_stream_ended", reason=str(error))
            if self._is_up:
                self._is_up = False
                self._ear.market_lost(self._marked)
            await asyncio.sleep(backoff.next_s())
