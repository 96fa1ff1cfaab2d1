"""The live terminal screen: draws snapshots on a timer, one key each for what it can do."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import DataTable, Footer, Static

from pink_actors.monitor.lines import Table, alive, journal_line, mode_line, money_lines, tables
from pink_actors.monitor.view import Snapshot

Observe = Callable[[], Snapshot]


class MonitorApp(App[None]):
    """One screen; `observe` is called every `interval_s` seconds and must not block."""

    TITLE = "PINK"
    CSS = """
    #mode { height: auto; padding: 0 1; text-style: bold; }
    #money, #journal { height: auto; padding: 0 1; }
    .title { padding: 0 1; color: $text-muted; height: 1; margin-top: 1; }
    DataTable { height: auto; max-height: 16; }
    .dead { background: $error; color: $text; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        ("q", "quit", "quit"),
        ("p", "freeze", "freeze the picture"),
    ]

    def __init__(self, observe: Observe, interval_s: float) -> None:
        super().__init__()
        self._observe = observe
        self._interval_s = interval_s
        self._frozen = False

    def compose(self) -> ComposeResult:
        """Mode, money, journal, then the tables."""
        yield Static(id="mode", markup=False)
        yield Static(id="money", markup=False)
        yield Static(id="journal", markup=False)
        with VerticalScroll():
            for table in tables(self._observe()):
                yield Static(table.title, classes="title", markup=False)
                grid: DataTable[str] = DataTable(
                    id=table.title.lower(), cursor_type="none", zebra_stripes=True
                )
                yield grid
        yield Footer()

    def on_mount(self) -> None:
        """First picture and the timer."""
        self.redraw()
        self.set_interval(self._interval_s, self.redraw)

    def action_freeze(self) -> None:
        """Stops or resumes redrawing; the tree is not touched."""
        self._frozen = not self._frozen

    def redraw(self) -> None:
        """Replaces every cell that is shown."""
        if self._frozen:
            return
        snapshot = self._observe()
        mode = self.query_one("#mode", Static)
        mode.update(mode_line(snapshot))
        mode.set_class(snapshot.tree is None or not alive(snapshot), "dead")
        self.query_one("#money", Static).update("\n".join(money_lines(snapshot.account)))
        self.query_one("#journal", Static).update(journal_line(snapshot))
        for table in tables(snapshot):
            self._fill(table)

    def _fill(self, table: Table) -> None:
        grid = self.query_one(f"#{table.title.lower()}", DataTable)
        grid.clear(columns=True)
        grid.add_columns(*table.columns)
        for row in table.rows:
            grid.add_row(*row)
