"""`pink-supervisor`: starts, shows, steers and takes down one instance."""

import sys
import time
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.live import Live
from rich.text import Text

from pink_actors import config as configuration
from pink_actors.config import Config
from pink_actors.errors import EXIT_CLEAN, EXIT_NOT_RUNNING, NotRunning, PinkError, RefusedError
from pink_actors.monitor import lines as monitor_lines
from pink_actors.monitor.reading import Watch
from pink_actors.monitor.view import Snapshot
from pink_actors.supervisor import doctor as examination
from pink_actors.supervisor import down as downing
from pink_actors.supervisor import flattening, keys, latch, logs, paper_venue, sandbox, up, verbs
from pink_actors.supervisor.children import Start, children_of

WATCH_INTERVAL_S = 0.25
FOLLOW_INTERVAL_S = 0.1
DOWN_TIMEOUT_S = 90.0
ALL_LINES_MAX = 1_000_000

EPILOG = (
    "Exit codes: 0 done, 1 failed, 2 refused now (such as a second up) or words not understood, "
    "3 not running or degraded, 75 try again later, 78 bad configuration, "
    "125 damaged journal or memory."
)
app = typer.Typer(
    help="Run one PINK instance: its processes, its paper venue, its shared memory.\n\n"
    "First steps: `pink-supervisor up` trades on the built-in paper venue, no keys needed; press "
    "Ctrl-C to take it down. `up -d` leaves it in the background, `status` shows it, `down` ends "
    'it. Real money needs venue.kind = "live" in a file and --live.\n\n' + EPILOG,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
config_app = typer.Typer(help="Look at the configuration.", no_args_is_help=True)
app.add_typer(config_app, name="config")


class Options(msgspec.Struct, frozen=True):
    """What stands before the verb."""

    file: Path | None
    home: str | None
    instance: str | None

    def config(self) -> Config:
        """The configuration with what the command line overrides."""
        return configuration.with_instance(configuration.load(self.file), self.instance, self.home)

    def words(self) -> list[str]:
        """The same options for another process."""
        words: list[str] = []
        if self.file is not None:
            words += ["--config", str(self.file.absolute())]
        if self.home is not None:
            words += ["--home", str(Path(self.home).absolute())]
        if self.instance is not None:
            words += ["--instance", self.instance]
        return words


@app.callback()
def options(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option(help="A pink.toml; without one: paper, with defaults.")
    ] = None,
    home: Annotated[str | None, typer.Option(help="Where instances keep their state.")] = None,
    instance: Annotated[str | None, typer.Option(help="Which instance.")] = None,
) -> None:
    """Run one PINK instance."""
    context.obj = Options(config, home, instance)


def _options(context: typer.Context) -> Options:
    found = context.find_object(Options)
    if found is None:
        raise RefusedError("no options; start pink-supervisor from the command line")
    return found


Live_ = Annotated[bool, typer.Option("--live", help="Yes, with real money.")]
Reason = Annotated[str, typer.Argument(help="Why; it is recorded.")]


@app.command("up", epilog=EPILOG)
def up_verb(
    context: typer.Context,
    detach: Annotated[bool, typer.Option("--detach", "-d", help="Run in the background.")] = False,
    live: Live_ = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Check everything, print what would run, start nothing."),
    ] = False,
    background: Annotated[bool, typer.Option("--background", hidden=True)] = False,
) -> None:
    """Start the tree, or fail with one line and leave nothing behind."""
    given = _options(context)
    config = configuration.resolve(given.config(), live)
    if dry_run:
        _print_plan(config)
        return
    if detach:
        words = [*given.words(), "up", "--background", *(["--live"] if live else [])]
        raise typer.Exit(up.detached(config, words))
    raise typer.Exit(up.foreground(config, background))


def _print_plan(config: Config) -> None:
    if config.venue.kind == "paper":
        config = paper_venue.addressed(config, keep=False)
    else:
        keys.load(config)
    for child in children_of(config):
        after = f" after {', '.join(child.after)}" if child.after else ""
        print(f"{child.name}{after}:")
        print("    " + " ".join(child.argv(Start(config, None, None))))
        print("    through " + " ".join(sandbox.launcher_words(child, config)))


@app.command(epilog=EPILOG)
def down(
    context: typer.Context,
    timeout_s: Annotated[
        float, typer.Option("--timeout", min=1.0, help="How long to wait.")
    ] = DOWN_TIMEOUT_S,
) -> None:
    """Take the tree down: no new orders, settle what is open, leave no process and no memory."""
    result = downing.down(_options(context).config(), timeout_s)
    for line in result.lines:
        print(line)
    raise typer.Exit(result.code)


@app.command(epilog=EPILOG)
def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on until Ctrl-C.")] = False,
) -> None:
    """Show processes, money, slots and orders. 0 if every critical process is READY, else 3."""
    seen = Watch(_options(context).config().instance.name)
    if watch:
        _watch(seen)
    snapshot = seen.snapshot()
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(snapshot)).decode())
    else:
        print(monitor_lines.plain(snapshot))
    raise typer.Exit(EXIT_CLEAN if _is_well(snapshot) else EXIT_NOT_RUNNING)


def _is_well(snapshot: Snapshot) -> bool:
    tree = snapshot.tree
    return tree is not None and tree.ready and not tree.closing and monitor_lines.alive(snapshot)


def _watch(seen: Watch) -> None:
    try:
        with Live(auto_refresh=False, screen=sys.stdout.isatty()) as live:
            while True:
                live.update(Text(monitor_lines.plain(seen.snapshot())), refresh=True)
                time.sleep(WATCH_INTERVAL_S)
    except KeyboardInterrupt:
        return


