"""The listen key over a whole day, with the day made short: extension, replacement, loss."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from pink_actors import log as logging
from pink_actors import shm
from pink_actors._native import OwnSegment
from pink_actors.clock import SystemClock
from pink_actors.config import Venue
from pink_actors.listener.ear import Ear
from pink_actors.listener.listen_key import KeyService, Times
from pink_actors.listener.marks import Marks
from pink_actors.listener.user_stream import UserStream
from pink_actors.rest.connection import Connection, Ending, Keys
from pink_actors.rest.kept import FILE_SIZE_MAX, FILES_MAX, Kept
from pink_actors.rest.reporting import Reporter
from pink_actors.shm_layout import LISTENER_REPORTS, MarkCell, ReportKind, Writer
from pink_actors.venue.frames import MarkEvent, user_event
from tests.gateway.stage import API_KEY, API_SECRET, Paper, Stage, trading
from tests.waiting import wait_until_async

CLOCK = SystemClock()


class Rig:
    """The listener's parts inside the test, so that their times can be chosen."""

    def __init__(self, stage: Stage) -> None:
        self.said = io.StringIO()
        log = logging.make("listener", 1, stream=self.said)
        own = shm.Own(OwnSegment.open(stage.instance, Writer.LISTENER, str(stage.run_dir)))
        kernel = shm.Reader.attach(stage.instance, Writer.KERNEL)
        self.cells: dict[int, MarkCell] = {}
        self.venue_ms = 0

        def write(cell: MarkCell, index: int) -> None:
            self.cells[index] = cell

        self.marks = Marks(["BTC-USDT"], 50, CLOCK, lambda: self.venue_ms, write)
        reporter = Reporter(own.producer(LISTENER_REPORTS, [kernel]), CLOCK)
        self.kept = Kept(stage.unread_dir, "listener", CLOCK, log)
        self.ear = Ear(reporter, self.marks, self.kept, CLOCK, log)
        self.log = log

    def gaps(self) -> int:
        """How often a user socket came up."""
        return self.ear.heard.gaps


@asynccontextmanager
async def streaming(
    stage: Stage, paper: Paper, times: Times
) -> AsyncIterator[tuple[Rig, KeyService]]:
    """A user stream with its own idea of a day."""
    rig = Rig(stage)
    venue = msgspec.structs.replace(
        Venue(), rest_url=f"http://127.0.0.1:{paper.port}", rate_limits="off"
    )
    connection = Connection(venue, Keys(API_KEY, API_SECRET), CLOCK, rig.log, rig.kept)
    keys = KeyService(connection, CLOCK, rig.log)
    url = f"ws://127.0.0.1:{paper.port}/swap-market"
    stream = UserStream(url, "", keys, rig.ear, rig.log, times)
    task = asyncio.create_task(stream.run())
    try:
        yield rig, keys
    finally:
        task.cancel()
        await asyncio.wait({task})
        await connection.close()
        assert {other for other in asyncio.all_tasks() if "user" in other.get_name()} == set()


async def test_flaw_l6_the_key_is_extended_and_its_successor_has_an_extension_of_its_own(
    instance: str, home: Path
) -> None:
    with trading(instance, home) as (stage, paper):
        times = Times(extend_every_s=0.1, replace_after_s=0.45)
        async with streaming(stage, paper, times) as (rig, keys):
            await wait_until_async(lambda: rig.gaps() >= 3, "two successors")
            await wait_until_async(lambda: keys.renewals >= 10, "extensions of each")
            assert rig.ear.heard.user_sessions in (1, 2)
    assert "not_extended" not in rig.said.getvalue()


async def test_an_extension_that_fails_is_repeated_long_before_the_key_is_over(
    instance: str, home: Path
) -> None:
    put = "PUT /openApi/user/auth/userDataStream"
    with trading(instance, home) as (stage, paper):
        times = Times(extend_every_s=6.0, extend_again_s=0.2)
        async with streaming(stage, paper, times) as (rig, keys):
            paper.fault("http_5xx", endpoint=put, count=3)
            await wait_until_async(lambda: keys.renewals == 1, "the key")
            await wait_until_async(lambda: paper.struck("http_5xx") == 3, "the failure", 20.0)
            # The key would be dead after two periods: the next is not waited for.
            await wait_until_async(lambda: keys.renewals == 2, "the extension", 4.0)
            assert rig.gaps() == 1


