"""Reports wait for room in the ring; none is dropped, and a set stays in one piece."""

from __future__ import annotations

import asyncio
from pathlib import Path

from pink_actors import shm
from pink_actors._native import OwnSegment
from pink_actors.clock import SystemClock
from pink_actors.rest.reporting import Reporter
from pink_actors.shm_layout import GATEWAY_REPORTS, Report, ReportKind, Writer
from tests.gateway.stage import Stage
from tests.waiting import wait_until_async

SETS = 700
ROWS = 10


async def test_a_full_ring_makes_reports_wait_and_loses_none(instance: str, home: Path) -> None:
    with Stage(instance, home, "http://127.0.0.1:9") as stage:
        own = shm.Own(OwnSegment.open(instance, Writer.GATEWAY, str(stage.run_dir)))
        kernel = shm.Reader.attach(instance, Writer.KERNEL)
        reporter = Reporter(own.producer(GATEWAY_REPORTS, [kernel]), SystemClock())
        row = Report.zero()._replace(kind=ReportKind.FILL)

        async def publish(number: int) -> None:
            await reporter.publish_all(
                [row._replace(command_seq=number, row_index=index) for index in range(ROWS)]
            )

        async def consume() -> list[Report]:
            taken: list[Report] = []
            while len(taken) < SETS * ROWS:
                batch = stage.reports.poll(256)
                taken += [report for _, report in batch]
                if batch:
                    stage.reports.release(batch[-1].seq + 1)
                await asyncio.sleep(0)
            return taken

        publishing = asyncio.gather(*(publish(number) for number in range(SETS)))
        await wait_until_async(lambda: reporter.full_count > 0, "a full ring")
        taken = await consume()
        await publishing
    assert [report.row_index for report in taken] == list(range(ROWS)) * SETS
    assert len({report.command_seq for report in taken}) == SETS
