"""Who may import whom, as one table; what is not in it is refused."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.tree import ROOT, calls, dotted, files, imports, name, parsed

CORE = {"clock", "config", "errors", "log", "shm", "shm_layout"}
# Actors meet in shared memory only: no row of an actor names another actor. The supervisor
# starts them by command, so it has no reason to import them either.
MAY_IMPORT: dict[str, set[str]] = {
    "__init__": set(),
    "__main__": {"runner", "shm_layout"},
    "clock": set(),
    "errors": set(),
    "shm_layout": set(),
    "log": {"clock", "errors"},
    "config": {"errors"},
    "shm": {"clock", "errors", "shm_layout"},
    "runner": CORE,
    "client": CORE,
    "venue": {"errors", "shm_layout"},
    # Requests to the venue, for the two actors that make them.
    "rest": {*CORE, "venue"},
    "gateway": {*CORE, "rest", "runner", "venue"},
    "listener": {*CORE, "rest", "runner", "venue"},
    "persistence": {"_native", *CORE, "runner"},
    "policy": {*CORE, "client", "runner"},
    "paper": {"errors", "log", "runner"},
    "verify": {"config", "errors", "shm_layout"},
    "monitor": {*CORE, "client"},
    "supervisor": {"_native", *CORE, "monitor", "runner", "verify"},
}
# Pure: the same input gives the same output, and nothing outside is touched.
PURE = (
    "pink_actors/venue/",
    "pink_actors/persistence/figures.py",
    "pink_actors/persistence/rows.py",
    "pink_actors/policy/intents.py",
)
IMPURE = {
    "aiohttp",
    "asyncio",
    "httpcore",
    "httpx",
    "os",
    "random",
    "secrets",
    "socket",
    "subprocess",
} | {
    "threading",
    "time",
    "websockets",
}
# The libraries offer the same requests blocking; those would hold the loop.
BLOCKING = {"httpcore.ConnectionPool", "httpcore.request", "httpcore.stream", "time.sleep"} | {
    "httpx.Client",
    "httpx.get",
    "httpx.post",
    "httpx.request",
}
# A package that reaches outside is imported where its process is meant to reach, nowhere else.
OUTSIDE: dict[str, set[str]] = {
    "aiohappyeyeballs": {"rest"},
    "aiohttp": {"paper", "persistence"},
    "chdb": {"persistence", "verify"},
    "clickhouse_connect": {"persistence", "verify"},
    "concurrent": set(),
    "httpcore": {"rest"},
    "httpx": {"rest"},
    "multiprocessing": set(),
    "posix_ipc": {"monitor", "shm", "supervisor", "verify"},
    "psutil": {"monitor", "supervisor"},
    "requests": set(),
    "socket": {"monitor", "paper", "persistence", "rest", "supervisor"},
    "subprocess": {"supervisor"},
    # The embedded database answers two callers at once and cannot be awaited.
    "threading": {"persistence"},
    "textual": {"monitor"},
    "urllib.request": set(),
    "uvloop": {"runner"},
    "websockets": {"listener"},
}
# Only these take hold of shared memory bare: what gives it types, what opens each actor's own
# segment, what creates segments or looks for them by name. The others may name what it refuses.
BARE_MEMORY = {"monitor", "runner", "shm", "supervisor"}
NAMED = {"AttachRefused", "Backpressure", "BadSize", "CellBusy", "CorruptRecord"} | {
    "CreateRefused",
    # The one reader of the journal that Python has.
    "JournalDamaged",
    "JournalGone",
    "JournalReader",
    "Lapped",
    "NotWriter",
    "WriterHeld",
    "ZincError",
}
RUNNER = "pink_actors/runner.py"
# The worker's thread hands what was raised to the future of whoever awaits it.
CATCHERS = {RUNNER, "pink_actors/persistence/worker.py"}
# The runner's alone: loops, signal handlers. Textual and typer programs start their own way.
RUNNERS_OWN = {"asyncio.run", "asyncio.Runner", "asyncio.new_event_loop", "signal.signal"} | {
    "asyncio.get_event_loop",
}
RUNNERS_OWN_METHODS = {"add_signal_handler", "run_until_complete"}
# What runs on an event loop and speaks with a venue; a thread or a pause would hold it.
LOOPED = {"gateway", "listener", "rest", "policy", "paper", "runner", "venue"}
BRIDGES = {"to_thread", "run_in_executor", "run_coroutine_threadsafe", "ThreadPoolExecutor"}


def package() -> Iterator[tuple[Path, str, ast.Module]]:
    """Each module of the package with the area it belongs to."""
    for path in files(".py", under=("pink_actors",)):
        area = path.relative_to(ROOT / "pink_actors").parts[0].removesuffix(".py")
        yield path, area, parsed(path)


def test_every_import_inside_the_package_is_in_the_table() -> None:
    refused = []
    for path, area, tree in package():
        assert area in MAY_IMPORT, f"{name(path)}: give {area} its row in MAY_IMPORT"
        for line, imported in imports(tree):
            parts = imported.split(".")
            assert parts[0], f"{name(path)}:{line}: write pink_actors in full"
            if parts[0] == "pink_actors" and not allowed(area, parts[1:]):
                refused.append(f"{name(path)}:{line}: {area} may not import {imported}")
    assert not refused


def allowed(area: str, parts: list[str]) -> bool:
    """Whether the area may import what these parts name below pink_actors."""
    if parts[:1] == ["_native"]:
        return area in BARE_MEMORY or (len(parts) == 2 and parts[1] in NAMED)
    return not parts or parts[0] in MAY_IMPORT[area] | {area}


def test_packages_that_reach_outside_stay_where_they_belong() -> None:
    refused = []
    for path, area, tree in package():
        for line, imported in imports(tree):
            for outside, allowed in OUTSIDE.items():
                if f"{imported}.".startswith(f"{outside}.") and area not in allowed:
                    refused.append(f"{name(path)}:{line}: {area} may not import {outside}")
    assert not refused


def test_pure_modules_import_nothing_that_acts() -> None:
    refused = [
        f"{name(path)}:{line}: {imported}"
        for path, _, tree in package()
        if name(path).startswith(PURE)
        for line, imported in imports(tree)
        if imported.split(".")[0] in IMPURE
    ]
    assert not refused


def test_flaw_t8_n2_n4_only_the_runner_starts_a_loop_or_takes_signals() -> None:
    refused = [
        f"{name(path)}:{line}: {called}"
        for path, _, tree in package()
        if name(path) != RUNNER
        for line, called in calls(tree)
        if called in RUNNERS_OWN or called.split(".")[-1] in RUNNERS_OWN_METHODS
    ]
    assert not refused


def test_flaw_a11_h18_i22_n3_no_venue_call_goes_through_threads() -> None:
    refused = []
    for path, area, tree in package():
        if area not in LOOPED:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute | ast.Name):
                if dotted(node).split(".")[-1] in BRIDGES:
                    refused.append(f"{name(path)}:{node.lineno}")
        for line, called in calls(tree):
            if called in BLOCKING:
                refused.append(f"{name(path)}:{line}: {called}")
    assert not refused


def test_only_the_runner_catches_everything() -> None:
    refused = []
    for path, _, tree in package():
        for node in ast.walk(tree):
            # What is raised again after a clean-up is not caught.
            passed_on = isinstance(node, ast.ExceptHandler) and isinstance(node.body[-1], ast.Raise)
            if isinstance(node, ast.ExceptHandler) and name(path) not in CATCHERS and not passed_on:
                caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
                names = {dotted(one) if one else "" for one in caught}
                if names & {"", "Exception", "BaseException"}:
                    refused.append(f"{name(path)}:{node.lineno}")
    assert not refused


def test_flaw_f20_g30_o9_o10_nothing_waits_for_the_garbage_collector() -> None:
    refused = [
        f"{name(path)}:{node.lineno}"
        for path, _, tree in package()
        for node in ast.walk(tree)
        if (isinstance(node, ast.FunctionDef) and node.name == "__del__")
        or (isinstance(node, ast.Attribute) and dotted(node) == "weakref.finalize")
    ]
    assert not refused


def test_flaw_k23_o8_no_view_fetches_a_field_when_it_is_named() -> None:
    refused = [
        f"{name(path)}:{node.lineno}: {node.name}"
        for path, _, tree in package()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and node.name in {"__getattr__", "__getattribute__", "__setattr__"}
    ]
    assert not refused
