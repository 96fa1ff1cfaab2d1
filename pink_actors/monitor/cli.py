"""`pink-monitor`: watch an instance in the terminal, or print one snapshot."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from pink_actors._native import AttachRefused
from pink_actors.errors import EXIT_CONFIG, EXIT_NOT_RUNNING
from pink_actors.monitor.lines import alive, plain
from pink_actors.monitor.reading import Watch
from pink_actors.monitor.view import Snapshot

INTERVAL_MS_MIN = 50

app = typer.Typer(
    help="Watch a PINK instance. Attaches read-only to shared memory at any time, to a live or a "
    "dead tree, and changes nothing.\n\n"
    "Exit codes: 0 the tree is alive, 3 there is no tree or it is dead, 78 another build laid it "
    "out.",
    no_args_is_help=False,
    invoke_without_command=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
Instance = Annotated[str, typer.Option(help="Name of the instance.")]
KernelFile = Annotated[
    Path | None,
    typer.Option(
        help="A saved kernel segment (journal/last-kernel.segment) instead of a live one.",
        exists=True,
        dir_okay=False,
    ),
]


@app.callback(invoke_without_command=True)
def watch(
    context: typer.Context,
    instance: Instance = "paper",
    interval_ms: Annotated[
        int, typer.Option(min=INTERVAL_MS_MIN, help="Time between pictures.")
    ] = 250,
    kernel_file: KernelFile = None,
) -> None:
    """A live screen of processes, slots, orders, prices and events. Press q to leave."""
    if context.invoked_subcommand is not None:
        return
    observed = Watch(instance, kernel_file)
    if not sys.stdout.isatty():
        _print(observed, as_json=False)
        return
    # Textual takes a quarter of a second to import, which `snapshot` need not pay.
    from pink_actors.monitor.screen import MonitorApp

    MonitorApp(observed.snapshot, interval_ms / 1000).run()


@app.command()
def snapshot(
    instance: Instance = "paper",
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
    kernel_file: KernelFile = None,
) -> None:
    """Print one snapshot and leave; decimals are strings, unknown figures are null."""
    _print(Watch(instance, kernel_file), as_json)


def _print(observed: Watch, as_json: bool) -> None:
    taken: Snapshot = observed.snapshot()
    print(msgspec.json.format(msgspec.json.encode(taken)).decode() if as_json else plain(taken))
    if taken.tree is None or not alive(taken):
        raise typer.Exit(EXIT_NOT_RUNNING)


def main() -> None:
    """Console entry point."""
    try:
        app()
    except AttachRefused as refused:
        print(f"pink-monitor: {refused}", file=sys.stderr)
        sys.exit(EXIT_CONFIG)