@app.command(name="logs", epilog=EPILOG)
def logs_verb(
    context: typer.Context,
    child: Annotated[str, typer.Argument(help="Which process; supervisor for the tree.")] = "",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C.")] = False,
    count: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many lines.")] = 20,
) -> None:
    """Print the last lines of one process's log, or of every one."""
    config = _options(context).config()
    names = [child] if child else ["supervisor", *(row.name for row in children_of(config))]
    paths = [logs.log_file(config.log_dir, name) for name in names]
    if child and not paths[0].exists():
        raise RefusedError(f"{paths[0]}: no such log; see pink-supervisor status for names")
    if not any(path.exists() for path in paths):
        raise RefusedError(f"{config.log_dir}: nothing was ever logged there; check --home")
    for path in paths:
        for line in logs.tail(path, count):
            print(f"{path.stem}: {line}" if not child else line)
    if follow:
        _follow(paths, named=not child)


def _follow(paths: list[Path], named: bool) -> None:
    offsets = {path: path.stat().st_size if path.exists() else 0 for path in paths}
    try:
        while True:
            for path, offset in offsets.items():
                size = path.stat().st_size if path.exists() else 0
                if size != offset:
                    for line in logs.tail(path, ALL_LINES_MAX, offset):
                        print(f"{path.stem}: {line}" if named else line, flush=True)
                    offsets[path] = size
            time.sleep(FOLLOW_INTERVAL_S)
    except KeyboardInterrupt:
        return


@app.command(epilog=EPILOG)
def restart(
    context: typer.Context, child: Annotated[str, typer.Argument(help="Which process.")]
) -> None:
    """Restart one process; also brings back one that was given up."""
    _tell(context, verbs.Request("restart", child))


@app.command(epilog=EPILOG)
def pause(context: typer.Context, reason: Reason = "") -> None:
    """No added risk until `resume`; exits and cancels go on. Survives restarts."""
    _tell(context, verbs.Request("pause", reason=reason))


@app.command(epilog=EPILOG)
def resume(context: typer.Context) -> None:
    """End a pause."""
    _tell(context, verbs.Request("resume"))


@app.command(epilog=EPILOG)
def flatten(
    context: typer.Context,
    reason: Reason = "",
    direct: Annotated[
        bool,
        typer.Option("--direct", help="Past the kernel: by what the venue holds, at once."),
    ] = False,
) -> None:
    """Cancel every order and close every position. Pause first if it shall stay flat.

    The kernel does it. Where no tree runs, or its kernel or gateway is down, a process of its own
    does it by what the venue shows.
    """
    config = _options(context).config()
    if not direct:
        try:
            answer = verbs.ask(config.run_dir, verbs.Request("flatten", reason=reason))
        except NotRunning as error:
            answer = verbs.Answer(EXIT_NOT_RUNNING, str(error))
        print(answer.text)
        if answer.code != EXIT_NOT_RUNNING:
            raise typer.Exit(answer.code)
    result = flattening.flatten(config)
    for line in result.lines:
        print(line)
    raise typer.Exit(result.code)


@app.command(epilog=EPILOG)
def reconcile(context: typer.Context) -> None:
    """Ask the venue for orders, positions and balance now."""
    _tell(context, verbs.Request("reconcile"))


@app.command(epilog=EPILOG)
def anchor(
    context: typer.Context,
    accept: Annotated[str, typer.Option("--accept", help="Why the difference is right.")],
) -> None:
    """Accept the venue's wallet: book the difference as an adjustment, with your reason."""
    if not accept.strip():
        raise RefusedError("--accept: an adjustment needs a reason; say why it is right")
    _tell(context, verbs.Request("anchor", reason=accept))


def _tell(context: typer.Context, request: verbs.Request) -> None:
    answer = verbs.ask(_options(context).config().run_dir, request)
    print(answer.text)
    raise typer.Exit(answer.code)


@app.command("kill-switch", epilog=EPILOG)
def kill_switch(
    context: typer.Context,
    reason: Reason = "engaged by the operator",
    reset: Annotated[bool, typer.Option("--reset", help="Let added risk through again.")] = False,
) -> None:
    """Refuse every order that adds risk, at once, whoever is alive. Exits and cancels go on."""
    run_dir = _options(context).config().run_dir
    if reset:
        print("kill switch reset" if latch.reset(run_dir) else "kill switch was not engaged")
        return
    latch.engage(run_dir, reason)
    print(f"kill switch engaged: {latch.path_of(run_dir)}")


@app.command(epilog=EPILOG)
def verify(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of text.")] = False,
) -> None:
    """Compare venue ledger, journal, slots and database to the last digit. 0 if they agree."""
    # The database client takes half a second to import, which no other verb need pay.
    from pink_actors.verify.run import run_verify

    given = _options(context).config()
    if not given.run_dir.is_dir():
        raise NotRunning(f"{given.directory}: nothing was ever run there; check --home")
    report = run_verify(configuration.load_resolved(given.run_dir))
    print(report.to_json() if as_json else report.to_text())
    raise typer.Exit(report.exit_code)


@app.command(epilog=EPILOG)
def doctor(context: typer.Context) -> None:
    """Examine this machine and the running tree: protections in force, limits, space."""
    findings = examination.examine(_options(context).config())
    for finding in findings:
        print(finding)
    raise typer.Exit(examination.exit_code(findings))


@config_app.command("show", epilog=EPILOG)
def config_show(context: typer.Context, live: Live_ = False) -> None:
    """Print the resolved configuration; it holds no secrets."""
    config = configuration.resolve(_options(context).config(), live)
    sys.stdout.write(configuration.encode(config).decode())


def main() -> None:
    """Entry point: a refusal is one line and an exit code."""
    try:
        app()
    except PinkError as error:
        print(f"pink-supervisor: {error}", file=sys.stderr)
        raise SystemExit(error.exit_code) from None
