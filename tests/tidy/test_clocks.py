"""Two clocks, never mixed: ages and deadlines follow the monotonic one."""

import ast
import re

from tests.tidy.tree import calls, dotted, files, name, parsed

# Whoever needs a time of day gets it from these; all others are handed a Clock or a monotonic time.
MAY_READ_WALL = {"pink_actors/clock.py", "pink_actors/log.py", "pink_actors/paper/clock.py"} | {
    "pink_actors/monitor/reading.py",
    "pink_actors/supervisor/latch.py",
    "crates/zinc/src/process.rs",
}
WALL_CALLS = {"time.time", "time.time_ns", "datetime.now", "datetime.datetime.now"}
WALL_RUST = re.compile(r"\bSystemTime::now|\bCLOCK_REALTIME\b")
COMMENT = re.compile(r"^\s*//")


def clock_of(node: ast.expr) -> str:
    """`mono` or `wall` where a name says which clock its figure is of."""
    words = dotted(node.func if isinstance(node, ast.Call) else node).split(".")[-1].split("_")
    return next((word for word in words if word in {"mono", "wall"}), "")


def mixed(tree: ast.AST) -> list[int]:
    """Lines where a figure of one clock meets a figure of the other."""
    lines = []
    for node in ast.walk(tree):
        sides: list[ast.expr] = []
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            sides = [node.left, node.right]
        elif isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        if {clock_of(side) for side in sides} >= {"mono", "wall"}:
            lines.append(node.lineno if isinstance(node, ast.expr) else 0)
    return lines


def test_flaw_k9_k10_the_time_of_day_is_read_in_few_places_only() -> None:
    found = [
        f"{name(path)}:{line}: {called}"
        for path in files(".py", under=("pink_actors",))
        for line, called in calls(parsed(path))
        if called in WALL_CALLS and name(path) not in MAY_READ_WALL
    ]
    for path in files(".rs", under=("crates",)):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if WALL_RUST.search(line) and not COMMENT.match(line):
                if name(path) not in MAY_READ_WALL:
                    found.append(f"{name(path)}:{number}")
    assert not found


def test_flaw_k12_no_figure_of_one_clock_meets_a_figure_of_the_other() -> None:
    found = [
        f"{name(path)}:{line}"
        for path in files(".py", under=("pink_actors", "tests"))
        for line in mixed(parsed(path))
    ]
    assert not found


def test_flaw_k12_a_mixture_of_clocks_is_recognised() -> None:
    assert mixed(ast.parse("age_ns = now.wall_ns - self.beat_mono_ns")) == [1]
    assert mixed(ast.parse("late = clock.mono_ns() > asked_wall_ns")) == [1]
    assert not mixed(ast.parse("age_ns = now_mono_ns - beat_mono_ns"))
