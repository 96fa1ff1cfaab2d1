"""Every file, function and line is small enough to be read at once."""

import ast

from tests.tidy.tree import GENERATED, files, name, parsed

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 60
COLUMNS_MAX = 100
# A table may be wide: the file that holds one tells rustfmt to leave it alone.
TABLE_MARK = "rustfmt::skip"


def test_no_file_is_too_long() -> None:
    long = {
        name(path): lines
        for path in files(".py", ".rs", ".pyi")
        if name(path) not in GENERATED
        and (lines := len(path.read_text("utf-8").splitlines())) > FILE_LINES_MAX
    }
    assert not long, f"split along their subject: {long}"


def test_no_python_function_is_too_long() -> None:
    # Rust functions are counted by clippy's too_many_lines with the same limit.
    long = {}
    for path in files(".py"):
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX and name(path) not in GENERATED:
                    long[f"{name(path)}:{node.lineno} {node.name}"] = lines
    assert not long, f"push the details down: {long}"


def test_no_line_is_too_wide() -> None:
    wide = []
    for path in files(".py", ".rs", ".pyi"):
        text = path.read_text("utf-8")
        if name(path) in GENERATED or TABLE_MARK in text:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > COLUMNS_MAX:
                wide.append(f"{name(path)}:{number}")
    assert not wide


def test_every_file_says_first_what_it_is() -> None:
    silent = []
    for path in files(".py", ".rs"):
        text = path.read_text("utf-8")
        if path.suffix == ".py":
            says = not text or bool(ast.get_docstring(parsed(path)))
        else:
            says = text.startswith("//! ")
        if not says:
            silent.append(name(path))
    assert not silent
