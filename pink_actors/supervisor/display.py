"""Where a person watches a tree that runs in the foreground: a live table, or plain lines."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from pink_actors.clock import NS_PER_MS, Clock
from pink_actors.monitor import lines as monitor_lines
from pink_actors.monitor.reading import Watch
from pink_actors.supervisor.child import Event

DRAW_INTERVAL_MS = 250
EVENTS_SHOWN_MAX = 8
NEWS_SHOWN_MAX = 6
SLOTS_SHOWN_MAX = 8


class PlainDisplay:
    """One line per event, for logs and pipes."""

    def __init__(self, stream: TextIO, watch: Watch | None, clock: Clock) -> None:
        self._stream = stream
        self._watch = watch
        self._clock = clock
        self._drawn_ms = 0
        self._shown_seq = 0

    def event(self, event: Event, lines: Sequence[str]) -> None:
        """See Display."""
        self._print(f"{event.child} {event.what} {event.detail}".rstrip())
        for line in lines:
            self._print(f"    {line}")

    def say(self, text: str) -> None:
        """See Display."""
        self._print(text)

    def turn(self) -> None:
        """Prints fills that are new."""
        now_ms = self._clock.mono_ns() // NS_PER_MS
        if self._watch is None or now_ms - self._drawn_ms < DRAW_INTERVAL_MS:
            return
        self._drawn_ms = now_ms
        for event in self._watch.snapshot().events:
            if event.seq > self._shown_seq:
                self._shown_seq = event.seq
                self._print(f"{event.what} {event.symbol} {event.detail} {event.code}".rstrip())

    def _print(self, text: str) -> None:
        try:
            print(text, file=self._stream, flush=True)
        except BrokenPipeError:
            # The reader has left; the tree goes on, and an error at exit would say nothing new.
            self._stream = Path(os.devnull).open("w", encoding="utf-8")


class LiveDisplay:
    """A table that is redrawn in place."""

    def __init__(self, watch: Watch, clock: Clock) -> None:
        self._watch = watch
        self._clock = clock
        self._drawn_ms = 0
        self._news: list[str] = []
        self._live = Live(console=Console(), auto_refresh=False, transient=False)
        self._live.start()

    def event(self, event: Event, lines: Sequence[str]) -> None:
        """See Display."""
        self.say(f"{event.child} {event.what} {event.detail}".rstrip())
        for line in lines:
            self.say(f"    {line}")

    def say(self, text: str) -> None:
        """See Display."""
        self._news = [*self._news, text][-NEWS_SHOWN_MAX:]

    def turn(self) -> None:
        """Draws, four times a second."""
        now_ms = self._clock.mono_ns() // NS_PER_MS
        if now_ms - self._drawn_ms < DRAW_INTERVAL_MS:
            return
        self._drawn_ms = now_ms
        snapshot = self._watch.snapshot()
        parts = [Text(monitor_lines.mode_line(snapshot), style="bold")]
        parts += [Text(line) for line in monitor_lines.money_lines(snapshot.account)]
        news = [Text(line, style="dim") for line in self._news]
        tables = (
            _drawn(monitor_lines.process_table(snapshot), len(snapshot.processes)),
            _drawn(monitor_lines.slot_table(snapshot), SLOTS_SHOWN_MAX),
            _drawn(monitor_lines.event_table(snapshot), EVENTS_SHOWN_MAX),
        )
        self._live.update(Group(*parts, *tables, *news), refresh=True)

    def close(self) -> None:
        """Leaves the last picture on the screen."""
        self._live.stop()


def _drawn(content: monitor_lines.Table, rows_max: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold", title_justify="left")
    for column in content.columns:
        table.add_column(column, no_wrap=True)
    for row in list(content.rows)[:rows_max]:
        table.add_row(*(Text(cell) for cell in row))
    return table
