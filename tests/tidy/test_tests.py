"""The tests themselves: able to fail, without pauses, without a way out to real venues."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.tidy.tree import calls, dotted, files, name, parsed

RUST_AWAY = re.compile(r"#\[ignore|#\[should_panic")
REAL_VENUE = re.compile(r"[\w-]+\.bing[x]\.(?:com|io|pro)")
PAUSES = {"time.sleep"}
# One looks again and again until a deadline; the other is a program under test, with its own pace.
MAY_PAUSE = {"tests/waiting.py", "tests/supervisor/fake_child.py"}
WAYS_OUT = ("pytest.skip", "pytest.xfail", "pytest.mark.skip", "pytest.mark.xfail", "unittest.skip")


def python_tests() -> Iterator[tuple[Path, ast.Module]]:
    for path in files(".py", under=("tests",)):
        yield path, parsed(path)


def test_no_test_is_skipped_or_expected_to_fail() -> None:
    found = []
    for path, tree in python_tests():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and dotted(node).startswith(WAYS_OUT):
                found.append(f"{name(path)}:{node.lineno}")
    for path in files(".rs"):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if RUST_AWAY.search(line):
                found.append(f"{name(path)}:{number}")
    assert not found


def test_no_test_pauses_for_a_fixed_time_before_it_looks() -> None:
    # Waiting is tests/waiting.py's: it looks again until a condition holds or a deadline passes.
    found = [
        f"{name(path)}:{line}"
        for path, tree in python_tests()
        for line, called in calls(tree)
        if called in PAUSES and name(path) not in MAY_PAUSE
    ]
    for path in files(".rs", under=("crates",)):
        if "tests" in path.parts and "thread::sleep" in path.read_text("utf-8"):
            found.append(name(path))
    assert not found


def test_flaw_i7_m7_no_assertion_compares_a_thing_with_itself() -> None:
    found = []
    for path, tree in python_tests():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert) and cannot_fail(node.test):
                found.append(f"{name(path)}:{node.lineno}")
    assert not found


def cannot_fail(test: ast.expr) -> bool:
    """True for a constant, a filled tuple, a comparison of equals, and `... or True`."""
    if isinstance(test, ast.Constant | ast.JoinedStr):
        return True
    if isinstance(test, ast.Tuple):
        return bool(test.elts)
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(cannot_fail(value) for value in test.values)
    if isinstance(test, ast.Compare) and len(test.comparators) == 1:
        # A call may answer differently the second time: comparing it with itself can fail.
        same = ast.dump(test.left) == ast.dump(test.comparators[0])
        return same and not any(isinstance(node, ast.Call) for node in ast.walk(test.left))
    return False


def test_flaw_i7_an_assertion_that_cannot_fail_is_recognised() -> None:
    def judged(text: str) -> bool:
        statement = ast.parse(text).body[0]
        assert isinstance(statement, ast.Assert)
        return cannot_fail(statement.test)

    assert not [text for text in ("x == y", "f() == f()", "x") if judged(f"assert {text}")]
    assert all(judged(f"assert {text}") for text in ("True", "x == x", "y or True", "(x, 'said')"))


def test_flaw_m14_no_test_compares_figures_loosely() -> None:
    loose = ("approx", "isclose", "allclose", "assertAlmostEqual")
    found = [
        f"{name(path)}:{line}"
        for path, tree in python_tests()
        for line, called in calls(tree)
        if called.split(".")[-1] in loose
    ]
    assert not found


def test_flaw_f24_o4_no_test_starts_a_loop_by_hand() -> None:
    started = {"get_event_loop", "new_event_loop", "run_until_complete"}
    found = []
    for path, tree in python_tests():
        for line, called in calls(tree):
            if called.split(".")[-1] in started:
                found.append(f"{name(path)}:{line}")
        for outer in ast.walk(tree):
            if isinstance(outer, ast.AsyncFunctionDef):
                found += [f"{name(path)}:{n}" for n, c in calls(outer) if c == "asyncio.run"]
    assert not found


def test_flaw_h22_no_test_bends_the_name_resolution_of_the_process() -> None:
    found = []
    for path, tree in python_tests():
        for node in ast.walk(tree):
            targets = node.targets if isinstance(node, ast.Assign) else []
            found += [
                f"{name(path)}:{t.lineno}" for t in targets if dotted(t).startswith("socket.")
            ]
            if isinstance(node, ast.Call) and dotted(node.func).endswith(("setattr", "mock.patch")):
                named = [dotted(a) for a in node.args] + [
                    a.value for a in node.args if isinstance(a, ast.Constant)
                ]
                if any(str(text).split(".")[0] == "socket" for text in named):
                    found.append(f"{name(path)}:{node.lineno}")
    assert not found


def test_flaw_l8_no_test_knows_the_address_of_a_real_venue() -> None:
    found = [
        f"{name(path)}:{number}"
        for path in files(".py", ".rs", ".toml", ".json", under=("tests",))
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if REAL_VENUE.search(line)
    ]
    assert not found