async def test_the_successor_is_up_before_the_old_socket_goes(instance: str, home: Path) -> None:
    with trading(instance, home) as (stage, paper):
        async with streaming(stage, paper, Times(replace_after_s=0.2)) as (rig, _):
            await wait_until_async(lambda: rig.gaps() >= 1, "the first socket")
            lowest = 1

            def look() -> bool:
                nonlocal lowest
                lowest = min(lowest, rig.ear.heard.user_sessions)
                return rig.gaps() >= 4

            await wait_until_async(look, "three successors")
            assert lowest == 1
            assert "user_stream_ended" not in rig.said.getvalue()


async def test_flaw_o7_an_error_in_a_background_task_reaches_whoever_runs_the_stream(
    instance: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with trading(instance, home) as (stage, paper):
        rig = Rig(stage)
        venue = msgspec.structs.replace(
            Venue(), rest_url=f"http://127.0.0.1:{paper.port}", rate_limits="off"
        )
        connection = Connection(venue, Keys(API_KEY, API_SECRET), CLOCK, rig.log, rig.kept)
        keys = KeyService(connection, CLOCK, rig.log)

        async def broken(_: str) -> Ending:
            raise RuntimeError("a bug in the task that extends the key")

        monkeypatch.setattr(keys, "extend", broken)
        url = f"ws://127.0.0.1:{paper.port}/swap-market"
        stream = UserStream(url, "", keys, rig.ear, rig.log, Times(extend_every_s=0.05))
        async with asyncio.timeout(10):
            with pytest.raises(RuntimeError, match="a bug in the task"):
                await stream.run()
        await connection.close()


async def test_a_silent_socket_is_taken_for_dead(instance: str, home: Path) -> None:
    with trading(instance, home) as (stage, paper):
        # The venue pings every 5 s: a patience below that ends each socket.
        async with streaming(stage, paper, Times(silence_s_max=0.3)) as (rig, _):
            await wait_until_async(lambda: rig.gaps() >= 3, "two reconnects")
    assert "silent for 0.3 s" in rig.said.getvalue()


async def test_unreadable_frames_are_kept_in_a_bounded_ring_and_told_in_bounded_number(
    instance: str, home: Path
) -> None:
    with Stage(instance, home, "http://127.0.0.1:9") as stage:
        rig = Rig(stage)
        assert await rig.ear.user(b"\x1f\x8b" + bytes(2 * FILE_SIZE_MAX), user_event) is None
        for number in range(FILES_MAX * 3):
            assert await rig.ear.user(b"{" + str(number).encode(), user_event) is None
        kept = sorted(stage.unread_dir.glob("listener-unread-*.bin"))
        # A flood is not written down as a whole: replacing a file waits for the disk.
        first, *others = [path.read_bytes() for path in kept]
        assert len(first) == FILE_SIZE_MAX
        assert others == [b"{%d" % number for number in range(FILES_MAX - 1)]
        told = [report.kind for _, report in stage.stream_reports.poll(1000)]
        # Each may have been a fill, so that the venue is asked; a flood is one gap.
        assert told.count(ReportKind.GAP) == 1
        told.remove(ReportKind.GAP)
        assert 0 < len(told) <= 10
        assert set(told) == {ReportKind.DIAGNOSTIC}
        assert rig.ear.heard.parse_errors == FILES_MAX * 3 + 1


HEARD = MarkEvent("BTC-USDT", 0, 0)


@pytest.mark.parametrize(
    ("event", "stale"), [(HEARD._replace(mark_e12=7), 0), (HEARD._replace(bid_e12=7), 1)]
)
async def test_flaw_j3_only_a_mark_makes_a_mark_fresh(
    instance: str, home: Path, event: MarkEvent, stale: int
) -> None:
    with Stage(instance, home, "http://127.0.0.1:9") as stage:
        rig = Rig(stage)
        assert rig.cells[0].stale == 1
        assert rig.marks.take(event)
        assert rig.cells[0].stale == stale

        def look() -> bool:
            rig.marks.look()
            return rig.cells[0].stale == 1

        await wait_until_async(look, "staleness")
        assert not rig.marks.take(MarkEvent("XXX-USDT", 5, 0))
